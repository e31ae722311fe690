/**
 * What pruning and copying promise, over stores in memory and a clock of tests.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, LogLevel, Option, Schema, Stream } from "effect"
import { Keyspace, type ObjectStore, ObjectStoreError } from "effect-aws-cache/S3Store"
import * as TestClock from "effect/TestClock"
import * as fc from "fast-check"
import { copyEntries } from "../../src/Command/bucket/copyEntries.js"
import { prune } from "../../src/Command/bucket/prune.js"
import { retiredSpaces } from "../../src/Command/bucket/retired.js"
import { survey } from "../../src/Command/bucket/survey.js"
import { WrittenBytes } from "../../src/Command/bucket/WrittenBytes.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { effectProperty } from "../support/effectProperty.js"
import { property } from "../support/property.js"

const spaces = ["1", "2"].map((version) =>
  Keyspace.make("users", { key: Schema.Number, value: Schema.String, version })
)
const keys = spaces.flatMap((space) => [0, 1, 2, 3].map((key) => space.key(key)))
const tags = ["a", "b", "c"]
const staleFor = 5000

type Step =
  | { readonly _tag: "Write"; readonly key: number; readonly timeToLive: number; readonly tags: ReadonlyArray<string> }
  | { readonly _tag: "Invalidate" | "Expire"; readonly tag: string }
  | { readonly _tag: "Wait"; readonly millis: number }
  | { readonly _tag: "Damage"; readonly key: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constant("Write" as const),
      key: fc.nat(keys.length - 1),
      timeToLive: fc.constantFrom(500, 2000, 10_000, Number.POSITIVE_INFINITY),
      tags: fc.subarray(tags)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constantFrom("Invalidate" as const, "Expire" as const),
      tag: fc.constantFrom(...tags)
    })
  },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Wait" as const), millis: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Damage" as const), key: fc.nat(keys.length - 1) }) }
)
const steps = fc.array(step, { maxLength: 30 })

/** Does the steps, each by a process of its own. The values tell every write from every other. */
const play = (store: ObjectStore, given: ReadonlyArray<Step>, name = "") =>
  Effect.scoped(Effect.gen(function*() {
    const cache = yield* makeS3CacheService(store, {})
    for (const [at, each] of given.entries()) {
      switch (each._tag) {
        case "Write": {
          const key = keys[each.key]
          if (key !== undefined) yield* cache.set(key, `${name}${at}`, { timeToLive: each.timeToLive, tags: each.tags })
          break
        }
        case "Invalidate":
          yield* cache.invalidateTag(each.tag)
          break
        case "Expire":
          yield* cache.expireTag(each.tag)
          break
        case "Wait":
          yield* TestClock.adjust(each.millis)
          break
        case "Damage": {
          const found = yield* store.load(keys[each.key]?.objectName ?? "none")
          if (found._tag === "Found") {
            found.body[found.body.length - 1] = (found.body.at(-1) ?? 0) ^ 1
            yield* store.save(keys[each.key]?.objectName ?? "none", found.body)
          }
        }
      }
      yield* TestClock.adjust(1)
    }
  }))

/** What cannot be read is told in the log. */
const quietly = Logger.withMinimumLogLevel(LogLevel.None)

/** What readers are given who may have values stale for so long, and what those that may not. */
const readBy = (store: ObjectStore) =>
  Effect.scoped(Effect.gen(function*() {
    const strict = yield* makeS3CacheService(store, {})
    const lenient = yield* makeS3CacheService(store, { staleIfError: staleFor })
    return yield* Effect.forEach(keys, (key) =>
      Effect.all([
        Effect.map(strict.getOption(key), Option.getOrNull),
        Effect.orElseSucceed(lenient.getOrCompute(key, Effect.fail("no")), () => null)
      ]))
  })).pipe(quietly)

/** What lies in a store for readers: values with tags and times. */
const contentOf = (store: ObjectStore) =>
  Effect.scoped(Effect.gen(function*() {
    const cache = yield* makeS3CacheService(store, {})
    const content = new Map<string, unknown>()
    for (const space of spaces) {
      const listed = yield* Stream.runCollect(cache.list(space))
      for (const { freshUntil, key, made, tags } of listed) {
        const value = yield* cache.getOption(key)
        content.set(key.objectName, { freshUntil, made, tags, value: Option.getOrNull(value) })
      }
    }
    return content
  })).pipe(quietly)

// Without what is for other values.
const parameters = property(60)

