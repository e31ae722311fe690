import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Schema, type Scope, TestClock } from "effect"
import { Keyspace, ObjectStore, type ObjectStoreError } from "effect-aws-cache/S3Store"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { kindOf } from "../support/majors.js"
import { makeBucket } from "./bucketOf.js"

class Missing extends Schema.TaggedError<Missing>()("Missing", {}) {}

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })
const Stale = Keyspace.make("stale", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 hour",
  staleWhileRevalidate: "10 minutes",
  staleIfError: "1 day",
  failure: Missing,
  failureTimeToLive: "1 minute"
})

const folderStore = Effect.gen(function*() {
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "s3-cache-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  return yield* ObjectStore.makeFileSystem({ directory })
}).pipe(Effect.provide(NodeContext.layer), Effect.orDie)

const withoutConditions = Effect.map(makeBucket({}, { conditionalWrites: false }), ({ store }) => store)

const stores: Readonly<Record<string, Effect.Effect<ObjectStore, never, Scope.Scope>>> = {
  memory: makeMemoryObjectStore,
  "a folder": folderStore,
  "a bucket": Effect.map(makeBucket(), ({ store }) => store).pipe(Effect.orDie),
  "a bucket that ignores conditions": withoutConditions.pipe(Effect.orDie)
}

const none = Option.none<number>()

for (const [name, make] of Object.entries(stores)) {
  describe(`over ${name}`, () => {
    for (const options of [{}, { maxSize: 0 }, { write: "behind" as const }]) {
      it.scoped(`invalidate: afterwards there is none, whatever was there, ${JSON.stringify(options)}`, () =>
        Effect.gen(function*() {
          const store = yield* make
          const cache = yield* makeS3CacheService(store, options)
          const key = Numbers.key("a")
          yield* cache.invalidate(key)
          yield* cache.set(key, 1)
          yield* cache.invalidate(key)
          yield* cache.flush
          assert.deepStrictEqual(yield* cache.getOption(key), none)
          assert.deepStrictEqual(yield* (yield* makeS3CacheService(store)).getOption(key), none)
          yield* store.save(key.objectName, Buffer.from("rubbish"))
          yield* cache.invalidate(key)
          assert.strictEqual((yield* store.load(key.objectName))._tag, "Absent")
        }))

      it.scoped(`expire: lookups that compute may still give it out, ${JSON.stringify(options)}`, () =>
        Effect.gen(function*() {
          const store = yield* make
          const cache = yield* makeS3CacheService(store, options)
          const other = yield* makeS3CacheService(store)
          const key = Stale.key("a")
          yield* cache.expire(key)
          yield* cache.set(key, 1, { tags: ["t"] })
          yield* cache.flush
          yield* cache.expire(key)
          for (const each of [cache, other]) {
            assert.deepStrictEqual(yield* each.getOption(key), none)
            assert.deepStrictEqual(yield* each.peek(key), none)
            assert.isFalse(yield* each.has(key))
          }
          if (name === "a bucket that ignores conditions") return
          assert.strictEqual(yield* other.getOrCompute(key, Effect.die("down")), 1, "stale, in place of a failure")
          assert.strictEqual(yield* cache.getOrCompute(key, Effect.succeed(2)), 1, "stale, while it is revalidated")
          yield* cache.settle({ within: "1 hour" })
          assert.strictEqual(yield* cache.get(key), 2)
          yield* cache.expire(key)
          yield* cache.expire(key)
          yield* TestClock.adjust("2 days")
          assert.strictEqual(yield* cache.getOrCompute(key, Effect.succeed(3)), 3, "not for ever")
        }))
    }

    it.scoped("expire: without stale windows it is removed, and a failure that is remembered is forgotten", () =>
      Effect.gen(function*() {
        const store = yield* make
        const cache = yield* makeS3CacheService(store)
        yield* cache.set(Numbers.key("a"), 1)
        yield* cache.expire(Numbers.key("a"))
        assert.strictEqual((yield* store.load(Numbers.key("a").objectName))._tag, "Absent")
        const key = Stale.key("a")
        yield* Effect.flip(cache.getOrCompute(key, new Missing()))
        yield* cache.expire(key)
        assert.strictEqual(yield* cache.getOrCompute(key, Effect.succeed(1)), 1)
      }))

    it.scoped("invalidateWhen: removes what is picked, and leaves the rest", () =>
      Effect.gen(function*() {
        const store = yield* make
        const cache = yield* makeS3CacheService(store)
        const other = yield* makeS3CacheService(store)
        const key = Numbers.key("a")
        assert.isFalse(yield* cache.invalidateWhen(key, () => true))
        yield* cache.set(key, 1)
        assert.isFalse(yield* cache.invalidateWhen(key, (value) => value === 2))
        assert.strictEqual(yield* cache.get(key), 1)
        const died = yield* Effect.exit(cache.invalidateWhen(key, () => {
          throw new Error("a mistake")
        }))
        assert.isTrue(Exit.isFailure(died) && kindOf(died.cause) === "Die")
        assert.strictEqual(yield* cache.get(key), 1)
        yield* other.set(key, 2)
        assert.isTrue(yield* cache.invalidateWhen(key, (value) => value === 2), "what lies there, not what memory has")
        assert.deepStrictEqual(yield* cache.getOption(key), none)
        yield* cache.set(key, 3)
        yield* TestClock.adjust("1 hour")
        assert.isFalse(yield* cache.invalidateWhen(key, () => true), "what has expired is none")
      }))

    it.scoped("invalidateWhen: of what waits to be written, too", () =>
      Effect.gen(function*() {
        const store = yield* make
        const gate = yield* Deferred.make<void>()
        const cache = yield* makeS3CacheService(
          {
            ...store,
            save: (name, body) => Effect.zipRight(Deferred.await(gate), store.save(name, body)),
            saveOnce: undefined
          },
          { write: "behind", writeBehind: { concurrency: 1 } }
        )
        yield* cache.set(Numbers.key("first"), 0)
        yield* Effect.repeatN(Effect.yieldNow(), 20)
        yield* cache.set(Numbers.key("a"), 1)
        assert.isFalse(yield* cache.invalidateWhen(Numbers.key("a"), (value) => value === 2))
        assert.isTrue(yield* cache.invalidateWhen(Numbers.key("a"), (value) => value === 1))
        yield* Deferred.succeed(gate, undefined)
        yield* cache.flush
        assert.deepStrictEqual(yield* cache.getOption(Numbers.key("a")), none)
        assert.strictEqual(yield* cache.get(Numbers.key("first")), 0)
      }))
  })
}

