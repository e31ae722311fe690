/**
 * How much there is room for.
 */

/** The limit of a cache, and how long its entries live. */
export interface Capacity {
  /** Entries, or bytes. */
  readonly size: number
  /** What the limit counts: bytes can be counted only where sizes are known. */
  readonly unit: "entries" | "bytes"
  /** How long an entry lives after it was written, in milliseconds, where times are known. By default for ever. */
  readonly timeToLive?: number | undefined
}
