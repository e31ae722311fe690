/**
 * What there is to know of one entry.
 *
 * @since 1.0.0
 */

/**
 * An entry as `peekEntry` shows it, everywhere alike. Times are in milliseconds.
 *
 * @since 1.0.0
 * @category models
 */
export interface EntryInfo<out V> {
  /** The value, as a lookup gives it. */
  readonly value: V
  /** When it expires if it is not used until then, since the epoch; `Infinity`: never. */
  readonly expiresAt: number
  /** How long that is from now; `Infinity` for ever. As a `timeToLive`, it lets a copy expire at the same time. */
  readonly remaining: number
  /** When it was written or used last, since the epoch. It is known where there is a `timeToIdle`, and `undefined` elsewhere. */
  readonly lastUsedAt: number | undefined
  /** What it counts for the limit, as it was weighed when it was written. */
  readonly weight: number
}