describe("in a bucket", () => {
  it.scoped("cost what they say", () =>
    Effect.gen(function*() {
      // A server that honours conditions, as Amazon S3 does.
      const { process, requests } = yield* makeBucket({}, {})
      const cache = yield* process()
      const cost = <A, E>(effect: Effect.Effect<A, E>) =>
        Effect.suspend(() => {
          const before = requests().length
          return Effect.map(effect, () => requests().slice(before).map(({ method }) => method).join(" "))
        })
      yield* cost(cache.set(Numbers.key("first"), 1))
      yield* cost(cache.invalidateWhen(Numbers.key("first"), () => true))
      for (const key of ["there", "absent"].map(Stale.key)) {
        if (key.input === "there") yield* cache.set(key, 1)
        assert.strictEqual(yield* cost(cache.invalidate(key)), "DELETE")
      }
      yield* cache.set(Stale.key("a"), 1)
      assert.strictEqual(yield* cost(cache.expire(Stale.key("a"))), "GET PUT")
      assert.strictEqual(yield* cost(cache.invalidateWhen(Stale.key("a"), () => false)), "GET")
      assert.strictEqual(yield* cost(cache.invalidateWhen(Stale.key("a"), () => true)), "GET DELETE")
      assert.strictEqual(yield* cost(cache.invalidateWhen(Stale.key("a"), () => true)), "GET")
      yield* cache.set(Stale.key("a"), 1)
      assert.strictEqual(yield* cost(cache.invalidateWhen(Stale.key("a"), () => true)), "GET DELETE")
    }))

  for (const verb of ["invalidate", "expire"] as const) {
    it.scoped(`${verb}: what is being computed reaches its callers, and is not kept`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        const [started, go] = [yield* Deferred.make<void>(), yield* Deferred.make<number>()]
        const caller = yield* Effect.fork(
          cache.getOrCompute(Stale.key("a"), Effect.zipRight(Deferred.succeed(started, undefined), Deferred.await(go)))
        )
        yield* Deferred.await(started)
        yield* cache[verb](Stale.key("a"))
        yield* Deferred.succeed(go, 1)
        assert.strictEqual(yield* Fiber.join(caller), 1)
        assert.deepStrictEqual(yield* cache.getOption(Stale.key("a")), none)
      }))

    it.scoped(`${verb}: interrupted, memory does not give out the old value`, () =>
      Effect.gen(function*() {
        const store = yield* makeMemoryObjectStore
        const started = yield* Deferred.make<void>()
        const hangs = Effect.zipRight(Deferred.succeed(started, undefined), Effect.never)
        let isHanging = false
        const cache = yield* makeS3CacheService({
          ...store,
          remove: (name) => isHanging ? hangs : store.remove(name),
          replace: (name, body, etag) => isHanging ? hangs : store.replace(name, body, etag)
        })
        yield* cache.set(Stale.key("a"), 1)
        isHanging = true
        const fiber = yield* Effect.fork(cache[verb](Stale.key("a")))
        yield* Deferred.await(started)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* cache.peek(Stale.key("a")), none)
        yield* (yield* makeS3CacheService(store)).set(Stale.key("a"), 2)
        assert.strictEqual(yield* cache.get(Stale.key("a")), 2)
      }))
  }

  for (const verb of ["expire", "invalidateWhen"] as const) {
    const run = (cache: Effect.Effect.Success<ReturnType<typeof makeS3CacheService>>) =>
      verb === "expire"
        ? cache.expire(Stale.key("a"))
        : cache.invalidateWhen(Stale.key("a"), () => true)

    it.scoped(`${verb}: a value that another wrote meanwhile is never lost by it unseen`, () =>
      Effect.gen(function*() {
        const store = yield* makeMemoryObjectStore
        const other = yield* makeS3CacheService(store)
        let writes = 3
        const raced = Effect.suspend((): Effect.Effect<unknown> =>
          writes-- > 0 ? Effect.orDie(other.set(Stale.key("a"), 10 + writes)) : Effect.void
        )
        const cache = yield* makeS3CacheService({
          ...store,
          replace: (name, body, etag) => Effect.zipRight(raced, store.replace(name, body, etag)),
          removeIfMatch: (name, etag) => Effect.zipRight(raced, store.removeIfMatch(name, etag))
        })
        yield* cache.set(Stale.key("a"), 1)
        const done = yield* run(cache)
        if (verb === "expire") assert.strictEqual(yield* other.get(Stale.key("a")), 12)
        else assert.isTrue(done)
        writes = 100
        yield* cache.set(Stale.key("a"), 1)
        const reason = yield* Effect.match(run(cache), {
          onFailure: ({ reason }) => reason,
          onSuccess: () => undefined
        })
        assert.strictEqual(reason, verb === "expire" ? undefined : "Conflict")
      }))
  }
})

