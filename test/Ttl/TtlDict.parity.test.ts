import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError, type Dict, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { entryOverhead } from "../../src/Ttl/memory/Weigher.js"
import { hooksSettled } from "./hooksSettled.js"

const weighed = { weigher: (_: unknown, value: number) => value }

describe("bugs of faas-cache-dict that are none here", () => {
  it.scoped("get_ttl at a future time deletes the live key: a what-if question destroys nothing", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        timeToLive: "10 seconds",
        onRemoval: (key) => Effect.sync(() => told.push(key))
      })
      yield* dict.set("a", 1)
      assert.isTrue(yield* Effect.isFailure(dict.timeToLive("a", 1e12)))
      assert.deepStrictEqual(yield* dict.isExpired("a", 1e12), Option.some(true))
      assert.strictEqual(yield* dict.get("a"), 1)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, [])
    }))

  it.scoped("get_ttl at a past time answers for what has expired: it does not", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.set("a", 1)
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(yield* Effect.isFailure(dict.timeToLive("a", 0)))
    }))

  it.scoped("a failed insert evicts the others first: it touches nobody, at every size around the limit", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const maxBytes = 2048
      const dict = yield* TtlDict.make<string, string>({
        maxBytes,
        onRemoval: (key, _, reason) => Effect.sync(() => told.push(`${key} ${reason}`))
      })
      yield* dict.set("a", "x")
      yield* dict.set("b", "x")
      const before = yield* dict.byteSize
      let refused = 0
      // Also where the value alone would fit, but not with what an entry takes besides.
      for (let length = maxBytes - 2 * entryOverhead; length <= maxBytes + 8; length++) {
        const value = "x".repeat(length)
        const alone = yield* Effect.either(
          Effect.scoped(Effect.flatMap(TtlDict.make<string, string>({ maxBytes }), (dict) => dict.set("c", value)))
        )
        if (Either.isRight(alone)) continue
        refused++
        yield* Effect.flip(dict.set("c", value))
        yield* Effect.flip(dict.set("a", value))
        assert.deepStrictEqual(yield* dict.entries, [["a", "x"], ["b", "x"]])
        assert.strictEqual(yield* dict.byteSize, before)
      }
      assert.isAbove(refused, 100)
      assert.deepStrictEqual(told, [])
    }))

  it.scoped("an overwrite never tells the hook: it does, with the old value", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        onRemoval: (key, value, reason) => Effect.sync(() => told.push(`${key}=${value} ${reason}`))
      })
      yield* dict.set("a", 1)
      yield* dict.set("a", 2)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, ["a=1 replaced"])
    }))

  it.scoped("at its limit every insert measures everything: each entry is measured once", () =>
    Effect.gen(function*() {
      for (const entries of [100, 5000]) {
        let measured = 0
        const dict = yield* TtlDict.make<number, number>({
          maxBytes: entries * 10,
          weigher: () => {
            measured++
            return 10
          }
        })
        for (let key = 0; key < entries; key++) yield* dict.set(key, key)
        measured = 0
        for (let key = 0; key < 100; key++) yield* dict.set(-1 - key, key)
        assert.strictEqual(measured, 100)
        assert.strictEqual(yield* dict.size, entries)
      }
    }))

  it.scoped("asking for one key scans all of them: what else has expired is not even looked at", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        timeToLive: "1 second",
        onRemoval: (key) => Effect.sync(() => told.push(key))
      })
      yield* dict.setMany([["a", 1], ["b", 2], ["c", 3]])
      yield* TestClock.adjust("1 second")
      yield* dict.has("a")
      yield* Effect.flip(dict.get("b"))
      yield* Effect.flip(dict.pop("c"))
      // `stats` would look at all of them.
      yield* Effect.repeatN(Effect.yieldNow(), 50)
      assert.deepStrictEqual(told, ["b", "c"])
    }))

  it.scoped("a bad default TTL is found at the next write, a NaN expiry never: both at once, and nothing changes", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second" })
      yield* Effect.flip(dict.resize({ timeToLive: Number.NaN }))
      yield* dict.set("a", 1)
      const exit = yield* Effect.exit(dict.setExpiresAt("a", Number.NaN))
      assert.isTrue(
        Exit.isFailure(exit) && Option.exists(Cause.dieOption(exit.cause), (e) => e instanceof CacheConfigError)
      )
      assert.deepStrictEqual(yield* dict.entriesWithExpiry, [["a", 1, 1000]])
    }))

  it.scoped("a limit in which no entry fits is accepted, and every insert fails: it is refused", () =>
    Effect.gen(function*() {
      for (const maxBytes of [1, entryOverhead - 1]) {
        const error = yield* Effect.flip(TtlDict.make({ maxBytes }))
        assert.include(error.message, `at least ${entryOverhead} bytes, which an empty entry takes`)
      }
      const dict = yield* TtlDict.make<string, number>({ maxBytes: "1K" })
      yield* Effect.flip(dict.resize({ maxBytes: entryOverhead - 1 }))
      yield* dict.set("a", 1)
      assert.strictEqual(yield* dict.size, 1)
    }))

  it.scoped("a hook that writes back recurses until the stack ends: it ends", () =>
    Effect.gen(function*() {
      const dict: Dict<string, number> = yield* TtlDict.make<string, number>({
        maxSize: 1,
        onRemoval: (key, value) => dict.set(key, value)
      })
      yield* dict.setMany([["a", 1], ["b", 2]])
      assert.strictEqual((yield* hooksSettled(dict)).hooks.skipped, 1)
    }))

  it.scoped("a hook that dies loses the hooks after it: they run", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        onRemoval: (key) => Effect.zipRight(Effect.sync(() => told.push(key)), Effect.die("dead"))
      })
      yield* dict.setMany([["a", 1], ["b", 2], ["c", 3]])
      yield* dict.clear
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, ["a", "b", "c"])
    }))

  it.scoped("hooks are synchronous, and hold up the writer: they may wait, and hold up nobody", () =>
    Effect.gen(function*() {
      let ended = 0
      const dict = yield* TtlDict.make<string, number>({
        onRemoval: () => Effect.delay(Effect.sync(() => ended++), "1 minute")
      })
      yield* dict.set("a", 1)
      yield* dict.set("a", 2)
      assert.strictEqual(yield* dict.get("a"), 2)
      assert.strictEqual(ended, 0)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(ended, 1)
    }))

  it.effect("the purge thread takes 5 seconds to stop, and cannot be started again: a scope ends it at once", () =>
    Effect.gen(function*() {
      for (let time = 0; time < 2; time++) {
        const scope = yield* Scope.make()
        yield* Scope.extend(TtlDict.make({ sweepInterval: "1 hour" }), scope)
        // The test clock stands still: this would not end if it waited.
        yield* Scope.close(scope, Exit.void)
      }
    }))

  it.scoped("DataTooLarge says nothing: the error names the key, the weight and the limit", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ name: "d", maxBytes: 10, ...weighed })
      const error = yield* Effect.flip(dict.set("a", 11))
      assert.strictEqual(error.message, "d: the entry under \"a\" weighs 11, over the limit of 10")
    }))

  it.scoped("names of options cannot be initial keys: any key can", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make({ entries: Object.entries({ timeToLive: 1, maxBytes: 2, onRemoval: 3 }) })
      assert.deepStrictEqual(yield* dict.keys, ["timeToLive", "maxBytes", "onRemoval"])
    }))

  it.scoped("look up, compute, write: a race; getOrCompute is not", () =>
    Effect.gen(function*() {
      let computed = 0
      const open = yield* Deferred.make<void>()
      const dict = yield* TtlDict.make<string, number>()
      const compute = Effect.zipRight(Deferred.await(open), Effect.sync(() => ++computed))
      yield* Effect.fork(Effect.zipRight(Effect.repeatN(Effect.yieldNow(), 50), Deferred.succeed(open, undefined)))
      const values = yield* Effect.all(
        Array.from({ length: 20 }, () => dict.getOrCompute("a", compute)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(values, Array.from({ length: 20 }, () => 1))
    }))
})

