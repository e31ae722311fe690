/** What lru-cache documents, asked of `SyncTtlDict`; and of both where they differ. See docs/coming-from.md. */
import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError, EntryTooLargeError, SyncTtlDict } from "effect-aws-cache/Ttl"
import { LRUCache } from "lru-cache"

type Removal = readonly [key: string, value: number, reason: string]

/** Both, of the same limits, on a clock that a test turns. */
const both = (options: { readonly items?: number; readonly ttl?: number } = {}) => {
  const clock = { now: 1000 }
  const told: { readonly theirs: Array<Removal>; readonly ours: Array<Removal> } = { theirs: [], ours: [] }
  const theirs = new LRUCache<string, number>({
    max: options.items ?? 100,
    ttl: options.ttl ?? 0,
    ttlResolution: 0,
    perf: { now: () => clock.now },
    disposeAfter: (value, key, reason) => told.theirs.push([key, value, reason])
  })
  const ours = new SyncTtlDict<string, number>({
    maxSize: options.items,
    timeToLive: options.ttl,
    now: () => clock.now,
    onRemoval: (key, value, reason) => {
      told.ours.push([key, value, reason])
    }
  })
  return { clock, theirs, ours, told }
}

describe("lru-cache", () => {
  it("when it is full, what was used least recently leaves", () => {
    const { ours, theirs } = both({ items: 2 })
    for (const cache of [theirs, ours]) {
      cache.set("a", 1)
      cache.set("b", 2)
      cache.get("a")
      cache.set("c", 3)
    }
    assert.sameMembers([...theirs.keys()], ["a", "c"])
    assert.sameMembers([...ours.keys()], ["a", "c"])
  })

  it("peek, has and iterating are no use", () => {
    const { ours } = both({ items: 2 })
    ours.set("a", 1)
    ours.set("b", 2)
    assert.deepStrictEqual([ours.peek("a"), ours.has("a"), [...ours.values()]], [1, true, [1, 2]])
    ours.set("c", 3)
    assert.isFalse(ours.has("a"))
  })

  it("writing anew is a use", () => {
    const { ours, theirs } = both({ items: 2 })
    for (const cache of [theirs, ours]) {
      for (const key of ["a", "b", "a", "c"]) cache.set(key, 1)
      assert.isFalse(cache.has("b"))
    }
  })

  it("what takes more than all entries may is refused, and what was there stays", () => {
    const theirs = new LRUCache<string, string>({ maxSize: 10, sizeCalculation: (value) => value.length })
    const ours = new SyncTtlDict<string, string>({ maxBytes: 10, weigher: (_, value) => value.length })
    for (const cache of [theirs, ours]) cache.set("a", "small")
    theirs.set("a", "x".repeat(11))
    assert.throws(() => ours.set("a", "x".repeat(11)), EntryTooLargeError)
    assert.deepStrictEqual([theirs.get("a"), ours.get("a")], [undefined, "small"])
  })

  it("sizes are measured, where no function says them", () => {
    assert.throws(() => new LRUCache<string, string>({ maxSize: 10_000 }).set("a", "x"), TypeError)
    const ours = new SyncTtlDict<string, string>({ maxBytes: 10_000 })
    ours.set("a", "x".repeat(1000))
    assert.isAtLeast(ours.byteSize, 1000)
  })

  it("entries expire after their time to live, or that of the cache", () => {
    const { clock, ours, theirs } = both({ ttl: 100 })
    theirs.set("a", 1)
    theirs.set("b", 1, { ttl: 500 })
    ours.set("a", 1)
    ours.set("b", 1, { timeToLive: 500 })
    clock.now += 101
    for (const cache of [theirs, ours]) assert.deepStrictEqual([cache.get("a"), cache.get("b")], [undefined, 1])
  })

  it("at the very end of its time an entry has expired", () => {
    const { clock, ours, theirs } = both({ ttl: 100 })
    for (const cache of [theirs, ours]) cache.set("a", 1)
    clock.now += 100
    assert.deepStrictEqual([theirs.get("a"), ours.get("a")], [1, undefined])
  })

  it("size does not count what has expired", () => {
    const { clock, ours, theirs } = both({ ttl: 100 })
    for (const cache of [theirs, ours]) cache.set("a", 1)
    clock.now += 101
    assert.deepStrictEqual([theirs.size, ours.size], [1, 0])
    theirs.purgeStale()
    ours.purge()
    assert.strictEqual(theirs.size, 0)
  })

  it("an entry tells how long it still lives", () => {
    const { clock, ours, theirs } = both({ ttl: 100 })
    for (const cache of [theirs, ours]) cache.set("a", 1)
    clock.now += 40
    assert.deepStrictEqual([theirs.getRemainingTTL("a"), ours.timeToLive("a")], [60, 60])
    assert.deepStrictEqual([theirs.getRemainingTTL("none"), ours.timeToLive("none")], [0, undefined])
  })

  it("a use may start the time anew (timeToIdle)", () => {
    const clock = { now: 1000 }
    const ours = new SyncTtlDict<string, number>({ timeToIdle: 100, now: () => clock.now })
    ours.set("a", 1)
    for (let i = 0; i < 3; i++) {
      clock.now += 60
      assert.strictEqual(ours.get("a"), 1)
    }
    clock.now += 100
    assert.isUndefined(ours.get("a"))
  })

  it("what leaves is told, with the reason, after it has left", () => {
    const { clock, ours, theirs, told } = both({ items: 2, ttl: 100 })
    for (const cache of [theirs, ours]) {
      cache.set("a", 1)
      cache.set("a", 2)
      cache.set("b", 3)
      cache.set("c", 4)
      cache.delete("b")
      clock.now += 101
      cache.get("c")
    }
    assert.deepStrictEqual(told.theirs, [["a", 1, "set"], ["a", 2, "evict"], ["b", 3, "delete"], ["c", 4, "expire"]])
    assert.deepStrictEqual(told.ours, [
      ["a", 1, "replaced"],
      ["a", 2, "evicted"],
      ["b", 3, "deleted"],
      ["c", 4, "expired"]
    ])
  })

  it("what a hook throws reaches nobody who uses the cache", () => {
    const theirs = new LRUCache<string, number>({
      max: 1,
      dispose: () => {
        throw new Error("hook")
      }
    })
    theirs.set("a", 1)
    assert.throws(() => theirs.set("b", 1), "hook")
    const warnings: Array<Error> = []
    const listener = (warning: Error) => warnings.push(warning)
    process.on("warning", listener)
    const ours = new SyncTtlDict<string, number>({
      maxSize: 1,
      onRemoval: () => {
        throw new Error("hook")
      }
    })
    ours.set("a", 1)
    ours.set("b", 1)
    assert.deepStrictEqual([[...ours.keys()], ours.stats.hooks.failed], [["b"], 1])
    process.off("warning", listener)
  })

  it("a hook may use the cache", () => {
    const ours: SyncTtlDict<string, number> = new SyncTtlDict<string, number>({
      maxSize: 2,
      onRemoval: (key) => {
        if (key === "a") ours.set("told", 1)
      }
    })
    for (const key of ["a", "b", "c"]) ours.set(key, 1)
    assert.deepStrictEqual([...ours.keys()], ["c", "told"])
  })

  it("the victim can be taken out", () => {
    const { ours, theirs } = both()
    for (const cache of [theirs, ours]) {
      cache.set("a", 1)
      cache.set("b", 2)
    }
    assert.strictEqual(theirs.pop(), 1)
    assert.deepStrictEqual(ours.popVictim(), ["a", 1])
    assert.deepStrictEqual([theirs.size, ours.size], [1, 1])
  })

  it("iterating begins with what was used least recently", () => {
    const { ours, theirs } = both()
    for (const cache of [theirs, ours]) {
      cache.set("a", 1)
      cache.set("b", 2)
    }
    assert.deepStrictEqual([...theirs.keys()], ["b", "a"])
    assert.deepStrictEqual([...theirs.rkeys()], ["a", "b"])
    assert.deepStrictEqual([[...ours.keys()], [...ours]], [["a", "b"], [["a", 1], ["b", 2]]])
  })

  it("undefined is a value", () => {
    const theirs = new LRUCache<string, { readonly n: 1 }>({ max: 10 })
    theirs.set("a", { n: 1 })
    theirs.set("a", undefined)
    const ours = new SyncTtlDict<string, number | undefined>()
    ours.set("a", undefined)
    assert.deepStrictEqual([theirs.has("a"), ours.has("a")], [false, true])
  })

  it("entries are taken elsewhere with the times at which they expire", () => {
    const { clock, ours } = both({ ttl: 100 })
    ours.set("a", 1)
    clock.now += 60
    const copy = new SyncTtlDict<string, number>({ now: () => clock.now })
    for (const [key, value, expiresAt] of ours.entriesWithExpiry()) copy.set(key, value, { expiresAt })
    assert.strictEqual(copy.timeToLive("a"), 40)
  })

  it("clear and delete", () => {
    const { ours, theirs, told } = both()
    for (const cache of [theirs, ours]) {
      cache.set("a", 1)
      cache.set("b", 2)
      assert.deepStrictEqual([cache.delete("a"), cache.delete("a")], [true, false])
      cache.clear()
      assert.strictEqual(cache.size, 0)
    }
    assert.deepStrictEqual(told.theirs.map(([, , reason]) => reason), ["delete", "delete"])
    assert.deepStrictEqual(told.ours.map(([, , reason]) => reason), ["deleted", "cleared"])
  })

  it("computing what is not there (memoMethod)", () => {
    const { ours } = both()
    let computed = 0
    const compute = (key: string) => key.length + computed++
    assert.deepStrictEqual([ours.getOrCompute("aa", compute), ours.getOrCompute("aa", compute)], [2, 2])
  })

  it("no limit at all is allowed", () => {
    assert.throws(() => new LRUCache<string, number>({} as never), TypeError)
    assert.strictEqual(new SyncTtlDict<string, number>({}).limits.maxSize, Number.POSITIVE_INFINITY)
  })

  it("unknown options are refused", () => {
    const options: object = { max: 10, ttl: 5 }
    assert.throws(() => new SyncTtlDict<string, number>(options), CacheConfigError)
  })
})
