import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema, TestClock } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import { makeBucket } from "./bucketOf.js"

const windows = [{ staleIfError: "1 hour" }, { staleWhileRevalidate: "1 hour" }] as const

const limits = [
  ["no room", { maxSize: 0 }, {}],
  ["room for two", { maxSize: 2 }, {}],
  ["room for one of the keyspace", {}, { maxSize: 1 }],
  ["enough room", {}, {}]
] as const

const ids = ["a", "b", "c"]

describe("S3Cache.getManyOrCompute with old values", () => {
  for (const [title, options, own] of limits) {
    it.scoped(`gives out those that memory has no room for: ${title}`, () =>
      Effect.gen(function*() {
        for (const window of windows) {
          const { process } = yield* makeBucket()
          const Names = Keyspace.make("names", {
            key: Schema.String,
            value: Schema.String,
            timeToLive: "1 minute",
            ...window,
            ...own
          })
          const keys = ids.map((id) => Names.key(id))
          const maker = yield* process()
          yield* maker.setMany(keys.map((key) => [key, `old ${key.input}`] as const))
          yield* TestClock.adjust("2 minutes")
          const cache = yield* process(options)
          assert.deepStrictEqual(
            yield* cache.getManyOrCompute(keys, () => Effect.fail("the source is down")),
            ids.map((id) => Option.some(`old ${id}`))
          )
        }
      }))
  }

  it.scoped("asks once for what is absent or old", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const Names = Keyspace.make("names", {
        key: Schema.String,
        value: Schema.String,
        timeToLive: "1 minute",
        staleIfError: "1 hour"
      })
      const keys = ids.map((id) => Names.key(id))
      const [first] = keys
      assert.isDefined(first)
      const cache = yield* process({ maxSize: 0 })
      yield* cache.set(first, "old")
      yield* TestClock.adjust("2 minutes")
      const before = requests().length
      const down = cache.getManyOrCompute(keys, () => Effect.fail("the source is down"))
      assert.strictEqual(yield* Effect.flip(down), "the source is down")
      // The old one is looked at again before it is given out: without memory, nothing tells whether it is still there.
      const made = requests().slice(before).map(({ method, status }) => `${method} ${status}`)
      assert.deepStrictEqual(made.sort(), ["GET 200", "GET 304", ...ids.slice(1).map(() => "GET 404")])
    }))
})
