import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError, SyncTtlDict, type SyncTtlDictOptions } from "effect-aws-cache/Ttl"
import * as Data from "effect/Data"
import { inspect } from "node:util"

const made = <K = string, V = number>(options: SyncTtlDictOptions<K, V> = {}) => {
  const clock = { now: 1000 }
  return { clock, dict: new SyncTtlDict<K, V>({ now: () => clock.now, ...options }) }
}

/** Node's warnings, while something is done. */
const warnings = async (f: () => void): Promise<ReadonlyArray<string>> => {
  const seen: Array<string> = []
  const listener = (warning: Error) => {
    if (warning.name === "TtlDictWarning") seen.push(warning.message)
  }
  process.on("warning", listener)
  try {
    f()
    await new Promise<void>((resolve) => setImmediate(resolve))
  } finally {
    process.off("warning", listener)
  }
  return seen
}

describe("SyncTtlDict", () => {
  it("is used like a Map", () => {
    const dict = new SyncTtlDict<string, number>()
    assert.strictEqual(dict.set("a", 1).set("b", 2).set("c", 3), dict)
    assert.strictEqual(dict.get("a"), 1)
    assert.strictEqual(dict.get("d"), undefined)
    assert.isTrue(dict.has("b"))
    assert.isFalse(dict.has("d"))
    assert.strictEqual(dict.size, 3)
    assert.isTrue(dict.delete("b"))
    assert.isFalse(dict.delete("b"))
    assert.deepStrictEqual([...dict.keys()], ["c", "a"])
    assert.deepStrictEqual([...dict.values()], [3, 1])
    assert.deepStrictEqual([...dict.entries()], [["c", 3], ["a", 1]])
    assert.deepStrictEqual(new Map(dict), new Map([["c", 3], ["a", 1]]))
    const seen: Array<unknown> = []
    dict.forEach((value, key, self) => seen.push(key, value, self === dict))
    assert.deepStrictEqual(seen, ["c", 3, true, "a", 1, true])
    dict.clear()
    assert.strictEqual(dict.size, 0)
    assert.deepStrictEqual([...dict], [])
  })

  it("evicts the least recently used entry; peek, has and iterating are no uses", () => {
    const { dict } = made({ maxSize: 2 })
    dict.setMany([["a", 1], ["b", 2]])
    dict.peek("a")
    dict.has("a")
    assert.lengthOf([...dict], 2)
    dict.set("c", 3)
    assert.deepStrictEqual([...dict.keys()], ["b", "c"])
    dict.get("b")
    dict.set("d", 4)
    assert.deepStrictEqual([...dict.keys()], ["b", "d"])
  })

  it("entries expire by the clock it is given, at their millisecond", () => {
    const { clock, dict } = made({ timeToLive: "1 second" })
    dict.set("a", 1).set("b", 2, { timeToLive: 500 }).set("c", 3, { expiresAt: 5000 })
    assert.deepStrictEqual([dict.timeToLive("a"), dict.timeToLive("b"), dict.timeToLive("c")], [1000, 500, 4000])
    assert.deepStrictEqual(dict.entriesWithExpiry().map(([, , expiresAt]) => expiresAt), [2000, 1500, 5000])
    clock.now = 1499
    assert.strictEqual(dict.get("b"), 2)
    clock.now = 1500
    assert.strictEqual(dict.get("b"), undefined)
    assert.strictEqual(dict.isExpired("a"), false)
    clock.now = 2000
    assert.strictEqual(dict.isExpired("a"), true)
    assert.strictEqual(dict.timeToLive("a"), undefined)
    assert.strictEqual(dict.isExpired("z"), undefined)
    assert.isTrue(dict.setTimeToLive("c", "1 minute"))
    assert.isFalse(dict.setTimeToLive("a", "1 minute"))
    assert.isTrue(dict.setExpiresAt("c", Infinity))
    assert.strictEqual(dict.timeToLive("c"), Infinity)
    assert.deepStrictEqual([...dict.keys()], ["c"])
  })

  it("by default it goes by the wall clock", () => {
    const dict = new SyncTtlDict<string, number>({ entries: [["a", 1, { timeToLive: "1 hour" }]] })
    const until = dict.entriesWithExpiry()[0]?.[2] ?? 0
    assert.isBelow(Math.abs(until - Date.now() - 3_600_000), 60_000)
    assert.isFalse(dict.has("b"))
    dict.set("b", 1, { expiresAt: Date.now() - 1 })
    assert.isFalse(dict.has("b"))
  })

  it("after a freeze nothing that has expired is given out", () => {
    const { clock, dict } = made({ timeToLive: "10 minutes" })
    dict.set("a", 1)
    clock.now += 3_600_000
    assert.strictEqual(dict.get("a"), undefined)
    assert.strictEqual(dict.byteSize, 0)
  })

  it("undefined and null are values", () => {
    const { dict } = made<string, null | undefined>()
    dict.set("a", undefined).set("b", null)
    assert.isTrue(dict.has("a"))
    assert.strictEqual(dict.get("b"), null)
    assert.strictEqual(dict.getOrCompute("a", () => null), undefined)
  })

  it("keys: as in a Map, but for what implements Equal", () => {
    const { dict } = made<unknown, number>()
    const list = [1]
    dict.set(Number.NaN, 1).set("", 2).set(list, 3).set(Data.struct({ team: "core" }), 4)
    assert.deepStrictEqual(
      [Number.NaN, "", list, [1], Data.struct({ team: "core" })].map((key) => dict.get(key)),
      [1, 2, 3, undefined, 4]
    )
  })

  it("throws what a TtlDict fails with, and changes nothing", () => {
    const { dict } = made({ name: "d", maxBytes: 10, weigher: (_, value) => value, entries: [["a", 1]] })
    assert.throws(() => dict.set("a", 11), "d: the entry under \"a\" weighs 11, over the limit of 10")
    assert.throws(() => dict.add("a", 2), "d: there is an entry under \"a\" already")
    assert.throws(() => dict.getOrInsert("b", 11), "over the limit")
    assert.throws(() => dict.set("a", 2, { expiresAt: Number.NaN }), CacheConfigError)
    assert.throws(() => dict.setTimeToLive("a", Number.NaN), "d: timeToLive is NaN, but must be a duration")
    assert.throws(() => dict.setTimeToLive("a", [Number.NaN, 0]), "but must be a duration")
    assert.throws(() => dict.resize({ maxSize: -1 }), "d: maxSize is -1, but must be ")
    assert.throws(() => dict.resize({ maxBytes: "64MB" }), "the unit is ambiguous")
    assert.throws(() => dict.resize({ timeToLive: -1 }), "d: timeToLive is -1")
    assert.throws(() => new SyncTtlDict({ maxBytes: 0 }), CacheConfigError)
    assert.throws(() => new SyncTtlDict({ maxSize: 1.5 }), CacheConfigError)
    assert.throws(() => new SyncTtlDict({ timeToLive: -1 }), CacheConfigError)
    assert.throws(
      () => new SyncTtlDict<string, number>({ maxBytes: 1, weigher: () => 2, entries: [["a", 1]] }),
      "entries is one of 2 bytes"
    )
    assert.deepStrictEqual(dict.entriesWithExpiry(), [["a", 1, Infinity]])
    assert.strictEqual(dict.add("b", 2).size, 2)
  })

  it("a weight that is none is an error that names the dictionary, the weigher, the weight and the key", () => {
    const { dict } = made<string, never>({ name: "Foo", weigher: (_, value) => value })
    const bad: ReadonlyArray<readonly [weight: unknown, printed: string]> = [
      [1.5, "1.5"],
      [-1, "-1"],
      ["5", "\"5\""],
      [undefined, "undefined"],
      [{ toString: () => Object.create(null) }, "(something that cannot be printed)"]
    ]
    for (const [weight, printed] of bad) {
      const message = `Foo: weigher is one that returns ${printed} for the key "a", ` +
        "but must be one that returns a whole number of bytes, 0 or more"
      assert.throws(() => Reflect.apply(dict.set, dict, ["a", weight]), CacheConfigError, message)
    }
    assert.strictEqual(dict.size, 0)
    assert.throws(
      () => new SyncTtlDict({ name: "Foo", weigher: () => Number.NaN, entries: [["a", 1]] }),
      CacheConfigError,
      "Foo: weigher is one that returns NaN"
    )
    const thrown = new RangeError("no")
    const throwing = new SyncTtlDict({
      weigher: () => {
        throw thrown
      }
    })
    try {
      throwing.set("a", 1)
      assert.fail("it throws")
    } catch (error) {
      assert.strictEqual(error, thrown)
    }
  })

  it("a time that is none is an error that names now", () => {
    const { clock, dict } = made({ name: "Foo", entries: [["a", 1]] })
    for (const bad of [Number.NaN, Infinity]) {
      clock.now = bad
      assert.throws(
        () => dict.get("a"),
        CacheConfigError,
        `Foo: now is one that returns ${bad}, but must be a function`
      )
      assert.throws(() => dict.set("b", 2), CacheConfigError, "Foo: now is")
    }
    clock.now = 1000
    assert.deepStrictEqual([...dict], [["a", 1]])
    assert.throws(
      () => Reflect.construct(SyncTtlDict, [{ now: 5 }]),
      CacheConfigError,
      "TtlDict: now is 5, but must be"
    )
  })

  it("pops, reorders, resizes and reweighs", () => {
    const { dict } = made<string, Array<number>>({ maxBytes: 10, weigher: (_, value) => value.length })
    const grows = [1]
    dict.setMany([["a", [1]], ["b", grows], ["c", [1]], ["d", [1]]])
    assert.isTrue(dict.moveToEnd("a"))
    assert.isTrue(dict.moveToEnd("d", { last: false }))
    assert.isFalse(dict.moveToEnd("z"))
    assert.deepStrictEqual([...dict.keys()], ["d", "b", "c", "a"])
    assert.deepStrictEqual(dict.popVictim()?.[0], "d")
    assert.deepStrictEqual(dict.popNewest()?.[0], "a")
    assert.deepStrictEqual(dict.pop("c"), [1])
    assert.strictEqual(dict.pop("c"), undefined)
    grows.push(2, 3)
    assert.strictEqual(dict.reweigh("b"), 3)
    assert.strictEqual(dict.reweigh("z"), undefined)
    dict.resize({ maxBytes: 3 })
    grows.push(4)
    assert.throws(() => dict.reweigh("b"), "weighs 4, over the limit of 3")
    assert.strictEqual(dict.popVictim(), undefined)
    assert.strictEqual(dict.popNewest(), undefined)
    dict.setMany([["e", []], ["f", []]])
    dict.resize({ maxSize: 1 })
    assert.deepStrictEqual([...dict.keys()], ["f"])
    assert.deepStrictEqual(dict.limits, { timeToLive: Infinity, maxBytes: 3, maxSize: 1 })
  })

  it("changing while iterating: a snapshot, without what has left or expired since", () => {
    const { clock, dict } = made({ entries: [["a", 1], ["b", 2], ["c", 3], ["d", 4]] })
    dict.setTimeToLive("c", 10)
    const seen: Array<unknown> = []
    for (const [key, value] of dict) {
      seen.push(key, value)
      if (key === "a") {
        dict.delete("b")
        dict.set("d", 40)
        dict.set("e", 5)
        clock.now += 10
      }
    }
    assert.deepStrictEqual(seen, ["a", 1, "d", 40])
  })

  it("equals in order holds for its own entries, structural keys and others mixed", () => {
    const { dict } = made<unknown, number>()
    const key = Data.struct({ team: "core" })
    const list = [1]
    dict.set(key, 1).set("x", 2).set(list, 3).set(Number.NaN, 4).set(Data.struct({ team: "edge" }), 5)
    const entries = [...dict]
    assert.isTrue(dict.equals(entries, { ordered: true }))
    assert.isTrue(dict.equals([["x", 1], [key, 9], ...entries], { ordered: true }), "the last of equal keys counts")
    assert.isFalse(dict.equals([...entries, [Data.struct({ team: "core" }), 1]], { ordered: true }))
    assert.isTrue(dict.equals([...entries, [Data.struct({ team: "core" }), 1]]))
    assert.isFalse(dict.equals(entries.toReversed(), { ordered: true }))
    assert.isFalse(dict.equals(entries.slice(1), { ordered: true }))
  })

  describe("getOrCompute", () => {
    it("computes what is not there, and counts one lookup", () => {
      const { clock, dict } = made({ timeToLive: 100 })
      assert.strictEqual(dict.getOrCompute("a", (key) => key.length), 1)
      assert.strictEqual(dict.getOrCompute("a", () => 2), 1)
      assert.strictEqual(dict.getOrCompute("b", () => 3, { timeToLive: 50 }), 3)
      clock.now += 50
      assert.strictEqual(dict.getOrCompute("b", () => (clock.now += 10)), 1060)
      assert.strictEqual(dict.timeToLive("b"), 100)
      assert.deepStrictEqual([dict.stats.hits, dict.stats.misses], [1, 3])
    })

    it("what the function throws is thrown, and nothing is stored", () => {
      const { dict } = made()
      assert.throws(() =>
        dict.getOrCompute("a", () => {
          throw new Error("no")
        }), "no")
      assert.strictEqual(dict.getOrCompute("a", () => 1), 1)
    })

    it("a write or removal by the function wins over its result", () => {
      const { dict } = made()
      assert.strictEqual(dict.getOrCompute("a", () => (dict.set("a", 2), 1)), 1)
      assert.strictEqual(dict.get("a"), 2)
      assert.strictEqual(dict.getOrCompute("b", () => (dict.set("b", 2), dict.delete("b"), 1)), 1)
      assert.isFalse(dict.has("b"))
      assert.strictEqual(dict.getOrCompute("c", () => (dict.clear(), 1)), 1)
      assert.isFalse(dict.has("c"))
      assert.strictEqual(dict.getOrCompute("d", () => (dict.set("e", 2), 1)), 1)
      assert.isTrue(dict.has("d"))
    })

    it("asking for the key that one computes fails, and does not recurse", () => {
      const { dict } = made({ name: "d" })
      const again = (): number => dict.getOrCompute("a", again)
      assert.throws(again, "d: the computation for \"a\" waits for its own result")
      assert.strictEqual(dict.getOrCompute("a", () => 1), 1)
    })

    it("a value that is too large is returned all the same", () => {
      const { dict } = made({ maxBytes: 10, weigher: (_, value) => value })
      assert.strictEqual(dict.getOrCompute("a", () => 11), 11)
      assert.strictEqual(dict.size, 0)
      assert.strictEqual(dict.stats.rejections, 1)
    })
  })

  describe("onRemoval", () => {
    it("is told of every way to leave, before the call returns", () => {
      const told: Array<string> = []
      const { clock, dict } = made({
        maxSize: 2,
        onRemoval: (key, value, reason) => told.push(`${key}=${value} ${reason}`)
      })
      const after = (f: () => unknown) => {
        f()
        return told.splice(0)
      }
      assert.deepStrictEqual(after(() => dict.setMany([["a", 1], ["b", 2], ["c", 3]])), ["a=1 evicted"])
      assert.deepStrictEqual(after(() => dict.set("b", 4)), ["b=2 replaced"])
      assert.deepStrictEqual(after(() => dict.delete("c")), ["c=3 deleted"])
      assert.deepStrictEqual(after(() => dict.setTimeToLive("b", 5)), [])
      clock.now += 5
      assert.deepStrictEqual(after(() => dict.get("b")), ["b=4 expired"])
      assert.deepStrictEqual(after(() => dict.getOrCompute("d", () => 5)), [])
      assert.deepStrictEqual(after(() => dict.popNewest()), ["d=5 deleted"])
      assert.deepStrictEqual(after(() => dict.set("e", 6).clear()), ["e=6 cleared"])
      assert.deepStrictEqual(dict.stats.hooks, { pending: 0, failed: 0, skipped: 0, dropped: 0 })
    })

    it("runs when the dictionary is consistent, and may use it; what it removes is told after", () => {
      const told: Array<unknown> = []
      const dict: SyncTtlDict<string, number> = new SyncTtlDict<string, number>({
        maxSize: 2,
        onRemoval: (key) => {
          told.push([key, dict.has(key), dict.size])
          if (key === "a") {
            dict.delete("b")
            told.push("the hook for a ends")
          }
        }
      })
      dict.setMany([["a", 1], ["b", 2], ["c", 3]])
      assert.deepStrictEqual(told, [["a", false, 2], "the hook for a ends", ["b", false, 1]])
    })

    it("what it throws is harmless, and a warning without the value", async () => {
      const { dict } = made({
        name: "d",
        maxSize: 1,
        onRemoval: (key) => {
          if (key !== "c") throw new Error(`no ${key}`)
        }
      })
      const seen = await warnings(() => dict.setMany([["a", 101], ["b", 102], ["c", 103], ["d", 104]]))
      assert.deepStrictEqual(seen, [
        "d: onRemoval failed for \"a\" (evicted): Error: no a",
        "d: onRemoval failed for \"b\" (evicted): Error: no b"
      ])
      assert.strictEqual(dict.stats.hooks.failed, 2)
      assert.strictEqual(dict.get("d"), 104)
    })

    it("what cannot be printed may be thrown, and may be the key: the hooks after it run all the same", async () => {
      const told: Array<unknown> = []
      const bare = { toString: () => Object.create(null) }
      const { dict } = made<unknown, number>({
        name: "d",
        onRemoval: (key) => {
          told.push(key)
          if (key === 0) throw Object.create(null)
          if (key === bare) throw bare
        }
      })
      const keys = [0, bare, 1, 2, 3]
      const seen = await warnings(() => {
        for (const key of keys) dict.set(key, 1).delete(key)
      })
      assert.deepStrictEqual(told, keys)
      assert.deepStrictEqual(dict.stats.hooks, { pending: 0, failed: 2, skipped: 0, dropped: 0 })
      assert.deepStrictEqual(seen, [
        "d: onRemoval failed for 0 (deleted): {}",
        "d: onRemoval failed for (something that cannot be printed) (deleted): (something that cannot be printed)"
      ])
    })

    it("the promise of an async one may be rejected: a warning, and harmless", async () => {
      const { dict } = made({
        name: "d",
        onRemoval: async (key) => {
          await Promise.resolve()
          if (key !== "b") throw new Error(`no ${key}`)
        }
      })
      const seen = await warnings(() => dict.setMany([["a", 1], ["b", 2], ["c", 3]]).clear())
      assert.deepStrictEqual(seen, [
        "d: onRemoval failed for \"a\" (cleared): Error: no a",
        "d: onRemoval failed for \"c\" (cleared): Error: no c"
      ])
      assert.deepStrictEqual(dict.stats.hooks, { pending: 0, failed: 2, skipped: 0, dropped: 0 })
    })

    it("one that writes back what was evicted ends, without recursion, and warns once", async () => {
      let calls = 0
      let deepest = 0
      let depth = 0
      const dict: SyncTtlDict<string, number> = new SyncTtlDict<string, number>({
        maxSize: 1,
        onRemoval: (key, value) => {
          calls++
          deepest = Math.max(deepest, ++depth)
          dict.set(key, value)
          depth--
        }
      })
      const seen = await warnings(() => {
        dict.set("a", 1).set("b", 2)
        assert.strictEqual(calls, 100)
        dict.set("c", 3)
      })
      assert.strictEqual(deepest, 1)
      assert.strictEqual(dict.stats.hooks.skipped, 2)
      assert.lengthOf(seen, 1)
    })

    it("hooks of two dictionaries that write into each other end as well", () => {
      let calls = 0
      const one: SyncTtlDict<string, number> = new SyncTtlDict<string, number>({
        maxSize: 1,
        onRemoval: (key, value) => (calls++, other.set(`${key}'`, value))
      })
      const other: SyncTtlDict<string, number> = new SyncTtlDict<string, number>({
        maxSize: 1,
        onRemoval: (key, value) => (calls++, one.set(`${key}'`, value))
      })
      one.setMany([["a", 1], ["b", 2], ["c", 3]])
      assert.isAbove(calls, 100)
      assert.isAtMost(calls, 400)
    })

    it("is told of what left even when the call itself throws", () => {
      const told: Array<string> = []
      const { clock, dict } = made({
        timeToLive: 10,
        weigher: (_, value) => value,
        maxBytes: 10,
        onRemoval: (key, _, reason) => told.push(`${key} ${reason}`)
      })
      dict.set("a", 1)
      clock.now += 10
      assert.throws(() => dict.getOrInsert("a", 11))
      assert.deepStrictEqual(told, ["a expired"])
    })
  })

  it("stats", () => {
    const { clock, dict } = made({ maxSize: 2, weigher: () => 5, maxBytes: 100 })
    dict.setMany([["a", 1], ["b", 2], ["c", 3], ["c", 4]])
    dict.setTimeToLive("b", 1)
    clock.now++
    dict.get("b")
    dict.get("c")
    assert.deepStrictEqual(dict.stats, {
      coalesced: 0,
      inFlight: 0,
      hits: 1,
      misses: 1,
      insertions: 3,
      rejections: 0,
      computations: 0,
      computationFailures: 0,
      evicted: 1,
      expired: 1,
      replaced: 1,
      deleted: 0,
      cleared: 0,
      size: 1,
      maxSize: 2,
      byteSize: 5,
      hooks: { pending: 0, failed: 0, skipped: 0, dropped: 0 }
    })
  })

  it("refuses a computation that returns a promise, keeps nothing, and lets no rejection end the process", async () => {
    const { dict } = made<string, unknown>({ name: "d" })
    const computations: ReadonlyArray<() => unknown> = [
      async () => 1,
      () => Promise.reject(new Error("rejected")),
      async () => {
        throw new Error("rejected")
      }
    ]
    for (const compute of computations) {
      assert.throws(
        () => dict.getOrCompute("a", compute),
        "d: compute is one that returns a promise, but must be a function that returns the value at once"
      )
    }
    await new Promise(setImmediate)
    assert.strictEqual(dict.size, 0)
    assert.strictEqual(dict.getOrCompute("a", () => 1), 1)
  })

  it("prints its name, limits and size, and no keys or values", () => {
    const { dict } = made<string, string>({ name: "secrets", maxBytes: "1K", maxSize: 10, timeToLive: "1 minute" })
    dict.set("the key", "the value")
    assert.deepStrictEqual(dict.toJSON(), {
      _id: "SyncTtlDict",
      name: "secrets",
      evictionPolicy: "LRU",
      timeToLive: 60_000,
      maxBytes: 1024,
      maxSize: 10,
      byteSize: dict.byteSize,
      size: 1
    })
    for (const text of [String(dict), JSON.stringify(dict), inspect(dict)]) {
      assert.include(text, "secrets")
      assert.notInclude(text, "the key")
      assert.notInclude(text, "the value")
    }
  })
})
