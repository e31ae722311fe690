import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Random, Schema, TestClock } from "effect"
import { Keyspace, type S3CacheOptions } from "effect-aws-cache/S3Store"
import { until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

/**
 * So many processes look one key up four times a second, whose computation takes a second and which lives for 20: how many
 * computations there were, by the periods that they began in, and how many lookups had to wait.
 */
const periodsOf = (
  processes: number,
  periods: number,
  options: Pick<S3CacheOptions, "refreshAhead" | "coordination">
) =>
  Effect.gen(function*() {
    const Space = Keyspace.make("slow", {
      key: Schema.String,
      value: Schema.Number,
      timeToLive: "20 seconds",
      ...options
    })
    const key = Space.key("a")
    const { process } = yield* makeBucket()
    const caches = yield* Effect.replicateEffect(process(), processes)
    let now = 0
    const begun: Array<number> = []
    const compute = Effect.suspend(() => Effect.as(Effect.sleep("1 second"), begun.push(now)))
    const [first] = caches
    if (first === undefined) return { computed: [], waited: 0 }
    const starting = yield* Effect.fork(first.getOrCompute(key, compute))
    yield* until(() => begun.length === 1)
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(starting)
    let waiting = 0
    let waited = 0
    for (now = 1000; now < 1000 + periods * 18_000; now += 250) {
      yield* Effect.forEach(caches, (cache) =>
        Effect.suspend(() => {
          const asked = now
          waiting++
          return Effect.map(cache.getOrCompute(key, compute), () => {
            waiting--
            if (now > asked) waited++
          })
        }).pipe(Effect.forkScoped))
      yield* Effect.yieldNow()
      yield* TestClock.adjust(250)
    }
    yield* TestClock.adjust("1 minute")
    yield* until(() => waiting === 0)
    const computed: Array<number> = []
    let last = Number.NEGATIVE_INFINITY
    for (const at of begun.slice(1)) {
      if (at - last > 5000) computed.push(0)
      computed[computed.length - 1] = (computed.at(-1) ?? 0) + 1
      last = at
    }
    return { computed, waited }
  })
const mean = (numbers: ReadonlyArray<number>) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

describe("refreshAhead: \"probabilistic\" of many processes", () => {
  for (const processes of [10, 50]) {
    for (const coordination of ["none", "lease"] as const) {
      it.scoped(`${processes}, coordination ${coordination}: few refresh, and nobody waits`, () =>
        Effect.gen(function*() {
          const { computed, waited } = yield* periodsOf(processes, 8, { refreshAhead: "probabilistic", coordination })
          assert.isAtLeast(computed.length, 6)
          assert.isBelow(waited, processes * 8 * 72 / 100)
          if (coordination === "lease") assert.deepStrictEqual(new Set(computed), new Set([1]))
          else assert.isBelow(mean(computed), 4)
        }).pipe(Effect.withRandom(Random.make(`${processes} processes`))))
    }
  }
})
