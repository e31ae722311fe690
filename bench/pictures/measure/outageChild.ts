/**
 * A program that looks entries up at a steady pace, whatever happens to S3.
 */
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { report, task } from "../../lib/childProcess.js"
import { seededRandom } from "../../lib/random.js"
import { median } from "../../lib/statistics.js"
import { zipf } from "../../lib/zipf.js"
import type { OutageData } from "../outage.js"
import { runOnS3, type S3Place } from "./runOnS3.js"

/** What a process is to do. */
export interface OutageTask extends S3Place {
  readonly source: string
  readonly lookupsPerSecond: number
  readonly keys: number
  readonly maxSize: number
  /** Milliseconds. */
  readonly timeout: number
  /** Seconds. */
  readonly lasted: number
}

/** What it came to. */
export type OutageReport = Pick<OutageData, "circuit" | "seconds">

const given = task<OutageTask>()

const Prices = Keyspace.make("prices", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })

const get = (path: string) => Effect.promise(async () => (await fetch(`${given.source}/${path}`)).text())

const program = Effect.gen(function*() {
  // Everything is in S3 already, and the rarest last in memory.
  yield* Effect.forEach(
    Array.from({ length: given.keys }, (_, at) => at),
    (key) => S3Cache.set(Prices.key(key), `price of ${key}`),
    { concurrency: 8, discard: true }
  )
  const order = zipf((given.lasted + 10) * given.lookupsPerSecond, given.keys, 0.99, seededRandom(1))
  const lookup = yield* S3Cache.memoize(Prices, (key) => get(String(key)))
  // What is asked for most often comes into memory.
  const warming = order.subarray(given.lasted * given.lookupsPerSecond)
  yield* Effect.forEach(warming, (key) => lookup(key), { concurrency: 8, discard: true })

  const counts = Array.from({ length: given.lasted }, () => ({
    memory: 0,
    s3: 0,
    computed: 0,
    failed: 0,
    requestsFailed: 0,
    requestsSpared: 0
  }))
  const times = counts.map((): Array<number> => [])
  const circuit: Array<OutageData["circuit"][number]> = []
  yield* get("start")
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  const count = (name: keyof (typeof counts)[number]) => {
    const now = counts[Math.floor(seconds())]
    if (now !== undefined) now[name]++
  }
  yield* Effect.forkScoped(
    Stream.runForEach(yield* Effect.map(S3Cache, (cache) => cache.events), (event) =>
      Effect.sync(() => {
        if (event._tag === "MemoryHit") count("memory")
        if (event._tag === "StoreHit") count("s3")
        if (event._tag === "ComputationEnded") count("computed")
        if (event._tag === "RequestFailed") count("requestsFailed")
        if (event._tag === "RequestRefused") count("requestsSpared")
        if (event._tag === "CircuitOpened") circuit.push([Number(seconds().toFixed(2)), "open"])
        if (event._tag === "CircuitClosed") circuit.push([Number(seconds().toFixed(2)), "closed"])
      }))
  )
  const every = 1000 / given.lookupsPerSecond
  const call = (at: number) =>
    Effect.gen(function*() {
      yield* Effect.sleep(Math.max(0, start + at * every - performance.now()))
      const began = performance.now()
      yield* Effect.catchAllCause(lookup(order[at] ?? 0), () => Effect.sync(() => count("failed")))
      times[Math.floor(at * every / 1000)]?.push(performance.now() - began)
    })
  const calls = Array.from({ length: given.lasted * given.lookupsPerSecond }, (_, at) => call(at))
  yield* Effect.all(calls, { concurrency: "unbounded", discard: true })
  const measured: OutageReport = {
    circuit,
    seconds: counts.map((each, at) => {
      const took = times[at] ?? []
      return {
        ...each,
        median: Number(median(took).toFixed(2)),
        slowest: Number(Math.max(...took).toFixed(1))
      }
    })
  }
  report(measured)
}).pipe(Effect.scoped)

await runOnS3(given, program, {
  maxSize: given.maxSize,
  loadTimeout: given.timeout,
  saveTimeout: given.timeout,
  eventCapacity: 10_000
})
