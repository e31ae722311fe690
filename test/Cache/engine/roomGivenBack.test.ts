import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, type EvictionPolicyName, evictionPolicyNames, keyEquality } from "effect-aws-cache/Cache"
import * as Data from "effect/Data"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import { memoryInUse } from "../../support/memoryInUse.js"

const filled = (evictionPolicy: EvictionPolicyName, count: number, removed?: Array<string>) => {
  const map = new BoundedMap<unknown, number>({
    evictionPolicy,
    equality: keyEquality,
    maxWeight: count * 2,
    weigher: (_, value) => value % 2 + 1,
    onRemoval: removed && ((_, value, reason) => void removed.push(`${value} ${reason}`))
  })
  for (let at = 0; at < count; at++) {
    const key = at % 3 === 0 ? `key ${at}` : at % 3 === 1 ? at : Data.struct({ at })
    map.set(key, at, 0, at % 5 === 0 ? 1_000_000 + at : undefined)
  }
  return map
}

class ChangingKey {
  id: number
  constructor(id: number) {
    this.id = id
  }
  [Hash.symbol](): number {
    if (this.id === -1) throw new Error("no hash")
    return this.id
  }
  [Equal.symbol](that: unknown): boolean {
    return that instanceof ChangingKey && this.id === that.id
  }
}

describe("a map that has held much", () => {
  for (const evictionPolicy of evictionPolicyNames) {
    const shrink: Readonly<Record<string, (map: BoundedMap<unknown, number>) => void>> = {
      clear: (map) => map.clear(1),
      resize: (map) => map.resize({ maxSize: 100 }, 1),
      shrinkTo: (map) => map.shrinkTo(100, 1)
    }
    it(`gives its room back (${evictionPolicy})`, () => {
      let full: number | undefined
      for (const [how, run] of Object.entries(shrink)) {
        const before = memoryInUse()
        const map = filled(evictionPolicy, 50_000)
        full ??= memoryInUse() - before
        run(map)
        assert.isBelow(memoryInUse() - before, full / 5, how)
        assert.deepStrictEqual(map.violations(), [], how)
        assert.isAtMost(map.size(1), 100, how)
      }
    })

    it(`holds what it held, in the same order, with the same ends (${evictionPolicy})`, () => {
      const removed: Array<string> = []
      const map = filled(evictionPolicy, 5000, removed)
      const { insertions } = map.counters
      map.resize({ maxSize: 300 }, 1)
      assert.deepStrictEqual(map.violations(), [])
      assert.lengthOf(removed, 4700)
      assert.strictEqual(map.counters.insertions, insertions)
      const entries = map.entries(1)
      assert.lengthOf(entries, 300)
      for (const [key, value] of entries) {
        assert.strictEqual(map.peek(key, 1), value)
        assert.strictEqual(map.weightOf(key, 1), value % 2 + 1)
        assert.strictEqual(map.expiresAt(key), value % 5 === 0 ? 1_000_000 + value : Number.POSITIVE_INFINITY)
      }
      if (evictionPolicy === "LRU") {
        assert.deepStrictEqual(entries.map(([, value]) => value), Array.from({ length: 300 }, (_, at) => 4700 + at))
      }
      // It goes on as any other.
      for (let at = 0; at < 3000; at++) {
        map.set(`new ${at % 400}`, at, 2, 2_000_000)
        map.get(entries[at % 300]?.[0], 2)
      }
      assert.deepStrictEqual(map.violations(), [])
      map.purge(3_000_000)
      assert.isBelow(map.size(3_000_000), 300)
      assert.deepStrictEqual(map.violations(), [])
    })

    it(`starts anew after it was cleared (${evictionPolicy})`, () => {
      const map = filled(evictionPolicy, 5000)
      map.clear(1)
      assert.strictEqual(map.counters.cleared, 5000)
      assert.strictEqual(map.get("key 0", 1), Absent)
      for (let at = 0; at < 20_000; at++) map.set(at, at, 2, 100 + at)
      assert.deepStrictEqual(map.violations(), [])
      assert.strictEqual(map.size(5000), map.entries(5000).length)
    })
  }

  it("keeps when entries were used last", () => {
    const map = new BoundedMap<number, number>({ timeToIdle: 100 })
    for (let at = 0; at < 5000; at++) map.set(at, at, 0)
    map.get(4999, 60)
    map.resize({ maxSize: 10 }, 61)
    assert.isTrue(map.has(4998, 99))
    assert.isFalse(map.has(4998, 100))
    assert.isTrue(map.has(4999, 159))
    assert.isFalse(map.has(4999, 160))
    assert.deepStrictEqual(map.violations(), [])
  })

  it("stays as it is where a key has changed so that it cannot be put in again", () => {
    const map = new BoundedMap<ChangingKey, number>({ equality: keyEquality })
    const keys = Array.from({ length: 5000 }, (_, at) => new ChangingKey(at))
    for (const [at, key] of keys.entries()) map.set(key, at, 0)
    const last = keys.at(-1)
    if (last !== undefined) last.id = -1
    map.resize({ maxSize: 10 }, 1)
    assert.strictEqual(map.size(1), 10)
    assert.strictEqual(map.peek(keys[4998] ?? new ChangingKey(0), 1), 4998)
  })
})
