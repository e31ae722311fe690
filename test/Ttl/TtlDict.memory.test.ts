import { describe, it } from "@effect/vitest"
import { assertFull } from "./fillDictionaries.js"

const shapes = ["whole numbers", "records from JSON", "buffers", "all kinds mixed"]

describe("a dictionary that has been full for long", () => {
  it.scopedLive("takes its maxBytes of memory, and no more than a quarter above", () => assertFull(shapes))
})
