import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertBounded, fill } from "./fillDictionaries.js"

const maxBytes = 8 * 1024 * 1024

const shapes = [
  "whole numbers",
  "strings of one-byte characters",
  "records from JSON",
  "records of 30 properties added one by one",
  "instances of a class",
  "arrays that were pushed to",
  "maps",
  "dates",
  "errors",
  "buffers",
  "data of Effect",
  "all kinds mixed"
]

describe("a dictionary that has been full for long", () => {
  it.scopedLive("takes its maxBytes of memory, and no more than a quarter above", () =>
    Effect.gen(function*() {
      const reports = yield* fill({ shapes, maxBytes, writes: 0, turnovers: 1 })
      assert.deepStrictEqual(reports.map(({ shape }) => shape), shapes)
      for (const report of reports) {
        assertBounded(report, maxBytes)
        // The estimate is not far too high either. The tables of a map grow by steps, and what is said of an entry's part
        // of them holds right after a step; these numbers are so small that they weigh less than it.
        const least = report.shape === "whole numbers" ? 0.7 : 0.8
        assert.isAbove(report.growth, maxBytes * least, JSON.stringify(report))
      }
    }), 600_000)
})
