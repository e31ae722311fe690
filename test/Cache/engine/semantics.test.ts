import { assert, describe, it } from "@effect/vitest"
import {
  Absent,
  BoundedMap,
  BoundedMapError,
  type EvictionPolicyName,
  evictionPolicyNames
} from "effect-aws-cache/Cache"

const keysOf = (map: BoundedMap<string, number>) => map.entries(0).map(([key]) => key)

// Enough uses and evictions for every policy to have learnt something.
const exercised = (evictionPolicy: EvictionPolicyName, look: (map: BoundedMap<string, number>) => void = () => {}) => {
  const map = new BoundedMap<string, number>({ evictionPolicy, maxSize: 12 })
  for (let step = 0; step < 400; step++) {
    const key = String((step * step) % 37)
    if (map.get(key, 0) === Absent) map.set(key, step, 0)
    look(map)
  }
  return map
}

describe.each(evictionPolicyNames)("semantics of every policy: %s", (evictionPolicy) => {
  const byWeight = () => new BoundedMap<string, number>({ evictionPolicy, maxWeight: 10, weigher: (_, value) => value })

  it("1. an entry that cannot fit throws out nobody, and a failed overwrite keeps the old value", () => {
    const map = byWeight()
    map.set("a", 4, 0)
    map.set("b", 5, 0)
    assert.strictEqual(map.set("c", 11, 0), "tooLarge")
    assert.strictEqual(map.set("a", 11, 0), "tooLarge")
    assert.deepStrictEqual(new Map(map.entries(0)), new Map([["a", 4], ["b", 5]]))
    assert.strictEqual(map.counters.evicted, 0)
  })

  it("1. room is made before the entry is admitted, and the listener is told when the map is consistent", () => {
    const seen: Array<string> = []
    const map: BoundedMap<string, number> = new BoundedMap<string, number>({
      evictionPolicy,
      maxSize: 3,
      onRemoval: (key, _, reason) => {
        assert.deepStrictEqual(map.violations(), [])
        assert.strictEqual(map.size(0), 3)
        seen.push(`${key} ${reason}`)
      }
    })
    for (const key of ["a", "b", "c", "d"]) map.set(key, 0, 0)
    assert.lengthOf(seen, 1)
    assert.match(seen[0] ?? "", /^[abc] evicted$/)
  })

  it("1. a new limit is applied at once, by evicting the next victims in order", () => {
    const map = exercised(evictionPolicy)
    const before = keysOf(map)
    map.resize({ maxSize: 5 }, 0)
    assert.strictEqual(map.size(0), 5)
    assert.deepStrictEqual(map.violations(), [])
    for (const key of keysOf(map)) assert.include(before, key)
    map.resize({ maxSize: 0 }, 0)
    assert.strictEqual(map.size(0), 0)
    map.resize({ maxSize: Infinity }, 0)
    for (let key = 0; key < 100; key++) map.set(String(key), key, 0)
    assert.strictEqual(map.size(0), 100)
  })

  it.each([false, true])(
    "1. entries leave before no number tells what they weigh together, reweighed: %s",
    (reweighs) => {
      const most = Number.MAX_SAFE_INTEGER
      const weights = new Map<string, number>()
      const map = new BoundedMap<string, number>({
        evictionPolicy,
        maxSize: 1000,
        weigher: (key, value) => weights.get(key) ?? value
      })
      let seed = 1
      const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below
      for (let step = 0; step < 20_000; step++) {
        const key = String(next(12))
        const weight = [0, 1, 2, most - next(20), Math.floor(most / (1 + next(9)))][next(5)] ?? 0
        const kind = next(20)
        if (kind < 8) map.set(key, weight, 0)
        else if (kind < 16) map.get(key, 0)
        else if (kind < 17) map.delete(key, 0)
        else if (kind < 18) map.resize({ maxWeight: [0, 7, most, Infinity][next(4)] ?? 0 }, 0)
        else if (kind < 19) map.shrinkTo(weight, 0)
        else if (!reweighs) map.popVictim(0)
        else {
          weights.set(key, weight)
          map.reweigh(key, 0)
          weights.clear()
        }
        const sum = keysOf(map).reduce((all, key) => all + BigInt(Number(map.weightOf(key, 0))), 0n)
        assert.strictEqual(BigInt(map.weight(0)), sum)
        // A policy learns of a new weight at the next use.
        if (step % 50 === 0 && !reweighs) assert.deepStrictEqual(map.violations(), [])
      }
      map.resize({ maxWeight: Infinity }, 0)
      assert.strictEqual(map.set("one", most, 0), "inserted")
      assert.strictEqual(map.set("two", 1, 0), "inserted")
      map.set("two", 2, 0, 5)
      assert.isAtMost(map.weight(0), most)
      while (map.popVictim(0) !== Absent);
      assert.strictEqual(map.weight(0), 0)
      map.resize({ maxWeight: 1 }, 0)
      assert.strictEqual(map.set("a", 1, 0), "inserted")
      assert.deepStrictEqual(map.violations(), [])
    }
  )

  it("shrinking evicts the next victims, tells the listener, and leaves the limits as they were", () => {
    const told: Array<string> = []
    const map = new BoundedMap<string, number>({
      evictionPolicy,
      maxWeight: 20,
      weigher: (_, value) => value,
      onRemoval: (key, _, reason) => told.push(`${key} ${reason}`)
    })
    for (const key of ["a", "b", "c", "d"]) map.set(key, 4, 0, key === "b" ? 5 : Infinity)
    const order = keysOf(map).filter((key) => key !== "b")
    map.shrinkTo(9, 5)
    assert.strictEqual(map.weight(5), 8)
    assert.deepStrictEqual(told, ["b expired", `${order[0]} evicted`])
    assert.deepStrictEqual(map.violations(), [])
    map.shrinkTo(8, 5)
    assert.strictEqual(map.weight(5), 8)
    map.shrinkTo(0, 5)
    assert.strictEqual(map.size(5), 0)
    assert.strictEqual(map.maxWeight, 20)
    assert.strictEqual(map.set("e", 20, 5), "inserted")
  })

  it("2. the entry just written is never its own victim", () => {
    const one = new BoundedMap<string, number>({ evictionPolicy, maxSize: 1 })
    for (let step = 0; step < 200; step++) {
      const key = String((step * step) % 7)
      one.set(key, step, 0)
      assert.deepStrictEqual(one.entries(0), [[key, step]])
      if (step % 3 === 0) { for (let use = 0; use < 5; use++) one.get(key, 0) }
    }
    const map = byWeight()
    for (const key of ["a", "b", "c"]) map.set(key, 3, 0)
    for (const key of ["b", "c"]) for (let use = 0; use < 9; use++) map.get(key, 0)
    assert.strictEqual(map.set("a", 10, 0), "updated")
    assert.deepStrictEqual(map.entries(0), [["a", 10]])
  })

  it("2. a map of no entries stores nothing", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy, maxSize: 0 })
    assert.strictEqual(map.set("a", 1, 0), "discarded")
    assert.strictEqual(map.get("a", 0), Absent)
    assert.strictEqual(map.popVictim(0), Absent)
    assert.deepStrictEqual(map.violations(), [])
  })

  it("4. peek, has, size, weight and snapshots are no uses", () => {
    const left = exercised(evictionPolicy)
    const looked = exercised(evictionPolicy, (map) => {
      for (const key of ["0", "1", "4", "9"]) {
        map.peek(key, 0)
        map.has(key, 0)
        map.weightOf(key, 0)
        map.expiresAt(key)
      }
      map.size(0)
      map.weight(0)
      map.entries(0)
    })
    assert.deepStrictEqual(looked.entries(0), left.entries(0))
    assert.deepStrictEqual(looked.counters, left.counters)
  })

  it("4. two maps never share what they have learnt", () => {
    const alone = exercised(evictionPolicy)
    const other = new BoundedMap<string, number>({ evictionPolicy, maxSize: 12 })
    const together = exercised(evictionPolicy, () => {
      for (const key of ["3", "5", "7"]) if (other.get(key, 0) === Absent) other.set(key, 0, 0)
    })
    assert.deepStrictEqual(together.entries(0), alone.entries(0))
  })

  it("5. what has expired is reclaimed before a live entry is evicted, however it ranks", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy, maxSize: 3 })
    map.set("dead", 1, 0, 10)
    for (let use = 0; use < 20; use++) map.get("dead", 9)
    map.set("one", 2, 9)
    map.set("two", 3, 9)
    map.set("new", 4, 10)
    assert.strictEqual(map.counters.evicted, 0)
    assert.strictEqual(map.counters.expired, 1)
    assert.deepStrictEqual(new Map(map.entries(10)), new Map([["one", 2], ["two", 3], ["new", 4]]))
  })

  it("5. after a frozen process wakes, expiry is decided on access", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy, maxSize: 3 })
    map.set("a", 1, 0, 1000)
    assert.strictEqual(map.get("a", 999), 1)
    assert.strictEqual(map.get("a", 86_400_000), Absent)
    assert.deepStrictEqual(map.violations(), [])
  })

  it("6. a throwing weigher changes nothing, and a throwing listener fails nobody", () => {
    const map = new BoundedMap<string, number>({
      evictionPolicy,
      maxWeight: 10,
      weigher: (_, value) => {
        if (value === 0) throw new Error("weigher")
        return value
      },
      onRemoval: () => {
        throw new Error("listener")
      }
    })
    map.set("a", 4, 0)
    map.set("b", 4, 0)
    const before = map.entries(0)
    assert.throws(() => map.set("a", 0, 0), "weigher")
    assert.throws(() => map.set("c", 0, 0), "weigher")
    assert.throws(() => map.set("c", 0.5, 0), BoundedMapError)
    assert.deepStrictEqual(map.entries(0), before)
    assert.strictEqual(map.set("c", 4, 0), "inserted")
    assert.strictEqual(map.counters.listenerFailures, 1)
    assert.deepStrictEqual(map.violations(), [])
  })

  it("uses freed slots again, and survives growth", () => {
    const map = new BoundedMap<number, number>({ evictionPolicy, maxSize: 1000 })
    for (let step = 0; step < 20_000; step++) {
      const key = (step * 7919) % (step % 3 === 0 ? 300 : 5000)
      if (map.get(key, step) === Absent) map.set(key, step, step, step % 5 === 0 ? step + 50 : Infinity)
      if (step % 11 === 0) map.pop(key, step)
      if (step === 9000) map.resize({ maxSize: 200 }, step)
      if (step === 12_000) map.resize({ maxSize: 1500 }, step)
    }
    assert.deepStrictEqual(map.violations(), [])
    assert.isAtMost(map.size(20_000), 1500)
    map.clear(20_000)
    assert.deepStrictEqual(map.entries(20_000), [])
    assert.deepStrictEqual(map.violations(), [])
  })

  it("works without any limit", () => {
    const map = new BoundedMap<number, number>({ evictionPolicy })
    for (let key = 0; key < 500; key++) map.set(key, key, 0)
    for (let key = 0; key < 500; key++) assert.strictEqual(map.get(key, 0), key)
    assert.deepStrictEqual(map.violations(), [])
  })

  it("bounds entries without weight by their number", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy, maxSize: 3, maxWeight: 10, weigher: () => 0 })
    for (let key = 0; key < 50; key++) map.set(String(key), key, 0)
    assert.strictEqual(map.size(0), 3)
    assert.deepStrictEqual(map.violations(), [])
  })
})

