import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, TestClock } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { Keyspace } from "effect-aws-cache/S3Store"
import { withWarnings } from "../support/warningsOf.js"
import { makeBucket } from "./bucketOf.js"

class Gone extends Schema.TaggedError<Gone>()("Gone", { id: Schema.Number, team: Schema.String }) {}

const parts = {
  key: Schema.Struct({ team: Schema.String, id: Schema.Number }),
  value: Schema.Number,
  failure: Gone,
  failureTimeToLive: "1 hour"
} as const

const spaces = [
  [
    "by a function",
    Keyspace.make("by-function", {
      ...parts,
      tags: ({ team }, value) => [`team:${team}`, `value:${value}`],
      failureTags: ({ id }, error) => [`team:${error.team}`, `missing:${id}`]
    })
  ],
  ["by a list", Keyspace.make("by-list", { ...parts, failureTags: ["team:core"] })],
  ["by the tags of all entries", Keyspace.make("by-tags", { ...parts, tags: ["team:core"] })]
] as const

const gone = new Gone({ id: 1, team: "core" })

describe("tags of failures", () => {
  for (const [how, space] of spaces) {
    const key = space.key({ team: "core", id: 1 })

    it.scoped(`reach remembered failures in memory, in the second level and in other processes: ${how}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [here, there] = [yield* process(), yield* process()]
        yield* Effect.flip(here.getOrCompute(key, gone))
        assert.deepStrictEqual(yield* Effect.flip(there.getOrCompute(key, Effect.succeed(0))), gone)
        yield* TestClock.adjust("1 second")
        yield* there.invalidateTag("team:sales")
        assert.deepStrictEqual(yield* Effect.flip(here.getOrCompute(key, Effect.succeed(0))), gone)
        yield* there.invalidateTag("team:core")
        // What this process knows of the tag may be 5 seconds old.
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* here.getOrCompute(key, Effect.succeed(2)), 2)
        assert.strictEqual(yield* there.getOrCompute(key, Effect.succeed(3)), 2)
      }))

    it.scoped(`let failures expire: ${how}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [here, there] = [yield* process(), yield* process()]
        yield* Effect.flip(here.getOrCompute(key, gone))
        yield* TestClock.adjust("1 second")
        yield* there.expireTag("team:core")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* here.getOrCompute(key, Effect.succeed(2)), 2)
      }))
  }

  it.scoped("of a call go before those of the keyspace", () =>
    Effect.gen(function*() {
      const [, space] = spaces[0]
      const key = space.key({ team: "core", id: 1 })
      const { process } = yield* makeBucket()
      const [here, there] = [yield* process(), yield* process()]
      const tags = ["mine"]
      const f = yield* here.memoize(space, () => gone, { tags })
      for (const ask of [here.getOrCompute(key, gone, { tags }), f(key.input)]) {
        yield* Effect.flip(ask)
        yield* TestClock.adjust("1 second")
        yield* there.invalidateTag("team:core")
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* Effect.flip(here.getOrCompute(key, Effect.succeed(0))), gone)
        yield* there.invalidateTag("mine")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* here.getOrCompute(key, Effect.succeed(2)), 2)
        yield* here.invalidate(key)
      }
    }))

  it.scoped("that are too many, or that throw, keep a failure from being remembered, and are told", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        const Many = Keyspace.make("many", {
          ...parts,
          failureTags: () => Array.from({ length: 65 }, (_, n) => `t${n}`)
        })
        const Throwing = Keyspace.make("throwing", {
          ...parts,
          failureTags: () => {
            throw new TypeError("no such field")
          }
        })
        for (const space of [Many, Throwing]) {
          const key = space.key({ team: "core", id: 1 })
          assert.deepStrictEqual(yield* Effect.flip(cache.getOrCompute(key, gone)), gone)
          assert.strictEqual(yield* cache.getOrCompute(key, Effect.succeed(1)), 1)
        }
        assert.match(warnings()[0] ?? "", /it has 65 tags, but an entry has 64 at most/)
        assert.match(warnings()[1] ?? "", /^the failure could not be cached: /)
        assert.strictEqual(warnings().length, 2)
      })
    ))

  it("are checked when the keyspace is made", () => {
    const long = ["x".repeat(513)]
    for (
      const [make, message] of [
        [
          () => Keyspace.make("k", { ...parts, failureTags: long }),
          /^Keyspace k: failureTags is .*too long.*, but must be 64 tags at most, of 512 characters at most/
        ],
        [
          () => Keyspace.make("k", { key: parts.key, value: parts.value, failureTags: ["a"] }),
          /^Keyspace k: failureTags is .*left out where there is no schema for failures/
        ]
      ] as const
    ) {
      try {
        make()
        assert.fail("accepted")
      } catch (error) {
        assert.instanceOf(error, CacheConfigError)
        assert.match(error.message, message)
      }
    }
  })
})
