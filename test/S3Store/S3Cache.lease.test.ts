import { assert, describe, it } from "@effect/vitest"
import { Deferred, type Duration, Effect, Fiber, Option, Schema, TestClock } from "effect"
import { Keyspace, type ObjectStore, type S3CacheService } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { Fault } from "../servers/FaultProxy.js"
import * as S3Server from "../servers/S3Server.js"
import { eventually, until } from "../support/until.js"
import { warnings } from "../support/warnings.js"
import { makeBucket } from "./bucketOf.js"

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, coordination: "lease" })
const leaseOf = (key: string) => `${Numbers.key(key).objectName}.run`

/** Turns the clock, step by step, until a fiber is done: others wait for time to pass meanwhile. */
const turning = <A, E>(fiber: Fiber.RuntimeFiber<A, E>, step: Duration.DurationInput = "50 millis") =>
  Effect.zipRight(
    eventually(Effect.zipRight(TestClock.adjust(step), Effect.map(Fiber.poll(fiber), Option.isSome))),
    Fiber.join(fiber)
  )

/** Lets the test decide when each computation ends. */
const controlled = () => {
  const running: Array<Deferred.Deferred<number, string>> = []
  return {
    running,
    compute: (_: string) =>
      Effect.flatMap(Deferred.make<number, string>(), (result) => {
        running.push(result)
        return Deferred.await(result)
      }),
    end: (at: number, result: Effect.Effect<number, string>) =>
      Effect.suspend(() => {
        const deferred = running[at]
        return deferred === undefined ? Effect.dieMessage(`computation ${at} is not running`) : Deferred.complete(
          deferred,
          result
        )
      })
  }
}

/** Some servers ignore the condition on which a lease is removed; there one that has ended stays. */
const isFree = (store: ObjectStore, name: string) =>
  Effect.map(store.load(name), (found) =>
    found._tag === "Absent" ||
    (!S3Server.isEmbedded && found._tag === "Found" && Buffer.from(found.body).toString().includes("\"expires\":0")))

const taken = (cache: S3CacheService) => Effect.map(cache.stats, ({ leases }) => leases)

