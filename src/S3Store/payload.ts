/**
 * From an encoded value to the payload of an entry, and back.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import { canonicalJson, NotJson } from "./canonicalJson.js"

/**
 * A value, encoded by its schema, as JSON in UTF-8; `undefined` is no bytes at all. Says what JSON cannot represent
 * instead of losing it.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodePayload = (encoded: unknown): Either.Either<Uint8Array, string> => {
  if (encoded === undefined) return Either.right(new Uint8Array(0))
  try {
    return Either.right(Buffer.from(canonicalJson(encoded)))
  } catch (cause) {
    if (cause instanceof NotJson) return Either.left(cause.message)
    throw cause
  }
}

/**
 * The inverse of `encodePayload`.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodePayload = (payload: Uint8Array): Either.Either<unknown, string> => {
  if (payload.length === 0) return Either.right(undefined)
  return Either.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)),
    catch: (cause) => `its payload is no JSON: ${String(cause)}`
  })
}
