import { describe, it } from "@effect/vitest"
import { assertFull } from "./fillDictionaries.js"

const shapes = ["records from JSON", "all kinds mixed"]

describe("a dictionary that has been full for long", () => {
  it.scopedLive("takes its maxBytes of memory, and no more than a quarter above", () => assertFull(shapes))
})