const sleepless = { concurrency: 4 }

describe("prune", () => {
  effectProperty(
    "what no reader is given any more goes, and nothing else; a dry run says it beforehand",
    [steps],
    ([given]) =>
      Effect.scoped(Effect.gen(function*() {
        const store = yield* makeMemoryObjectStore
        yield* play(store, given)
        const before = yield* readBy(store)
        const rules = { expiredFor: staleFor, unreadable: true }
        const dry = yield* prune(store, rules, { isDry: true, ...sleepless })
        const report = yield* prune(store, rules, { isDry: false, ...sleepless })
        assert.deepStrictEqual(report, dry)
        assert.deepStrictEqual(yield* readBy(store), before)
        const after = yield* prune(store, rules, { isDry: false, ...sleepless })
        assert.strictEqual(after.removed.size, 0)
        assert.deepStrictEqual(after.left, report.left)
      })),
    parameters
  )

  effectProperty(
    "what was written first goes until the rest fits; a dry run says it beforehand",
    [steps, fc.nat(2000)],
    ([given, keep]) =>
      Effect.scoped(Effect.gen(function*() {
        const store = yield* makeMemoryObjectStore
        yield* play(store, given)
        const entries = Array.from(yield* Stream.runCollect(store.list("users/")))
        const rules = { keep, expiredFor: staleFor }
        const dry = yield* prune(store, rules, { isDry: true, ...sleepless })
        const report = yield* prune(store, rules, { isDry: false, ...sleepless })
        assert.deepStrictEqual(report, dry)
        const left = Array.from(yield* Stream.runCollect(store.list("users/")))
        assert.strictEqual(left.reduce((sum, { size }) => sum + size, 0), report.left.bytes)
        assert.strictEqual(left.length, report.left.entries)
        assert.isAtMost(report.left.bytes, keep)
        // No more than was needed: one more would not fit, unless it went by another rule.
        const beyond = report.removed.get("beyond")
        const gone = entries.filter(({ name }) => !left.some((each) => each.name === name))
        if (beyond !== undefined) {
          const largest = Math.max(...gone.map(({ size }) => size))
          assert.isAbove(report.left.bytes + largest, keep)
          // Within a second, which was first does not matter.
          if (report.removed.size === 1 && left.length > 0) {
            const oldestLeft = Math.min(...left.map(({ modified }) => modified))
            assert.isAtMost(Math.max(...gone.map(({ modified }) => modified)), oldestLeft + 1000)
          }
        }
      })),
    parameters
  )

  it.effect("keeps what is written again while it is looked at", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const cache = yield* makeS3CacheService(store, {})
      yield* Effect.forEach([0, 1], (key) => cache.set(space.key(key), "old", { timeToLive: 10 }))
      yield* TestClock.adjust(1000)
      // Somebody writes between the look and the removal.
      const raced: ObjectStore = {
        ...store,
        removeIfMatch: (name, etag) =>
          name === space.key(0).objectName
            ? Effect.zipRight(Effect.orDie(cache.set(space.key(0), "new")), store.removeIfMatch(name, etag))
            : store.removeIfMatch(name, etag)
      }
      const report = yield* prune(raced, { expiredFor: 0 }, { isDry: false, ...sleepless })
      assert.deepStrictEqual([report.rewritten, report.removed.get("expired")?.entries], [1, 1])
      assert.strictEqual(yield* cache.get(space.key(0)), "new")
    })))

  it.effect("looks right before it removes where the store honours no conditions", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const cache = yield* makeS3CacheService(store, {})
      yield* cache.set(space.key(0), "old", { timeToLive: 10 })
      yield* TestClock.adjust(1000)
      const unconditional: ObjectStore = { ...store, removeIfMatch: () => Effect.succeed("unsupported") }
      const report = yield* prune(unconditional, { expiredFor: 0 }, { isDry: false, ...sleepless })
      assert.strictEqual(report.removed.get("expired")?.entries, 1)
      assert.deepStrictEqual(yield* contentOf(store), new Map())
    })))
})

