import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Random, TestClock } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"
import { withLead } from "../../../src/Cache/store/refreshLead.js"

const keys = Array.from({ length: 200 }, (_, at) => at)
const mean = (numbers: ReadonlyArray<number>) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

/** Looks every key up five times a second towards the end of a minute, their time to live; each computation takes a second. */
const leads = (
  lookup: (key: number, compute: Effect.Effect<number>) => Effect.Effect<number>
) =>
  Effect.gen(function*() {
    const begun = new Map<number, Array<number>>()
    let now = 0
    const compute = (key: number) =>
      Effect.suspend(() => {
        begun.set(key, [...(begun.get(key) ?? []), now])
        return Effect.as(Effect.sleep("1 second"), key)
      })
    const lookAll = Effect.forEach(keys, (key) => lookup(key, compute(key)), {
      concurrency: "unbounded",
      discard: true
    })
    const first = yield* Effect.fork(lookAll)
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(first)
    yield* TestClock.adjust("44 seconds")
    for (now = 45_000; now < 61_000; now += 200) {
      yield* lookAll
      yield* TestClock.adjust(200)
    }
    return keys.map((key) => 61_000 - (begun.get(key)?.[1] ?? 61_000))
  })

describe("refreshAhead: \"probabilistic\"", () => {
  const makes = {
    Store: Store.make<number, number>,
    TtlDict: TtlDict.make<number, number>
  }
  for (const [name, make] of Object.entries(makes)) {
    for (const [refreshAhead, beta] of [["probabilistic", 1], [{ beta: 3 }, 3]] as const) {
      it.scoped(`${name}: before the end, by ${beta} times what the computation took on average`, () =>
        Effect.gen(function*() {
          const store = yield* make({ timeToLive: "1 minute", refreshAhead, maxSize: 1000 })
          const found = yield* leads(store.getOrCompute)
          assert.closeTo(mean(found), 1000 * beta, 150 * beta)
          // An exponential variate: its deviation is as large as its mean, and it is above twice the mean once in seven.
          assert.closeTo(found.filter((lead) => lead > 2000 * beta).length / keys.length, Math.exp(-2), 0.05)
        }).pipe(Effect.withRandom(Random.make("lead"))))
    }
  }

  it.scoped("not for what was set, lives for ever, or took no time", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ refreshAhead: "probabilistic", timeToLive: "1 minute" })
      let computed = 0
      const compute = Effect.sync(() => ++computed)
      yield* store.set("set", 0)
      yield* store.getOrCompute("quick", compute)
      const slowly = yield* Effect.fork(
        store.getOrCompute("for ever", Effect.delay(compute, "1 second"), { timeToLive: Number.POSITIVE_INFINITY })
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(slowly)
      assert.strictEqual(computed, 2)
      yield* TestClock.adjust("58999 millis")
      for (const key of ["set", "for ever"]) yield* store.getOrCompute(key, compute)
      yield* Effect.yieldNow()
      assert.strictEqual(computed, 2)
    }))

  it.effect("draws the same as a lookup that draws each time would, and nothing where it is off", () =>
    Effect.gen(function*() {
      const drawn = yield* Effect.replicateEffect(withLead({ beta: 2 }, Effect.succeed), 10_000)
      assert.closeTo(mean(drawn), 2, 0.1)
      assert.isTrue(drawn.every((times) => times >= 0 && Number.isFinite(times)))
      assert.strictEqual(yield* withLead({ beta: 0 }, Effect.succeed), 0)
    }).pipe(Effect.withRandom(Random.make("draws"))))
})
