import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Deferred, Effect, Exit, Fiber, Option, Schema, Stream, TestClock } from "effect"
import { Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { Fault } from "../servers/FaultProxy.js"
import { optionEffect } from "../support/majors.js"
import { eventually, until } from "../support/until.js"
import { withWarnings } from "../support/warningsOf.js"
import { makeBucket } from "./bucketOf.js"

class Gone extends Schema.TaggedError<Gone>()("Gone", { id: Schema.String }) {}
class Offline extends Schema.TaggedError<Offline>()("Offline", {}) {}

type Computation = Effect.Effect<number, Gone | Offline>

const schemas = { key: Schema.String, value: Schema.Number, failure: Gone } as const
const remembering = { ...schemas, timeToLive: "1 minute", failureTimeToLive: "10 minutes" } as const

/** The windows in which an old value is given out, and when a lookup is in it. */
const windows = [
  ["staleIfError", Keyspace.make("answers", { ...remembering, staleIfError: "1 hour" }), "2 minutes"],
  ["staleWhileRevalidate", Keyspace.make("answers", { ...remembering, staleWhileRevalidate: "1 hour" }), "2 minutes"],
  ["refreshAhead", Keyspace.make("answers", { ...remembering, refreshAhead: 0.5 }), "45 seconds"]
] as const

const IfError = windows[0][1]

type Space = typeof IfError

const gone = new Gone({ id: "a" })

/** The ways to ask for a value that may be computed. */
const ways: ReadonlyArray<
  readonly [way: string, ask: (cache: S3CacheService, space: Space, compute: Computation) => Computation]
> = [
  ["getOrCompute", (cache, space, compute) => cache.getOrCompute(space.key("a"), compute)],
  ["memoize", (cache, space, compute) => Effect.flatMap(cache.memoize(space, () => compute), (f) => f("a"))],
  [
    "getManyOrCompute",
    (cache, space, compute) =>
      Effect.flatMap(
        cache.getManyOrCompute([space.key("a")], ([key = space.key("")]) =>
          Effect.map(compute, (value) => [[key, value]])),
        ([value = Option.none()]) =>
          Effect.orDie(optionEffect(value))
      )
  ]
]

/** `getManyOrCompute` asks the first time with `getOption`, which refreshes nothing. */
const asksIn = (window: string) => ways.filter(([way]) => window !== "refreshAhead" || way !== "getManyOrCompute")

/** Asks until the failure has taken the place of the value. */
const answered = (asking: Effect.Effect<unknown, unknown>) =>
  eventually(Effect.map(Effect.exit(asking), Exit.isFailure), "the answer of the source")

const unused = Effect.dieMessage("computed once more")

describe("a failure that the keyspace accepts", () => {
  for (const [window, space, when] of windows) {
    for (const [way, ask] of asksIn(window)) {
      it.scoped(`takes the place of an old value in both levels: ${window}, ${way}`, () =>
        withWarnings((warnings) =>
          Effect.gen(function*() {
            const { process } = yield* makeBucket()
            const [here, there] = [yield* process(), yield* process()]
            yield* here.set(space.key("a"), 1)
            yield* there.get(space.key("a"))
            yield* TestClock.adjust(when)
            let computed = 0
            const compute = Effect.suspend(() => {
              computed++
              return new Gone({ id: "a" })
            })
            yield* answered(ask(here, space, compute))
            for (const [, again] of ways) {
              assert.deepStrictEqual(yield* Effect.flip(again(here, space, unused)), gone)
              assert.deepStrictEqual(yield* Effect.flip(again(yield* process(), space, unused)), gone)
            }
            assert.strictEqual(computed, 1)
            assert.isTrue(Option.isNone(yield* here.getOption(space.key("a"))))
            assert.deepStrictEqual(warnings(), [])
            assert.strictEqual((yield* here.stats).computationFailures, 1)
            yield* TestClock.adjust("10 minutes")
            assert.strictEqual(yield* ask(here, space, Effect.succeed(2)), 2)
            // Who had the old value in memory takes what is there instead.
            yield* answered(Effect.flip(ask(there, space, new Gone({ id: "a" }))))
          })
        ))
    }
  }

  it.scoped("is the answer of a refresh as well", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(IfError.key("a"), 1)
      assert.deepStrictEqual(yield* Effect.flip(cache.refresh(IfError.key("a"), gone)), gone)
      for (const one of [cache, yield* process()]) {
        assert.deepStrictEqual(yield* Effect.flip(one.getOrCompute(IfError.key("a"), unused)), gone)
      }
    }))

  it.scoped("removes the old value where failures are not remembered", () =>
    Effect.gen(function*() {
      const Unremembered = Keyspace.make("unremembered", { ...schemas, timeToLive: "1 minute", staleIfError: "1 hour" })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(Unremembered.key("a"), 1)
      yield* TestClock.adjust("2 minutes")
      const offline = Effect.fail(new Offline())
      assert.strictEqual(yield* cache.getOrCompute(Unremembered.key("a"), offline), 1)
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(Unremembered.key("a"), gone)), gone)
      for (const one of [cache, yield* process()]) {
        assert.instanceOf(yield* Effect.flip(one.getOrCompute(Unremembered.key("a"), offline)), Offline)
      }
    }))

  it.scoped("takes the place of what still waits to be written", () =>
    Effect.gen(function*() {
      const Behind = Keyspace.make("behind", { ...remembering, staleIfError: "1 hour", write: "behind" })
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process({ saveTimeout: "1 hour", loadTimeout: "1 hour", circuitBreaker: false })
      yield* proxy.set(Fault.Refuse())
      yield* cache.set(Behind.key("a"), 1)
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(Behind.key("a"), gone)), gone)
      yield* proxy.set(Fault.Pass())
      yield* cache.flush
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(Behind.key("a"), unused)), gone)
      assert.strictEqual(yield* (yield* process()).getOrCompute(Behind.key("a"), Effect.succeed(2)), 2)
    }))

  for (const failureTimeToLive of ["0 seconds", "10 minutes"] as const) {
    it.scoped(`takes the place of what was written behind its setter (remembered for ${failureTimeToLive})`, () =>
      Effect.gen(function*() {
        const windows = { timeToLive: "1 minute", staleIfError: "1 hour", write: "behind" } as const
        const Behind = Keyspace.make("behind", { ...schemas, ...windows, failureTimeToLive })
        const { process } = yield* makeBucket()
        const cache = yield* process()
        yield* cache.set(Behind.key("a"), 1)
        yield* cache.flush
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(Behind.key("a"), gone)), gone)
        const answer = failureTimeToLive === "0 seconds" ? new Offline() : gone
        for (const one of [cache, yield* process()]) {
          assert.deepStrictEqual(yield* Effect.flip(one.getOrCompute(Behind.key("a"), new Offline())), answer)
        }
      }))
  }

  const WhileRevalidate = windows[1][1]

  it.scoped("takes the place of an old value that memory does not hold", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process({ maxSize: 0 })
      yield* cache.set(WhileRevalidate.key("refreshed"), 1)
      assert.deepStrictEqual(yield* Effect.flip(cache.refresh(WhileRevalidate.key("refreshed"), gone)), gone)
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(WhileRevalidate.key("refreshed"), unused)), gone)
      yield* cache.set(WhileRevalidate.key("a"), 1)
      yield* TestClock.adjust("2 minutes")
      yield* answered(cache.getOrCompute(WhileRevalidate.key("a"), gone))
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(WhileRevalidate.key("a"), unused)), gone)
    }))

  it.scoped("leaves a newer value that waits to be written", () =>
    Effect.gen(function*() {
      const Behind = Keyspace.make("behind", { ...remembering, staleIfError: "1 hour", write: "behind" })
      const store = yield* makeMemoryObjectStore
      const gate = yield* Deferred.make<void>()
      const cache = yield* makeS3CacheService({
        ...store,
        save: (name, body) => Effect.zipRight(Deferred.await(gate), store.save(name, body))
      }, { writeBehind: { concurrency: 1 } })
      yield* Effect.addFinalizer(() => Deferred.succeed(gate, undefined))
      const latch = yield* Deferred.make<number, Gone>()
      let calls = 0
      const slow = yield* Effect.fork(
        Effect.flip(cache.getOrCompute(Behind.key("a"), Effect.suspend(() => (calls++, Deferred.await(latch)))))
      )
      yield* until(() => calls === 1)
      yield* TestClock.adjust("1 second")
      yield* cache.set(Behind.key("others wait for this one"), 0)
      const memoized = yield* cache.memoize(Behind, () => Effect.succeed(2))
      assert.strictEqual(yield* memoized("a"), 2)
      yield* Deferred.fail(latch, gone)
      assert.deepStrictEqual(yield* Fiber.join(slow), gone)
      yield* Deferred.succeed(gate, undefined)
      yield* cache.flush
      for (const one of [cache, yield* makeS3CacheService(store)]) {
        assert.strictEqual(yield* one.getOrCompute(Behind.key("a"), unused), 2)
      }
    }))

  it.scoped("leaves what another process has written meanwhile, whose clock is behind", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [here, there] = [yield* makeS3CacheService(store), yield* makeS3CacheService(store)]
      yield* TestClock.setTime(3_600_000)
      yield* here.set(IfError.key("a"), 1)
      const latch = yield* Deferred.make<number, Gone>()
      let calls = 0
      const slow = yield* Effect.fork(
        Effect.flip(here.refresh(IfError.key("a"), Effect.suspend(() => (calls++, Deferred.await(latch)))))
      )
      yield* until(() => calls === 1)
      yield* TestClock.setTime(3_600_000 - 2000)
      yield* there.set(IfError.key("a"), 2)
      yield* TestClock.setTime(3_600_000 + 2000)
      yield* Deferred.fail(latch, gone)
      assert.deepStrictEqual(yield* Fiber.join(slow), gone)
      for (const one of [here, there, yield* makeS3CacheService(store)]) {
        assert.strictEqual(yield* one.getOrCompute(IfError.key("a"), unused), 2)
      }
    }))

  it.scoped("is remembered in memory while the second level cannot be asked", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(IfError.key("a"), 1)
      yield* TestClock.adjust("2 minutes")
      yield* proxy.set(Fault.Refuse())
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(IfError.key("a"), gone)), gone)
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(IfError.key("a"), unused)), gone)
    }))

  it.scoped("is remembered in memory where conditions are not honoured, and the old value is removed for all", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket({}, { conditionalWrites: false })
      const cache = yield* process()
      yield* cache.set(IfError.key("a"), 1)
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(IfError.key("a"), gone)), gone)
      assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(IfError.key("a"), unused)), gone)
      const other = yield* process()
      assert.instanceOf(yield* Effect.flip(other.getOrCompute(IfError.key("a"), new Offline())), Offline)
    }))

  it.scoped("leaves what another process has written meanwhile", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const [here, there] = [yield* process(), yield* process()]
      yield* here.set(IfError.key("a"), 1)
      yield* TestClock.adjust("2 minutes")
      const latch = yield* Deferred.make<number, Gone>()
      let calls = 0
      const slow = yield* Effect.fork(
        Effect.flip(here.getOrCompute(IfError.key("a"), Effect.suspend(() => (calls++, Deferred.await(latch)))))
      )
      yield* until(() => calls === 1)
      yield* TestClock.adjust("1 second")
      yield* there.set(IfError.key("a"), 2)
      yield* Deferred.fail(latch, gone)
      assert.deepStrictEqual(yield* Fiber.join(slow), gone)
      for (const one of [here, there, yield* process()]) {
        assert.strictEqual(yield* one.getOrCompute(IfError.key("a"), unused), 2)
      }
    }))

  it.scoped("is one answer for all processes under a lease", () =>
    Effect.gen(function*() {
      const Leased = Keyspace.make("leased", { ...remembering, staleIfError: "1 hour", coordination: "lease" })
      const { process } = yield* makeBucket({}, {})
      const [here, there] = [yield* process(), yield* process()]
      yield* here.set(Leased.key("a"), 1)
      yield* there.get(Leased.key("a"))
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* Effect.flip(here.getOrCompute(Leased.key("a"), gone)), gone)
      for (const one of [here, there]) {
        assert.deepStrictEqual(yield* Effect.flip(one.getOrCompute(Leased.key("a"), unused)), gone)
      }
    }))
})

