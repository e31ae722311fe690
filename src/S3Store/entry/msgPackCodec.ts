/**
 * Values as MessagePack.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { loadMsgPack, msgPackPackage } from "../../effect/platform/msgPack.js"
import type { Codec } from "./Codec.js"
import { msgPackFault } from "./msgPackFault.js"
import { notMsgPack } from "./notMsgPack.js"

/**
 * Values as MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), by `msgpackr`. The
 * bytes are checked before they are read: what lengths promise must be there, and of the extensions only timestamps and
 * `undefined` are taken, so that the reader neither allocates more than the bytes account for nor compiles records.
 *
 * Fails when the module cannot be loaded.
 */
export const loadMsgPackCodec: Effect.Effect<Codec, string> = loadMsgPack.pipe(
  Effect.mapError((cause) =>
    `the codec "msgpack" needs a package that could not be loaded (npm install ${msgPackPackage}): ${cause}`
  ),
  Effect.map(({ decode, encode }) => {
    // What the module says quotes the value.
    const notEncoded = () => "it is something that MessagePack cannot represent"
    const notDecoded = () => "its payload is no MessagePack"
    return {
      encode: (encoded) => {
        const found = notMsgPack(encoded)
        return found === undefined ? Either.mapLeft(encode(encoded), notEncoded) : Either.left(found)
      },
      decode: (bytes) => {
        const fault = msgPackFault(bytes)
        return fault === undefined
          // Of a `Buffer` it would make buffers, as `rawCodec` tells.
          ? Either.mapLeft(decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)), notDecoded)
          : Either.left(`its payload is no MessagePack: ${fault}`)
      }
    }
  })
)
