import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, evictionPolicyNames } from "effect-aws-cache/Cache"

const keysOf = (map: BoundedMap<string, number>, now = 0) => map.entries(now).map(([key]) => key)

describe("BoundedMap: the order of use", () => {
  it("popNewest takes the live entry that was used last", () => {
    const map = new BoundedMap<string, number>()
    assert.strictEqual(map.popNewest(0), Absent)
    for (const key of ["a", "b", "c"]) map.set(key, 1, 0)
    map.set("d", 1, 0, 10)
    map.get("a", 0)
    map.get("d", 0)
    assert.deepStrictEqual(map.popNewest(10), ["a", 1])
    assert.deepStrictEqual(map.popNewest(10), ["c", 1])
    assert.deepStrictEqual(map.counters.expired, 1)
    assert.deepStrictEqual(map.violations(), [])
    assert.deepStrictEqual(map.popNewest(10), ["b", 1])
    assert.strictEqual(map.popNewest(10), Absent)
  })

  it("moveTo moves to either end, and is not counted", () => {
    const map = new BoundedMap<string, number>()
    for (const key of ["a", "b", "c"]) map.set(key, 1, 0)
    assert.isTrue(map.moveTo("a", "newest", 0))
    assert.isTrue(map.moveTo("c", "oldest", 0))
    assert.isTrue(map.moveTo("c", "oldest", 0))
    assert.deepStrictEqual(keysOf(map), ["c", "b", "a"])
    assert.isFalse(map.moveTo("z", "oldest", 0))
    map.setExpiresAt("b", 5, 0)
    assert.isFalse(map.moveTo("b", "newest", 5))
    assert.deepStrictEqual(keysOf(map, 5), ["c", "a"])
    assert.strictEqual(map.counters.hits + map.counters.misses, 0)
    assert.deepStrictEqual(map.violations(), [])
  })

  for (const evictionPolicy of evictionPolicyNames.filter((name) => name !== "LRU")) {
    it(`${evictionPolicy} keeps no such order, and says so`, () => {
      const map = new BoundedMap<string, number>({ evictionPolicy, maxSize: 10 })
      map.set("a", 1, 0)
      assert.throws(() => map.popNewest(0), "evictionPolicy is ")
      assert.throws(() => map.moveTo("a", "newest", 0), "LRU, which keeps the order of use")
      assert.deepStrictEqual(keysOf(map), ["a"])
    })
  }

  for (const evictionPolicy of evictionPolicyNames) {
    it(`${evictionPolicy}: reweigh keeps the limit and evicts others, or the entry itself`, () => {
      const weights: Record<string, number> = { a: 1, b: 2, c: 3 }
      const removed: Array<string> = []
      const map = new BoundedMap<string, number>({
        evictionPolicy,
        maxWeight: 10,
        weigher: (key) => weights[key] ?? 1,
        onRemoval: (key, _, reason) => removed.push(`${key} ${reason}`)
      })
      for (const key of ["a", "b", "c"]) map.set(key, 1, 0)
      weights["b"] = 7
      assert.strictEqual(map.reweigh("b", 0), 7)
      assert.isTrue(map.has("b", 0))
      assert.isAtMost(map.weight(0), 10)
      assert.isAbove(removed.length, 0)
      assert.deepStrictEqual(map.violations(), [])
      weights["b"] = 11
      assert.strictEqual(map.reweigh("b", 0), "tooLarge")
      assert.strictEqual(map.lastRefusedWeight, 11)
      assert.isFalse(map.has("b", 0))
      assert.strictEqual(map.reweigh("b", 0), Absent)
      assert.strictEqual(removed.at(-1), "b evicted")
      assert.deepStrictEqual(map.violations(), [])
    })
  }

  it("a weigher that throws or removes the entry leaves the map as it is", () => {
    let weigh = () => 1
    const map = new BoundedMap<string, number>({ maxWeight: 10, weigher: () => weigh() })
    map.set("a", 1, 0)
    weigh = () => {
      throw new Error("no")
    }
    assert.throws(() => map.reweigh("a", 0), "no")
    weigh = () => -1
    assert.throws(() => map.reweigh("a", 0), "weight is -1")
    assert.strictEqual(map.weight(0), 1)
    weigh = () => (map.pop("a", 0), 5)
    assert.strictEqual(map.reweigh("a", 0), Absent)
    assert.strictEqual(map.weight(0), 0)
    assert.deepStrictEqual(map.violations(), [])
  })
})
