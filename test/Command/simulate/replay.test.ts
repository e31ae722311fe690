import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, type EvictionPolicyName, evictionPolicyNames } from "effect-aws-cache/Cache"
import * as fc from "fast-check"
import { seededRandom } from "../../../bench/lib/random.js"
import { Optimum } from "../../../src/Command/simulate/replay/Optimum.js"
import { Places } from "../../../src/Command/simulate/replay/Places.js"
import { replay } from "../../../src/Command/simulate/replay/replay.js"
import type { Requests } from "../../../src/Command/simulate/replay/Requests.js"
import { property } from "../../support/property.js"
import { readText } from "./readText.js"

/** Requests among so many keys, some of them asked for far more than others, and some with a size that changes. */
const requestsOf = (seed: number, length: number, unique: number, changes = 0): Required<Requests> => {
  const random = seededRandom(seed)
  const sizeOf = Float64Array.from({ length: unique }, () => Math.floor(random() ** 4 * 500))
  const keys = Int32Array.from({ length }, () => Math.floor(random() ** 3 * unique))
  let now = 0
  return {
    keys,
    unique,
    sizes: Float64Array.from(keys, (key) => {
      if (changes > 0 && random() < changes) sizeOf[key] = Math.floor(random() ** 4 * 500)
      return sizeOf[key] ?? 0
    }),
    times: Float64Array.from(keys, () => (now += random() < 0.2 ? 0 : 1 + Math.floor(random() * 9))),
    costs: Float64Array.from(keys, (key) => key % 7)
  }
}

/** What the map of the library does where each miss is followed by a write. */
const hitsOfMap = (
  { costs, keys, sizes, times }: Required<Requests>,
  evictionPolicy: EvictionPolicyName,
  size: number,
  isByWeight: boolean,
  timeToLive: number
) => {
  const sizeOf = new Map<number, number>()
  const map = new BoundedMap<number, number>(
    isByWeight
      ? { evictionPolicy, maxWeight: size, weigher: (key) => sizeOf.get(key) ?? 0 }
      : { evictionPolicy, maxSize: size }
  )
  let [bytes, cost] = [0, 0]
  keys.forEach((key, at) => {
    const now = times?.[at] ?? 0
    const weight = sizes?.[at] ?? 0
    const before = sizeOf.get(key)
    sizeOf.set(key, weight)
    if (map.get(key, now) === Absent) map.set(key, weight, now, now + timeToLive)
    else {
      if (isByWeight && weight !== before) map.reweigh(key, now)
      bytes += weight
      cost += costs?.[at] ?? 0
    }
  })
  return { requests: map.counters.hits, bytes, cost }
}

const cases = fc.record({
  seed: fc.nat(1e6),
  length: fc.integer({ min: 1, max: 4000 }),
  unique: fc.integer({ min: 1, max: 600 }),
  share: fc.double({ min: 0.001, max: 1.2, noNaN: true }),
  isByWeight: fc.boolean(),
  lives: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 5, 200, 5000),
  changes: fc.constantFrom(0, 0, 0.02, 0.5),
  policy: fc.constantFrom(...evictionPolicyNames)
})

describe("replay", () => {
  it("answers what a BoundedMap answers, by entries and by bytes, with and without expiry, where sizes change or not", () => {
    fc.assert(
      fc.property(cases, ({ changes, isByWeight, length, lives, policy, seed, share, unique }) => {
        const requests = requestsOf(seed, length, unique, changes)
        const size = Math.max(1, Math.round(share * unique * (isByWeight ? 100 : 1)))
        assert.deepStrictEqual(
          replay(requests, policy, { size, unit: isByWeight ? "bytes" : "entries", timeToLive: lives }),
          hitsOfMap(requests, policy, size, isByWeight, lives)
        )
      }),
      property(300)
    )
  })

  it("of LRU has more hits the larger it is", () => {
    const requests = requestsOf(1, 20_000, 900)
    let before = -1
    for (let size = 1; size <= 900; size += 31) {
      const { requests: hits } = replay(requests, "LRU", { size, unit: "entries" })
      assert.isAtLeast(hits, before)
      before = hits
    }
    assert.strictEqual(before, 20_000 - new Set(requests.keys).size)
  })

  it("is the same in every process", () => {
    const requests = requestsOf(3, 20_000, 900)
    const hits = evictionPolicyNames.map((name) => replay(requests, name, { size: 90, unit: "entries" }).requests)
    assert.deepStrictEqual(hits, [6398, 7961, 7548, 8173, 8593, 8190, 7766])
  })
})

