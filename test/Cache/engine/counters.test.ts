import { assert, describe, it } from "@effect/vitest"
import { AdaptiveByCount } from "../../../src/Cache/engine/policies/AdaptiveByCount.js"
import { AdaptiveByWeight } from "../../../src/Cache/engine/policies/AdaptiveByWeight.js"
import type { EvictionPolicy } from "../../../src/Cache/engine/policies/EvictionPolicy.js"
import { S3Fifo } from "../../../src/Cache/engine/policies/S3Fifo.js"
import { WTinyLfu } from "../../../src/Cache/engine/policies/WTinyLfu.js"
import { fixHashes, keyHash } from "../../../src/Cache/engine/structures/keyHash.js"

fixHashes()

const capacity = 40

const weightOf = (slot: number) => 1 + (slot % 7)

/** The keys in the order in which a policy evicts them, in a life of hits, misses and new keys. */
const evictedBy = (policy: EvictionPolicy, expected: number) => {
  policy.expect(expected)
  policy.grow(capacity, capacity)
  const slotOf = new Map<number, number>()
  const keyAt: Array<number> = []
  const evicted: Array<number> = []
  let seed = 7
  for (let step = 0; step < 30_000; step++) {
    seed = (seed * 48271) % 2147483647
    const key = step % 3 === 0 ? step : Math.floor(seed % 90 * (seed % 7) / 7)
    const held = slotOf.get(key)
    if (held !== undefined) {
      policy.access(held)
      continue
    }
    const isFull = slotOf.size === capacity
    const slot = isFull ? policy.victim(-1) : slotOf.size
    if (isFull) {
      const gone = keyAt[slot] ?? -1
      evicted.push(gone)
      slotOf.delete(gone)
      policy.remove(slot, true)
    }
    policy.insert(slot, keyHash(key, undefined))
    slotOf.set(key, slot)
    keyAt[slot] = key
  }
  assert.deepStrictEqual(policy.violations?.() ?? [], [])
  return evicted
}

/** Starts the clock of a policy just before it runs round. */
const clocks: Readonly<Record<string, readonly [expected: number, make: (isLate: boolean) => EvictionPolicy]>> = {
  "Adaptive, uses, by count": [capacity, (isLate) => {
    const policy = new AdaptiveByCount()
    if (isLate) policy["now"] = 2 ** 31 - 5000
    return policy
  }],
  "Adaptive, uses back to 0, by count": [capacity, (isLate) => {
    const policy = new AdaptiveByCount()
    if (isLate) policy["now"] = -5000
    return policy
  }],
  "Adaptive, uses, by weight": [Infinity, (isLate) => {
    const policy = new AdaptiveByWeight(weightOf)
    if (isLate) policy["now"] = 2 ** 31 - 5000
    return policy
  }],
  "Adaptive, uses back to 0, by weight": [Infinity, (isLate) => {
    const policy = new AdaptiveByWeight(weightOf)
    if (isLate) policy["now"] = -5000
    return policy
  }],
  "Adaptive, evictions, by count": [capacity, (isLate) => {
    const policy = new AdaptiveByCount()
    if (isLate) policy["ghosts"]["windowEvictions"] = policy["ghosts"]["mainEvictions"] = 2 ** 26 - 1000
    return policy
  }],
  "Adaptive, evictions, by weight": [Infinity, (isLate) => {
    const policy = new AdaptiveByWeight(weightOf)
    if (isLate) policy["ghosts"]["windowEvictions"] = policy["ghosts"]["mainEvictions"] = 2 ** 26 - 1000
    return policy
  }],
  "S3-FIFO, evictions": [capacity, (isLate) => {
    const policy = new S3Fifo()
    if (isLate) policy["evictions"] = 2 ** 31 - 1000
    return policy
  }],
  "W-TinyLFU, halvings of an entry": [capacity, (isLate) => {
    const policy = new WTinyLfu(weightOf)
    if (isLate) policy["epoch"] = 1000 * 64
    return policy
  }]
}

describe("counters that run round", () => {
  for (const [name, [expected, make]] of Object.entries(clocks)) {
    it(`${name}: it evicts as if they had just begun`, () => {
      const late = evictedBy(make(true), expected)
      assert.deepStrictEqual(late, evictedBy(make(false), expected))
      assert.isAbove(late.length, 10_000)
    })
  }
})
