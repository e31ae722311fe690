import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Schema, Scope, TestClock } from "effect"
import { Keyspace, type ObjectStore, ObjectStoreError, type S3CacheService } from "effect-aws-cache/S3Store"
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

const Heard = Keyspace.make("heard", { key: Schema.Number, value: Schema.Number, notice: "5 seconds" })
const HeardBehind = Keyspace.make("heard", {
  ...Heard.options,
  key: Schema.Number,
  value: Schema.Number,
  write: "behind"
})

/** A cache over a second level whose journals do not answer for as long as `hangs`, and what is asked of them meanwhile. */
const overHanging = (isInterruptible: boolean) =>
  Effect.gen(function*() {
    const memory = yield* makeMemoryObjectStore
    const state = { hangs: true, writesFail: false, asked: 0 }
    const never = Effect.acquireUseRelease(
      Effect.sync(() => void state.asked++),
      () => isInterruptible ? Effect.never : Effect.uninterruptible(Effect.never),
      () => Effect.sync(() => void state.asked--)
    )
    const unlessHanging = <A, E>(name: string, answer: Effect.Effect<A, E>) =>
      Effect.suspend(() => state.hangs && name.startsWith(".notice/") ? never : answer)
    const lost = (target: string) =>
      new ObjectStoreError({ reason: "Network", operation: "save", target, detail: "reset" })
    const store: ObjectStore = {
      ...memory,
      load: (name, options) => unlessHanging(name, memory.load(name, options)),
      save: (name, body) => state.writesFail ? Effect.fail(lost(name)) : unlessHanging(name, memory.save(name, body)),
      add: (name, body) => unlessHanging(name, memory.add(name, body)),
      replace: (name, body, etag) => unlessHanging(name, memory.replace(name, body, etag))
    }
    const scope = yield* Scope.make()
    const cache = yield* Scope.extend(makeS3CacheService(store), scope)
    return { cache, state, close: Scope.close(scope, Exit.void) }
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

  const leaving: ReadonlyArray<
    readonly [
      what: string,
      (cache: S3CacheService, state: { hangs: boolean; writesFail: boolean }) => Effect.Effect<unknown, unknown>,
      seconds: number
    ]
  > = [
    [
      "a note that nobody waits for any more",
      (cache) =>
        Effect.flatMap(
          Effect.fork(cache.set(Heard.key(1), 1)),
          (setting) => Effect.zipRight(turns(5), Fiber.interrupt(setting))
        ),
      0
    ],
    ["a note of what is written behind", (cache) => cache.set(HeardBehind.key(1), 1), 10],
    ["a removal that waits for its note", (cache) => Effect.fork(cache.invalidate(Heard.key(1))), 0],
    [
      "the note of a write of which nobody knows how it ended",
      (cache, state) =>
        Effect.gen(function*() {
          state.hangs = false
          yield* cache.set(Heard.key(2), 2)
          state.writesFail = true
          const setting = yield* Effect.fork(cache.set(Heard.key(1), 1))
          yield* turns(5)
          state.hangs = true
          yield* Effect.ignore(Fiber.join(setting))
          yield* Effect.fork(cache.set(Heard.key(3), 3))
        }),
      0
    ],
    [
      "a look into the journal ahead of its time",
      (cache, state) =>
        Effect.gen(function*() {
          state.hangs = false
          yield* cache.set(Heard.key(1), 1)
          yield* TestClock.adjust("6 seconds")
          yield* cache.get(Heard.key(1))
          state.hangs = true
          yield* TestClock.adjust("5 seconds")
        }),
      0
    ]
  ]
  for (const [what, leave, seconds] of leaving) {
    it.effect(`leaves nothing to do in a second level that never answers: ${what}`, () =>
      withWarnings(() =>
        Effect.gen(function*() {
          const { cache, close, state } = yield* overHanging(true)
          yield* leave(cache, state)
          yield* turns(5)
          assert.isAbove(state.asked, 0)
          assert.strictEqual(yield* secondsOf(close), seconds)
          yield* turns(5)
          assert.strictEqual(state.asked, 0)
        })
      ))
  }

  for (const behind of [false, true]) {
    it.effect(`takes no longer where that cannot be interrupted, ${behind ? "and something waits" : "whatever waits"}`, () =>
      withWarnings(() =>
        Effect.gen(function*() {
          const { cache, close, state } = yield* overHanging(false)
          yield* Effect.fork(cache.set(behind ? HeardBehind.key(1) : Heard.key(1), 1))
          yield* turns(5)
          assert.strictEqual(state.asked, 1)
          assert.strictEqual(yield* secondsOf(close), 10)
        })
      ))
  }
})
