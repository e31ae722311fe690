/**
 * How values become bytes.
 *
 * @since 1.0.0
 */
import type * as Either from "effect/Either"

/**
 * The ways to write a value, after its schema has encoded it:
 *
 * - `json`: as JSON in UTF-8 (default);
 * - `msgpack`: as MessagePack, by `@effect/platform/MsgPack`, which is loaded at the first use. It takes besides what
 *   JSON takes: bytes, dates, bigints of 64 bits, `NaN`, infinities, and `undefined`. So schemas such as
 *   `Schema.DateFromSelf` or `Schema.Uint8ArrayFromSelf` encode to it;
 * - `raw`: bytes as they are, for schemas that encode to `Uint8Array`, such as `Schema.Uint8ArrayFromSelf`.
 *
 * JSON and MessagePack write `-0` as `0`.
 *
 * @since 1.0.0
 * @category models
 */
export type CodecName = "json" | "msgpack" | "raw"

/** From an encoded value to bytes, and back. None of them runs what it reads. */
export interface Codec {
  /** The bytes, or what the codec cannot represent: nothing is lost silently. */
  readonly encode: (encoded: unknown) => Either.Either<Uint8Array, string>
  /** The inverse, or what is wrong with the bytes. */
  readonly decode: (bytes: Uint8Array) => Either.Either<unknown, string>
}
