import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, type BoundedMapOptions, type EvictionPolicyName } from "effect-aws-cache/Cache"

/** Numbers from 0 to 1, the same each time. */
const numbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

const keys = 5000
const next = numbers(7)
/** From 1 ms to 10 s, as many of each order of magnitude, whatever the key's popularity. */
const costs = Array.from({ length: keys }, () => Math.round(10 ** (4 * next())))
const weights = Array.from({ length: keys }, () => Math.round(10 ** (2 + 3 * next())))
/** Ranks by Zipf's law, as much of the probability as `next` says. */
const shares = Array.from({ length: keys }, (_, rank) => 1 / (rank + 1) ** 0.9)
const total = shares.reduce((sum, share) => sum + share, 0)
let sum = 0
const bounds = shares.map((share) => (sum += share) / total)
const draw = () => {
  const at = next()
  let [low, high] = [0, keys - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((bounds[middle] ?? 1) < at) low = middle + 1
    else high = middle
  }
  return low
}
const requests = Array.from({ length: 100_000 }, draw)

/** Of the time that all requests would take, the share that is saved; and of requests, the share that hits. */
const saved = (evictionPolicy: EvictionPolicyName, hasCosts: boolean, isWeighed: boolean) => {
  const options: BoundedMapOptions<number, number> = isWeighed
    ? { maxWeight: 2_000_000, weigher: (key) => weights[key] ?? 1 }
    : { maxSize: 500 }
  const map = new BoundedMap<number, number>({ ...options, evictionPolicy, costs: hasCosts })
  let time = 0
  let hits = 0
  let all = 0
  for (const key of requests) {
    const cost = costs[key] ?? 1
    all += cost
    if (map.get(key, 0) === Absent) map.set(key, key, 0, undefined, undefined, cost)
    else {
      time += cost
      hits++
    }
  }
  return { time: time / all, hits: hits / requests.length }
}

describe("costs", () => {
  for (const isWeighed of [false, true]) {
    it(`save more time where they are skewed${isWeighed ? ", by weight" : ""}`, () => {
      const [lru, gdsf, tinyLfu] = (["LRU", "GDSF", "W-TinyLFU"] as const).map((name) => ({
        without: saved(name, false, isWeighed),
        with: saved(name, true, isWeighed)
      }))
      assert.isDefined(lru)
      assert.isDefined(gdsf)
      assert.isDefined(tinyLfu)
      assert.deepStrictEqual(lru.with, lru.without)
      assert.isAbove(gdsf.with.time, gdsf.without.time + 0.1)
      assert.isAbove(tinyLfu.with.time, tinyLfu.without.time)
    })
  }

  it("are kept when an entry is written anew without one, and refused where they are none", () => {
    const map = new BoundedMap<string, number>({ evictionPolicy: "GDSF", maxSize: 2, costs: true })
    map.set("dear", 1, 0, undefined, undefined, 1000)
    map.set("dear", 2, 0)
    map.set("cheap", 1, 0, undefined, undefined, 10)
    map.set("cheap", 2, 0)
    map.set("other", 1, 0)
    assert.deepStrictEqual(map.entries(0).map(([key]) => key), ["other", "dear"])
    for (const cost of [-1, Number.NaN]) {
      assert.throws(
        () => map.set("bad", 1, 0, undefined, undefined, cost),
        `cost is ${cost}, but must be a number, 0 or more`
      )
    }
    map.set("endless", 1, 0, undefined, undefined, Number.POSITIVE_INFINITY)
    assert.deepStrictEqual(map.violations(), [])
  })
})
