/**
 * Finding codecs by their names.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { printKey } from "../../Cache/printing/printKey.js"
import { classOf } from "../common/classOf.js"
import type { Codec } from "./Codec.js"
import { jsonCodec } from "./jsonCodec.js"
import { loadMsgPackCodec } from "./msgPackCodec.js"
import { rawCodec } from "./rawCodec.js"

/** The codec of a name; fails with a sentence when it cannot be loaded, or is none of this version. */
export const codecOf = (name: string): Effect.Effect<Codec, string> => {
  switch (name) {
    case "json":
      return Effect.succeed(total(jsonCodec))
    case "msgpack":
      return Effect.map(loadMsgPackCodec, total)
    case "raw":
      return Effect.succeed(rawCodec)
    default:
      return Effect.fail(`its codec ${printKey(name)} is not one that this version knows`)
  }
}

/** A codec that refuses what is nested too deeply for the stack. */
const total = ({ decode, encode }: Codec): Codec => ({
  decode,
  encode: (encoded) => {
    try {
      return encode(encoded)
    } catch (cause) {
      return Either.left(`it cannot be encoded: that threw ${classOf(cause)}`)
    }
  }
})
