import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Logger, Option, Schema, TestClock } from "effect"
import { type CacheKey, Keyspace, type S3CacheOptions, type S3CacheService } from "effect-aws-cache/S3Store"
import * as S3Server from "../servers/S3Server.js"
import { turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

class NoSuchUser extends Schema.TaggedError<NoSuchUser>()("NoSuchUser", {}) {}
type Key = CacheKey<string, string, NoSuchUser>

const spaceOf = (name: string, options: object) =>
  Keyspace.make(name, {
    key: Schema.String,
    value: Schema.String,
    failure: NoSuchUser,
    timeToLive: "1 minute",
    failureTimeToLive: "10 minutes",
    tags: ["t"],
    ...options
  })

/** What may happen to an old value while it is computed anew; and what is there after it. */
const changes = {
  invalidate: { act: (cache: S3CacheService, key: Key) => cache.invalidate(key), leaves: undefined },
  remove: { act: (cache: S3CacheService, key: Key) => Effect.ignore(cache.remove(key)), leaves: undefined },
  pop: { act: (cache: S3CacheService, key: Key) => Effect.ignore(cache.pop(key)), leaves: undefined },
  clear: { act: (cache: S3CacheService, key: Key) => cache.clear(key.space), leaves: undefined },
  invalidateTag: { act: (cache: S3CacheService) => cache.invalidateTag("t"), leaves: undefined },
  invalidateWhen: {
    act: (cache: S3CacheService, key: Key) => cache.invalidateWhen(key, () => true),
    leaves: undefined
  },
  set: { act: (cache: S3CacheService, key: Key) => cache.set(key, "new"), leaves: "new" },
  nothing: { act: () => Effect.void, leaves: "old" }
} as const

const ways = {
  getOrCompute: (cache: S3CacheService, key: Key, compute: Effect.Effect<string, string | NoSuchUser>) =>
    cache.getOrCompute(key, compute),
  getManyOrCompute: (cache: S3CacheService, key: Key, compute: Effect.Effect<string, string | NoSuchUser>) =>
    Effect.map(
      cache.getManyOrCompute([key], () => Effect.map(compute, (value) => [[key, value] as const])),
      ([value]) => Option.getOrThrow(value ?? Option.none())
    )
} as const

/** Where the one who computes has the old value, and how he hears of what another process does. */
const places: Record<string, { readonly cache: S3CacheOptions; readonly space: object; readonly hears: boolean }> = {
  "memory, notice": { cache: { tagsAge: "200 millis" }, space: { notice: "200 millis" }, hears: true },
  "memory, revalidateAfter": {
    cache: { tagsAge: "200 millis" },
    space: { revalidateAfter: "200 millis" },
    hears: true
  },
  "no memory": { cache: { tagsAge: "200 millis", maxSize: 0 }, space: {}, hears: true },
  "memory only": { cache: {}, space: {}, hears: false }
}

const stale = {
  staleIfError: { staleIfError: "1 hour" },
  staleIfSlow: { staleIfSlow: { after: "3 seconds", within: "1 hour" } }
} as const

describe("an old value that changes while it is computed anew", () => {
  for (const [place, { cache: cacheOptions, hears, space }] of Object.entries(places)) {
    for (const who of hears ? ["the same process", "another process"] as const : ["the same process"] as const) {
      for (const [window, windowOptions] of Object.entries(stale)) {
        // Without memory there is no old value by then that a slow computation could be left for.
        if (window === "staleIfSlow" && place === "no memory") continue
        // It does not wait for the second level either: of what others do it knows what it heard at its begin.
        if (window === "staleIfSlow" && who === "another process") continue
        for (const coordination of ["none", "lease"] as const) {
          for (const [way, ask] of Object.entries(ways)) {
            it.scoped(`${window}, ${place}, ${way}, coordination ${coordination}: changed by ${who}`, () =>
              Effect.gen(function*() {
                const { process } = yield* makeBucket()
                const [cache, other] = [yield* process(cacheOptions), yield* process(cacheOptions)]
                const seen: Record<string, unknown> = {}
                const expected: Record<string, unknown> = {}
                for (const [change, { act, leaves }] of Object.entries(changes)) {
                  const Space = spaceOf(change, { ...space, ...windowOptions, coordination })
                  const key = Space.key("a")
                  yield* cache.set(key, "old")
                  yield* TestClock.adjust("61 seconds")
                  const gate = yield* Deferred.make<never, string>()
                  let calls = 0
                  const asking = yield* Effect.fork(Effect.exit(ask(
                    cache,
                    key,
                    Effect.suspend(() => {
                      calls++
                      return Deferred.await(gate)
                    })
                  )))
                  yield* until(() => calls === 1)
                  yield* TestClock.adjust("100 millis")
                  yield* act(who === "another process" ? other : cache, key)
                  yield* TestClock.adjust("1 second")
                  if (window === "staleIfSlow") yield* TestClock.adjust("2 seconds")
                  else yield* Deferred.fail(gate, "down")
                  yield* turns(30)
                  if (leaves === undefined && window === "staleIfSlow") yield* Deferred.fail(gate, "down")
                  seen[change] = yield* Fiber.join(asking)
                  expected[change] = leaves === undefined ? Exit.fail("down") : Exit.succeed(leaves)
                  yield* Deferred.fail(gate, "down")
                  yield* cache.settle({ within: "1 minute" })
                }
                assert.deepStrictEqual(seen, expected)
              }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))
          }
        }
      }
    }
  }

  for (const before of ["an old value", "a remembered failure", "a value about to expire"]) {
    for (const outcome of ["a value", "a failure"]) {
      for (const act of ["invalidate", "set", "nothing"] as const) {
        it.scoped(`under a lease, ${before}: ${outcome} is kept after another process did ${act}`, () =>
          Effect.gen(function*() {
            const { process } = yield* makeBucket()
            const [cache, other] = [yield* process(), yield* process()]
            const key = spaceOf("users", {
              coordination: "lease",
              refreshAhead: 0.5,
              staleIfError: "1 hour",
              failureTimeToLive: "1 minute"
            }).key("a")
            if (before === "a remembered failure") yield* Effect.exit(cache.getOrCompute(key, new NoSuchUser()))
            else yield* cache.set(key, "old")
            yield* TestClock.adjust(before === "a value about to expire" ? "40 seconds" : "61 seconds")
            const gate = yield* Deferred.make<string, NoSuchUser>()
            let calls = 0
            const asking = yield* Effect.fork(Effect.exit(cache.getOrCompute(
              key,
              Effect.suspend(() => {
                calls++
                return Deferred.await(gate)
              })
            )))
            yield* until(() => calls === 1)
            if (act === "invalidate") yield* other.invalidate(key)
            if (act === "set") yield* other.set(key, "new")
            yield* Deferred.done(gate, outcome === "a value" ? Exit.succeed("computed") : Exit.fail(new NoSuchUser()))
            yield* Fiber.join(asking)
            yield* cache.settle({ within: "1 minute" })
            const third = yield* process()
            const asked = yield* Effect.exit(third.getOrCompute(key, Effect.succeed("anew")))
            const kept = outcome === "a value" ? Exit.succeed("computed") : Exit.fail(new NoSuchUser())
            // What was of no use any more has been tidied up, where the store removes on conditions: there was nothing then.
            const isTidied = before === "a remembered failure" && act === "invalidate" && S3Server.isEmbedded
            assert.deepStrictEqual(
              asked,
              act === "nothing" || isTidied ? kept : Exit.succeed(act === "set" ? "new" : "anew")
            )
            assert.strictEqual((yield* cache.stats).leases.lost, act === "nothing" || isTidied ? 0 : 1)
          }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))
      }
    }
  }

  for (const hasOld of [true, false]) {
    it.scoped(`under a lease nobody waits for more than three computations that fail, old value: ${hasOld}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const caches = yield* Effect.replicateEffect(process(), 10)
        const key = spaceOf("users", { coordination: "lease", staleIfError: "1 hour" }).key("a")
        const [first] = caches
        if (hasOld) yield* first?.set(key, "old") ?? Effect.void
        yield* TestClock.adjust("61 seconds")
        let now = 0
        let calls = 0
        const ended: Array<number> = []
        const compute = Effect.suspend(() => {
          calls++
          return Effect.zipRight(Effect.sleep("10 seconds"), Effect.fail("down"))
        })
        yield* Effect.forEach(caches, (cache) =>
          Effect.exit(cache.getOrCompute(key, compute)).pipe(
            Effect.map((exit) => {
              assert.deepStrictEqual(exit, hasOld ? Exit.succeed("old") : Exit.fail("down"))
              ended.push(now)
            }),
            Effect.forkScoped
          ))
        yield* until(() => calls > 0)
        for (; ended.length < 10 && now < 200; now++) yield* TestClock.adjust("1 second")
        assert.strictEqual(ended.length, 10)
        assert.isBelow(Math.max(...ended), 35)
        assert.isAtMost(calls, 10)
      }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))
  }
})