describe("what is not the cache's", () => {
  const digest = "0123456789abcdef".repeat(4)
  const others = [`cas/${digest}`, `backups/db/${digest}`, `users/1/${digest}`]

  it.effect("stays by every rule but the one that names it, whatever it is called", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [space] = spaces
      if (space === undefined) return assert.fail()
      yield* TestClock.adjust(5000)
      const cache = yield* makeS3CacheService(store, {})
      yield* Effect.forEach([0, 1], (key) => cache.set(space.key(key), "x"))
      yield* Effect.forEach(others, (name) => store.save(name, new Uint8Array(1000)))
      yield* TestClock.adjust(10_000)
      const { spaces: found } = yield* survey(store, { sample: 8, concurrency: 4 })
      const rules = [
        { olderThan: 1000 },
        { keep: 1 },
        { retired: retiredSpaces(found, [{ keyspace: "kept", version: undefined }], 0, 20_000) },
        { olderThan: 1000, keep: 1, expiredFor: 0 }
      ]
      for (const rule of rules) {
        const dry = yield* prune(store, rule, { isDry: true, ...sleepless })
        assert.deepStrictEqual([dry.foreign, dry.left.entries], [others.length, others.length])
      }
      const report = yield* prune(store, { olderThan: 1000, keep: 1 }, { isDry: false, ...sleepless })
      assert.deepStrictEqual([report.foreign, report.left.entries], [3, 3])
      const left = Array.from(yield* Stream.runCollect(store.list("")))
      assert.deepStrictEqual(left.map(({ name }) => name).sort(), [...others].sort())
      const named = yield* prune(store, { olderThan: 1000, unreadable: true }, { isDry: false, ...sleepless })
      assert.deepStrictEqual([named.foreign, named.removed.get("unreadable")?.entries], [0, 3])
    })))

  it.effect("markers of a cache under another prefix stay, and its entries are not copied without them", () =>
    Effect.scoped(Effect.gen(function*() {
      const [store, nested, to] = [
        yield* makeMemoryObjectStore,
        yield* makeMemoryObjectStore,
        yield* makeMemoryObjectStore
      ]
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const cache = yield* makeS3CacheService(nested, {})
      yield* cache.set(space.key(0), "x", { tags: ["a"] })
      yield* TestClock.adjust(10)
      yield* cache.invalidateTag("a")
      for (const { name } of yield* Stream.runCollect(nested.list(""))) {
        const found = yield* nested.load(name)
        if (found._tag === "Found") yield* store.save(`cache/${name}`, found.body)
      }
      yield* TestClock.adjust(10_000)
      // A mark of this cache says nothing of that one.
      const own = yield* makeS3CacheService(store, {})
      yield* own.invalidateTag("a")
      const spared = yield* prune(store, { expiredFor: 0 }, { isDry: false, ...sleepless })
      assert.deepStrictEqual([spared.examined, spared.removed.size], [1, 0])
      const copied = yield* copyEntries(store, to, { isDry: false, ...sleepless })
      assert.deepStrictEqual([copied.copied.entries, copied.skipped.get("elsewhere")?.entries], [0, 1])
      yield* prune(store, { olderThan: 0, unreadable: true, keep: 1 }, { isDry: false, ...sleepless })
      const left = Array.from(yield* Stream.runCollect(store.list("cache/")))
      assert.deepStrictEqual(left.map(({ name }) => name.startsWith("cache/.tags/")), [true])
    })))

  it.effect("is not old where no time is known", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const cache = yield* makeS3CacheService(store, {})
      yield* cache.set(space.key(0), "x")
      yield* store.save(`${space.key(1).objectName}.run`, new Uint8Array(10))
      yield* TestClock.adjust(1e9)
      const undated: ObjectStore = {
        ...store,
        list: (prefix) => Stream.map(store.list(prefix), (object) => ({ ...object, modified: 0 }))
      }
      const report = yield* prune(undated, { olderThan: 1000, expiredFor: 0 }, { isDry: false, ...sleepless })
      assert.deepStrictEqual([report.removed.size, report.left.entries], [0, 1])
    })))

  it.effect("and what another one that prunes has removed is neither removed nor kept", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const cache = yield* makeS3CacheService(store, {})
      yield* Effect.forEach([0, 1], (key) => cache.set(space.key(key), "x", { timeToLive: 10 }))
      yield* TestClock.adjust(10_000)
      const raced: ObjectStore = {
        ...store,
        removeIfMatch: (name, etag) => Effect.zipRight(store.remove(name), store.removeIfMatch(name, etag))
      }
      const report = yield* prune(raced, { expiredFor: 0 }, { isDry: false, ...sleepless })
      assert.deepStrictEqual([report.removed.size, report.rewritten, report.left.entries], [0, 0, 0])
    })))

  it.effect("nor does that go which is written while it is counted how much is too much", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const cache = yield* makeS3CacheService(store, {})
      yield* TestClock.adjust(5000)
      yield* cache.set(space.key(0), "old")
      yield* TestClock.adjust(5000)
      let lists = 0
      const raced: ObjectStore = {
        ...store,
        list: (prefix) =>
          Stream.unwrap(Effect.as(
            lists++ === 0 ? Effect.void : Effect.orDie(cache.set(space.key(1), "new")),
            store.list(prefix)
          ))
      }
      const report = yield* prune(raced, { keep: 0 }, { isDry: false, ...sleepless })
      assert.strictEqual(report.removed.get("beyond")?.entries, 1)
      assert.strictEqual(yield* cache.get(space.key(1)), "new")
    })))
})

