import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Either, Logger, Option, Schema, TestClock } from "effect"
import { type CacheKey, Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

const spaceOf = (options: object) =>
  Keyspace.make("numbers", {
    key: Schema.String,
    value: Schema.Number,
    timeToLive: "1 minute",
    retryAfter: "10 seconds",
    ...options
  })

/** When an old value of a minute is given out: in the last half of its time, or after it. */
const windows = {
  refreshAhead: { from: "40 seconds", options: { refreshAhead: 0.5, staleIfError: "1 minute" } },
  staleWhileRevalidate: { from: "61 seconds", options: { staleWhileRevalidate: "1 hour" } },
  staleIfError: { from: "61 seconds", options: { staleIfError: "1 hour" } }
} as const

const ways = {
  getOrCompute: (cache: S3CacheService, key: CacheKey<string, number>, compute: Effect.Effect<number, string>) =>
    Effect.succeed(cache.getOrCompute(key, compute)),
  memoize: (cache: S3CacheService, key: CacheKey<string, number>, compute: Effect.Effect<number, string>) =>
    Effect.map(cache.memoize(key.space, () => compute), (memoized) => memoized("a")),
  getManyOrCompute: (cache: S3CacheService, key: CacheKey<string, number>, compute: Effect.Effect<number, string>) =>
    Effect.succeed(Effect.map(
      cache.getManyOrCompute([key], () => Effect.map(compute, (value) => [[key, value] as const])),
      ([value]) => Option.getOrThrow(value ?? Option.none())
    ))
}

const source = () => {
  const state = { calls: 0, isDown: true }
  const compute = Effect.suspend((): Effect.Effect<number, string> => {
    state.calls++
    return state.isDown ? Effect.fail("down") : Effect.succeed(state.calls)
  })
  return { state, compute }
}

describe("retryAfter of an S3Cache", () => {
  for (const [way, askOf] of Object.entries(ways)) {
    for (const [window, { from, options }] of Object.entries(windows)) {
      for (const coordination of ["none", "lease"] as const) {
        for (const place of ["memory", "the bucket"]) {
          it.scoped(`${way}, ${window}, ${place}, coordination ${coordination}: what fails is tried once in the time`, () =>
            Effect.gen(function*() {
              const { process } = yield* makeBucket()
              const [one, other] = [yield* process(), yield* process()]
              const Space = spaceOf({ ...options, coordination })
              const key = Space.key("a")
              yield* one.set(key, 0)
              const cache = place === "memory" ? one : other
              // What comes into memory later is refreshed later.
              if (window === "refreshAhead" && place !== "memory") yield* cache.get(key)
              yield* TestClock.adjust(from)
              const { compute, state } = source()
              const asked = yield* askOf(cache, key, compute)
              const ask = Effect.zipLeft(asked, cache.settle({ within: "1 minute" }))
              for (let second = 0; second < 25; second += 3) {
                assert.strictEqual(yield* ask, 0)
                assert.strictEqual(state.calls, 1 + Math.floor(second / 12))
                // What is loaded once more is the same that failed.
                if (second % 2 === 0) yield* cache.getOption(key)
                yield* TestClock.adjust("3 seconds")
              }
              state.isDown = false
              yield* TestClock.adjust("10 seconds")
              yield* ask
              assert.strictEqual(yield* ask, 4)
              yield* until(() => state.calls === 4)
            }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))
        }
      }
    }
  }

  it.scoped("does not concern who refreshes, nor what is set, nor what others have written", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const [cache, other] = [yield* process(), yield* process()]
      const key = spaceOf({ staleIfError: "1 hour", revalidateAfter: "2 seconds" }).key("a")
      const { compute, state } = source()
      yield* cache.set(key, 0)
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* cache.getOrCompute(key, compute), 0)
      assert.deepStrictEqual(yield* Effect.either(cache.refresh(key, compute)), Either.left("down"))
      assert.strictEqual(state.calls, 2)
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* cache.getOrCompute(key, compute), 0)
      assert.strictEqual(state.calls, 2)
      yield* other.set(key, 7)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* cache.getOrCompute(key, compute), 7)
      assert.strictEqual(state.calls, 2)
      yield* TestClock.adjust("61 seconds")
      // Another value: nothing of it has failed.
      assert.strictEqual(yield* cache.getOrCompute(key, compute), 7)
      assert.strictEqual(state.calls, 3)
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))

  it.scoped("ends with staleIfError, with the entry in memory, and where the clock is set back", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const key = spaceOf({ staleIfError: "1 minute", retryAfter: "1 day" }).key("a")
      const { compute, state } = source()
      const expiresAt = (yield* Clock.currentTimeMillis) + 60_000
      yield* cache.set(key, 0)
      yield* TestClock.setTime(expiresAt + 1000)
      assert.strictEqual(yield* cache.getOrCompute(key, compute), 0)
      yield* TestClock.adjust("58 seconds")
      assert.strictEqual(yield* cache.getOrCompute(key, compute), 0)
      assert.strictEqual(state.calls, 1)
      yield* TestClock.setTime(expiresAt + 500)
      assert.strictEqual(yield* cache.getOrCompute(key, compute), 0)
      assert.strictEqual(state.calls, 2)
      yield* TestClock.setTime(expiresAt + 60_000)
      assert.deepStrictEqual(yield* Effect.either(cache.getOrCompute(key, compute)), Either.left("down"))
      assert.strictEqual(state.calls, 3)
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))
})