describe("the optimum", () => {
  it("has more than any policy has", () => {
    fc.assert(
      fc.property(cases, ({ length, policy, seed, share, unique }) => {
        const requests = requestsOf(seed, length, unique)
        const room = { size: Math.max(1, Math.round(share * unique)), unit: "entries" } as const
        assert.isAtLeast(new Optimum(requests).hits(room).requests, replay(requests, policy, room).requests)
      }),
      property(200)
    )
  })

  it("has more by bytes where sizes are equal, whichever lines of a log tell them", () => {
    const told = fc.constantFrom("200 100", "304 0", "304 -", "206 30", "200 -")
    const lines = fc.array(fc.tuple(fc.nat(60), told), { minLength: 1, maxLength: 400 })
    fc.assert(
      fc.property(lines, cases, fc.constantFrom(0.5, 1), (lines, { policy, share }, rate) => {
        const { sample: { requests } } = readText(
          lines.map(([key, told]) => `h - - [31/Jan/2026:23:59:59 +0000] "GET /${key} HTTP/1.1" ${told} "-" "-"\n`)
            .join(""),
          { rate }
        )
        if (requests.sizes === undefined) return
        assert.lengthOf(new Set(requests.sizes), 1)
        const [size = 0] = requests.sizes
        const room = { size: Math.max(1, Math.round(share * requests.unique * size)), unit: "bytes" } as const
        assert.isAtLeast(new Optimum(requests).hits(room).requests, replay(requests, policy, room).requests)
      }),
      property(300)
    )
  })

  it("finds nothing in what has expired", () => {
    const requests = {
      keys: Int32Array.of(0, 1, 0, 1, 0, 0),
      unique: 2,
      times: Float64Array.of(0, 1, 9, 10, 10, 19)
    }
    const hits = (timeToLive: number) => new Optimum(requests).hits({ size: 2, unit: "entries", timeToLive }).requests
    assert.deepStrictEqual([10, 9, 11, 20, 1].map(hits), [3, 1, 3, 4, 0])
    // What has expired makes room.
    assert.strictEqual(new Optimum(requests).hits({ size: 1, unit: "entries", timeToLive: 10 }).requests, 2)
  })

  it("is found by hand, and never less than that of a search through all that could be done", () => {
    const search = (keys: ReadonlyArray<number>, size: number, held: ReadonlyArray<number>): number => {
      const [key, ...rest] = keys
      if (key === undefined) return 0
      if (held.includes(key)) return 1 + search(rest, size, held)
      const kept = held.length < size ? [[...held, key]] : [
        held,
        ...held.map((_, at) => [...held.slice(0, at), ...held.slice(at + 1), key])
      ]
      return Math.max(...kept.map((next) => search(rest, size, next)))
    }
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 9 }), fc.integer({ min: 1, max: 3 }), (keys, size) => {
        const requests = { keys: Int32Array.from(keys), unique: 5 }
        assert.strictEqual(new Optimum(requests).hits({ size, unit: "entries" }).requests, search(keys, size, []))
      }),
      property(300)
    )
  })
})

describe("Places", () => {
  it("finds the largest number in it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(4999)), (limit, places) => {
        const set = new Set<number>()
        const found = new Places(limit)
        for (const place of places.filter((each) => each < limit)) {
          assert.strictEqual(found.has(place), set.has(place))
          if (set.delete(place)) found.delete(place)
          else {
            set.add(place)
            found.add(place)
          }
          assert.strictEqual(found.largest(), Math.max(-1, ...set))
        }
      }),
      property(200)
    )
  })
})