describe("what is retired", () => {
  const space = (keyspace: string, version: string, newest: number) => ({
    ...{ keyspace, version, newest, oldest: 0, entries: 1, bytes: 1, leases: 0, ages: [] },
    space: version === "" ? keyspace : `${keyspace}/${version}`,
    isVersion: version !== "",
    forms: version === "" ? [] : [version],
    sample: {
      ...{
        read: 0,
        expired: 0,
        stale: 0,
        invalidated: 0,
        forever: 0,
        failures: 0,
        encrypted: 0,
        compressed: 0,
        unreadable: 0
      },
      ...{ computed: 0, took: 0 }
    }
  })
  const given = [space("a", "1", 10), space("a", "2", 90), space("b", "1", 5), space("p", "", 1), space("c/d", "7", 50)]

  it("is an older version that nobody has written to for some time", () => {
    assert.deepStrictEqual([...retiredSpaces(given, undefined, 50, 100)], ["a/1"])
    assert.deepStrictEqual([...retiredSpaces(given, undefined, 91, 100)], [])
  })

  it("is no folder with entries in the form of a version that is named", () => {
    const moved = [{ ...space("a", "1", 10), forms: ["1", "3"] }, space("a", "2", 5)]
    assert.deepStrictEqual([...retiredSpaces(moved, [{ keyspace: "a", version: "3" }], 0, 100)], ["a/2"])
    assert.deepStrictEqual([...retiredSpaces(moved, [{ keyspace: "b", version: "3" }], 0, 100)], ["a/1", "a/2"])
  })

  it("is what is not named, where names are given", () => {
    const kept = [{ keyspace: "a", version: "1" }, { keyspace: "c/d", version: undefined }]
    assert.deepStrictEqual([...retiredSpaces(given, kept, 1e9, 100)], ["a/2", "b/1", "p"])
    assert.deepStrictEqual([...retiredSpaces(given, [...kept, { keyspace: "p", version: undefined }], 0, 100)], [
      "a/2",
      "b/1"
    ])
  })

  it.effect("is never a folder of another library, unless by name", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const name = `sessions/web/${"0".repeat(64)}`
      yield* store.save(name, new Uint8Array(10))
      const { spaces: [found] } = yield* survey(store, { sample: 1, concurrency: 1 })
      assert.deepStrictEqual([found?.keyspace, found?.version], ["sessions", "web"])
      // It may be that only the headers that were looked at are damaged.
      yield* TestClock.adjust(10_000)
      yield* store.save(`sessions/app/${"0".repeat(64)}`, new Uint8Array(10))
      const { spaces: both } = yield* survey(store, { sample: 1, concurrency: 1 })
      assert.deepStrictEqual([...retiredSpaces(both, undefined, 0, 20_000)], [])
    })))
})

describe("WrittenBytes", () => {
  it("says what was written first, in bounded memory", () => {
    const written = new WrittenBytes()
    const times = 1_000_000
    for (let at = 0; at < times; at++) written.add(at * 31_536, 10)
    const { before, until, within } = written.cut(4_000_000)
    // All together take a year; what is told apart is a few minutes.
    assert.isAtMost(until - before, 31_536 * times / 30_000)
    assert.strictEqual(Math.ceil(before / 31_536) * 10 + within, 6_000_000)
    assert.deepStrictEqual(written.cut(10_000_000).within, 0)
    // All that was counted, and nothing that is written from then on.
    const all = written.cut(0)
    assert.isAbove(all.before, 31_536 * (times - 1))
    assert.isAtMost(all.until, 31_536 * times + 31_536 * times / 30_000)
  })
})