describe("semantics of one policy", () => {
  it("2. an unknown policy is refused, and the message lists the valid ones", () => {
    for (const unknown of ["FIFO", "lru", "", "toString"]) {
      const options: { evictionPolicy: EvictionPolicyName } = JSON.parse(JSON.stringify({ evictionPolicy: unknown }))
      assert.throws(
        () => new BoundedMap(options),
        `evictionPolicy is "${unknown}", but must be "LRU", "LFU", "LFU-DA", "S3-FIFO", "W-TinyLFU", "Adaptive" or "GDSF"`
      )
    }
  })

  it("3. LFU: a new entry has frequency 1, ties are broken by recency, and nothing ages", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy: "LFU", maxSize: 3 })
    map.set("a", 0, 0)
    map.set("b", 0, 0)
    map.set("c", 0, 0)
    map.get("a", 0)
    assert.deepStrictEqual(keysOf(map), ["b", "c", "a"])
    map.get("b", 0)
    assert.deepStrictEqual(keysOf(map), ["c", "a", "b"])
    map.set("d", 0, 0)
    assert.deepStrictEqual(keysOf(map), ["d", "a", "b"])
    // New entries push each other out for ever: that is what the other policies are for.
    for (let key = 0; key < 1000; key++) map.set(`new ${key}`, 0, 0)
    assert.deepStrictEqual(keysOf(map), ["new 999", "a", "b"])
  })

  it("3. LFU: a miss and the write that follows it are one use, and so is an overwrite", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy: "LFU", maxSize: 3 })
    map.set("once", 0, 0)
    map.set("overwritten", 0, 0)
    map.set("overwritten", 1, 0)
    for (let miss = 0; miss < 5; miss++) map.get("missed", 0)
    map.set("missed", 0, 0)
    assert.deepStrictEqual(keysOf(map), ["once", "missed", "overwritten"])
  })

  it("3. LFU: what comes back starts anew", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy: "LFU", maxSize: 2 })
    map.set("a", 0, 0)
    for (let use = 0; use < 9; use++) map.get("a", 0)
    map.pop("a", 0)
    map.set("b", 0, 0)
    map.get("b", 0)
    map.set("a", 0, 0)
    assert.deepStrictEqual(keysOf(map), ["a", "b"])
  })

  it("LFU-DA lets go of what was popular once, LFU never does", () => {
    const hits = (evictionPolicy: EvictionPolicyName) => {
      const map = new BoundedMap<string, number>({ evictionPolicy, maxSize: 10 })
      for (let use = 0; use < 1000; use++) map.set(`old ${use % 10}`, 0, 0)
      for (let use = 0; use < 1000; use++) {
        if (map.get(`new ${use % 10}`, 0) === Absent) map.set(`new ${use % 10}`, 0, 0)
      }
      return map.counters.hits
    }
    assert.isAtMost(hits("LFU"), 1)
    assert.isAtLeast(hits("LFU-DA"), 300)
  })

  it("LFU-DA: only an eviction ages the cache", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy: "LFU-DA", maxSize: 3 })
    map.set("often", 0, 0)
    for (let use = 0; use < 9; use++) map.get("often", 0)
    for (let key = 0; key < 50; key++) {
      map.set(`deleted ${key}`, 0, 0)
      for (let use = 0; use < 3; use++) map.get(`deleted ${key}`, 0)
      map.pop(`deleted ${key}`, 0)
      map.set(`expired ${key}`, 0, key, key + 1)
    }
    map.set("new", 0, 1000)
    assert.deepStrictEqual(map.entries(1000).map(([key]) => key), ["new", "often"])
  })

  it("S3-FIFO: one use in the small queue is not enough, two are; a key that comes back soon starts in the main one", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy: "S3-FIFO", maxSize: 10 })
    for (let key = 0; key < 10; key++) map.set(String(key), 0, 0)
    map.get("0", 0)
    for (let use = 0; use < 2; use++) map.get("1", 0)
    map.set("10", 0, 0)
    assert.isFalse(map.has("0", 0))
    map.set("11", 0, 0)
    assert.isTrue(map.has("1", 0))
    map.set("0", 0, 0)
    // Both are in the main queue now, and outlive whatever comes once.
    for (let key = 100; key < 200; key++) map.set(String(key), 0, 0)
    assert.isTrue(map.has("0", 0))
    assert.isTrue(map.has("1", 0))
  })

  it("W-TinyLFU: a scan does not push out what is used, and a new favourite gets in", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy: "W-TinyLFU", maxSize: 100 })
    const use = (key: string) => {
      if (map.get(key, 0) === Absent) map.set(key, 0, 0)
    }
    for (let round = 0; round < 5; round++) for (let key = 0; key < 60; key++) use(`hot ${key}`)
    for (let key = 0; key < 1000; key++) use(`scan ${key}`)
    const kept = keysOf(map).filter((key) => key.startsWith("hot"))
    assert.isAtLeast(kept.length, 55)
    for (let round = 0; round < 40; round++) for (let key = 0; key < 60; key++) use(`later ${key}`)
    assert.isAtLeast(keysOf(map).filter((key) => key.startsWith("later")).length, 55)
  })

  it("GDSF: of two entries used as often the heavier goes first, and uses make up for weight", () => {
    const map = new BoundedMap<string, number>({
      evictionPolicy: "GDSF",
      maxWeight: 100,
      weigher: (_, value) => value
    })
    map.set("heavy", 64, 0)
    map.set("light", 8, 0)
    map.set("middle", 16, 0)
    assert.deepStrictEqual(keysOf(map), ["heavy", "middle", "light"])
    for (let use = 1; use < 12; use++) map.get("heavy", 0)
    assert.deepStrictEqual(keysOf(map), ["middle", "light", "heavy"])
    // A write changes the weight, and with it the rank.
    map.set("light", 24, 0)
    assert.deepStrictEqual(keysOf(map), ["light", "heavy"])
  })
})