describe("any other failure, and a defect", () => {
  const failures: ReadonlyArray<readonly [what: string, compute: Computation, told: RegExp]> = [
    ["a failure", new Offline(), /^computing answers\("a"\) anew failed, so its old value is given out: /],
    ["a defect", Effect.die(new TypeError("no such field")), /anew died.*: TypeError: no such field at /]
  ]
  for (const [window, space, when] of windows) {
    for (const [what, compute, told] of failures) {
      for (const [way, ask] of asksIn(window)) {
        it.scoped(`leave the old value, and are told and counted: ${what}, ${window}, ${way}`, () =>
          withWarnings((warnings) =>
            Effect.gen(function*() {
              const { process } = yield* makeBucket()
              const cache = yield* process()
              yield* cache.set(space.key("a"), 1)
              yield* TestClock.adjust(when)
              assert.strictEqual(yield* ask(cache, space, compute), 1)
              yield* until(() => warnings().length > 0)
              assert.match(warnings()[0] ?? "", told)
              assert.strictEqual(yield* ask(cache, space, compute), 1)
              assert.strictEqual(warnings().length, 1)
              assert.isAbove((yield* cache.stats).computationFailures, 0)
            })
          ))
      }
    }
  }

  it.scoped("are told where memory does not hold the old value", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process({ maxSize: 0 })
        const space = windows[1][1]
        yield* cache.set(space.key("a"), 1)
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual(yield* cache.getOrCompute(space.key("a"), new Offline()), 1)
        yield* until(() => warnings().length > 0)
        assert.match(warnings()[0] ?? "", /^computing answers\("a"\) anew failed, so its old value is given out: /)
      })
    ))

  it.scoped("are events with their cause, and no warning where the caller of a refresh gets them", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        yield* cache.set(IfError.key("a"), 1)
        const ended = yield* Effect.fork(
          cache.events.pipe(
            Stream.filter((event) => event._tag === "ComputationEnded"),
            Stream.map(({ cause }) => cause),
            Stream.take(2),
            Stream.runCollect
          )
        )
        yield* Effect.repeatN(Effect.yieldNow(), 20)
        const offline = new Offline()
        assert.strictEqual(yield* Effect.flip(cache.refresh(IfError.key("a"), offline)), offline)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(cache.refresh(IfError.key("a"), Effect.die("bug")))))
        assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(ended)), [Cause.fail(offline), Cause.die("bug")])
        assert.deepStrictEqual(warnings(), [])
      })
    ))
})
