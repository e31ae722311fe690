import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, evictionPolicyNames } from "effect-aws-cache/Cache"
import * as fc from "fast-check"
import { property } from "../../support/property.js"

const hour = 3_600_000
const many = 5000
const mostInPassing = 32

// Far more expire at once than one operation reclaims.
const filled = (options: ConstructorParameters<typeof BoundedMap<string, number>>[0]) => {
  const map = new BoundedMap<string, number>(options)
  for (let at = 0; at < many; at++) map.set(`key ${at}`, at, 0, at % 10 === 0 ? hour : 1000 + (at % 3))
  return map
}

describe.each(evictionPolicyNames)("many entries that expire at once: %s", (evictionPolicy) => {
  const bounds = {
    evictionPolicy,
    maxSize: many,
    maxWeight: 7 * many,
    weigher: (_: string, value: number) => value % 13
  }

  it("are neither given out nor counted, and go bit by bit", () => {
    const gone: Array<string> = []
    const map = filled({ ...bounds, onRemoval: (key, _, reason) => gone.push(`${key} ${reason}`) })
    const live = map.entries(0).filter(([, value]) => value % 10 === 0)
    const weight = live.reduce((sum, [, value]) => sum + value % 13, 0)
    gone.length = 0
    for (let look = 0; look < 20; look++) {
      const before = gone.length
      assert.strictEqual(map.size(1002), live.length)
      assert.strictEqual(map.weight(1002), weight)
      assert.deepStrictEqual(new Map(map.entries(1002)), new Map(live))
      assert.isAtMost(gone.length - before, 3 * mostInPassing)
      assert.deepStrictEqual(map.violations(), [])
    }
    assert.strictEqual(map.get("key 4999", 1002), Absent)
    assert.isFalse(map.has("key 4998", 1002))
    // What is there already and has expired is not written over, but gone.
    assert.strictEqual(map.set("key 4997", 3, 1002), "inserted")
    assert.include(gone, "key 4997 expired")
    assert.strictEqual(map.size(1002), live.length + 1)
    // A clock that goes back finds those that are still there.
    assert.isAbove(map.size(999), map.size(1002))
    const before = map.counters.expired
    const purged = map.purge(1002)
    assert.isAbove(purged, 0)
    assert.strictEqual(purged, map.counters.expired - before)
    assert.strictEqual(map.purge(1002), 0)
    assert.isTrue(gone.every((each) => each.endsWith("expired")))
    assert.deepStrictEqual(map.violations(), [])
  })

  it("make room before one is evicted that has not expired", () => {
    const map = filled(bounds)
    const evicted = map.counters.evicted
    const live = map.size(1002)
    for (let at = 0; at < 3000; at++) {
      const before = map.counters.expired
      map.set(`new ${at}`, 1, 1002)
      assert.isAtMost(map.counters.expired - before, mostInPassing + 12)
    }
    assert.strictEqual(map.counters.evicted, evicted)
    assert.strictEqual(map.size(1002), live + 3000)
    assert.deepStrictEqual(map.violations(), [])
  })

  it("are cleared as expired, and all others as cleared", () => {
    for (const isTold of [true, false]) {
      const reasons: Array<string> = []
      const map = filled({ ...bounds, onRemoval: isTold ? (_, __, reason) => reasons.push(reason) : undefined })
      const live = map.size(1002)
      const all = live + map.counters.expired
      reasons.length = 0
      const before = map.counters.expired
      const held = map.glance(1002, 0).size
      map.clear(1002)
      assert.strictEqual(map.counters.cleared, live)
      assert.strictEqual(map.counters.expired, before + held - live)
      if (isTold) assert.strictEqual(reasons.filter((reason) => reason === "cleared").length, live)
      assert.isAtLeast(all, live)
      assert.strictEqual(map.size(1002), 0)
      assert.deepStrictEqual(map.violations(), [])
      assert.strictEqual(map.set("a", 1, 1002), "inserted")
      assert.strictEqual(map.get("a", 1002), 1)
      assert.deepStrictEqual(map.violations(), [])
    }
  })

  it("are purged all at once, or so many at a time", () => {
    const map = filled(bounds)
    let pieces = 0
    for (let done = false; !done; pieces++) {
      const before = map.counters.expired
      const purged = map.purge(1002, 500)
      done = purged < 500
      assert.isAtMost(purged, 500)
      assert.strictEqual(purged, map.counters.expired - before)
    }
    assert.isAtLeast(pieces, 5)
    assert.strictEqual(map.nextExpiry(), map.size(1002) === 0 ? Infinity : hour)
    assert.isAtLeast(map.purge(hour), 0)
    assert.strictEqual(map.glance(hour, 0).size, 0)
    assert.deepStrictEqual(map.violations(), [])
  })
})

describe("a map in pieces", () => {
  it("is empty at once when it is detached, and tells of what was there, next victim first", () => {
    const told: Array<string> = []
    const map: BoundedMap<string, number> = new BoundedMap<string, number>({
      onRemoval: (key, _, reason) => told.push(`${key} ${reason}`)
    })
    for (const key of ["a", "b", "c", "d"]) map.set(key, 1, 0, key === "b" ? 5 : Infinity)
    map.get("a", 0)
    const tell = map.detach(5)
    assert.strictEqual(map.size(5), 0)
    assert.strictEqual(map.counters.cleared, 3)
    map.set("a", 2, 5)
    assert.isFalse(tell(3))
    assert.deepStrictEqual(told, ["b expired", "c cleared", "d cleared"])
    assert.isTrue(tell(3))
    assert.isTrue(tell(3))
    assert.strictEqual(told[3], "a cleared")
    assert.strictEqual(map.get("a", 5), 2)
  })

  it("takes smaller limits step by step, and holds to them in between", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(200), fc.integer({ min: 1, max: 30 }), (maxSize, maxWeight, most) => {
        const map = new BoundedMap<number, number>({ maxSize: 100, maxWeight: 500, weigher: (_, value) => value % 7 })
        const whole = new BoundedMap<number, number>({ maxSize: 100, maxWeight: 500, weigher: (_, value) => value % 7 })
        for (let at = 0; at < 100; at++) for (const each of [map, whole]) each.set(at, at, 0)
        whole.resize({ maxSize, maxWeight }, 0)
        for (;;) {
          const { evicted } = map.counters
          const done = map.resize({ maxSize, maxWeight }, 0, most)
          assert.isAtMost(map.counters.evicted - evicted, most)
          assert.deepStrictEqual(map.violations(), [])
          if (done) break
        }
        assert.deepStrictEqual(map.entries(0), whole.entries(0))
        assert.strictEqual(map.maxSize, maxSize)
        assert.strictEqual(map.maxWeight, maxWeight)
      }),
      property(200)
    )
  })
})
