/**
 * Values as JSON.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import { Buffer } from "node:buffer"
import { canonicalJson, NotJson } from "./canonicalJson.js"
import type { Codec } from "./Codec.js"

/**
 * A value as JSON in UTF-8, its fields in order; `undefined` is no bytes at all. Says what JSON cannot represent
 * instead of losing it.
 *
 * @since 0.1.0
 * @category codecs
 */
export const jsonCodec: Codec = {
  encode: (encoded) => {
    if (encoded === undefined) return Either.right(new Uint8Array(0))
    try {
      return Either.right(Buffer.from(canonicalJson(encoded)))
    } catch (cause) {
      if (cause instanceof NotJson) return Either.left(cause.message)
      throw cause
    }
  },
  decode: (bytes) =>
    bytes.length === 0 ? Either.right(undefined) : Either.try({
      try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)),
      catch: (cause) => `its payload is no JSON: ${String(cause)}`
    })
}
