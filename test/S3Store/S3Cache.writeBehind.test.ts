import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Option, Schema, Scope, TestClock } from "effect"
import { Keyspace, ObjectStore } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { Fault } from "../servers/FaultProxy.js"
import { eventually, turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, write: "behind" })
const Tagged = Keyspace.make("tagged", { key: Schema.String, value: Schema.Number, write: "behind", tags: ["t"] })

describe("write: \"behind\"", () => {
  it.scoped("set returns at once; the entry reaches the second level soon", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process()
      yield* proxy.set(Fault.Hang())
      yield* cache.set(Numbers.key("a"), 1)
      assert.strictEqual(yield* cache.get(Numbers.key("a")), 1)
      assert.strictEqual((yield* cache.stats).waiting, 1)
      yield* proxy.set(Fault.Reset())
      yield* cache.flush
      yield* proxy.set(Fault.Pass())
      yield* cache.set(Numbers.key("b"), 2)
      yield* cache.flush
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("b")), 2)
      assert.strictEqual((yield* cache.stats).waiting, 0)
    }))

  it.scoped("what waits is found, even when memory has no room for it", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process({ maxSize: 0 })
      yield* proxy.set(Fault.Hang())
      yield* cache.set(Numbers.key("a"), 1)
      assert.strictEqual(yield* cache.get(Numbers.key("a")), 1)
      assert.deepStrictEqual(yield* cache.peek(Numbers.key("a")), Option.some(1))
      yield* proxy.set(Fault.Reset())
    }))

  it.scoped("all that waits is written when the scope closes", () =>
    Effect.gen(function*() {
      const { process, store } = yield* makeBucket()
      const scope = yield* Scope.make()
      const cache = yield* Scope.extend(makeS3CacheService(store), scope)
      yield* cache.setMany(Array.from({ length: 100 }, (_, n) => [Numbers.key(String(n)), n] as const))
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(7))
      yield* lookup("computed")
      yield* Scope.close(scope, Exit.void)
      const other = yield* process()
      for (let n = 0; n < 100; n++) assert.strictEqual(yield* other.get(Numbers.key(String(n))), n)
      assert.strictEqual(yield* other.get(Numbers.key("computed")), 7)
    }))

  it.scoped("of several writes of a key that wait only the last is made, and it is the last in both levels", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const cache = yield* process({ writeBehind: { concurrency: 1 } })
      for (let n = 1; n <= 50; n++) yield* cache.set(Numbers.key("a"), n)
      yield* cache.flush
      assert.isBelow(requests().length, 10)
      assert.strictEqual(yield* cache.get(Numbers.key("a")), 50)
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("a")), 50)
    }))

  it.scoped("remove takes what waits with it", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(Numbers.key("a"), 1)
      yield* cache.remove(Numbers.key("a"))
      yield* cache.flush
      assert.deepStrictEqual(yield* cache.getOption(Numbers.key("a")), Option.none())
      assert.deepStrictEqual(yield* (yield* process()).getOption(Numbers.key("a")), Option.none())
    }))

  it.scoped("when there is no room, set waits for it, and can be interrupted", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process({ writeBehind: { capacity: 2, concurrency: 1 } })
      yield* proxy.set(Fault.Hang())
      yield* cache.set(Numbers.key("a"), 1)
      yield* cache.set(Numbers.key("b"), 2)
      const third = yield* Effect.fork(cache.set(Numbers.key("c"), 3))
      const fourth = yield* Effect.fork(cache.set(Numbers.key("d"), 4))
      yield* turns(20)
      assert.strictEqual((yield* cache.stats).waiting, 2)
      yield* Fiber.interrupt(fourth)
      yield* proxy.set(Fault.Reset())
      yield* proxy.set(Fault.Pass())
      yield* Fiber.join(third)
      yield* cache.flush
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("c")), 3)
      assert.isFalse(yield* (yield* process()).has(Numbers.key("d")))
    }))

  for (const verb of ["remove", "clear", "set"] as const) {
    it.scoped(`what was computed and waits for room is not written after a ${verb}`, () =>
      Effect.gen(function*() {
        const { process, proxy } = yield* makeBucket()
        const cache = yield* process({ writeBehind: { capacity: 1, concurrency: 1 } })
        yield* proxy.set(Fault.Hang())
        yield* cache.set(Numbers.key("a"), 1)
        const computed = yield* Effect.fork(cache.getOrCompute(Numbers.key("b"), Effect.succeed(2)))
        const changes = {
          remove: Effect.ignore(cache.remove(Numbers.key("b"))),
          clear: cache.clear(Numbers),
          set: cache.set(Numbers.key("b"), 3, { timeToLive: "1 hour" })
        }
        yield* turns(20)
        const changed = yield* Effect.fork(changes[verb])
        yield* turns(20)
        yield* proxy.set(Fault.Reset())
        yield* proxy.set(Fault.Pass())
        assert.strictEqual(yield* Fiber.join(computed), 2)
        yield* Fiber.join(changed)
        yield* cache.flush
        const found = yield* (yield* process()).getOption(Numbers.key("b"))
        assert.deepStrictEqual(found, verb === "set" ? Option.some(3) : Option.none())
      }))
  }

  it.scoped("a write that fails is told in the stats, and its value stays in memory", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process()
      yield* proxy.set(Fault.Refuse())
      yield* cache.set(Numbers.key("a"), 1)
      yield* eventually(Effect.map(cache.stats, ({ writeFailures }) => writeFailures === 1))
      assert.strictEqual(yield* cache.get(Numbers.key("a")), 1)
    }))

  it.scoped("a value that cannot be encoded is refused at once", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const Anything = Keyspace.make("anything", { key: Schema.String, value: Schema.Any, write: "behind" })
      assert.strictEqual((yield* Effect.flip(cache.set(Anything.key("a"), NaN)))._tag, "CacheEncodeError")
    }))

  it.scoped("add takes the place of what waits and is of no use any more, by its time or its tags", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process({ writeBehind: { concurrency: 1 } })
      yield* Effect.addFinalizer(() => Effect.orDie(proxy.set(Fault.Reset())))
      yield* cache.set(Tagged.key("a"), 0)
      yield* cache.set(Tagged.key("b"), 0)
      yield* cache.flush
      yield* TestClock.adjust(1)
      yield* proxy.set(Fault.Hang())
      yield* cache.set(Numbers.key("busy"), 0)
      yield* until(() => proxy.deadConnections() === 1)
      yield* cache.set(Tagged.key("a"), 1, { timeToLive: "100 millis", tags: [] })
      yield* cache.set(Tagged.key("b"), 1)
      assert.strictEqual((yield* Effect.flip(cache.add(Tagged.key("a"), 2)))._tag, "CacheExistsError")
      yield* TestClock.adjust("200 millis")
      yield* proxy.set(Fault.Pass())
      yield* cache.invalidateTag("t")
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* cache.stats).waiting, 3)
      for (const key of [Tagged.key("a"), Tagged.key("b")]) {
        yield* cache.add(key, 2)
        assert.strictEqual(yield* cache.get(key), 2)
        assert.strictEqual(yield* (yield* process()).get(key), 2)
      }
    }))

  it.scoped("pop does not give out what waits and was invalidated", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process({ writeBehind: { concurrency: 1 } })
      yield* Effect.addFinalizer(() => Effect.orDie(proxy.set(Fault.Reset())))
      yield* proxy.set(Fault.Hang())
      yield* cache.set(Numbers.key("busy"), 0)
      yield* until(() => proxy.deadConnections() === 1)
      yield* cache.set(Tagged.key("a"), 1)
      yield* cache.set(Tagged.key("b"), 2, { tags: [] })
      yield* TestClock.adjust(1)
      yield* proxy.set(Fault.Pass())
      yield* cache.invalidateTag("t")
      assert.strictEqual((yield* cache.stats).waiting, 3)
      assert.strictEqual((yield* Effect.flip(cache.pop(Tagged.key("a"))))._tag, "CacheNotFoundError")
      assert.strictEqual(yield* cache.pop(Tagged.key("b")), 2)
    }))

  it.scoped("a second level that dies or interrupts itself fails that write only: the workers go on", () =>
    Effect.gen(function*() {
      const store = Context.get(yield* Layer.build(ObjectStore.layerMemory()), ObjectStore)
      const scope = yield* Scope.make()
      let saves = 0
      const broken: ObjectStore = {
        ...store,
        save: (name, body) =>
          Effect.suspend(() => {
            saves++
            if (saves > 4) return store.save(name, body)
            return saves % 2 === 0 ? Effect.interrupt : Effect.die("boom")
          })
      }
      const cache = yield* Scope.extend(
        makeS3CacheService(broken, { writeBehind: { capacity: 2, concurrency: 2 } }),
        scope
      )
      for (let n = 0; n < 6; n++) yield* cache.set(Numbers.key(String(n)), n)
      yield* cache.flush
      const { waiting, writeFailures, writes } = yield* cache.stats
      assert.deepStrictEqual({ waiting, writeFailures, writes }, { waiting: 0, writeFailures: 4, writes: 2 })
      yield* Scope.close(scope, Exit.void)
    }))

  it.scoped("what is computed under a lease is waited for: the lease must not end before the entry is there", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const Leased = Keyspace.make("leased", {
        key: Schema.String,
        value: Schema.Number,
        write: "behind",
        coordination: "lease"
      })
      const cache = yield* process()
      assert.strictEqual(yield* cache.getOrCompute(Leased.key("a"), Effect.succeed(1)), 1)
      const { waiting, writes } = yield* cache.stats
      assert.deepStrictEqual({ waiting, writes }, { waiting: 0, writes: 1 })
      assert.strictEqual(yield* (yield* process()).get(Leased.key("a")), 1)
    }))
})
