import { assert, describe, it } from "@effect/vitest"
import { rowsOnLines } from "../../bench/lib/rowsOnLines.js"
import { best, geometricMean, printCount, printNumber } from "../../bench/lib/statistics.js"

describe("statistics", () => {
  it("takes the best median and the best mean, each by itself", () => {
    assert.deepStrictEqual(best([{ median: 3, mean: 4 }, { median: 2, mean: 9 }]), { median: 2, mean: 4 })
  })

  it("takes the geometric mean, in which a half and a double cancel out", () => {
    assert.closeTo(geometricMean([0.5, 2]), 1, 1e-12)
    assert.closeTo(geometricMean([1, 10, 100]), 10, 1e-12)
    assert.isNaN(geometricMean([]))
  })

  it("prints numbers with the digits that count", () => {
    assert.deepStrictEqual(
      [1.234, 9.994, 9.995, 12.345, 99.96, 123.4, 12_345.6, Number.NaN, Number.POSITIVE_INFINITY].map(printNumber),
      ["1.23", "9.99", "10.0", "12.3", "100", "123", "12,346", "–", "–"]
    )
  })

  it("prints counts as people write them", () => {
    assert.deepStrictEqual([1, 999, 1000, 1234, 1500, 100_000, 1_000_000, 1_500_000].map(printCount), [
      "1",
      "999",
      "1k",
      "1234",
      "1.5k",
      "100k",
      "1M",
      "1.5M"
    ])
  })
})

describe("rowsOnLines", () => {
  it("writes a row per line, which reads back the same but for digits that do not count", () => {
    const text = rowsOnLines({ settings: { quick: true }, rows: [{ a: 1.234567, b: "x" }, { a: 123_456 }], none: [] })
    assert.deepStrictEqual(text.split("\n"), [
      "{",
      " \"settings\": {\"quick\":true},",
      " \"rows\": [",
      "  {\"a\":1.2346,\"b\":\"x\"},",
      "  {\"a\":123456}",
      " ],",
      " \"none\": []",
      "}",
      ""
    ])
    assert.deepStrictEqual(JSON.parse(text), {
      settings: { quick: true },
      rows: [{ a: 1.2346, b: "x" }, { a: 123_456 }],
      none: []
    })
  })
})
