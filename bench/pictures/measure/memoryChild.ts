/**
 * Fills one cache with records whose size changes, and looks at the heap meanwhile.
 */
import { SyncTtlDict } from "effect-aws-cache/Ttl"
import { LRUCache } from "lru-cache"
import { report, task } from "../../lib/childProcess.js"
import { collectGarbage } from "../../lib/measure.js"
import { seededRandom } from "../../lib/random.js"
import type { Bound, MemoryData } from "../memory.js"

/** What a process is to do. */
export interface MemoryTask {
  readonly bound: Bound
  readonly maxBytes: number
  readonly maxEntries: number
  readonly fields: readonly [number, number]
  readonly writes: number
  /** How many writes are between two looks. */
  readonly every: number
}

const { bound, every, fields: [first, last], maxBytes, maxEntries, writes } = task<MemoryTask>()

type Value = Readonly<Record<string, string | number>>

const makeCache = (): { readonly set: (key: string, value: Value) => unknown } => {
  switch (bound) {
    case "maxBytes":
      return new SyncTtlDict<string, Value>({ maxBytes })
    case "entries":
      return new LRUCache<string, Value>({ max: maxEntries })
    case "json":
      return new LRUCache<string, Value>({
        maxSize: maxBytes,
        sizeCalculation: (value) => JSON.stringify(value).length
      })
    case "nothing":
      return new Map<string, Value>()
  }
}

const random = seededRandom(1)
const names = Array.from({ length: last }, (_, at) => `field${at}`)

/** A record such as a row of a table: texts and numbers, more of them the later it is written. */
const record = (at: number): Value => {
  const mean = first + (last - first) * Math.max(0, Math.min(1, (at - writes / 4) / (writes / 2)))
  const count = Math.max(1, Math.round(mean * (0.75 + random() / 2)))
  return Object.fromEntries(
    names.slice(0, count).map((name, field) => [name, field % 2 === 0 ? random() : `text ${at} ${random()}`])
  )
}

const inUse = (): number => {
  collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

record(0)
const before = inUse()
const cache = makeCache()
const samples: Array<MemoryData["variants"][number]["samples"][number]> = [[0, 0]]
for (let at = 1; at <= writes; at++) {
  cache.set(`key ${at}`, record(at))
  if (at % every === 0) {
    const bytes = inUse() - before
    samples.push([at, bytes])
    // What has no bound is stopped when that can be seen.
    if (bytes > 8 * maxBytes) break
  }
}
cache.set("last", record(0))
const measured: MemoryData["variants"][number] = { bound, samples }
report(measured)
