/**
 * How many bytes a cache takes per entry.
 */
import { collectGarbage } from "../lib/measure.js"
import type { Key, Subject } from "./subjects.js"

/** Bytes per entry, keys and values apart: the keys were there before, the values are small whole numbers. */
export interface Memory {
  /** Of a cache that was just filled. */
  readonly filled: number
  /** Of a cache that was filled, and then written to as often again, every write with a new key. */
  readonly churned: number
}

const enough = 300_000

/**
 * Weighs caches of a capacity: several, where one would be too light to weigh.
 *
 * @param keys at least `2 * capacity`
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
