/**
 * What every verb does to a value whose time is over and that may still be given out, wherever it is.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Logger, Option, Schema, TestClock } from "effect"
import {
  type CacheKey,
  Keyspace,
  type KeyspaceOptions,
  ObjectStore,
  ObjectStoreError,
  type S3CacheService
} from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"

type Windows = Pick<
  KeyspaceOptions<string, string, number, number>,
  "staleWhileRevalidate" | "staleIfError" | "staleIfSlow"
>
type Key = CacheKey<string, number>

/** How a stale value may still be given out, and to whom. */
const windows: ReadonlyArray<readonly [Windows, compute: Effect.Effect<number, string>]> = [
  [{ staleWhileRevalidate: "1 hour" }, Effect.never],
  [{ staleIfError: "1 hour" }, Effect.fail("no answer")],
  [{ staleIfSlow: { after: 0, within: "1 hour" } }, Effect.never]
]

/** A verb, what it says of a stale 1, and what is given out after it: the old value, another, or nothing. */
const verbs: ReadonlyArray<
  readonly [
    name: string,
    call: (cache: S3CacheService, key: Key) => Effect.Effect<unknown, unknown>,
    says: unknown,
    then: number | "none"
  ]
> = [
  ["remove", (cache, key) => cache.remove(key), "CacheNotFoundError", "none"],
  ["pop", (cache, key) => cache.pop(key), "CacheNotFoundError", "none"],
  ["removeMany", (cache, key) => cache.removeMany([key]), 0, "none"],
  ["invalidate", (cache, key) => cache.invalidate(key), undefined, "none"],
  ["invalidateWhen, of it", (cache, key) => cache.invalidateWhen(key, (value) => value === 1), true, "none"],
  ["invalidateWhen, of another", (cache, key) => cache.invalidateWhen(key, (value) => value === 2), false, 1],
  ["expire", (cache, key) => cache.expire(key), undefined, 1],
  ["purge", (cache, key) => cache.purge(key.space), 0, 1],
  ["clear", (cache, key) => Effect.asVoid(cache.clear(key.space)), undefined, "none"],
  ["modify", (cache, key) => cache.modify(key, (value) => Effect.succeed(value + 1)), "CacheNotFoundError", 1],
  ["add", (cache, key) => cache.add(key, 5), undefined, 5],
  ["set", (cache, key) => cache.set(key, 5), undefined, 5],
  ["getOption", (cache, key) => Effect.map(cache.getOption(key), ({ _tag }) => _tag), "None", 1],
  ["invalidateTag", (cache) => cache.invalidateTag("t"), undefined, "none"],
  ["expireTag", (cache) => cache.expireTag("t"), undefined, 1]
]

const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : error

const spaceOf = (options: Windows) =>
  Keyspace.make("stale", {
    key: Schema.String,
    value: Schema.Number,
    timeToLive: "1 minute",
    revalidateAfter: "1 hour",
    tags: ["t"],
    ...options
  })

/** What is given out at once. */
const givenOut = (cache: S3CacheService, key: Key, compute: Effect.Effect<number, string>) =>
  Effect.gen(function*() {
    const asked = yield* Effect.fork(Effect.exit(cache.getOrCompute(key, compute)))
    yield* TestClock.adjust(1)
    const polled = Option.getOrUndefined(yield* Fiber.poll(asked))
    return polled !== undefined && Exit.isSuccess(polled) && Exit.isSuccess(polled.value) ? polled.value.value : "none"
  })

/** Where the value is, and what of the table is otherwise there. */
const places = {
  "in both levels": {},
  "in the second level": {},
  "waiting to be written": {},
  // The second level could not take it: there is nothing there whose time could end.
  "in memory only": { expire: "none" }
} as const

/** A store that takes nothing of what is to be in memory only, and has never done with what others wait for. */
const makeStore = Effect.map(ObjectStore.makeMemory, (memory) => {
  let takes = true
  const store: ObjectStore = {
    ...memory,
    save: (name, body) => {
      if (name === other.objectName) return Effect.never
      return takes
        ? memory.save(name, body)
        : new ObjectStoreError({ reason: "Unavailable", operation: "save", target: name, detail: "not now" })
    }
  }
  return { store, takeNothing: () => takes = false, takeAll: () => takes = true }
})

const other = Keyspace.make("others", { key: Schema.String, value: Schema.Number }).key("written for ever")

const place = (where: keyof typeof places, key: Key) =>
  Effect.gen(function*() {
    const { store, takeAll, takeNothing } = yield* makeStore
    const writer = yield* makeS3CacheService(store, {
      write: where === "waiting to be written" ? "behind" : "through",
      writeBehind: { concurrency: 1 },
      gracePeriod: 0
    })
    if (where === "waiting to be written") {
      yield* writer.set(other, 0)
      yield* Effect.yieldNow()
    }
    if (where === "in memory only") takeNothing()
    yield* writer.getOrCompute(key, Effect.succeed(1))
    takeAll()
    const cache = where === "in the second level" ? yield* makeS3CacheService(store) : writer
    yield* TestClock.adjust("2 minutes")
    const { waiting } = yield* cache.stats
    assert.strictEqual(waiting, where === "waiting to be written" ? 2 : 0)
    return cache
  })

describe("a stale value", () => {
  for (const where of ["in both levels", "in the second level", "waiting to be written", "in memory only"] as const) {
    for (const [options, compute] of windows) {
      for (const [verb, call, says, then] of verbs) {
        // It waits for what is being written.
        if (where === "waiting to be written" && verb === "clear") continue
        it.scoped(`${where}, with ${Object.keys(options).join()}: ${verb}`, () =>
          Effect.gen(function*() {
            const key = spaceOf(options).key("a")
            const cache = yield* place(where, key)
            const said = yield* Effect.match(call(cache, key), { onFailure: tagOf, onSuccess: (value) => value })
            assert.deepStrictEqual(said, says)
            const otherwise: Readonly<Record<string, number | "none">> = places[where]
            assert.strictEqual(yield* givenOut(cache, key, compute), otherwise[verb] ?? then)
          }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))
      }
    }
  }

  it.scoped("that another process has replaced meanwhile is forgotten in memory, and the other stays", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore.makeMemory
      const key = spaceOf({ staleWhileRevalidate: "1 hour" }).key("a")
      const [here, there] = [yield* makeS3CacheService(store), yield* makeS3CacheService(store)]
      yield* here.set(key, 1)
      yield* there.set(key, 2)
      assert.isFalse(yield* here.invalidateWhen(key, (value) => value === 3))
      assert.strictEqual(yield* here.get(key), 1)
      assert.isTrue(yield* here.invalidateWhen(key, (value) => value === 1))
      assert.strictEqual(yield* here.get(key), 2)
      yield* there.invalidate(key)
      assert.isTrue(yield* here.invalidateWhen(key, (value) => value === 2))
      assert.deepStrictEqual(yield* here.getOption(key), Option.none())
    }))

  it.scoped("whose computation is under way: what that comes to is not kept once it is invalidated", () =>
    Effect.gen(function*() {
      const key = spaceOf({ staleWhileRevalidate: "1 hour" }).key("a")
      const cache = yield* place("in both levels", key)
      const gate = yield* Deferred.make<number>()
      assert.strictEqual(yield* cache.getOrCompute(key, Deferred.await(gate)), 1)
      assert.isTrue(yield* cache.invalidateWhen(key, (value) => value === 1))
      yield* Deferred.succeed(gate, 2)
      yield* cache.settle({ within: "1 second" })
      assert.deepStrictEqual(yield* cache.getOption(key), Option.none())
    }))
})
