import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Duration, Effect, Exit, Fiber, Option, Schema, TestClock } from "effect"
import { type CacheKey, Keyspace, loadFailure, ObjectStore, type S3CacheWriteOptions } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { eventually, turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

class NoSuchName extends Schema.TaggedError<NoSuchName>()("NoSuchName", {}) {}

type Key = CacheKey<string, string, NoSuchName>

const spaceOf = (coordination: "none" | "lease") =>
  Keyspace.make("names", {
    key: Schema.String,
    value: Schema.String,
    failure: NoSuchName,
    timeToLive: "1 hour",
    failureTimeToLive: "10 minutes",
    coordination
  })

/** A source that counts how often it is asked for each, and answers when it is let. */
const makeSource = Effect.map(Deferred.make<void>(), (answers) => {
  const asked: Array<ReadonlyArray<string>> = []
  const ask = (ids: ReadonlyArray<string>) =>
    Effect.suspend(() => {
      const at = asked.push(ids)
      return Effect.as(Deferred.await(answers), ids.map((id) => `${id} of ${at}`))
    })
  return {
    asked,
    answers: Deferred.succeed(answers, undefined),
    one: (key: Key) => Effect.map(ask([key.input]), ([name = ""]) => name),
    /** Another function each time. */
    many: () => (missing: ReadonlyArray<Key>) =>
      Effect.map(
        ask(missing.map(({ input }) => input)),
        (names) => names.map((name, at) => [missing[at] ?? assert.fail(), name] as const)
      )
  }
})

const found = (...names: ReadonlyArray<string>) => names.map((name) => Option.some(name))

describe("S3Cache.getManyOrCompute beside others", () => {
  for (const coordination of ["none", "lease"] as const) {
    describe(`coordination: ${coordination}`, () => {
      const Names = spaceOf(coordination)
      const keysOf = (...ids: ReadonlyArray<string>) => ids.map((id) => Names.key(id))

      const started = [
        ["a lookup", 1, ["a"], ["b"], ["a of 1", "b of 2"]],
        ["another batch", 2, ["x", "a"], ["b"], ["a of 1", "b of 2"]],
        ["one of all of them", 2, ["a", "b"], [], ["a of 1", "b of 1"]]
      ] as const
      for (const [title, count, before, own, names] of started) {
        it.scoped(`asks for nothing that is under way: ${title}`, () =>
          Effect.gen(function*() {
            const { process } = yield* makeBucket()
            const cache = yield* process()
            const source = yield* makeSource
            const [first = assert.fail()] = keysOf(...before)
            const other = yield* Effect.fork(
              count === 1
                ? Effect.asVoid(cache.getOrCompute(first, source.one(first)))
                : Effect.asVoid(cache.getManyOrCompute(keysOf(...before), source.many()))
            )
            yield* until(() => source.asked.length === 1)
            const batch = yield* Effect.fork(cache.getManyOrCompute(keysOf("a", "b"), source.many()))
            if (own.length > 0) yield* until(() => source.asked.length === 2)
            else yield* turns(50)
            yield* source.answers
            assert.deepStrictEqual(yield* Fiber.join(batch), found(...names))
            yield* Fiber.join(other)
            assert.deepStrictEqual(source.asked, own.length > 0 ? [before, own] : [before])
            assert.deepStrictEqual(yield* cache.getMany(keysOf("a", "b")), found(...names))
          }))
      }

      it.scoped("a lookup joins a batch", () =>
        Effect.gen(function*() {
          const { process } = yield* makeBucket()
          const cache = yield* process()
          const source = yield* makeSource
          const batch = yield* Effect.fork(cache.getManyOrCompute(keysOf("a", "b"), source.many()))
          yield* until(() => source.asked.length === 1)
          const key = Names.key("b")
          const single = yield* Effect.fork(cache.getOrCompute(key, source.one(key)))
          yield* turns(50)
          yield* source.answers
          assert.strictEqual(yield* Fiber.join(single), "b of 1")
          assert.deepStrictEqual(yield* Fiber.join(batch), found("a of 1", "b of 1"))
          assert.deepStrictEqual(source.asked, [["a", "b"]])
        }))

      it.scoped("what comes to nothing elsewhere is loaded after all", () =>
        Effect.gen(function*() {
          const { process } = yield* makeBucket()
          const cache = yield* process()
          const source = yield* makeSource
          const fails = yield* Deferred.make<never, "down">()
          let isAsked = false
          const other = yield* Effect.fork(Effect.exit(
            cache.getManyOrCompute(keysOf("a", "x"), () => {
              isAsked = true
              return Deferred.await(fails)
            })
          ))
          yield* until(() => isAsked)
          const batch = yield* Effect.fork(cache.getManyOrCompute(keysOf("a", "b"), source.many()))
          yield* until(() => source.asked.length === 1)
          yield* source.answers
          yield* Deferred.fail(fails, "down")
          assert.deepStrictEqual(yield* Fiber.join(other), Exit.fail("down" as const))
          assert.deepStrictEqual(yield* Fiber.join(batch), found("a of 2", "b of 1"))
          assert.deepStrictEqual(source.asked, [["b"], ["a"]])
        }))

      it.scoped("a key that is remembered to have none costs the others nothing", () =>
        Effect.gen(function*() {
          const { process } = yield* makeBucket()
          const cache = yield* process()
          const source = yield* makeSource
          yield* source.answers
          const nobody = Names.key("nobody")
          yield* Effect.flip(cache.getOrCompute(nobody, Effect.fail(new NoSuchName())))
          const keys = keysOf("a", "nobody", "b")
          for (let times = 0; times < 2; times++) {
            assert.instanceOf(yield* Effect.flip(cache.getManyOrCompute(keys, source.many())), NoSuchName)
          }
          assert.deepStrictEqual(source.asked, [["a", "b"]])
          assert.deepStrictEqual(yield* cache.getMany(keys), [
            Option.some("a of 1"),
            Option.none(),
            Option.some("b of 1")
          ])
        }))

      it.scoped("remembers that there is none, where the loader says so, and keeps the others", () =>
        Effect.gen(function*() {
          const { process } = yield* makeBucket()
          const cache = yield* process()
          let calls = 0
          const load = (missing: ReadonlyArray<Key>) =>
            Effect.sync(() => {
              calls++
              return missing.map((key) =>
                [key, key.input === "nobody" ? loadFailure(new NoSuchName()) : key.input] as const
              )
            })
          const keys = keysOf("a", "nobody", "b")
          for (let times = 0; times < 3; times++) {
            assert.instanceOf(yield* Effect.flip(cache.getManyOrCompute(keys, load)), NoSuchName)
          }
          assert.strictEqual(calls, 1)
          const nobody = Names.key("nobody")
          assert.instanceOf(yield* Effect.flip(cache.getOrCompute(nobody, Effect.succeed("somebody"))), NoSuchName)
          assert.deepStrictEqual(yield* cache.getMany(keysOf("a", "b")), found("a", "b"))
          yield* TestClock.adjust("11 minutes")
          assert.strictEqual(yield* cache.getOrCompute(nobody, Effect.succeed("somebody")), "somebody")
        }))

      it.scoped("entries have the time to live and tags of their pair, or else of the call", () =>
        Effect.gen(function*() {
          const { process } = yield* makeBucket()
          const cache = yield* process()
          const own: Record<string, S3CacheWriteOptions> = {
            b: { timeToLive: "2 minutes" },
            c: { tags: ["own"] }
          }
          const keys = keysOf("a", "b", "c")
          yield* cache.getManyOrCompute(
            keys,
            (missing) => Effect.succeed(missing.map((key) => [key, key.input, own[key.input]] as const)),
            { timeToLive: "1 minute", tags: ["all"] }
          )
          const remaining = yield* Effect.forEach(
            keys,
            (key) =>
              Effect.map(
                cache.peekEntry(key),
                Option.map(({ remaining, tags }) => [Duration.toMinutes(remaining), tags])
              )
          )
          assert.deepStrictEqual(remaining, [
            Option.some([1, ["all"]]),
            Option.some([2, ["all"]]),
            Option.some([1, ["own"]])
          ])
        }))
    })
  }

  it.scoped("does not ask for what another process computes under its lease, and neither waits for the other's", () =>
    Effect.gen(function*() {
      const Names = spaceOf("lease")
      const { process } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      const source = yield* makeSource
      const keys = ["a", "b", "c", "d"].map((id) => Names.key(id))
      const first = yield* Effect.fork(one.getManyOrCompute(keys.slice(0, 3), source.many()))
      yield* until(() => source.asked.length === 1)
      const second = yield* Effect.fork(other.getManyOrCompute(keys.slice(1), source.many()))
      yield* until(() => source.asked.length === 2)
      yield* source.answers
      assert.deepStrictEqual(yield* Fiber.join(first), found("a of 1", "b of 1", "c of 1"))
      yield* eventually(
        Effect.zipRight(TestClock.adjust("50 millis"), Effect.map(Fiber.poll(second), Option.isSome))
      )
      assert.deepStrictEqual(yield* Fiber.join(second), found("b of 1", "c of 1", "d of 2"))
      assert.deepStrictEqual(source.asked, [["a", "b", "c"], ["d"]])
    }))

  it.scoped("waits a second for keys of which the second level does not tell, and loads them by themselves", () =>
    Effect.gen(function*() {
      const Names = spaceOf("lease")
      const store = yield* ObjectStore.makeMemory
      const hung = Names.key("hung")
      const answers = yield* Deferred.make<void>()
      const cache = yield* makeS3CacheService({
        ...store,
        add: (name, body) =>
          name.startsWith(hung.objectName)
            ? Effect.zipRight(Deferred.await(answers), store.add(name, body))
            : store.add(name, body)
      })
      const source = yield* makeSource
      yield* source.answers
      const batch = yield* Effect.fork(
        cache.getManyOrCompute([Names.key("a"), hung, Names.key("b")], source.many())
      )
      yield* turns(200)
      assert.deepStrictEqual(source.asked, [])
      yield* TestClock.adjust("1 second")
      yield* until(() => source.asked.length === 1)
      assert.deepStrictEqual(source.asked, [["a", "b"]])
      yield* TestClock.adjust("1 minute")
      yield* Deferred.succeed(answers, undefined)
      assert.deepStrictEqual(yield* Fiber.join(batch), found("a of 1", "hung of 2", "b of 1"))
      // Each took as long as its own load.
      assert.deepStrictEqual(Option.map(yield* cache.peekEntry(hung), ({ took }) => took), Option.some(0))
    }))

  it.scoped("refuses pairs whose third member is no such options", () =>
    Effect.gen(function*() {
      const Names = spaceOf("none")
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const wrong: S3CacheWriteOptions = JSON.parse("{ \"timeToLiv\": 1 }")
      const exit = yield* Effect.exit(
        cache.getManyOrCompute(
          [Names.key("a")],
          ([key = assert.fail()]) => Effect.succeed([[key, "a", wrong] as const])
        )
      )
      assert.match(
        Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "",
        /timeToLiv is no option.*did you mean timeToLive/
      )
    }))
})
