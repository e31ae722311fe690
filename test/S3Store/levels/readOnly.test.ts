import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Option, Schema, Stream } from "effect"
import { Keyspace, LoadOutcome, ObjectStore, type ObjectStoreError, S3Cache } from "effect-aws-cache/S3Store"
import { Faults } from "effect-aws-cache/testing"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { withWarnings } from "../../support/warningsOf.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })

const reasonOf = <R>(effect: Effect.Effect<unknown, { readonly _tag: string; readonly reason?: string }, R>) =>
  Effect.match(effect, {
    onFailure: (error) => error.reason ?? error._tag,
    onSuccess: () => "ok"
  })

/** A cache that may only read what another has written, and what was asked of the store. */
const reader = Effect.gen(function*() {
  const memory = yield* ObjectStore.makeMemory
  const { faults, store } = yield* Faults.make(memory)
  const readOnly = yield* ObjectStore.makeReadOnly(store)
  const writer = yield* makeS3CacheService(memory)
  return { faults, memory, readOnly, writer, cache: yield* makeS3CacheService(readOnly, { name: "reader" }) }
})

describe("a store that is only read", () => {
  it.effect("loads and lists what is there, and asks for nothing that would change it", () =>
    Effect.gen(function*() {
      const memory = yield* ObjectStore.makeMemory
      yield* memory.save("a/1", bytes("one"))
      const { faults, store } = yield* Faults.make(memory)
      const readOnly = yield* ObjectStore.makeReadOnly(store)
      const found = yield* readOnly.load("a/1")
      assert.strictEqual(found._tag === "Found" && Buffer.from(found.body).toString(), "one")
      const etag = found._tag === "Found" ? found.etag : ""
      assert.deepStrictEqual(yield* readOnly.load("a/1", { ifNoneMatch: etag }), LoadOutcome.Unchanged())
      assert.deepStrictEqual(yield* readOnly.load("a/2", { isCertain: true }), LoadOutcome.Absent())
      assert.strictEqual(yield* Stream.runCount(readOnly.list("a/")), 1)
      const changes: ReadonlyArray<Effect.Effect<unknown, ObjectStoreError>> = [
        readOnly.save("a/2", bytes("two")),
        readOnly.add("a/2", bytes("two")),
        readOnly.replace("a/1", bytes("two"), etag),
        readOnly.remove("a/1"),
        readOnly.removeIfMatch("a/1", etag),
        readOnly.removeAll(["a/1"])
      ]
      assert.deepStrictEqual(yield* Effect.forEach(changes, reasonOf), changes.map(() => "ReadOnly"))
      yield* readOnly.removeAll([])
      const { list, load, ...others } = (yield* faults.counts).operations
      assert.deepStrictEqual([list, load], [1, 3])
      assert.deepStrictEqual(Object.values(others).filter((count) => count > 0), [])
      assert.strictEqual(yield* Stream.runCount(memory.list("")), 1)
    }))

  it.effect("says so in one line, when it is made", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const collect = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
      yield* Effect.gen(function*() {
        const { cache } = yield* reader
        for (let id = 0; id < 20; id++) yield* cache.getOrCompute(Names.key(id), Effect.succeed("Ada"))
      }).pipe(Effect.scoped, Effect.provide(Logger.replace(Logger.defaultLogger, collect)))
      assert.deepStrictEqual(lines, [
        "memory/ is only read: nothing is written or removed there, and nobody waits for what another process computes"
      ])
    }))

  it.scoped("has a cache that uses what others wrote, and keeps in memory what it computes", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { cache, memory, writer } = yield* reader
        yield* writer.set(Names.key(1), "Ada")
        assert.strictEqual(yield* cache.getOrCompute(Names.key(1), Effect.succeed("another")), "Ada")
        let computed = 0
        const compute = Effect.sync(() => `computed ${++computed}`)
        assert.strictEqual(yield* cache.getOrCompute(Names.key(2), compute), "computed 1")
        assert.strictEqual(yield* cache.getOrCompute(Names.key(2), compute), "computed 1")
        assert.deepStrictEqual(yield* writer.getOption(Names.key(2)), Option.none())
        assert.strictEqual(yield* Stream.runCount(memory.list("")), 1)
        assert.deepStrictEqual(warnings(), [])
      })
    ))

  it.scoped("tells whoever writes by himself, and leaves what is there", () =>
    Effect.gen(function*() {
      const { cache, writer } = yield* reader
      yield* writer.set(Names.key(1), "Ada")
      assert.strictEqual(yield* reasonOf(cache.set(Names.key(2), "Grace")), "ReadOnly")
      assert.strictEqual(yield* reasonOf(cache.add(Names.key(2), "Grace")), "ReadOnly")
      assert.strictEqual(yield* reasonOf(cache.remove(Names.key(1))), "ReadOnly")
      assert.strictEqual(yield* reasonOf(cache.invalidate(Names.key(1))), "ReadOnly")
      assert.strictEqual(yield* reasonOf(cache.invalidateTag("all")), "ReadOnly")
      assert.strictEqual(yield* reasonOf(cache.clear(Names)), "ReadOnly")
      assert.strictEqual(yield* cache.get(Names.key(1)), "Ada")
    }))

  it.scoped("has leases that coordinate nothing, without a warning or a wait", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { faults, readOnly } = yield* reader
        const cache = yield* makeS3CacheService(readOnly, { coordination: "lease" })
        for (let id = 0; id < 3; id++) {
          assert.strictEqual(yield* cache.getOrCompute(Names.key(id), Effect.succeed("Ada")), "Ada")
        }
        assert.strictEqual((yield* faults.counts).operations.add, 0)
        assert.deepStrictEqual(warnings(), [])
      })
    ))

  it.scoped("remembers failures in memory", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { readOnly } = yield* reader
        const cache = yield* makeS3CacheService(readOnly)
        const Found = Keyspace.make("found", {
          key: Schema.Number,
          value: Schema.String,
          failure: Schema.Literal("none"),
          failureTimeToLive: "1 minute"
        })
        let computed = 0
        const compute = Effect.suspend(() => {
          computed++
          return Effect.fail("none" as const)
        })
        for (let time = 0; time < 3; time++) {
          assert.strictEqual(yield* Effect.flip(cache.getOrCompute(Found.key(1), compute)), "none")
        }
        assert.strictEqual(computed, 1)
        assert.deepStrictEqual(warnings(), [])
      })
    ))

  it.effect("can be used, as a check of the cache says, and says what it cannot", () =>
    Effect.gen(function*() {
      const cache = yield* makeS3CacheService(yield* ObjectStore.makeReadOnly(yield* ObjectStore.makeMemory), {
        verify: "startup"
      })
      const check = yield* cache.check
      assert.isTrue(check.isFine, String(check))
      assert.deepStrictEqual(check.steps.map(({ outcome, step }) => [step, outcome]), [
        ["write", "unsupported"],
        ["read", "ok"],
        ["list", "ok"],
        ["conditions", "unsupported"],
        ["clock", "unsupported"],
        ["remove", "unsupported"]
      ])
    }).pipe(Effect.scoped))

  it.effect("is a layer over another", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* reasonOf(S3Cache.set(Names.key(1), "Ada")), "ReadOnly")
    }).pipe(
      Effect.provide(S3Cache.layer()),
      Effect.provide(ObjectStore.layerReadOnly()),
      Effect.provide(ObjectStore.layerMemory())
    ))
})
