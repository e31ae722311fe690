import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap } from "effect-aws-cache/Cache"
import * as lruOnly from "../../../src/Cache/engine/lruOnly.js"
import * as allPolicies from "../../../src/Cache/engine/makePolicy.js"
import { AdaptiveByCount } from "../../../src/Cache/engine/policies/AdaptiveByCount.js"
import { fixHashes, keyHash } from "../../../src/Cache/engine/structures/keyHash.js"

fixHashes()

/** Numbers from 0 to 1 (mulberry32). */
const seededRandom = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const hitsOf = (map: BoundedMap<number, number>, keys: Iterable<number>) => {
  const before = map.counters.hits
  for (const key of keys) if (map.get(key, 0) === Absent) map.set(key, key, 0)
  return map.counters.hits - before
}

const loop = (length: number, rounds: number, from = 0) =>
  Array.from({ length: length * rounds }, (_, at) => from + (at % length))

const shareOf = (policy: AdaptiveByCount) => policy["windowShare"]

const made = (capacity: number) => {
  const policy = new AdaptiveByCount()
  policy.expect(capacity)
  let slots = 0
  const slotOf = new Map<number, number>()
  const keyAt: Array<number> = []
  const use = (key: number) => {
    const held = slotOf.get(key)
    if (held !== undefined) return policy.access(held)
    const isFull = slots === capacity
    const slot = isFull ? policy.victim(-1) : slots++
    if (isFull) {
      slotOf.delete(keyAt[slot] as number)
      policy.replace(slot, keyHash(key, undefined))
    } else {
      policy.grow(slots, capacity)
      policy.insert(slot, keyHash(key, undefined))
    }
    slotOf.set(key, slot)
    keyAt[slot] = key
  }
  return { policy, use }
}

