/**
 * A 409 "please try again" to a request without a condition.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option, Schema } from "effect"
import { Keyspace, type ObjectStoreError, type S3CacheService } from "effect-aws-cache/S3Store"
import { whileTurning } from "../../support/whileTurning.js"
import { type Kind, makeAnsweringS3 } from "../answeringS3.js"

const name = `texts/1/${"a".repeat(64)}`
const bytes = new TextEncoder().encode("text")

/** A server that answers so many requests of a kind with a conflict. */
const makeConflicting = (options: object = {}) =>
  Effect.gen(function*() {
    const s3 = yield* makeAnsweringS3(options)
    let left = 0
    let made = 0
    return {
      ...s3,
      conflict: (kind: Kind, times: number, code: string) =>
        Effect.suspend(() => {
          left = times
          made = 0
          return s3.refuse((asked) => {
            if (asked !== kind) return undefined
            made++
            return left-- > 0 ? { status: 409, code } : undefined
          })
        }),
      made: () => made
    }
  })

type Store = Effect.Effect.Success<ReturnType<typeof makeConflicting>>["store"]

const requests: ReadonlyArray<
  readonly [what: string, kind: Kind, run: (store: Store) => Effect.Effect<unknown, ObjectStoreError>, there: boolean]
> = [
  ["save", "put", (store) => store.save(name, bytes), true],
  ["saveOnce", "put", (store) => store.saveOnce?.(name, bytes) ?? Effect.void, true],
  ["remove", "delete", (store) => store.remove(name), false],
  ["removeAll", "bulk", (store) => store.removeAll([name]), false]
]

describe("a conflict of a request without a condition", () => {
  for (const [what, kind, run, there] of requests) {
    for (const code of ["OperationAborted", "ConditionalRequestConflict"]) {
      for (const times of [1, 3]) {
        it.scoped(`is asked for again: ${what}, ${code} ${times} times`, () =>
          Effect.gen(function*() {
            const s3 = yield* makeConflicting()
            if (!there) yield* s3.store.save(name, bytes)
            yield* s3.conflict(kind, times, code)
            yield* whileTurning(run(s3.store))
            assert.strictEqual(s3.made(), times + 1)
            assert.strictEqual((yield* s3.store.load(name))._tag, there ? "Found" : "Absent")
          }))
      }

      it.scoped(`is not asked for for ever: ${what}, ${code}`, () =>
        Effect.gen(function*() {
          const s3 = yield* makeConflicting()
          yield* s3.conflict(kind, Infinity, code)
          const error = yield* whileTurning(Effect.flip(run(s3.store)))
          assert.strictEqual(error.reason, "Conflict")
          assert.include(error.message, code)
          assert.strictEqual(s3.made(), 4)
        }))
    }
  }

  const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String, timeToLive: "1 day" })
  const key = Texts.key("a")

  const verbs: ReadonlyArray<
    readonly [
      what: string,
      kind: Kind,
      run: (cache: S3CacheService) => Effect.Effect<unknown, unknown>,
      value: string | undefined
    ]
  > = [
    ["set", "put", (cache) => cache.set(key, "new"), "new"],
    ["getOrCompute", "put", (cache) => cache.getOrCompute(key, Effect.succeed("new")), "new"],
    ["invalidate", "delete", (cache) => Effect.zipRight(cache.set(key, "old"), cache.invalidate(key)), undefined],
    ["remove", "delete", (cache) => Effect.zipRight(cache.set(key, "old"), cache.remove(key)), undefined],
    ["clear", "bulk", (cache) => Effect.zipRight(cache.set(key, "old"), cache.clear(Texts)), undefined]
  ]
  for (const [what, kind, run, value] of verbs) {
    it.scoped(`costs nobody a write or a removal: ${what}`, () =>
      Effect.gen(function*() {
        const s3 = yield* makeConflicting()
        yield* s3.conflict(kind, 1, "OperationAborted")
        const outcome = yield* whileTurning(Effect.either(run(yield* s3.cache())))
        assert.isTrue(Either.isRight(outcome))
        assert.strictEqual(s3.made(), 2)
        const other = yield* s3.cache()
        assert.deepStrictEqual(yield* other.getOption(key), Option.fromNullable(value))
      }))
  }

  it.scoped("does not harm the search for what a store makes of conditions", () =>
    Effect.gen(function*() {
      const s3 = yield* makeConflicting({ conditionalDeletes: "auto" })
      yield* s3.store.save(name, bytes)
      yield* s3.conflict("put", 1, "OperationAborted")
      yield* whileTurning(s3.store.removeIfMatch(name, "\"another\""))
      assert.deepStrictEqual(s3.paths().filter((path) => path.includes(".probe")), [])
    }))
})
