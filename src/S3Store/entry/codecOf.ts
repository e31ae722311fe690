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
  const atHand = codecAtHand(name)
  if (atHand !== undefined) return Effect.succeed(atHand)
  return name === "msgpack"
    ? Effect.map(loadMsgPackCodec, total)
    : Effect.fail(`its codec ${printKey(name)} is not one that this version knows`)
}

/** The codec of a name, where it need not be loaded. */
export const codecAtHand = (name: string): Codec | undefined => {
  switch (name) {
    case "json":
      return totalJson
    case "raw":
      return rawCodec
    default:
      return undefined
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

const totalJson = total(jsonCodec)
