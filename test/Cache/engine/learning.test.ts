import { assert, describe, it } from "@effect/vitest"
import { type KeyEquality, keyEquality } from "effect-aws-cache/Cache"
import * as Data from "effect/Data"
import * as fc from "fast-check"
import { FrequencySketch } from "../../../src/Cache/engine/policies/FrequencySketch.js"
import { GhostTable } from "../../../src/Cache/engine/policies/GhostTable.js"
import { keyHash } from "../../../src/Cache/engine/structures/keyHash.js"
import { property } from "../../support/property.js"

describe("keyHash", () => {
  it("is equal for keys that an index takes for equal", () => {
    const reference = { team: "core" }
    const pairs: ReadonlyArray<readonly [unknown, unknown]> = [
      [0, -0],
      [NaN, Number("none")],
      ["ab", ["a", "b"].join("")],
      [2n ** 70n, 2n ** 70n],
      [reference, reference],
      [Symbol.for("s"), Symbol.for("s")],
      [Data.struct({ team: "core", id: 1 }), Data.struct({ team: "core", id: 1 })]
    ]
    for (const [one, other] of pairs) {
      assert.strictEqual(keyHash(one, keyEquality), keyHash(other, keyEquality))
    }
  })

  it("tells kinds of keys apart, and objects by identity unless they bring an equality", () => {
    const keys = [1, "1", true, false, null, undefined, 1.5, "", {}, {}, () => 0, Data.struct({ id: 1 })]
    assert.strictEqual(new Set(keys.map((key) => keyHash(key, keyEquality))).size, keys.length)
    const equality: KeyEquality = { isStructural: () => true, hash: () => 2 ** 40 + 7, equals: () => true }
    assert.strictEqual(keyHash({}, equality), keyHash({}, equality))
  })

  it("spreads what differs little: low bits of consecutive numbers, floats and strings fill evenly", () => {
    const kinds: ReadonlyArray<(index: number) => unknown> = [
      (index) => index,
      (index) => index * 4096,
      (index) => index / 8,
      (index) => `user:${index}`,
      (index) => BigInt(index) << 40n
    ]
    for (const kind of kinds) {
      const buckets = new Int32Array(256)
      for (let index = 0; index < 25_600; index++) {
        const bucket = keyHash(kind(index), undefined) & 255
        buckets[bucket] = (buckets[bucket] ?? 0) + 1
      }
      // A fair draw has 100 in each, and hardly ever one beyond six standard deviations.
      assert.isAbove(Math.min(...buckets), 40)
      assert.isBelow(Math.max(...buckets), 160)
    }
  })
})

const see = (sketch: FrequencySketch, hash: number) => sketch.raise(hash, Math.min(15, sketch.estimate(hash) + 1))

describe("FrequencySketch", () => {
  it("never counts too low, and seldom too high", () => {
    const sketch = new FrequencySketch()
    sketch.grow(1024)
    const truth = new Map<number, number>()
    for (let step = 0; step < 4000; step++) {
      const key = (step * step) % 1021
      truth.set(key, (truth.get(key) ?? 0) + 1)
      see(sketch, keyHash(key, undefined))
    }
    let wrong = 0
    for (const [key, count] of truth) {
      const estimate = sketch.estimate(keyHash(key, undefined))
      assert.isAtLeast(estimate, Math.min(15, count))
      if (estimate > Math.min(15, count)) wrong++
    }
    assert.isBelow(wrong / truth.size, 0.05)
  })

  it("halves every counter, also those that are not touched for many halvings", () => {
    const sketch = new FrequencySketch()
    for (let step = 0; step < 40; step++) see(sketch, 1)
    for (let step = 0; step < 9; step++) see(sketch, 2)
    assert.deepStrictEqual([sketch.estimate(1), sketch.estimate(2)], [15, 9])
    sketch.halve()
    assert.deepStrictEqual([sketch.estimate(1), sketch.estimate(2)], [7, 4])
    sketch.halve()
    sketch.halve()
    assert.deepStrictEqual([sketch.estimate(1), sketch.estimate(2)], [1, 1])
    for (let step = 0; step < 1000; step++) sketch.halve()
    assert.deepStrictEqual([sketch.estimate(1), sketch.estimate(2)], [0, 0])
  })

  it("keeps every estimate when it grows", () => {
    const sketch = new FrequencySketch()
    const hashes = Array.from({ length: 200 }, (_, key) => keyHash(key, undefined))
    hashes.forEach((hash, at) => {
      for (let step = 0; step < at % 12; step++) see(sketch, hash)
    })
    sketch.halve()
    const before = hashes.map((hash) => sketch.estimate(hash))
    sketch.grow(10_000)
    assert.deepStrictEqual(hashes.map((hash) => sketch.estimate(hash)), before)
  })
})