describe("what is different from faas-cache-dict on purpose", () => {
  it.scoped("a value that several entries share counts in each of them", () =>
    Effect.gen(function*() {
      const shared = "x".repeat(300_000)
      const dict = yield* TtlDict.make<string, { readonly shared: string }>({ maxBytes: "1M" })
      for (const key of ["a", "b", "c", "d"]) yield* dict.set(key, { shared })
      assert.deepStrictEqual(yield* dict.keys, ["b", "c", "d"])
    }))

  it.scoped("removing an entry that has expired fails, purged or not", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second", entries: [["a", 1]] })
      yield* TestClock.adjust("1 second")
      assert.isTrue(yield* Effect.isFailure(dict.remove("a")))
    }))

  it.scoped("keys are those of a Map: `true`, `1` and `\"1\"` are three", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<unknown, number>({ entries: [[true, 1], [1, 2], ["1", 3]] })
      assert.strictEqual(yield* dict.size, 3)
    }))
})

describe("bugs that faas-cache-dict once had, and that are none here", () => {
  it.scoped("the byte size is stale after purge, clear or construction", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ ...weighed, timeToLive: "1 second", entries: [["a", 5]] })
      assert.strictEqual(yield* dict.byteSize, 5)
      yield* TestClock.adjust("1 second")
      yield* dict.purge
      assert.strictEqual(yield* dict.byteSize, 0)
      yield* dict.setMany([["a", 5], ["b", 6]])
      yield* dict.clear
      assert.strictEqual(yield* dict.byteSize, 0)
    }))

  it.scoped("small limits fail: 1K takes a small entry, and holds", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, string>({ maxBytes: "1K" })
      for (let at = 0; at < 100; at++) yield* dict.set(`key ${at}`, "x".repeat(at))
      assert.isAbove(yield* dict.size, 1)
      assert.isAtMost(yield* dict.byteSize, 1024)
      assert.isTrue(yield* dict.has("key 99"))
    }))

  it.scoped("an error when all entries have expired at maxSize", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: 2, timeToLive: "1 second" })
      yield* dict.setMany([["a", 1], ["b", 2]])
      yield* TestClock.adjust("1 second")
      yield* dict.set("c", 3)
      assert.deepStrictEqual(yield* dict.keys, ["c"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* dict.popVictim, Option.none())
      assert.deepStrictEqual(yield* dict.popNewest, Option.none())
    }))

  it.scoped("set_ttl and expire_at change the order", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ entries: [["a", 1], ["b", 2]] })
      yield* dict.setTimeToLive("a", "1 minute")
      yield* dict.setExpiresAt("a", 90_000)
      assert.deepStrictEqual(yield* dict.keys, ["a", "b"])
    }))

  it("iterating gives out what has expired meanwhile, or hangs when the dictionary is used", () => {
    let now = 0
    const dict = new SyncTtlDict<string, number>({ now: () => now })
    dict.setMany([["a", 1], ["b", 2, { timeToLive: 10 }], ["c", 3]])
    const seen: Array<string> = []
    for (const [key] of dict) {
      seen.push(key)
      now = 10
      assert.isTrue(dict.equals(dict))
    }
    assert.deepStrictEqual(seen, ["a", "c"])
  })

  it.scoped("growing in place and then leaving drives the total below zero, and disables the limit", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, Array<number>>({ maxBytes: 10, weigher: (_, value) => value.length })
      const grows = [1]
      yield* dict.set("a", grows)
      grows.push(...Array.from({ length: 100 }, () => 1))
      yield* dict.set("a", [1])
      assert.strictEqual(yield* dict.byteSize, 1)
      yield* dict.set("b", grows.slice(0, 5))
      grows.length = 0
      yield* dict.remove("b")
      assert.strictEqual(yield* dict.byteSize, 1)
      for (let at = 0; at < 20; at++) yield* dict.set(String(at), [1, 2, 3])
      assert.isAtMost(yield* dict.byteSize, 10)
    }))

  it.scoped("a rejected expiry poisons the dictionary, and ends the sweeping", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second", sweepInterval: "1 second" })
      yield* dict.set("a", 1)
      yield* Effect.exit(dict.setExpiresAt("a", Number.NaN))
      yield* Effect.exit(dict.setTimeToLive("a", Number.NaN))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* dict.isExpired("a"), Option.none())
      yield* dict.set("a", 2)
      assert.strictEqual(yield* dict.get("a"), 2)
    }))

  it.scoped("`set_ttl(None)` fails: for ever is a time to live", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second", entries: [["a", 1]] })
      yield* dict.setTimeToLive("a", Infinity)
      yield* TestClock.adjust("1000 days")
      assert.strictEqual(yield* dict.get("a"), 1)
    }))
})

