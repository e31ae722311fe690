/**
 * The form that values have in one version of a keyspace.
 */
import type * as Either from "effect/Either"
import type { CodecName } from "../entry/Codec.js"

/** How the values of a keyspace are written in one of its versions, and read. */
export interface ValueForm<in out V> {
  readonly version: string
  /** How they become bytes. */
  readonly codec: CodecName
  /** From a value to what the codec represents. */
  readonly encode: (value: V) => Either.Either<unknown, string>
  /** From what the codec represented to a value. */
  readonly decode: (encoded: unknown) => Either.Either<V, string>
}
