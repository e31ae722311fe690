import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Schema, Scope, TestClock } from "effect"
import { Keyspace, type ObjectStore } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../../src/S3Store/objects/memoryObjectStore.js"
import { turns } from "../../support/until.js"
import { withWarnings } from "../../support/warningsOf.js"

const Behind = Keyspace.make("behind", { key: Schema.String, value: Schema.Number, write: "behind" })
const Stale = Keyspace.make("stale", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 minute",
  staleWhileRevalidate: "1 hour"
})

/** A cache in a scope, over a second level whose writes wait for something. */
const over = (answer: Effect.Effect<void>, options: Parameters<typeof makeS3CacheService>[1] = {}) =>
  Effect.gen(function*() {
    const memory = yield* makeMemoryObjectStore
    const store: ObjectStore = {
      ...memory,
      save: (...args) => Effect.zipRight(answer, memory.save(...args)),
      add: (...args) => Effect.zipRight(answer, memory.add(...args)),
      replace: (...args) => Effect.zipRight(answer, memory.replace(...args))
    }
    const scope = yield* Scope.make()
    const cache = yield* Scope.extend(makeS3CacheService(store, options), scope)
    return { cache, close: Scope.close(scope, Exit.void), memory }
  })

/** How long something takes that waits for the clock alone, in seconds; it must end within an hour. */
const secondsOf = (effect: Effect.Effect<void>) =>
  Effect.gen(function*() {
    const running = yield* Effect.fork(effect)
    for (let seconds = 0; seconds <= 3600; seconds++) {
      yield* turns(2)
      if (Option.isSome(yield* Fiber.poll(running))) return seconds
      yield* TestClock.adjust("1 second")
    }
    return Number.POSITIVE_INFINITY
  })

describe("closing an S3Cache", () => {
  for (
    const { gracePeriod, seconds } of [
      { gracePeriod: undefined, seconds: 10 },
      { gracePeriod: "3 seconds", seconds: 3 },
      { gracePeriod: 0, seconds: 0 }
    ] as const
  ) {
    it.effect(`ends after ${seconds} seconds over a second level that never answers, and tells what is lost`, () =>
      withWarnings((warnings) =>
        Effect.gen(function*() {
          const { cache, close } = yield* over(Effect.never, gracePeriod === undefined ? {} : { gracePeriod })
          for (let key = 0; key < 20; key++) yield* cache.set(Behind.key(`secret ${key}`), key)
          // Something is computed, and something is refreshed.
          yield* Effect.fork(cache.getOrCompute(Behind.key("computed"), Effect.never))
          yield* Effect.fork(cache.getOrCompute(Stale.key("written"), Effect.succeed(1)))
          yield* turns(2)
          assert.strictEqual(yield* secondsOf(close), seconds)
          const told = warnings().filter((text) => text.includes("closed while 20 entries waited to be written"))
          assert.strictEqual(told.length, 1)
          assert.notInclude(told.join(), "secret")
        })
      ))
  }

  it.effect("writes what waits, and takes no longer than that", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const answered = yield* Deferred.make<void>()
        const { cache, close, memory } = yield* over(Deferred.await(answered))
        for (let key = 0; key < 20; key++) yield* cache.set(Behind.key(String(key)), key)
        const closing = yield* Effect.fork(close)
        yield* TestClock.adjust("9 seconds")
        assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
        yield* Deferred.succeed(answered, undefined)
        yield* Fiber.join(closing)
        assert.deepStrictEqual(warnings(), [])
        const other = yield* makeS3CacheService(memory)
        for (let key = 0; key < 20; key++) assert.strictEqual(yield* other.get(Behind.key(String(key))), key)
      }).pipe(Effect.scoped)
    ))
})
