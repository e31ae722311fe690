import { describe, it } from "@effect/vitest"
import { assertEstimated, drawn } from "../drawnShapes.js"

describe("the estimate of 4 shapes drawn at random", () => {
  it.scopedLive(
    "is 0.8 to 1.6 times what they take",
    () => assertEstimated(drawn({ seed: 11, count: 4, bytes: 600_000 }))
  )
})