describe("functions of callers without types", () => {
  const untyped = <A>(value: unknown): A => value as A
  const rejected = async () => {
    throw new Error("rejected")
  }

  for (const [what, answer] of [["an async function", rejected], ["one that returns 1", () => 1]] as const) {
    it.scoped(`${what} picks nothing, and reports no progress: it dies with a clear error`, () =>
      Effect.gen(function*() {
        const unhandled: Array<unknown> = []
        const listener = (error: unknown) => void unhandled.push(error)
        process.on("unhandledRejection", listener)
        const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore, {})
        yield* cache.set(Numbers.key("a"), 1)
        for (
          const [option, use] of [
            ["predicate", cache.invalidateWhen(Numbers.key("a"), untyped(answer))],
            ["onProgress", cache.purge(Numbers, { onProgress: untyped(answer) })],
            ["onProgress", cache.clear(Numbers, { onProgress: untyped(answer) })]
          ] as const
        ) {
          if (option === "predicate") assert.isTrue(yield* cache.has(Numbers.key("a")))
          const exit = yield* Effect.exit<number | boolean, ObjectStoreError, never>(use)
          assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause), option)
          assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", `${option} is`)
          if (option === "predicate") assert.isTrue(yield* cache.has(Numbers.key("a")))
        }
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        process.off("unhandledRejection", listener)
        assert.deepStrictEqual(unhandled, [])
      }))
  }
})
