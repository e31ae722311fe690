import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Exit, Fiber, Option, TestClock } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"

const makes = {
  Store: Store.make<string, number, never>,
  TtlDict: TtlDict.make<string, number, never>
}

/** When an old value of a minute is given out: in the last half of its time, or after it. */
const windows = {
  refreshAhead: { from: "40 seconds", options: { refreshAhead: 0.5, staleIfError: "1 minute" } },
  staleWhileRevalidate: { from: "61 seconds", options: { staleWhileRevalidate: "1 hour" } },
  staleIfError: { from: "61 seconds", options: { staleIfError: "1 hour" } }
} as const

const ways = ["getOrCompute", "memoize", "getManyOrCompute"] as const

const source = () => {
  const state = { calls: 0, isDown: true, dies: false }
  const compute = Effect.suspend((): Effect.Effect<number, string> => {
    state.calls++
    if (!state.isDown) return Effect.succeed(state.calls)
    return state.dies ? Effect.die("broken") : Effect.fail("down")
  })
  return { state, compute }
}

for (const [name, make] of Object.entries(makes)) {
  describe(`retryAfter: ${name}`, () => {
    const aged = (options: object, from: "40 seconds" | "61 seconds") =>
      Effect.gen(function*() {
        const store = yield* make({ timeToLive: "1 minute", retryAfter: "10 seconds", ...options })
        const { compute, state } = source()
        const memoized = yield* store.memoize((_: string) => compute)
        yield* store.set("a", 0)
        yield* TestClock.adjust(from)
        const asks = {
          getOrCompute: store.getOrCompute("a", compute),
          memoize: memoized("a"),
          getManyOrCompute: Effect.flatMap(
            store.getManyOrCompute(["a"], () => Effect.map(compute, (value) => [["a", value] as const])),
            ([value]) => Effect.succeed(Option.getOrThrow(value ?? Option.none()))
          )
        }
        const ask = (way: typeof ways[number]) => Effect.zipLeft(asks[way], Effect.repeatN(Effect.yieldNow(), 10))
        return { ask, compute, state, store }
      })

    for (const way of ways) {
      for (const [window, { from, options }] of Object.entries(windows)) {
        for (const dies of [false, true]) {
          it.scoped(`${way}, ${window}: what ${dies ? "dies" : "fails"} is tried once in the time, and nobody fails`, () =>
            Effect.gen(function*() {
              const { ask, state } = yield* aged(options, from)
              state.dies = dies
              const calls: Array<number> = []
              for (let second = 0; second < 25; second++) {
                assert.strictEqual(yield* ask(way), 0)
                calls.push(state.calls)
                yield* TestClock.adjust("1 second")
              }
              assert.deepStrictEqual(calls, Array.from(calls, (_, second) => 1 + Math.floor(second / 10)))
              // It is there again: that is noticed in the same time.
              state.isDown = false
              for (let second = 25; second < 30; second++) {
                assert.strictEqual(yield* ask(way), 0)
                yield* TestClock.adjust("1 second")
              }
              yield* ask(way)
              assert.strictEqual(yield* ask(way), 4)
            }))
        }
      }
    }

    it.scoped("does not concern who refreshes, nor what is written, nor what is let expire", () =>
      Effect.gen(function*() {
        const { ask, compute, state, store } = yield* aged({ staleIfError: "1 hour" }, "61 seconds")
        assert.strictEqual(yield* ask("getOrCompute"), 0)
        assert.deepStrictEqual(yield* Effect.either(store.refresh("a", compute)), Either.left("down"))
        assert.strictEqual(state.calls, 2)
        yield* TestClock.adjust("9 seconds")
        // It has failed once more.
        assert.strictEqual(yield* ask("getOrCompute"), 0)
        assert.strictEqual(state.calls, 2)
        yield* store.set("a", 7)
        yield* store.expire("a")
        assert.strictEqual(yield* ask("getOrCompute"), 7)
        assert.strictEqual(state.calls, 3)
      }))

    it.scoped("ends with staleIfError, and where the clock is set back", () =>
      Effect.gen(function*() {
        const { ask, state } = yield* aged({ staleIfError: "1 minute", retryAfter: "1 day" }, "61 seconds")
        assert.strictEqual(yield* ask("getOrCompute"), 0)
        yield* TestClock.adjust("58 seconds")
        assert.strictEqual(yield* ask("getOrCompute"), 0)
        assert.strictEqual(state.calls, 1)
        yield* TestClock.setTime(60_500)
        assert.strictEqual(yield* ask("getOrCompute"), 0)
        assert.strictEqual(state.calls, 2)
        yield* TestClock.adjust("60 seconds")
        assert.deepStrictEqual(yield* Effect.exit(ask("getOrCompute")), Exit.fail("down"))
        assert.strictEqual(state.calls, 3)
      }))

    it.scoped("is off by default: each lookup computes", () =>
      Effect.gen(function*() {
        const { ask, state } = yield* aged({ staleIfError: "1 hour", retryAfter: undefined }, "61 seconds")
        for (let nth = 1; nth <= 3; nth++) {
          assert.strictEqual(yield* ask("getOrCompute"), 0)
          assert.strictEqual(state.calls, nth)
        }
      }))

    it.scoped("does not count what is interrupted", () =>
      Effect.gen(function*() {
        const { store } = yield* aged({ staleIfError: "1 hour" }, "61 seconds")
        let calls = 0
        const never = Effect.suspend(() => {
          calls++
          return Effect.never
        })
        for (let nth = 1; nth <= 2; nth++) {
          yield* Effect.timeoutOption(store.getOrCompute("a", never), "1 second").pipe(
            Effect.fork,
            Effect.zipLeft(TestClock.adjust("1 second")),
            Effect.flatMap(Fiber.await)
          )
          assert.strictEqual(calls, nth)
        }
      }))
  })
}
