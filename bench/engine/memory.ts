/**
 * How many bytes a cache takes per entry, and how long it may stop.
 *
 * @since 0.1.0
 */
import { collectGarbage } from "../lib/measure.js"
import type { Key, Subject } from "./subjects.js"

/**
 * Bytes per entry, keys and values apart: the keys were there before, the values are small whole numbers.
 *
 * @since 0.1.0
 * @category models
 */
export interface Memory {
  /** Of a cache that was just filled. */
  readonly filled: number
  /** Of a cache that was filled, and then written to as often again, every write with a new key. */
  readonly churned: number
}

/**
 * The longest operations of a cache, in milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pauses {
  /** While it grew from nothing to its capacity. */
  readonly growing: number
  /** While it was full, over as many writes as it holds, every one with a new key. */
  readonly full: number
}

const enough = 300_000

/**
 * Weighs caches of a capacity: several, where one would be too light to weigh.
 *
 * @param keys at least `2 * capacity`
 * @since 0.1.0
 * @category measuring
 */
export const weigh = (make: (capacity: number) => Subject, keys: ReadonlyArray<Key>, capacity: number): Memory => {
  const count = Math.ceil(enough / capacity)
  const perEntry = (writes: number): number => {
    const before = inUse()
    const caches = Array.from({ length: count }, () => make(capacity))
    for (const cache of caches) for (let at = 0; at < writes; at++) cache.set(keys[at] as Key, at)
    const bytes = inUse() - before
    // Used once more, so that they were in use when they were weighed.
    for (const cache of caches) cache.get(keys[0] as Key)
    return bytes / (count * capacity)
  }
  return { filled: perEntry(capacity), churned: perEntry(2 * capacity) }
}

const inUse = (): number => {
  // Twice: the buffers of what the first one found are given back while the program goes on.
  collectGarbage()
  collectGarbage()
  const usage = process.memoryUsage()
  return usage.heapUsed + usage.arrayBuffers
}

/**
 * Looks for the longest single write. It does so three times, and takes the shortest one: what the machine adds is not
 * there every time.
 *
 * @param keys at least `2 * capacity`
 * @since 0.1.0
 * @category measuring
 */
export const longestPauses = (
  make: (capacity: number) => Subject,
  keys: ReadonlyArray<Key>,
  capacity: number
): Pauses => {
  const runs = Array.from({ length: 3 }, () => longestOf(make, keys, capacity))
  return {
    growing: Math.min(...runs.map((run) => run.growing)),
    full: Math.min(...runs.map((run) => run.full))
  }
}

const longestOf = (make: (capacity: number) => Subject, keys: ReadonlyArray<Key>, capacity: number): Pauses => {
  const cache = make(capacity)
  collectGarbage()
  const longest = (from: number, to: number): number => {
    let most = 0
    let before = performance.now()
    for (let at = from; at < to; at++) {
      cache.set(keys[at] as Key, at)
      const after = performance.now()
      if (after - before > most) most = after - before
      before = after
    }
    return most
  }
  return { growing: longest(0, capacity), full: longest(capacity, 2 * capacity) }
}
