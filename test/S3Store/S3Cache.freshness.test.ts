import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Duration, Effect, Exit, Fiber, Option, Random, Schema, TestClock } from "effect"
import { Keyspace, ObjectStoreError } from "effect-aws-cache/S3Store"
import { Fault } from "../servers/FaultProxy.js"
import { eventually, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

class Unknown extends Schema.TaggedError<Unknown>()("Unknown", { name: Schema.String }) {}
class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {}

/** A function whose results the test decides, and which counts its calls. */
const source = <E = never>(...results: ReadonlyArray<Effect.Effect<number, E>>) => {
  let calls = 0
  return {
    calls: () => calls,
    compute: (_: string): Effect.Effect<number, E> =>
      Effect.suspend(() => results[Math.min(calls++, results.length - 1)] ?? Effect.dieMessage("no result"))
  }
}

const numbers = (results: number) => source(...Array.from({ length: results }, (_, at) => Effect.succeed(at + 1)))

describe("freshness of an S3Cache", () => {
  it.scoped("jitter: entries written together do not expire together, and never live longer", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("jittered", {
        key: Schema.Number,
        value: Schema.Number,
        timeToLive: "100 seconds",
        jitter: 0.5
      })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* Effect.forEach(Array.from({ length: 20 }, (_, n) => n), (n) => cache.set(Space.key(n), n))
      const alive = Effect.map(
        Effect.forEach(Array.from({ length: 20 }, (_, n) => n), (n) => cache.peek(Space.key(n))),
        (values) => values.filter(Option.isSome).length
      )
      yield* TestClock.adjust("50 seconds")
      assert.strictEqual(yield* alive, 20)
      yield* TestClock.adjust("25 seconds")
      const half = yield* alive
      assert.isAbove(half, 2)
      assert.isBelow(half, 18)
      yield* TestClock.adjust("25 seconds")
      assert.strictEqual(yield* alive, 0)
    }).pipe(Effect.withRandom(Random.make("jitter"))))

  it.scoped("refreshAhead: a lookup at the end of the time to live computes in the background", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("ahead", {
        key: Schema.String,
        value: Schema.Number,
        timeToLive: "100 seconds",
        refreshAhead: 0.2
      })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const { calls, compute } = numbers(3)
      const lookup = yield* cache.memoize(Space, compute)
      assert.strictEqual(yield* lookup("a"), 1)
      yield* TestClock.adjust("79 seconds")
      assert.strictEqual(yield* lookup("a"), 1)
      assert.strictEqual(calls(), 1)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* lookup("a"), 1)
      yield* eventually(Effect.map(cache.peek(Space.key("a")), Option.contains(2)))
      yield* TestClock.adjust("50 seconds")
      assert.strictEqual(yield* lookup("a"), 2)
      assert.strictEqual(calls(), 2)
    }))

  it.scoped("refreshAhead: what another process has refreshed is taken from the second level", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("ahead", {
        key: Schema.String,
        value: Schema.Number,
        timeToLive: "100 seconds",
        refreshAhead: 0.2
      })
      const { process } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      const { calls, compute } = numbers(3)
      const here = yield* one.memoize(Space, compute)
      const there = yield* other.memoize(Space, compute)
      yield* here("a")
      yield* there("a")
      yield* TestClock.adjust("85 seconds")
      yield* here("a")
      yield* eventually(Effect.map(one.stats, ({ writes }) => writes >= 2))
      yield* there("a")
      yield* eventually(Effect.map(other.peek(Space.key("a")), Option.contains(2)))
      assert.strictEqual(yield* there("a"), 2)
      assert.strictEqual(calls(), 2)
    }))

  it.scoped("staleWhileRevalidate: the old value at once, the new one soon", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("swr", {
        key: Schema.String,
        value: Schema.Number,
        timeToLive: "10 seconds",
        staleWhileRevalidate: "10 seconds"
      })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const latch = yield* Deferred.make<number>()
      const { calls, compute } = source(Effect.succeed(1), Deferred.await(latch), Effect.succeed(3))
      const lookup = yield* cache.memoize(Space, compute)
      yield* lookup("a")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* lookup("a"), 1)
      assert.deepStrictEqual(yield* cache.getOption(Space.key("a")), Option.none(), "for `get` it has expired")
      yield* until(() => calls() === 2)
      assert.strictEqual(yield* lookup("a"), 1)
      yield* Deferred.succeed(latch, 2)
      yield* eventually(Effect.map(cache.peek(Space.key("a")), Option.contains(2)))
      assert.strictEqual(yield* lookup("a"), 2)
      assert.strictEqual(calls(), 2)
      assert.isAtLeast((yield* cache.stats).staleServed, 2)
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* lookup("a"), 3, "after the window it is computed")
    }))

  it.scoped("staleWhileRevalidate: a new process finds the stale object in the second level, and serves it", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("swr", {
        key: Schema.String,
        value: Schema.Number,
        timeToLive: "10 seconds",
        staleWhileRevalidate: "10 seconds"
      })
      const { process } = yield* makeBucket()
      yield* (yield* process()).set(Space.key("a"), 1)
      yield* TestClock.adjust("15 seconds")
      const cache = yield* process()
      const { compute } = source(Effect.succeed(2))
      const lookup = yield* cache.memoize(Space, compute)
      assert.strictEqual(yield* lookup("a"), 1)
      yield* eventually(Effect.map(cache.peek(Space.key("a")), Option.contains(2)))
      assert.strictEqual(yield* lookup("a"), 2)
    }))

  it.scoped("staleIfError: the old value in place of a failure, within its window", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("sie", {
        key: Schema.String,
        value: Schema.Number,
        timeToLive: "10 seconds",
        staleIfError: "1 minute"
      })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const { compute } = source<Broken>(Effect.succeed(1), Effect.fail(new Broken()))
      const lookup = yield* cache.memoize(Space, compute)
      yield* lookup("a")
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* lookup("a"), 1)
      const other = yield* process()
      const elsewhere = yield* other.memoize(Space, () => Effect.die("broken as well"))
      assert.strictEqual(yield* elsewhere("a"), 1, "the object in the second level serves, too, and for defects")
      yield* TestClock.adjust("40 seconds")
      assert.instanceOf(yield* Effect.flip(lookup("a")), Broken)
    }))

  describe("failureTimeToLive", () => {
    const Space = Keyspace.make("negative", {
      key: Schema.String,
      value: Schema.Number,
      failure: Unknown,
      failureTimeToLive: "10 seconds"
    })

    it.scoped("failures of the keyspace's kind are remembered, for all processes, and typed", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [one, other] = [yield* process(), yield* process()]
        const failing = source<Unknown>(Effect.fail(new Unknown({ name: "x" })), Effect.succeed(2))
        const here = yield* one.memoize(Space, failing.compute)
        const there = yield* other.memoize(Space, failing.compute)
        for (const lookup of [here, here, there]) {
          const error = yield* Effect.flip(lookup("a"))
          assert.instanceOf(error, Unknown)
          assert.strictEqual(error.name, "x")
        }
        assert.strictEqual(failing.calls(), 1)
        assert.deepStrictEqual(yield* other.getOption(Space.key("a")), Option.none())
        assert.deepStrictEqual(yield* (yield* process()).getOption(Space.key("a")), Option.none())
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* there("a"), 2)
        assert.strictEqual(yield* here("a"), 2)
        assert.strictEqual(failing.calls(), 2)
      }))

    it.scoped("other failures and defects are not", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        const failing = source<Broken>(Effect.fail(new Broken()), Effect.die("boom"), Effect.succeed(3))
        const lookup = yield* cache.memoize(Space, failing.compute)
        assert.instanceOf(yield* Effect.flip(lookup("a")), Broken)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(lookup("a"))))
        assert.strictEqual(yield* lookup("a"), 3)
      }))

    it.scoped("a write takes the place of a remembered failure, and so does add", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        const lookup = yield* cache.memoize(Space, (name) => new Unknown({ name }))
        yield* Effect.flip(lookup("a"))
        yield* Effect.flip(lookup("b"))
        yield* cache.set(Space.key("a"), 1)
        yield* cache.add(Space.key("b"), 2)
        assert.strictEqual(yield* lookup("a"), 1)
        assert.strictEqual(yield* lookup("b"), 2)
        assert.strictEqual(yield* (yield* process()).get(Space.key("b")), 2)
      }))

    it.scoped("a failure never takes the place of a value that another process has written meanwhile", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [one, other] = [yield* process(), yield* process()]
        const latch = yield* Deferred.make<number, Unknown>()
        let calls = 0
        const here = yield* one.memoize(Space, () => Effect.suspend(() => (calls++, Deferred.await(latch))))
        const slow = yield* Effect.fork(Effect.flip(here("a")))
        yield* until(() => calls === 1)
        yield* other.set(Space.key("a"), 7)
        yield* Deferred.fail(latch, new Unknown({ name: "late" }))
        assert.instanceOf(yield* Fiber.join(slow), Unknown)
        assert.strictEqual(yield* here("a"), 7)
        assert.strictEqual(yield* (yield* process()).get(Space.key("a")), 7)
      }))

    it.scoped("over a store that ignores conditions, failures are remembered in memory only", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket({}, { conditionalWrites: false })
        const failing = source<Unknown>(Effect.fail(new Unknown({ name: "x" })), Effect.succeed(2))
        const here = yield* (yield* process()).memoize(Space, failing.compute)
        yield* Effect.flip(here("a"))
        yield* Effect.flip(here("a"))
        assert.strictEqual(failing.calls(), 1)
        assert.strictEqual(yield* (yield* (yield* process()).memoize(Space, failing.compute))("a"), 2)
      }))

    it.scoped("a stale value is not overwritten by a failure of another kind", () =>
      Effect.gen(function*() {
        const Both = Keyspace.make("both", {
          key: Schema.String,
          value: Schema.Number,
          timeToLive: "10 seconds",
          staleIfError: "1 minute",
          failure: Unknown,
          failureTimeToLive: "10 seconds"
        })
        const { process } = yield* makeBucket()
        const cache = yield* process()
        yield* cache.set(Both.key("a"), 1)
        yield* TestClock.adjust("10 seconds")
        const lookup = yield* cache.memoize(Both, () => new Broken())
        assert.strictEqual(yield* lookup("a"), 1)
        const elsewhere = yield* (yield* process()).memoize(Both, () => new Broken())
        assert.strictEqual(yield* elsewhere("a"), 1)
      }))
  })

  describe("revalidateAfter", () => {
    const Space = Keyspace.make("revalidated", {
      key: Schema.String,
      value: Schema.Number,
      revalidateAfter: "10 seconds"
    })

    it.scoped("what is unchanged is confirmed without being transferred", () =>
      Effect.gen(function*() {
        const { process, requests } = yield* makeBucket()
        const cache = yield* process()
        const key = Space.key("a")
        yield* cache.set(key, 1)
        yield* TestClock.adjust(Duration.millis(9_999))
        yield* cache.get(key)
        assert.deepStrictEqual(requests().map(({ method, status }) => [method, status]), [["PUT", 200]])
        yield* TestClock.adjust(1)
        for (const _ of [1, 2, 3]) assert.strictEqual(yield* cache.get(key), 1)
        assert.deepStrictEqual(requests().slice(1).map(({ method, status }) => [method, status]), [["GET", 304]])
        yield* TestClock.adjust("10 seconds")
        const lookup = yield* cache.memoize(Space, () => Effect.succeed(2))
        assert.strictEqual(yield* lookup("a"), 1)
        assert.deepStrictEqual(requests().slice(2).map(({ method, status }) => [method, status]), [["GET", 304]])
        assert.strictEqual((yield* cache.stats).revalidations, 2)
      }))

    it.scoped("what another process has changed or removed is noticed", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [one, other] = [yield* process(), yield* process()]
        const key = Space.key("a")
        yield* one.set(key, 1)
        yield* other.set(key, 2)
        assert.strictEqual(yield* one.get(key), 1)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* one.get(key), 2)
        yield* other.remove(key)
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* one.getOption(key), Option.none())
      }))

    it.scoped("while the second level does not answer, memory serves on", () =>
      Effect.gen(function*() {
        const { process, proxy, requests } = yield* makeBucket()
        const cache = yield* process()
        const key = Space.key("a")
        yield* cache.set(key, 1)
        yield* TestClock.adjust("10 seconds")
        yield* proxy.set(Fault.Refuse())
        const before = requests().length
        for (const _ of [1, 2, 3]) assert.strictEqual(yield* cache.get(key), 1)
        assert.strictEqual((yield* cache.stats).storeErrors, 1, "and is asked once")
        assert.deepStrictEqual(requests().slice(before).map(({ method, status }) => [method, status]), [["GET", 0]])
      }))
  })

  it.scoped("onStoreError: \"fail\" makes the error one of the function's", () =>
    Effect.gen(function*() {
      const Strict = Keyspace.make("strict", { key: Schema.String, value: Schema.Number, onStoreError: "fail" })
      const Loose = Keyspace.make("loose", { key: Schema.String, value: Schema.Number })
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process()
      const { calls, compute } = numbers(2)
      yield* proxy.set(Fault.Refuse())
      const strict = yield* cache.memoize(Strict, compute)
      const error = yield* Effect.flip(strict("a"))
      assert.instanceOf(error, ObjectStoreError)
      assert.strictEqual(calls(), 0)
      const loose = yield* cache.memoize(Loose, compute)
      assert.strictEqual(yield* loose("a"), 1)
      assert.strictEqual(yield* loose("a"), 1, "and what was computed is kept in memory")
    }))

  it.scoped("onUnreadable: \"fail\" makes a damaged object an error", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("damaged", { key: Schema.String, value: Schema.Number, onUnreadable: "fail" })
      const { direct, process } = yield* makeBucket()
      const key = Space.key("a")
      yield* direct.save(key.objectName, Buffer.from("rubbish"))
      const cache = yield* process()
      const error = yield* Effect.flip(cache.getOption(key))
      assert.strictEqual(error.reason, "Unreadable")
      assert.include(error.message, "it does not begin like an entry")
      const lookup = yield* cache.memoize(Space, () => Effect.succeed(1))
      assert.strictEqual(yield* lookup("a"), 1, "a lookup that can compute heals it")
      assert.strictEqual(yield* (yield* process()).get(key), 1)
    }))

  it.scoped("a cache decides where a keyspace does not", () =>
    Effect.gen(function*() {
      const Open = Keyspace.make("open", { key: Schema.String, value: Schema.Number })
      const Own = Keyspace.make("own", { key: Schema.String, value: Schema.Number, timeToLive: "1 minute" })
      const { process } = yield* makeBucket()
      const cache = yield* process({ timeToLive: "10 seconds" })
      yield* cache.set(Open.key("a"), 1)
      yield* cache.set(Own.key("a"), 1)
      yield* TestClock.adjust("10 seconds")
      assert.isFalse(yield* cache.has(Open.key("a")))
      assert.isTrue(yield* cache.has(Own.key("a")))
    }))

  for (
    const [option, value] of [
      ["jitter", 2],
      ["refreshAhead", -1],
      ["onUnreadable", "ignore"],
      ["write", "later"],
      ["coordination", "hope"],
      ["timeToLive", "soon"],
      ["timeToLive", NaN],
      ["timeToLive", -1],
      ["staleWhileRevalidate", -1],
      ["staleIfError", "-5 seconds"],
      ["failureTimeToLive", -1],
      ["revalidateAfter", NaN]
    ] as const
  ) {
    it.scoped(`refuses ${option}: ${value}, in a cache and in a keyspace`, () =>
      Effect.gen(function*() {
        const options: object = { [option]: value }
        const shown = typeof value === "string" ? `"${value}"` : value
        assert.throws(
          () => Keyspace.make("bad", { key: Schema.String, value: Schema.Number, ...options }),
          new RegExp(`Keyspace bad: ${option} is ${shown}, but must be`)
        )
        const { process } = yield* makeBucket()
        const error = yield* Effect.flip(process(options))
        assert.include(error.message, `S3Cache: ${option} is ${shown}, but must be`)
      }))
  }

  it.scoped("a function for tags that throws loses no computed value", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("throwing", {
        key: Schema.String,
        value: Schema.Number,
        tags: () => {
          throw new Error("tags")
        }
      })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const lookup = yield* cache.memoize(Space, () => Effect.succeed(1))
      assert.strictEqual(yield* lookup("a"), 1)
      const exit = yield* Effect.exit(cache.set(Space.key("a"), 1))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
    }))

  it.scoped("64 concurrent misses of one key are one GET and one computation", () =>
    Effect.gen(function*() {
      const Space = Keyspace.make("stampede", { key: Schema.String, value: Schema.Number })
      const { process, requests } = yield* makeBucket()
      const cache = yield* process()
      const { calls, compute } = numbers(64)
      const lookup = yield* cache.memoize(Space, compute)
      const fibers = yield* Effect.forEach(Array.from({ length: 64 }), () => Effect.fork(lookup("a")))
      assert.deepStrictEqual(new Set(yield* Fiber.join(Fiber.all(fibers))), new Set([1]))
      assert.strictEqual(calls(), 1)
      assert.deepStrictEqual(requests().map(({ method }) => method), ["GET", "PUT"])
    }))
})
