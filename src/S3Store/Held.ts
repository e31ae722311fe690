/**
 * What the memory level of an `S3Cache` holds.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import type { CacheKey, Keyspace } from "./Keyspace.js"

/**
 * A key without its types: what the memory level is keyed by.
 *
 * @since 0.1.0
 * @category models
 */
export type AnyKey = Pick<CacheKey<never, never>, "keyspace" | "version" | "id" | "objectName" | "toString">

/**
 * A value in the memory level, which only the keyspace that put it there may take out, with the type it had.
 *
 * @since 0.1.0
 * @category models
 */
export class Held {
  /** When it expires, in milliseconds since the epoch. */
  readonly expires: number
  private readonly space: object
  private readonly value: unknown

  private constructor(space: object, value: unknown, expires: number) {
    this.space = space
    this.value = value
    this.expires = expires
  }

  /**
   * A value of a keyspace.
   *
   * @since 0.1.0
   */
  static readonly of = <K, V>(space: Keyspace<K, V>, value: V, expires: number): Held => new Held(space, value, expires)

  /**
   * The value, if this very keyspace put it in. So the type is sound: a keyspace has one type of value.
   *
   * @since 0.1.0
   */
  readonly valueFor = <K, V>(space: Keyspace<K, V>): Option.Option<V> =>
    this.space === space ? Option.some(this.value as V) : Option.none()
}
