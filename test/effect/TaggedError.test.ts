import { assert, describe, it } from "@effect/vitest"
import { Cause, Data, Effect, Either, Equal, Exit, Hash, Inspectable, Stream } from "effect"
import { CacheConfigError, CacheExistsError, CacheNotFoundError, EntryTooLargeError } from "effect-aws-cache/Cache"
import * as Sync from "effect-aws-cache/Sync"
import * as Ttl from "effect-aws-cache/Ttl"
import { inspect } from "node:util"
import { errorStream } from "../support/majors.js"

const fields = { cache: "names", key: "\"a\"" }

class Reference extends Data.TaggedError("CacheExistsError")<{ readonly cache: string; readonly key: string }> {}

describe("errors without Effect", () => {
  it("are the same classes everywhere", () => {
    assert.strictEqual(Sync.CacheConfigError, CacheConfigError)
    assert.strictEqual(Sync.CacheExistsError, Ttl.CacheExistsError)
    assert.strictEqual(Sync.EntryTooLargeError, EntryTooLargeError)
    assert.strictEqual(Object.getPrototypeOf(Sync.SyncTtlDict), Object.getPrototypeOf(Ttl.SyncTtlDict))
  })

  it.effect("are Effects that fail with themselves", () =>
    Effect.gen(function*() {
      const error = new CacheExistsError(fields)
      assert.isTrue(Effect.isEffect(error))
      assert.strictEqual(yield* Effect.flip(error), error)
      assert.strictEqual(
        yield* Effect.flip(Effect.gen(function*() {
          return yield* error
        })),
        error
      )
      assert.strictEqual(yield* Effect.flip(error.pipe(Effect.asVoid)), error)
      assert.deepStrictEqual(yield* Effect.exit(error), Exit.fail(error))
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(Stream.concat(errorStream(error), Stream.empty))), error)
      assert.deepStrictEqual(Effect.runSyncExit(error), Exit.fail(error))
    }))

  it.effect("are caught by their tags, each apart from the others", () =>
    Effect.gen(function*() {
      const program = (fails: boolean) =>
        Effect.gen(function*() {
          if (fails) return yield* new CacheExistsError(fields)
          return yield* new CacheNotFoundError(fields)
        }).pipe(
          Effect.catchTag("CacheExistsError", (error) => Effect.succeed(`there is ${error.key}`)),
          Effect.catchTags({ CacheNotFoundError: (error) => Effect.succeed(`there is no ${error.key}`) })
        )
      assert.strictEqual(yield* program(true), "there is \"a\"")
      assert.strictEqual(yield* program(false), "there is no \"a\"")
    }))

  it.effect("are of the version of Effect that runs them", () =>
    Effect.gen(function*() {
      const variance = (effect: object) => Reflect.get(Reflect.get(effect, Effect.EffectTypeId), "_V") as unknown
      assert.isString(variance(Effect.void))
      assert.strictEqual(variance(new CacheExistsError(fields)), variance(Effect.void))
      assert.strictEqual(
        variance(Reflect.apply(Reflect.get(new CacheExistsError(fields), "commit"), undefined, [])),
        variance(Effect.void)
      )
    }))

  it("are compared, printed and described as Effect's are", () => {
    const error = new CacheExistsError(fields)
    const reference = new Reference(fields)
    assert.instanceOf(error, Error)
    assert.isTrue(Equal.equals(error, new CacheExistsError(fields)))
    assert.strictEqual(Hash.hash(error), Hash.hash(new CacheExistsError(fields)))
    assert.isFalse(Equal.equals(error, new CacheExistsError({ ...fields, key: "b" })))
    assert.isFalse(Equal.equals(error, new CacheNotFoundError(fields)))
    assert.strictEqual(error.name, reference.name)
    assert.strictEqual(error._tag, reference._tag)
    assert.strictEqual(String(error), "CacheExistsError: names: there is an entry under \"a\" already")
    assert.deepStrictEqual(Object.keys(error).toSorted(), Object.keys(reference).toSorted())
    assert.deepStrictEqual(Inspectable.toJSON(error), Inspectable.toJSON(reference))
    assert.strictEqual(JSON.stringify(error), JSON.stringify(reference))
    assert.include(inspect(error), "there is an entry under")
    assert.include(Cause.pretty(Cause.fail(error)), "there is an entry under")
    assert.isTrue(Either.isLeft(Either.left(error)))
  })

  it("keep their cause", () => {
    const cause = new Error("why")
    const error = new CacheConfigError({ cache: "c", option: "o", value: "v", accepted: "a", cause })
    assert.strictEqual(error.cause, cause)
    assert.notProperty(new CacheConfigError({ cache: "c", option: "o", value: "v", accepted: "a" }), "cause")
  })
})
