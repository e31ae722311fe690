import { assert, describe, it } from "@effect/vitest"
import { seededRandom, shuffled, uniform } from "../../bench/lib/random.js"
import { zipf } from "../../bench/lib/zipf.js"

/** How often each rank should be drawn, of one draw. */
const shares = (ranks: number, exponent: number): Array<number> => {
  const weights = Array.from({ length: ranks }, (_, rank) => (rank + 1) ** -exponent)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/**
 * The chi-squared statistic over its degrees of freedom, 1 on average when the draws follow the shares.
 */
const deviation = (drawn: Int32Array, expected: ReadonlyArray<number>): number => {
  const counts = expected.map(() => 0)
  for (const rank of drawn) counts[rank] = (counts[rank] ?? Number.NaN) + 1
  const squares = expected.map((share, rank) => {
    const most = share * drawn.length
    return ((counts[rank] ?? 0) - most) ** 2 / most
  })
  return squares.reduce((sum, square) => sum + square, 0) / (expected.length - 1)
}

describe("zipf", () => {
  for (const exponent of [0.5, 0.99, 1, 1.2]) {
    it(`draws every rank as often as the exponent ${exponent} says`, () => {
      const drawn = zipf(400_000, 100, exponent, seededRandom(7))
      assert.isBelow(deviation(drawn, shares(100, exponent)), 1.4)
      // The other exponents are told apart.
      assert.isAbove(deviation(drawn, shares(100, exponent + 0.05)), 3)
    })
  }

  it("draws from a million ranks, none outside", () => {
    const drawn = zipf(200_000, 1_000_000, 0.99, seededRandom(3))
    assert.strictEqual(drawn.reduce((least, rank) => Math.min(least, rank)), 0)
    assert.isBelow(drawn.reduce((most, rank) => Math.max(most, rank)), 1_000_000)
    assert.isAbove(drawn.reduce((most, rank) => Math.max(most, rank)), 900_000)
  })

  it("draws the only rank there is", () => {
    assert.deepStrictEqual([...zipf(5, 1, 0.99, seededRandom(1))], [0, 0, 0, 0, 0])
  })

  it("draws the same for the same seed, and something else for another", () => {
    assert.deepStrictEqual(zipf(100, 50, 0.99, seededRandom(5)), zipf(100, 50, 0.99, seededRandom(5)))
    assert.notDeepEqual(zipf(100, 50, 0.99, seededRandom(5)), zipf(100, 50, 0.99, seededRandom(6)))
  })
})

describe("random", () => {
  it("draws from 0 to 1, evenly", () => {
    const random = seededRandom(11)
    const drawn = Int32Array.from({ length: 100_000 }, () => Math.floor(random() * 64))
    assert.isBelow(deviation(drawn, Array.from({ length: 64 }, () => 1 / 64)), 1.4)
  })

  it("shuffles: every number once, in another order for another seed", () => {
    const order = shuffled(1000, seededRandom(1))
    assert.deepStrictEqual([...order].sort((one, other) => one - other), Array.from({ length: 1000 }, (_, at) => at))
    assert.notDeepEqual(order, shuffled(1000, seededRandom(2)))
  })

  it("puts a shuffled number anywhere", () => {
    const random = seededRandom(1)
    const places = Int32Array.from({ length: 80_000 }, () => shuffled(8, random).indexOf(3))
    assert.isBelow(deviation(places, Array.from({ length: 8 }, () => 1 / 8)), 2.5)
  })

  it("draws whole numbers below a limit", () => {
    const drawn = uniform(50_000, 10, seededRandom(5))
    assert.isBelow(deviation(drawn, Array.from({ length: 10 }, () => 1 / 10)), 2.5)
  })
})
