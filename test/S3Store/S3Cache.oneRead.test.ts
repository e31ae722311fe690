import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Request, RequestResolver, Schema, TestClock } from "effect"
import {
  Keyspace,
  type LoadOptions,
  type LoadOutcome,
  type ObjectStore,
  type ObjectStoreError
} from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { recordedSpans } from "../support/recordedSpans.js"
import { turns } from "../support/until.js"

const Numbers = Keyspace.make("numbers", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 minute",
  revalidateAfter: "10 seconds"
})
const key = Numbers.key("a")

/** A cache over a store whose loads stand at a gate, and are counted. */
const gated = (options?: Parameters<typeof makeS3CacheService>[1]) =>
  Effect.gen(function*() {
    const memory = yield* makeMemoryObjectStore
    const gate = Effect.unsafeMakeLatch(true)
    const counted = { loads: 0, computations: 0 }
    const store: ObjectStore = {
      ...memory,
      load: (...args) =>
        Effect.suspend(() => {
          counted.loads++
          return Effect.zipRight(gate.await, memory.load(...args))
        })
    }
    const cache = yield* makeS3CacheService(store, options)
    yield* Effect.addFinalizer(() => gate.open)
    const compute = (value: number) => Effect.sync(() => ++counted.computations * 10 + value)
    return { cache, compute, counted, gate, other: yield* makeS3CacheService(memory) }
  })

describe("a read of an S3Cache through both levels", () => {
  for (const present of [false, true]) {
    it.scoped(`is one load in one flight: the store has ${present ? "the entry" : "nothing"}`, () =>
      Effect.gen(function*() {
        const { result, spans } = yield* recordedSpans(Effect.gen(function*() {
          const { cache, compute, counted, gate, other } = yield* gated()
          if (present) yield* other.set(key, 11)
          yield* gate.close
          const fiber = yield* Effect.fork(cache.getOrCompute(key, compute(1)))
          yield* turns(3)
          const { inFlight } = yield* cache.stats
          yield* gate.open
          return { cache, compute, counted, inFlight, value: yield* Fiber.join(fiber) }
        }))
        const { cache, compute, counted, inFlight, value } = result
        assert.strictEqual(value, 11)
        assert.strictEqual(inFlight, 1)
        assert.deepStrictEqual(counted, { loads: 1, computations: present ? 0 : 1 })
        assert.strictEqual(spans.filter(({ name }) => name === "effect-aws-cache.S3Cache.lookup").length, 1)
        assert.deepStrictEqual(yield* cache.peek(key), Option.some(11))
        assert.strictEqual(yield* cache.getOrCompute(key, compute(1)), 11)
        assert.strictEqual(counted.loads, 1)
      }))

    it.scoped(`and a plain one share a load, whoever begins it: the store has ${present ? "the entry" : "nothing"}`, () =>
      Effect.gen(function*() {
        for (const isPlainFirst of [false, true]) {
          const { cache, compute, counted, gate, other } = yield* gated()
          if (present) yield* other.set(key, 11)
          yield* gate.close
          const plain = Effect.fork(cache.getOption(key))
          const computing = Effect.fork(cache.getOrCompute(key, compute(1)))
          const fibers = yield* isPlainFirst
            ? Effect.all([plain, Effect.zipRight(turns(3), computing)])
            : Effect.map(Effect.all([computing, Effect.zipRight(turns(3), plain)]), ([a, b]) => [b, a] as const)
          yield* turns(3)
          assert.strictEqual(counted.loads, 1)
          yield* gate.open
          assert.deepStrictEqual(yield* Fiber.join(fibers[0]), present ? Option.some(11) : Option.none())
          assert.strictEqual(yield* Fiber.join(fibers[1]), 11)
          assert.deepStrictEqual(counted, { loads: 1, computations: present ? 0 : 1 })
        }
      }))
  }

  it.scoped("a plain one does not wait for the computation", () =>
    Effect.gen(function*() {
      const { cache, counted, gate } = yield* gated()
      yield* gate.close
      const computed = yield* Deferred.make<number>()
      const computing = yield* Effect.fork(cache.getOrCompute(key, Deferred.await(computed)))
      yield* turns(3)
      const plain = yield* Effect.fork(cache.getOption(key))
      yield* turns(3)
      yield* gate.open
      assert.deepStrictEqual(yield* Fiber.join(plain), Option.none())
      assert.strictEqual(counted.loads, 1)
      yield* Deferred.succeed(computed, 1)
      assert.strictEqual(yield* Fiber.join(computing), 1)
    }))

  it.scoped("functions that compute the same key share a load, and compute each for itself", () =>
    Effect.gen(function*() {
      const { cache, compute, counted, gate } = yield* gated()
      const [one, two] = [
        yield* cache.memoize(Numbers, () => compute(1)),
        yield* cache.memoize(Numbers, () => compute(2))
      ]
      yield* gate.close
      const fibers = yield* Effect.forEach(
        [one("a"), two("a")],
        (effect) => Effect.zipLeft(Effect.fork(effect), turns(3))
      )
      assert.strictEqual(counted.loads, 1)
      yield* gate.open
      assert.strictEqual((yield* Effect.forEach(fibers, Fiber.join)).length, 2)
      assert.deepStrictEqual(counted, { loads: 1, computations: 2 })
    }))

  it.scoped("a plain one that joined gets its value when all who compute have left", () =>
    Effect.gen(function*() {
      const { cache, compute, counted, gate, other } = yield* gated()
      yield* other.set(key, 11)
      yield* gate.close
      const computing = yield* Effect.fork(cache.getOrCompute(key, compute(1)))
      yield* turns(3)
      const plain = yield* Effect.fork(cache.getOption(key))
      yield* turns(3)
      yield* Fiber.interrupt(computing)
      yield* turns(3)
      yield* gate.open
      assert.deepStrictEqual(yield* Fiber.join(plain), Option.some(11))
      assert.deepStrictEqual(counted, { loads: 2, computations: 0 })
      assert.deepStrictEqual(yield* cache.peek(key), Option.some(11))
    }))

  it.scoped("what is written while it loads wins: it is not joined any more, and memory keeps nothing of it", () =>
    Effect.gen(function*() {
      const { cache, compute, counted, gate, other } = yield* gated()
      yield* other.set(key, 11)
      yield* gate.close
      const before = yield* Effect.fork(cache.getOrCompute(key, compute(1)))
      yield* turns(3)
      yield* cache.set(key, 12)
      assert.strictEqual(yield* cache.getOrCompute(key, compute(1)), 12)
      yield* gate.open
      assert.include([11, 12], yield* Fiber.join(before))
      assert.deepStrictEqual(yield* cache.peek(key), Option.some(12))
      assert.deepStrictEqual(counted, { loads: 1, computations: 0 })
    }))

  it.scoped("what is due for a look into the store is asked for once by all, and is no load of all of it", () =>
    Effect.gen(function*() {
      const { cache, compute, counted, gate } = yield* gated()
      assert.strictEqual(yield* cache.getOrCompute(key, compute(1)), 11)
      yield* TestClock.adjust("10 seconds")
      yield* gate.close
      const fibers = yield* Effect.forEach(
        [cache.getOrCompute(key, compute(1)), cache.get(key), cache.getOrCompute(key, compute(1))],
        (effect) => Effect.fork(effect)
      )
      yield* turns(3)
      yield* gate.open
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), [11, 11, 11])
      assert.deepStrictEqual(counted, { loads: 2, computations: 1 })
    }))

  it.scoped("a store that dies takes all with it who wait, and nobody later", () =>
    Effect.gen(function*() {
      const memory = yield* makeMemoryObjectStore
      const gate = Effect.unsafeMakeLatch(false)
      let isBroken = true
      const cache = yield* makeS3CacheService({
        ...memory,
        load: (...args) => Effect.zipRight(gate.await, isBroken ? Effect.die("broken") : memory.load(...args))
      })
      const fibers = yield* Effect.forEach(
        [Effect.asVoid(cache.getOrCompute(key, Effect.succeed(1))), Effect.asVoid(cache.getOption(key))],
        (effect) => Effect.fork(effect)
      )
      yield* turns(3)
      isBroken = false
      yield* gate.open
      const exits = yield* Effect.forEach(fibers, Fiber.await)
      assert.isTrue(exits.every(Exit.isFailure))
      assert.strictEqual(yield* cache.getOrCompute(key, Effect.succeed(1)), 1)
    }))
})

