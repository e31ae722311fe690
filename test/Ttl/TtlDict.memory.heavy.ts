import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertBounded, assertFull, fill } from "./fillDictionaries.js"

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

describe("a dictionary that has been full for long", () => {
  const others = [
    "whole numbers",
    "buffers",
    "strings of one-byte characters",
    "records of 30 properties added one by one",
    "instances of a class",
    "arrays that were pushed to",
    "maps",
    "dates",
    "errors",
    "data of Effect"
  ]
  it.scopedLive("takes its maxBytes of memory, and no more than a quarter above", () => assertFull(others))
})

describe("a dictionary limited to 64 MB, after 2 million writes", () => {
  for (const shape of shapes) {
    it.scopedLive(`never made the process grow by more than 1.25 times as much, with ${shape}`, () =>
      Effect.map(fill({ shapes: [shape], maxBytes, writes, turnovers: 1 }), (reports) => {
        for (const report of reports) assertBounded(report, maxBytes)
      }))
  }
})