describe("Adaptive", () => {
  it("keeps a part of a loop that does not fit, where LRU has not one hit", () => {
    const map = new BoundedMap<number, number>({ evictionPolicy: "Adaptive", maxSize: 500 })
    const rounds = 40
    // With room for half of it, no policy can have more than half.
    assert.isAbove(hitsOf(map, loop(1000, rounds)), 0.45 * 1000 * rounds)
  })

  it("lets a scan pass, and a change of habits through", () => {
    const map = new BoundedMap<number, number>({ evictionPolicy: "Adaptive", maxSize: 100 })
    hitsOf(map, loop(60, 5))
    hitsOf(map, loop(1000, 1, 1000))
    assert.isAbove(hitsOf(map, loop(60, 1)), 50)
    hitsOf(map, loop(60, 60, 5000))
    assert.strictEqual(hitsOf(map, loop(60, 1, 5000)), 60)
  })

  it("gives the window room where what is new comes back soon, and takes it where old keys do", () => {
    const soon = made(100)
    // What comes again does so within the next forty.
    for (let at = 0; at < 5000; at++) {
      soon.use(at)
      soon.use(Math.max(0, at - 1 - (at * 7) % 40))
    }
    assert.isAbove(shareOf(soon.policy), 0.3)
    const late = made(100)
    for (const key of loop(60, 3)) late.use(key)
    const wide = shareOf(late.policy)
    for (let at = 0; at < 5000; at++) {
      late.use(at % 99)
      late.use(10_000 + at)
    }
    assert.isAtMost(shareOf(late.policy), wide)
    assert.deepStrictEqual(late.policy.violations(), [])
  })

  it("keeps what it has learnt when it is cleared, and its shares when the limit changes", () => {
    const { policy, use } = made(100)
    for (let at = 0; at < 5000; at++) {
      use(at)
      use(Math.max(0, at - 1 - (at * 7) % 40))
    }
    const share = shareOf(policy)
    policy.expect(1000)
    assert.strictEqual(shareOf(policy), share)
    assert.deepStrictEqual(policy.violations(), [])
    assert.strictEqual(shareOf(policy.emptied()), share)
  })

  it("forgets what it was behind LRU in a larger map, but for half of what there is room for", () => {
    const { policy } = made(100)
    policy["behind"] = 40
    policy.expect(20)
    assert.strictEqual(policy["behind"], 10)
  })

  it("has whole lists where a limit by weight makes way for no room at all", () => {
    for (const count of [1, 2, 3, 20]) {
      const map = new BoundedMap<number, number>({ evictionPolicy: "Adaptive", maxSize: 50, maxWeight: 50 })
      hitsOf(map, loop(count, 2))
      map.resize({ maxSize: 0, maxWeight: Infinity }, 0)
      assert.deepStrictEqual(map.violations(), [])
      map.resize({ maxSize: 2 }, 0)
      hitsOf(map, loop(3, 5))
      assert.deepStrictEqual(map.violations(), [])
    }
  })

  it("learns nothing from what is deleted or expires", () => {
    const map = new BoundedMap<number, number>({ evictionPolicy: "Adaptive", maxSize: 50 })
    for (let at = 0; at < 1000; at++) {
      map.set(at, at, at, at % 2 === 0 ? at + 20 : undefined)
      map.get(at - 10, at)
      if (at % 3 === 0) map.delete(at - 5, at)
    }
    assert.deepStrictEqual(map.violations(), [])
    assert.isAtMost(map.size(1000), 50)
  })

  it("counts time beyond 2^31 uses", () => {
    const { policy, use } = made(20)
    for (const key of loop(30, 20)) use(key)
    policy["now"] = 2 ** 31 - 100
    for (const key of loop(30, 20)) use(key)
    assert.isBelow(policy["now"], 0)
    assert.deepStrictEqual(policy.violations(), [])
  })

  it("finds what comes twice and then never again, as LRU does, also where hot keys are between", () => {
    const random = seededRandom(7)
    const keys = Array.from({ length: 40_000 }, (_, at) => {
      if (at % 2 === 1) return Math.floor(random() * 5)
      const fresh = at >> 2
      return 1000 + (at % 4 === 0 ? fresh : Math.max(0, fresh - 100))
    })
    const ratios = (["LRU", "Adaptive"] as const).flatMap((evictionPolicy) =>
      [{ maxSize: 300 }, { maxWeight: 300 }].map((limit) =>
        hitsOf(new BoundedMap<number, number>({ evictionPolicy, ...limit }), keys) / keys.length
      )
    )
    const [lru = 1] = ratios
    for (const ratio of ratios) assert.isAbove(ratio, lru - 0.02)
  })

  it("finds what comes twice at a distance, as LRU does, where hot keys are used in between all the time", () => {
    for (const [hot, share, distance] of [[60, 0.3, 450], [60, 0.5, 360], [200, 0.5, 360]] as const) {
      const random = seededRandom(5)
      let pairs = 0
      const keys = Array.from({ length: 60_000 }, () => {
        if (random() < share) return -1 - Math.floor(random() * hot)
        return ++pairs % 2 === 1 ? Math.max(0, (pairs >> 1) - distance) : pairs >> 1
      })
      const ratios = (["LRU", "Adaptive"] as const).flatMap((evictionPolicy) =>
        [{ maxSize: 1000 }, { maxWeight: 1000 }].map((limit) =>
          hitsOf(new BoundedMap<number, number>({ evictionPolicy, ...limit }), keys) / keys.length
        )
      )
      const [lru = 1] = ratios
      for (const ratio of ratios) assert.isAbove(ratio, lru - 0.03)
    }
  })

  it("by weight, finds more than LRU by number and by weight where entries differ in size", () => {
    const random = seededRandom(11)
    const sizes = Array.from({ length: 4000 }, () => Math.ceil(10 ** (4 * random())))
    const keys = Array.from({ length: 60_000 }, () => Math.floor(4000 * random() ** 3))
    const [lru, adaptive] = (["LRU", "Adaptive"] as const).map((evictionPolicy) => {
      const map = new BoundedMap<number, number>({ evictionPolicy, maxWeight: 400_000, weigher: (_, size) => size })
      let hits = 0
      let weight = 0
      for (const key of keys) {
        const size = sizes[key] ?? 1
        if (map.get(key, 0) === Absent) map.set(key, size, 0)
        else {
          hits++
          weight += size
        }
      }
      assert.deepStrictEqual(map.violations(), [])
      return { hits, weight }
    })
    if (lru === undefined || adaptive === undefined) throw new Error("two policies were run")
    assert.isAbove(adaptive.hits, 1.2 * lru.hits)
    assert.isAbove(adaptive.weight, lru.weight)
  })

  it("takes over what it holds where a limit by weight comes and goes", () => {
    const map = new BoundedMap<number, number>({ evictionPolicy: "Adaptive", maxSize: 100, weigher: () => 2 })
    hitsOf(map, loop(120, 5))
    map.resize({ maxWeight: 150 }, 0)
    assert.strictEqual(map.size(0), 75)
    hitsOf(map, loop(120, 5))
    map.resize({ maxWeight: Infinity }, 0)
    hitsOf(map, loop(120, 5))
    assert.strictEqual(map.size(0), 100)
    assert.deepStrictEqual(map.violations(), [])
  })

  it("is the policy of memory in front of a slower level, where it is in the program", () => {
    for (const { makePolicy, policyOfMemoryLevel } of [allPolicies, lruOnly]) makePolicy(policyOfMemoryLevel, () => 1)
    assert.strictEqual(allPolicies.policyOfMemoryLevel, "Adaptive")
  })
})
