import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertBounded, fill } from "./fillDictionaries.js"

const maxBytes = 64 * 1024 * 1024
const writes = 2_000_000

const shapes = [
  "whole numbers",
  "strings of one-byte characters",
  "strings of two-byte characters",
  "records from JSON",
  "instances of a class",
  "arrays of fractions",
  "arrays that were pushed to",
  "maps",
  "dates",
  "buffers",
  "small buffers from the pool",
  "data of Effect",
  "all kinds mixed"
]

describe("a dictionary limited to 64 MB, after 2 million writes", () => {
  for (const shape of shapes) {
    it.scopedLive(`never made the process grow by more than 1.25 times as much, with ${shape}`, () =>
      Effect.map(fill({ shapes: [shape], maxBytes, writes, turnovers: 1 }), (reports) => {
        for (const report of reports) assertBounded(report, maxBytes)
      }))
  }
})
