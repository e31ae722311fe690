/**
 * Entries of an `S3Cache` as they are shown.
 *
 * @since 1.0.0
 */
import type { EntryInfo } from "../../Cache/common/EntryInfo.js"
import type { CacheKey } from "../keyspace/Keyspace.js"

/**
 * An entry as `list` tells of it.
 *
 * @since 1.0.0
 * @category models
 */
export interface ListedEntry<in out K, in out V, out F = never> {
  /** What the entry lies under. */
  readonly key: CacheKey<K, V, F>
  /** When its value was set, or its computation began, in milliseconds since the epoch. */
  readonly made: number
  /** Until when it is fresh, in milliseconds since the epoch; `Infinity` for ever. */
  readonly freshUntil: number
  /** The tags it was written with. */
  readonly tags: ReadonlyArray<string>
  /** How many bytes it takes in the second level. */
  readonly bytes: number
  /** How long its computation took, in milliseconds; `undefined` for what was set, or written before this was kept. */
  readonly took: number | undefined
}

/**
 * An entry in memory as `peekEntry` shows it.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3EntryInfo<out V> extends EntryInfo<V> {
  /** When its value was set, or its computation began, in milliseconds since the epoch. */
  readonly made: number
  /** The tags it was written with. */
  readonly tags: ReadonlyArray<string>
  /** How long its computation took, in milliseconds; `undefined` for what was set, or written before this was kept. */
  readonly took: number | undefined
}
