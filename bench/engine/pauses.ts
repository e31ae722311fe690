/**
 * How long a cache may stop.
 */
import { PerformanceObserver } from "node:perf_hooks"
import { setTimeout } from "node:timers/promises"
import { collectGarbage } from "../lib/measure.js"
import type { Key, Subject } from "./subjects.js"

/** The longest writes to a cache, in milliseconds. */
export interface Pauses {
  /** While it grew from nothing to its capacity. */
  readonly growing: number
  /** While it was full, over as many writes as it holds, every one with a new key. */
  readonly full: number
  /** Of all writes, without the time in which V8 collected garbage meanwhile. */
  readonly apart: number
  /** Of the first write after all entries have expired, where they do. */
  readonly expired?: number | undefined
  /** Of removing all entries, where a cache has that. */
  readonly cleared?: number | undefined
}

/**
 * Looks for the longest single write. It does so three times, and takes the shortest one: what the machine adds is not
 * there every time.
 *
 * @param keys at least `2 * capacity`
 */
export const longestPauses = async (
  make: (capacity: number) => Subject,
  keys: ReadonlyArray<Key>,
  capacity: number
): Promise<Pauses> => {
  const runs = []
  for (let run = 0; run < 3; run++) runs.push(await longestOf(make, keys, capacity))
  return {
    growing: Math.min(...runs.map((run) => run.growing)),
    full: Math.min(...runs.map((run) => run.full)),
    apart: Math.min(...runs.map((run) => run.apart)),
    expired: least(runs.map((run) => run.expired)),
    cleared: least(runs.map((run) => run.cleared))
  }
}

const least = (times: ReadonlyArray<number | undefined>): number | undefined =>
  times.reduce((one, other) => one === undefined || other === undefined ? undefined : Math.min(one, other))

const timeOf = (f: () => void): number => {
  const before = performance.now()
  f()
  return performance.now() - before
}

interface Interval {
  readonly start: number
  readonly end: number
}

/** Shorter writes are not looked at one by one. */
const noticeable = 0.2

const longestOf = async (
  make: (capacity: number) => Subject,
  keys: ReadonlyArray<Key>,
  capacity: number
): Promise<Pauses> => {
  const collections: Array<Interval> = []
  const observer = new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) {
      collections.push({ start: startTime, end: startTime + duration })
    }
  })
  const cache = make(capacity)
  collectGarbage()
  observer.observe({ entryTypes: ["gc"] })
  const slow: Array<Interval> = []
  const longest = (from: number, to: number): number => {
    let most = 0
    let before = performance.now()
    for (let at = from; at < to; at++) {
      cache.set(keys[at] as Key, at)
      const after = performance.now()
      if (after - before > noticeable) slow.push({ start: before, end: after })
      if (after - before > most) most = after - before
      before = after
    }
    return most
  }
  const [growing, full] = [longest(0, capacity), longest(capacity, 2 * capacity)]
  let expired: number | undefined
  if (cache.expireAll !== undefined) {
    cache.expireAll()
    expired = timeOf(() => cache.set(keys[0] as Key, 0))
  }
  const { clear } = cache
  const cleared = clear === undefined ? undefined : timeOf(clear)
  // What was collected is told some turns later.
  await setTimeout(100)
  observer.disconnect()
  const apart = slow.map((write) =>
    collections.reduce(
      (rest, { end, start }) => rest - Math.max(0, Math.min(end, write.end) - Math.max(start, write.start)),
      write.end - write.start
    )
  )
  return { growing, full, apart: Math.max(Math.min(noticeable, Math.max(growing, full)), ...apart), expired, cleared }
}