describe("copy", () => {
  effectProperty(
    "into an empty store, readers get the same values, with their tags and times",
    [steps],
    ([given]) =>
      Effect.scoped(Effect.gen(function*() {
        const [from, to] = [yield* makeMemoryObjectStore, yield* makeMemoryObjectStore]
        yield* play(from, given)
        const dry = yield* copyEntries(from, to, { isDry: true, ...sleepless })
        assert.deepStrictEqual(yield* contentOf(to), new Map())
        const report = yield* copyEntries(from, to, { isDry: false, ...sleepless })
        assert.deepStrictEqual({ ...report, markers: 0 }, { ...dry, markers: 0 })
        assert.deepStrictEqual(yield* contentOf(to), yield* contentOf(from))
        const again = yield* copyEntries(from, to, { isDry: false, ...sleepless })
        assert.deepStrictEqual([again.copied.entries, again.markers], [0, 0])
      })),
    parameters
  )

  effectProperty(
    "the newer one of two stays, and nothing that was invalidated comes alive",
    [steps, steps],
    ([here, there]) =>
      Effect.scoped(Effect.gen(function*() {
        const [from, to] = [yield* makeMemoryObjectStore, yield* makeMemoryObjectStore]
        yield* play(to, there, "there ")
        yield* play(from, here, "here ")
        const [before, source] = [yield* contentOf(to), yield* contentOf(from)]
        yield* copyEntries(from, to, { isDry: false, ...sleepless })
        const after = yield* contentOf(to)
        const isIn = (content: ReadonlyMap<string, unknown>, name: string, entry: unknown) => {
          const other = content.get(name)
          return other !== undefined && JSON.stringify(other) === JSON.stringify(entry)
        }
        for (const [name, entry] of after) assert.isTrue(isIn(before, name, entry) || isIn(source, name, entry), name)
        // What was written here last is there now.
        for (const [name, entry] of source) {
          if (JSON.stringify(entry).includes("\"tags\":[]")) assert.isTrue(isIn(after, name, entry), name)
        }
      })),
    parameters
  )

  it.effect("takes marks along that are written meanwhile", () =>
    Effect.scoped(Effect.gen(function*() {
      const [from, to] = [yield* makeMemoryObjectStore, yield* makeMemoryObjectStore]
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const cache = yield* makeS3CacheService(from, {})
      yield* cache.set(space.key(0), "x", { tags: ["a"] })
      yield* TestClock.adjust(10)
      // Somebody invalidates it right after it was read to be copied.
      const raced: ObjectStore = {
        ...from,
        load: (name, options) =>
          Effect.tap(from.load(name, options), () =>
            name === space.key(0).objectName && options?.firstBytes === undefined
              ? cache.invalidateTag("a")
              : Effect.void)
      }
      const report = yield* copyEntries(raced, to, { isDry: false, ...sleepless })
      assert.deepStrictEqual([report.copied.entries, report.markers], [1, 1])
      assert.deepStrictEqual(yield* contentOf(to), new Map())
    })))

  it.effect("marks tags in parts, and looks before it writes, where the target honours no conditions", () =>
    Effect.scoped(Effect.gen(function*() {
      const [from, memory] = [yield* makeMemoryObjectStore, yield* makeMemoryObjectStore]
      const [space] = spaces
      if (space === undefined) return assert.fail()
      const unsupported = new ObjectStoreError({
        reason: "ConditionalWritesUnsupported",
        operation: "add",
        target: "",
        detail: ""
      })
      const to: ObjectStore = {
        ...memory,
        add: () => Effect.fail(unsupported),
        replace: () => Effect.fail(unsupported)
      }
      const there = yield* makeS3CacheService(to, {})
      yield* there.set(space.key(1), "old", { tags: ["a"] })
      yield* there.set(space.key(2), "old", { tags: ["b"] })
      yield* TestClock.adjust(10)
      const here = yield* makeS3CacheService(from, {})
      yield* here.invalidateTag("a")
      yield* here.expireTag("b")
      yield* TestClock.adjust(10)
      yield* here.set(space.key(0), "new", { tags: ["a"] })
      const report = yield* copyEntries(from, to, { isDry: false, ...sleepless })
      assert.deepStrictEqual([report.copied.entries, report.markers], [1, 2])
      const content = yield* contentOf(to)
      assert.deepStrictEqual([...content.keys()], [space.key(0).objectName])
      const again = yield* copyEntries(from, to, { isDry: false, ...sleepless })
      assert.deepStrictEqual([again.copied.entries, again.markers], [0, 0])
    })))
})
