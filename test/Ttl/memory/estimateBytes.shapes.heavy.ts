import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertEstimated, drawn } from "../drawnShapes.js"

const maxBytes = 16 * 1024 * 1024

describe("30 shapes drawn at random", () => {
  for (const seed of [1]) {
    it.scopedLive(`are estimated at 0.8 to 1.6 times what they take, and dictionaries of them hold their limit (seed ${seed})`, () =>
      Effect.map(assertEstimated(drawn({ seed, count: 30, bytes: 1_500_000, maxBytes })), (reports) => {
        for (const report of reports) {
          assert.isAtMost(report.growth, maxBytes * 1.25 + 16 * 1024 * 1024, JSON.stringify(report))
        }
      }))
  }
})
