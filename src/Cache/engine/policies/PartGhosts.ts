/**
 * What the Adaptive policy has evicted lately, and from which of its two parts.
 */
import { GhostTable } from "./GhostTable.js"

/** How often uses of a key are counted, at the most: four bits. */
export const mostCounted = 15

// What is left of the number of a ghost beside its count and its part.
const mostEvictions = 2 ** 26 - 1

/**
 * The ghosts of a policy with a window and a main part: when a key was used last, how often, which part it was evicted
 * from, and how many were evicted from there since.
 */
export class PartGhosts {
  /** When the key that was taken out last had been used last. */
  last = 0
  /** How often it had been used, up to `mostCounted`. */
  count = 0
  /** Whether it was evicted from the window. */
  isFromWindow = false
  /** How many were evicted from the same part since. */
  evictionsSince = 0
  private readonly table = new GhostTable()
  private windowEvictions = 1
  private mainEvictions = 1

  /** Makes room for the ghosts of as many slots. It is to be told of each one as it is added. */
  grow(slots: number): void {
    this.table.grow(slots)
  }

  /** Adds a key, evicted at the time `now`. */
  add(hash: number, last: number, count: number, isFromWindow: boolean, now: number): void {
    const evictions = isFromWindow ? this.windowEvictions : this.mainEvictions
    // From 1 on: the number of a ghost is never 0.
    const next = evictions % mostEvictions + 1
    if (isFromWindow) this.windowEvictions = next
    else this.mainEvictions = next
    this.table.add(hash, last, (evictions << 5) | (count << 1) | (isFromWindow ? 0 : 1), now)
  }

  /** Takes a key out, and returns whether it was there: then the other fields are what was known of it. */
  take(hash: number): boolean {
    if (!this.table.take(hash)) return false
    const { last, number } = this.table
    this.last = last
    this.count = (number >>> 1) & mostCounted
    this.isFromWindow = (number & 1) === 0
    this.evictionsSince = ((this.isFromWindow ? this.windowEvictions : this.mainEvictions) - (number >>> 5)) &
      mostEvictions
    return true
  }
}