describe("coordination: \"lease\"", () => {
  it.scoped("of several processes one computes, and the others wait for its result", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const caches = yield* Effect.all(Array.from({ length: 4 }, () => process()))
      const { compute, end, running } = controlled()
      const fibers = yield* Effect.forEach(
        caches,
        (cache) => Effect.flatMap(cache.memoize(Numbers, compute), (lookup) => Effect.fork(lookup("a")))
      )
      yield* until(() => running.length === 1)
      yield* eventually(
        Effect.map(Effect.all(caches.map(taken)), (all) => all.reduce((sum, { awaited }) => sum + awaited, 0) === 3)
      )
      yield* TestClock.adjust("2 seconds")
      yield* end(0, Effect.succeed(7))
      for (const fiber of fibers) assert.strictEqual(yield* turning(fiber), 7)
      assert.strictEqual(running.length, 1)
    }))

  it.scoped("the lease is given back: nothing is left beside the entry", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const cache = yield* process()
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(1))
      yield* lookup("a")
      assert.isTrue(yield* isFree(direct, leaseOf("a")))
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("a")), 1)
    }))

  it.scoped("a failure, a defect or an interruption gives it back, and the next one computes", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      const { compute, end, running } = controlled()
      const [here, there] = [yield* one.memoize(Numbers, compute), yield* other.memoize(Numbers, compute)]
      const failing = yield* Effect.fork(Effect.flip(here("a")))
      yield* until(() => running.length === 1)
      const waiting = yield* Effect.fork(there("a"))
      yield* eventually(Effect.map(taken(other), ({ awaited }) => awaited === 1))
      yield* end(0, Effect.fail("broken"))
      assert.strictEqual(yield* turning(failing), "broken")
      yield* eventually(Effect.zipRight(TestClock.adjust("50 millis"), Effect.sync(() => running.length === 2)))
      yield* Fiber.interrupt(waiting)
      assert.isTrue(yield* isFree(direct, leaseOf("a")))
      const last = yield* Effect.fork(here("a"))
      yield* until(() => running.length === 3)
      yield* end(2, Effect.succeed(3))
      assert.strictEqual(yield* turning(last), 3)
    }))

  it.scoped("while it computes the owner renews its lease, however long it takes", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const [one, other] = [yield* process({ leaseTime: "3 seconds" }), yield* process({ leaseTime: "3 seconds" })]
      const renewals = () =>
        requests().filter(({ method, name, status }) => method === "PUT" && name === leaseOf("a") && status === 200)
          .length - 1
      const { compute, end, running } = controlled()
      const here = yield* Effect.fork(
        Effect.flatten(Effect.map(one.memoize(Numbers, compute), (lookup) => lookup("a")))
      )
      yield* until(() => running.length === 1)
      const there = yield* Effect.fork(
        Effect.flatten(Effect.map(other.memoize(Numbers, compute), (lookup) => lookup("a")))
      )
      yield* eventually(Effect.map(taken(other), ({ awaited }) => awaited === 1))
      for (let second = 1; second <= 60; second++) {
        yield* TestClock.adjust("1 seconds")
        yield* until(() => renewals() === second)
      }
      assert.strictEqual(running.length, 1)
      yield* end(0, Effect.succeed(1))
      assert.strictEqual(yield* turning(here), 1)
      assert.strictEqual(yield* turning(there), 1)
      assert.strictEqual((yield* taken(one)).lost, 0)
    }))

  it.scoped("a dead owner is replaced within the lease time, whatever its clock showed", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const cache = yield* process()
      // By the clock of its owner, this lease ends in a year.
      const body = { format: 1, owner: "dead", term: 5000, expires: 365 * 86_400_000 }
      yield* direct.save(leaseOf("a"), Buffer.from(JSON.stringify(body)))
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(1))
      const fiber = yield* Effect.fork(lookup("a"))
      yield* eventually(Effect.map(taken(cache), ({ awaited }) => awaited === 1))
      const started = yield* TestClock.currentTimeMillis
      assert.strictEqual(yield* turning(fiber, "250 millis"), 1)
      assert.isAtMost((yield* TestClock.currentTimeMillis) - started, 10_000)
      assert.isAtLeast((yield* TestClock.currentTimeMillis) - started, 5_000)
    }))

  it.scoped("of several that find a dead owner one computes", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const caches = yield* Effect.all(Array.from({ length: 8 }, () => process()))
      yield* direct.save(
        leaseOf("a"),
        Buffer.from(JSON.stringify({ format: 1, owner: "dead", term: 5000, expires: -1 }))
      )
      let calls = 0
      const compute = () => Effect.sync(() => ++calls)
      const fibers = yield* Effect.forEach(
        caches,
        (cache) => Effect.flatMap(cache.memoize(Numbers, compute), (lookup) => Effect.fork(lookup("a")))
      )
      for (const fiber of fibers) assert.strictEqual(yield* turning(fiber), 1)
      assert.strictEqual(calls, 1)
    }))

  it.scoped("an owner that was too slow does not overwrite what its successor wrote", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const slow = yield* process({ leaseTime: "3 seconds", circuitBreaker: false })
      const { compute, end, running } = controlled()
      const here = yield* Effect.fork(
        Effect.flatten(Effect.map(slow.memoize(Numbers, compute), (lookup) => lookup("a")))
      )
      yield* until(() => running.length === 1)
      // It cannot renew, as if it were stopped.
      yield* proxy.set(Fault.Refuse())
      yield* TestClock.adjust("4 seconds")
      yield* proxy.set(Fault.Pass())
      const successor = yield* process({ leaseTime: "3 seconds" })
      const there = yield* Effect.fork(
        Effect.flatten(Effect.map(successor.memoize(Numbers, () => Effect.succeed(2)), (lookup) => lookup("a")))
      )
      assert.strictEqual(yield* turning(there), 2)
      yield* end(0, Effect.succeed(1))
      assert.strictEqual(yield* turning(here), 1, "its own callers get what it computed")
      assert.strictEqual((yield* taken(slow)).lost, 1)
      assert.strictEqual(yield* slow.get(Numbers.key("a")), 2, "but nobody after them")
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("a")), 2)
    }))

  it.scoped("when the second level does not answer, each process computes for itself", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process()
      yield* proxy.set(Fault.Refuse())
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(1))
      assert.strictEqual(yield* lookup("a"), 1)
    }))

  it.scopedLive("a lease asks for no more time than its requests take, and for no more than saveTimeout", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const cache = yield* makeS3CacheService(store, { loadTimeout: "1 hour", saveTimeout: "1 hour" })
      assert.strictEqual(yield* cache.getOrCompute(Numbers.key("a"), Effect.succeed(1)), 1)
      const hung = yield* makeS3CacheService(
        { ...store, add: () => Effect.never },
        { loadTimeout: "10 millis", saveTimeout: "10 millis" }
      )
      assert.strictEqual(yield* hung.getOrCompute(Numbers.key("b"), Effect.succeed(2)), 2)
    }))

  it.scoped("over a store that ignores conditions, a cache with leases is refused, and a keyspace does without", () => {
    const { logger, messages } = warnings()
    return Effect.gen(function*() {
      const { process } = yield* makeBucket({}, { conditionalWrites: false })
      const error = yield* Effect.flip(process({ coordination: "lease" }))
      assert.strictEqual(error._tag, "CacheConfigError")
      assert.include(error.message, "coordination is \"lease\", but must be \"none\": the store ignores conditions")
      const cache = yield* process()
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(1))
      for (const key of ["a", "b", "c"]) assert.strictEqual(yield* lookup(key), 1)
      assert.strictEqual(yield* cache.getOrCompute(Numbers.key("d"), Effect.succeed(4)), 4)
      assert.deepStrictEqual(
        yield* cache.getManyOrCompute(
          [Numbers.key("e")],
          (keys) => Effect.succeed(keys.map((key) => [key, 5] as const))
        ),
        [Option.some(5)]
      )
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("a")), 1, "what was computed is written")
      assert.lengthOf(messages(), 1)
      assert.include(messages()[0], "coordination: \"lease\" cannot be had")
    }).pipe(Effect.provide(logger))
  })

  for (const operation of ["add", "load", "replace", "removeIfMatch"] as const) {
    it.scoped(`a store whose ${operation} of a lease ends unexpectedly takes no value from its caller`, () =>
      Effect.gen(function*() {
        const store = yield* makeMemoryObjectStore
        const dies = (name: string) => name.endsWith(".run") ? Effect.die(new Error("a mistake")) : undefined
        const broken: ObjectStore = {
          ...store,
          load: (name, options) => (operation === "load" ? dies(name) : undefined) ?? store.load(name, options),
          add: (name, body) => (operation === "add" ? dies(name) : undefined) ?? store.add(name, body),
          replace: (name, body, etag) =>
            (operation === "replace" ? dies(name) : undefined) ?? store.replace(name, body, etag),
          removeIfMatch: (name, etag) =>
            (operation === "removeIfMatch" ? dies(name) : undefined) ?? store.removeIfMatch(name, etag)
        }
        yield* store.save(leaseOf("b"), Buffer.from("rubbish"))
        const cache = yield* makeS3CacheService(broken, { leaseTime: "1 second" })
        let calls = 0
        const lookup = yield* cache.memoize(Numbers, () => Effect.delay(Effect.sync(() => ++calls), "3 seconds"))
        assert.strictEqual(yield* turning(yield* Effect.fork(lookup("a"))), 1)
        assert.strictEqual(yield* turning(yield* Effect.fork(lookup("b"))), 2)
        assert.strictEqual(calls, 2)
      }).pipe(Effect.provide(warnings().logger)))
  }

  it.scoped("an entry that has expired is replaced under a lease, and so is rubbish", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket({ conditionalDeletes: "off" })
      const cache = yield* process({ timeToLive: "10 seconds" })
      let calls = 0
      const lookup = yield* cache.memoize(Numbers, () => Effect.sync(() => ++calls))
      yield* lookup("a")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* turning(yield* Effect.fork(lookup("a"))), 2)
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("a")), 2)
      yield* direct.save(Numbers.key("b").objectName, Buffer.from("rubbish"))
      assert.strictEqual(yield* turning(yield* Effect.fork(lookup("b"))), 3)
      assert.deepStrictEqual(yield* (yield* process()).getOption(Numbers.key("b")), Option.some(3))
    }))

  const Ahead = Keyspace.make("ahead", {
    key: Schema.String,
    value: Schema.Number,
    timeToLive: "10 seconds",
    refreshAhead: 0.5,
    coordination: "lease"
  })
  const old = Ahead.key("a")
  const looks: Record<string, (cache: S3CacheService) => Effect.Effect<unknown, unknown>> = {
    getOption: (cache) => cache.getOption(old),
    has: (cache) => cache.has(old),
    get: (cache) => Effect.flip(cache.get(old)),
    getMany: (cache) => cache.getMany([old]),
    purge: (cache) => cache.purge(Ahead)
  }
  const begins: Record<
    string,
    (cache: S3CacheService, compute: Effect.Effect<number, string>) => Effect.Effect<unknown, unknown>
  > = {
    getOrCompute: (cache, compute) => cache.getOrCompute(old, compute),
    memoize: (cache, compute) => Effect.flatMap(cache.memoize(Ahead, () => compute), (lookup) => lookup("a")),
    refresh: (cache, compute) => cache.refresh(old, compute)
  }
  for (const [begun, begin] of Object.entries(begins)) {
    for (const [looked, look] of Object.entries(looks)) {
      for (const who of ["its own process", "another process"]) {
        it.scoped(`what ${begun} computes ahead is kept, though ${who} looks by ${looked} after the old value expired`, () =>
          Effect.gen(function*() {
            const { process } = yield* makeBucket()
            const [one, other] = [yield* process(), yield* process()]
            const { compute, end, running } = controlled()
            yield* one.set(old, 1)
            yield* TestClock.adjust("8 seconds")
            const computing = yield* Effect.fork(begin(one, compute("a")))
            yield* until(() => running.length === 1)
            yield* TestClock.adjust("3 seconds")
            yield* look(who === "another process" ? other : one)
            yield* end(0, Effect.succeed(2))
            yield* turning(computing)
            yield* turning(yield* Effect.fork(one.settle({ within: "5 seconds" })))
            assert.strictEqual(yield* one.get(old), 2)
            assert.strictEqual(yield* (yield* process()).get(old), 2)
            assert.strictEqual((yield* taken(one)).lost, 0)
            assert.strictEqual(running.length, 1)
          }))
      }
    }
    it.scoped(`what another process removes before it expired stays removed, though ${begun} computes it`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [one, other] = [yield* process(), yield* process()]
        const { compute, end, running } = controlled()
        yield* one.set(old, 1)
        yield* TestClock.adjust("8 seconds")
        const computing = yield* Effect.fork(begin(one, compute("a")))
        yield* until(() => running.length === 1)
        yield* other.remove(old)
        yield* end(0, Effect.succeed(2))
        yield* turning(computing)
        yield* turning(yield* Effect.fork(one.settle({ within: "1 second" })))
        assert.isTrue(Option.isNone(yield* (yield* process()).getOption(old)))
        assert.strictEqual((yield* taken(one)).lost, 1)
      }))
  }
})