describe("GhostTable", () => {
  it("remembers of each key what it was told last, through growth, and forgets those used longest ago", () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.tuple(fc.constant("add" as const), fc.nat(600)) },
        { weight: 6, arbitrary: fc.tuple(fc.constant("take" as const), fc.nat(600)) },
        { weight: 1, arbitrary: fc.tuple(fc.constant("grow" as const), fc.integer({ min: 1, max: 400 })) }
      ),
      { maxLength: 400, size: "max" }
    )
    fc.assert(
      fc.property(steps, (commands) => {
        const table = new GhostTable()
        const naive = new Map<number, { readonly last: number; readonly number: number }>()
        let found = 0
        let forgotten = 0
        let now = 2 ** 31 - 200
        for (const [name, amount] of commands) {
          const hash = keyHash(amount % 200, undefined)
          now = (now + 1) | 0
          if (name === "grow") table.grow(amount)
          else if (name === "add" && !naive.has(hash)) {
            table.add(hash, now, amount + 1, now)
            naive.set(hash, { last: now, number: amount + 1 })
          } else if (name === "take") {
            const known = naive.get(hash)
            naive.delete(hash)
            if (table.take(hash)) {
              assert.deepStrictEqual({ last: table.last, number: table.number }, known)
              found++
            } else if (known !== undefined) forgotten++
          }
        }
        // There is room for 96 from the start; a bucket of four may be full sooner.
        assert.isAtMost(forgotten, found + 20)
      }),
      property(300)
    )
  })

  it("puts a key over the one of its bucket that was used longest ago, also where times run over", () => {
    const table = new GhostTable()
    // So many are in one bucket of the 24 that there are.
    const hashes = [1, 2, 3, 4, 5]
    const last = 2 ** 31 - 2
    hashes.forEach((hash, at) => table.add(hash, (last + at) | 0, at + 1, (last + at) | 0))
    assert.isFalse(table.take(1))
    for (const hash of hashes.slice(1)) {
      assert.isTrue(table.take(hash))
      assert.strictEqual(table.number, hash)
      assert.isFalse(table.take(hash))
    }
  })

  it("keeps all when it doubles, while it moves and after it", () => {
    const table = new GhostTable()
    table.grow(1000)
    const hashes = Array.from({ length: 900 }, (_, key) => keyHash(key, undefined))
    hashes.forEach((hash, at) => table.add(hash, at, at + 1, at))
    const kept = hashes.filter((hash) => {
      const isKept = table.take(hash)
      if (isKept) table.add(hash, table.last, table.number, 1000)
      return isKept
    })
    assert.isAbove(kept.length, 800)
    for (let slots = 1001; slots < 2600; slots++) {
      table.grow(slots)
      const hash = kept[slots % kept.length] as number
      assert.isTrue(table.take(hash))
      assert.strictEqual(hashes[table.last], hash)
      table.add(hash, table.last, table.number, slots)
    }
    for (const hash of kept) assert.isTrue(table.take(hash))
  })
})
