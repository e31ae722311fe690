import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Schema, Stream, TestClock } from "effect"
import { type EntryOptions, Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { warnings } from "../../support/warnings.js"
import { makeBucket } from "../bucketOf.js"

const common = { key: Schema.Number, timeToLive: "1 hour" } as const
type Options = EntryOptions & { readonly tags?: ReadonlyArray<string> }
const One = (options: Options = {}) => Keyspace.make("clash", { ...common, ...options, value: Schema.Number })
const Other = (options: Options = {}) => Keyspace.make("clash", { ...common, ...options, value: Schema.String })

/** Looks keys up, and counts how often it computes. */
const program = <V>(cache: S3CacheService, space: Keyspace<number, V>, value: V) => {
  let computed = 0
  return {
    cache,
    computed: () => computed,
    lookup: (id: number) => cache.getOrCompute(space.key(id), Effect.sync(() => (computed++, value))),
    set: (id: number) => cache.set(space.key(id), value),
    has: (id: number) => Effect.map(cache.getOption(space.key(id)), Option.isSome)
  }
}

const twoPrograms = Effect.fnUntraced(function*(options: Options = {}, maxSize = 1000) {
  const bucket = yield* makeBucket()
  const one = program<number>(yield* bucket.process({ maxSize }), One(options), 1)
  const other = program<string>(yield* bucket.process({ maxSize }), Other(options), "one")
  const writes = () =>
    bucket.requests().filter(({ method, name }) => method === "PUT" && /^clash\/1\/\w+$/.test(name)).length
  return { one, other, writes, bucket }
})

const keys = [1, 2, 3, 4, 5]

describe("two programs whose schemas do not fit each other, under one version", () => {
  for (const coordination of ["none", "lease"] as const) {
    it.scoped(`end to overwrite each other, and compute once in a time to live (coordination: "${coordination}")`, () =>
      Effect.gen(function*() {
        const { one, other, writes } = yield* twoPrograms({ coordination })
        const logged = warnings()
        const rounds = Effect.gen(function*() {
          for (let round = 0; round < 20; round++) {
            for (const id of keys) {
              assert.strictEqual(yield* one.lookup(id), 1)
              yield* TestClock.adjust("1 second")
              assert.strictEqual(yield* other.lookup(id), "one")
              yield* TestClock.adjust("1 second")
            }
          }
        })
        yield* rounds.pipe(Effect.provide(logged.logger))
        // Each key: by one, by the other one in place of a leftover, and no more.
        assert.isAtMost(writes(), keys.length * 2)
        assert.deepStrictEqual([one.computed(), other.computed()], [5, 5])
        // After their time each computes anew. What is over gives way.
        yield* TestClock.adjust("2 hours")
        const before = writes()
        yield* rounds
        assert.deepStrictEqual([one.computed(), other.computed()], [10, 10])
        assert.isAtMost(writes() - before, keys.length * 2)
      }))
  }

  it.scoped("without memory compute each time, and end to overwrite each other all the same", () =>
    Effect.gen(function*() {
      const { one, other, writes } = yield* twoPrograms({}, 0)
      for (let round = 0; round < 20; round++) {
        for (const id of keys) {
          yield* one.lookup(id)
          yield* TestClock.adjust("1 second")
          yield* other.lookup(id)
          yield* TestClock.adjust("1 second")
        }
      }
      assert.isAtMost(writes(), keys.length * 3)
      // One of the two has what lies there, and never computes.
      assert.isAtMost(Math.min(one.computed(), other.computed()), keys.length * 2)
    }))

  it.scoped("are told once: in the log with the advice, and by an event", () =>
    Effect.gen(function*() {
      const { one, other } = yield* twoPrograms({}, 0)
      const logged = warnings()
      const events = yield* Effect.fork(
        Stream.runCollect(Stream.take(Stream.filter(one.cache.events, ({ _tag }) => _tag === "SchemaClash"), 1))
      )
      yield* Effect.yieldNow()
      const clash = Effect.gen(function*() {
        for (let round = 0; round < 3; round++) {
          for (const id of keys) {
            yield* other.set(id)
            yield* one.lookup(id)
            yield* TestClock.adjust("1 second")
          }
        }
      })
      yield* clash.pipe(Effect.provide(logged.logger))
      assert.lengthOf(yield* Fiber.join(events), 1)
      assert.strictEqual((yield* one.cache.stats).unreadable, 15)
      const told = logged.messages().filter((message) => message.includes("Raise the version of the keyspace"))
      assert.lengthOf(told, 1)
      assert.match(told[0] ?? "", /^clash\/1: a program that runs now writes what does not fit the schema of this one/)
      // Besides, only the leftover was told of.
      assert.lengthOf(logged.messages(), 2)
    }))

  it.scoped("leave nothing of an earlier program: leftovers are replaced at once", () =>
    Effect.gen(function*() {
      const { bucket, one } = yield* twoPrograms()
      for (const id of keys) yield* one.set(id)
      yield* TestClock.adjust("1 minute")
      // The earlier program is gone.
      const next = program<string>(yield* bucket.process(), Other(), "one")
      for (const id of keys) yield* next.lookup(id)
      assert.strictEqual(next.computed(), 5)
      const third = program<string>(yield* bucket.process(), Other(), "one")
      for (const id of keys) yield* third.lookup(id)
      assert.strictEqual(third.computed(), 0)
    }))

  it.scoped("let set, remove and refresh of a key decide", () =>
    Effect.gen(function*() {
      const { one, other } = yield* twoPrograms()
      const clash = Effect.gen(function*() {
        yield* other.set(1)
        yield* one.lookup(1)
        yield* TestClock.adjust("1 second")
        yield* other.set(2)
        yield* one.lookup(2)
        assert.isTrue(yield* other.has(2))
      })
      yield* clash
      // What is set is written.
      yield* one.set(2)
      yield* other.cache.invalidate(Other().key(3))
      assert.isTrue(yield* one.has(2))
      yield* one.cache.invalidate(One().key(2))
      assert.isFalse(yield* one.has(2))
      // Nothing lies there now: what is computed is written.
      const space = One()
      yield* one.cache.getOrCompute(space.key(2), Effect.succeed(7))
      const entries = yield* Stream.runCollect(one.cache.list(space))
      assert.include(Array.from(entries, ({ key }) => key.input), 2)
    }))

  it.scoped("with revalidateAfter keep what was computed, until the other one writes anew", () =>
    Effect.gen(function*() {
      const { one, other } = yield* twoPrograms({ revalidateAfter: "1 minute" })
      yield* other.set(1)
      yield* one.lookup(1)
      yield* TestClock.adjust("1 second")
      yield* other.set(2)
      yield* one.lookup(2)
      assert.strictEqual(one.computed(), 2)
      for (let minute = 0; minute < 5; minute++) {
        yield* TestClock.adjust("61 seconds")
        yield* one.lookup(2)
      }
      assert.strictEqual(one.computed(), 2)
      yield* other.set(2)
      yield* TestClock.adjust("61 seconds")
      yield* one.lookup(2)
      assert.strictEqual(one.computed(), 3)
    }))

  it.scoped("let what a tag has invalidated give way", () =>
    Effect.gen(function*() {
      const { one, other, writes } = yield* twoPrograms({ tags: ["all"] }, 0)
      yield* other.set(1)
      yield* one.lookup(1)
      yield* TestClock.adjust("1 second")
      yield* other.set(2)
      yield* other.cache.invalidateTag("all")
      yield* TestClock.adjust("10 seconds")
      const before = writes()
      yield* one.lookup(2)
      assert.strictEqual(writes(), before + 1)
      assert.isTrue(yield* one.has(2))
    }))
})