describe.each(evictionPolicyNames)("a listener that writes the key of what leaves: %s", (evictionPolicy) => {
  const operations: Readonly<
    Record<string, (map: BoundedMap<string | number, string>, key: string | number) => unknown>
  > = {
    get: (map, key) => map.get(key, 10),
    pop: (map, key) => map.pop(key, 10),
    delete: (map, key) => map.delete(key, 10),
    setExpiresAt: (map, key) => map.setExpiresAt(key, 20, 10),
    set: (map, key) => map.set(key, "outer", 10),
    size: (map) => map.size(10),
    purge: (map) => map.purge(10),
    popVictim: (map) => map.popVictim(10),
    clear: (map) => map.clear(10)
  }
  for (const [name, operation] of Object.entries(operations)) {
    for (const key of ["key", 7, 1.5]) {
      it(`${name} of an expired entry (${typeof key} ${key}), and then a write`, () => {
        const writes = ["within"]
        const map: BoundedMap<string | number, string> = new BoundedMap({
          evictionPolicy,
          onRemoval: (key) => {
            const value = writes.pop()
            if (value !== undefined) map.set(key, value, 10)
          }
        })
        map.set(key, "old", 0, 5)
        operation(map, key)
        map.set(key, "new", 10)
        assert.strictEqual(map.get(key, 10), "new")
        assert.strictEqual(map.size(10), 1)
        assert.deepStrictEqual(map.violations(), [])
      })
    }
  }
})
