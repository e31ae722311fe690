/**
 * Values that are bytes already.
 */
import * as Either from "effect/Either"
import type { Codec } from "./Codec.js"

/**
 * Bytes as they are. They are not copied: neither by `encode`, which therefore sees what the caller changes later, nor
 * by `decode`, which gives a `Uint8Array` that is no `Buffer`: the two differ, as in what `slice` shares.
 */
export const rawCodec: Codec = {
  encode: (encoded) =>
    encoded instanceof Uint8Array
      ? Either.right(encoded)
      : Either.left(
        `it is ${describe(encoded)}, but the codec "raw" takes a Uint8Array (as Schema.Uint8ArrayFromSelf)`
      ),
  decode: (bytes) => Either.right(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

const describe = (value: unknown): string => Array.isArray(value) ? "an array" : `of type ${typeof value}`