describe("fibers that use one dictionary at once", () => {
  const ten = Array.from({ length: 10 }, (_, at) => at)
  const together = <A, E>(f: (fiber: number) => Effect.Effect<A, E>) =>
    Effect.forEach(ten, f, { concurrency: "unbounded" })
  const times = <A, E>(count: number, f: (at: number) => Effect.Effect<A, E>) =>
    Effect.forEach(Array.from({ length: count }, (_, at) => at), (at) => Effect.zipLeft(f(at), Effect.yieldNow()))

  it.scoped("readers and writers see whole values only, within the limit", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<number, readonly [number, number]>({ maxSize: 20 })
      yield* together((fiber) =>
        times(100, (at) =>
          Effect.gen(function*() {
            yield* dict.set((fiber * at) % 30, [at, at])
            const found = yield* dict.getOption(at % 30)
            if (Option.isSome(found)) assert.strictEqual(found.value[0], found.value[1])
            assert.isAtMost(yield* dict.size, 20)
          }))
      )
    }))

  for (const verb of ["pop", "popVictim", "popNewest"] as const) {
    it.scoped(`${verb} gives each entry to exactly one of them`, () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<number, number>()
        yield* times(200, (at) => dict.set(at, at))
        const popped = yield* together(() =>
          times(200, (at) =>
            verb === "pop"
              ? Effect.option(dict.pop(at))
              : Effect.map(dict[verb], Option.map(([, value]) => value)))
        )
        const values = popped.flat().flatMap(Option.toArray)
        assert.lengthOf(values, 200)
        assert.strictEqual(new Set(values).size, 200)
        assert.strictEqual(yield* dict.size, 0)
      }))
  }

  it.scoped("clear, purge, sweep and write at once: nothing is told twice or missed", () =>
    Effect.gen(function*() {
      let told = 0
      const dict = yield* TtlDict.make<string, number>({
        maxSize: 50,
        timeToLive: 20,
        sweepInterval: 5,
        onRemoval: () => Effect.sync(() => told++)
      })
      yield* Effect.fork(Effect.forever(Effect.zipRight(TestClock.adjust(1), Effect.yieldNow())))
      yield* together((fiber) =>
        times(60, (at) => fiber === 0 ? dict.clear : fiber === 1 ? dict.purge : dict.set(`${fiber}:${at % 20}`, at))
      )
      yield* dict.clear
      const { cleared, deleted, evicted, expired, hooks, insertions, replaced } = yield* hooksSettled(dict)
      const gone = evicted + expired + deleted + cleared
      assert.strictEqual(gone, insertions)
      assert.strictEqual(told, gone + replaced)
      assert.strictEqual(hooks.failed, 0)
      assert.isAbove(cleared, 0)
    }))

  it.scoped("a snapshot stays what it was while others write", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<number, number>()
      yield* times(50, (at) => dict.set(at, at))
      const snapshot = yield* dict.entries
      yield* together((fiber) => times(10, (at) => dict.set(fiber * 10 + at, -1)))
      assert.deepStrictEqual(snapshot, Array.from({ length: 50 }, (_, at) => [at, at] as const))
    }))
})