interface LoadObject extends Request.Request<LoadOutcome, ObjectStoreError> {
  readonly _tag: "LoadObject"
  readonly name: string
  readonly options: LoadOptions | undefined
}

const LoadObject = Request.tagged<LoadObject>("LoadObject")

describe("loads that are requests", () => {
  for (const isPlainFirst of [false, true]) {
    it.scoped(`are one batch for callers in one batch, whoever begins: ${isPlainFirst ? "plain" : "computing"}`, () =>
      Effect.gen(function*() {
        const memory = yield* makeMemoryObjectStore
        const batches: Array<number> = []
        const resolver = RequestResolver.makeBatched((requests: ReadonlyArray<LoadObject>) =>
          Effect.suspend(() => {
            batches.push(requests.length)
            return Effect.forEach(requests, (request) =>
              Effect.flatMap(Effect.exit(memory.load(request.name, request.options)), (exit) =>
                Request.complete(request, exit)), { discard: true })
          })
        )
        const cache = yield* makeS3CacheService({
          ...memory,
          load: (name, options) => Effect.request(LoadObject({ name, options }), resolver)
        })
        const ids = ["a", "b", "c", "d"]
        const asked = ids.flatMap((id) => {
          const computing = Effect.map(cache.getOrCompute(Numbers.key(id), Effect.succeed(1)), String)
          const plain = Effect.map(cache.getOption(Numbers.key(id)), Option.isSome)
          return isPlainFirst ? [plain, computing] : [computing, plain]
        })
        const results = yield* Effect.all(asked, { batching: true, concurrency: "unbounded" })
        assert.deepStrictEqual(results, ids.flatMap(() => isPlainFirst ? [false, "1"] : ["1", false]))
        assert.deepStrictEqual(batches, [4])
      }))
  }

  it.scoped("are made for a plain one when all who compute have left", () =>
    Effect.gen(function*() {
      const memory = yield* makeMemoryObjectStore
      const gate = Effect.unsafeMakeLatch(false)
      let loads = 0
      const resolver = RequestResolver.fromEffect((request: LoadObject) =>
        Effect.zipRight(
          Effect.suspend(() => ++loads === 1 ? gate.await : Effect.void),
          memory.load(request.name, request.options)
        )
      )
      const cache = yield* makeS3CacheService({
        ...memory,
        load: (name, options) => Effect.request(LoadObject({ name, options }), resolver)
      })
      const computing = yield* Effect.fork(cache.getOrCompute(key, Effect.succeed(1)))
      yield* turns(3)
      const plain = yield* Effect.fork(cache.getOption(key))
      yield* turns(3)
      yield* Fiber.interrupt(computing)
      assert.deepStrictEqual(yield* Fiber.join(plain), Option.none())
      assert.strictEqual(loads, 2)
    }))
})
