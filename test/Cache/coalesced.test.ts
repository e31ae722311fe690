import { assert, describe, it } from "@effect/vitest"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"

interface Counted {
  readonly misses: number
  readonly coalesced: number
  readonly computations: number
}

interface Looking {
  /** Looks a key up, computing what takes a while and then succeeds or fails. */
  readonly lookup: (computed: Effect.Effect<number, string>) => Effect.Effect<unknown, unknown>
  readonly stats: Effect.Effect<Counted>
}

const ways: Readonly<Record<string, Effect.Effect<Looking, unknown, Scope.Scope>>> = {
  "Store.getOrCompute": Effect.map(Store.make<string, number>(), ({ getOrCompute, stats }) => ({
    lookup: (computed) => getOrCompute("a", computed),
    stats
  })),
  "Store.getManyOrCompute": Effect.map(Store.make<string, number>(), ({ getManyOrCompute, stats }) => ({
    lookup: (computed) => getManyOrCompute(["a"], () => Effect.map(computed, (value) => [["a", value] as const])),
    stats
  })),
  "Store.memoize": Effect.map(Store.make<string, number>(), ({ memoize, stats }) => ({
    lookup: (computed) => Effect.flatMap(memoize((_: string) => computed), (lookup) => lookup("a")),
    stats
  })),
  "TtlDict.getOrCompute": Effect.map(TtlDict.make<string, number>(), ({ getOrCompute, stats }) => ({
    lookup: (computed) => getOrCompute("a", computed),
    stats
  })),
  "LeasedStore.acquire": Effect.map(
    LeasedStore.make({ acquire: (_: string) => Effect.succeed(0) }),
    (store) => ({
      lookup: (computed) => store.use("a", Effect.succeed, { acquire: computed }),
      stats: store.stats
    })
  )
}

const run = (looking: Looking, outcomes: ReadonlyArray<"fails" | "succeeds">) =>
  Effect.gen(function*() {
    const fibers = yield* Effect.forEach(outcomes, (outcome) => {
      const computed = outcome === "fails" ? Effect.fail("x") : Effect.succeed(1)
      return Effect.fork(looking.lookup(Effect.delay(computed, 5)))
    })
    const during: Array<Counted> = []
    for (let time = 0; time < outcomes.length * 5; time++) {
      yield* TestClock.adjust(1)
      during.push(yield* looking.stats)
    }
    yield* Effect.forEach(fibers, Fiber.await)
    return { during, after: yield* looking.stats }
  })

describe("misses less coalesced is how many computations lookups have started", () => {
  for (const [name, make] of Object.entries(ways)) {
    for (const failing of [0, 1, 2, 3, 5]) {
      it.scoped(`${name}, where ${failing} of 5 fail`, () =>
        Effect.gen(function*() {
          const outcomes = Array.from({ length: 5 }, (_, at) => at < failing ? "fails" as const : "succeeds" as const)
          const { after, during } = yield* run(yield* make, outcomes)
          for (const { coalesced, computations, misses } of [...during, after]) {
            assert.strictEqual(misses, 5)
            assert.strictEqual(misses - coalesced, computations)
          }
        }))
    }
  }

  it.scoped("Store.getManyOrCompute of many keys, some of which others compute", () =>
    Effect.gen(function*() {
      const { getManyOrCompute, getOrCompute, stats } = yield* Store.make<string, number>()
      const many = getManyOrCompute(
        ["a", "b", "c"],
        (missing) => Effect.delay(Effect.succeed(missing.slice(1).map((key) => [key, 1] as const)), 5)
      )
      const lookups: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        getOrCompute("b", Effect.delay(Effect.fail("x"), 5)),
        many,
        many,
        many
      ]
      const fibers = yield* Effect.forEach(lookups, (lookup) => Effect.fork(lookup))
      yield* TestClock.adjust(100)
      yield* Effect.forEach(fibers, Fiber.await)
      const { coalesced, computations, misses } = yield* stats
      assert.strictEqual(misses, 10)
      assert.strictEqual(misses - coalesced, computations)
    }))
})
