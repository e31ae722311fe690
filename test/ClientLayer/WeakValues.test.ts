import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { WeakValues } from "../../src/ClientLayer/WeakValues.js"
import { garbageCollected } from "./garbageCollected.js"

describe("WeakValues", () => {
  it.effect("has what somebody holds, and forgets the names of the rest", () =>
    Effect.gen(function*() {
      const values = new WeakValues<object>()
      const held = { held: true }
      values.set("held", held)
      for (let n = 0; n < 1000; n++) {
        values.set(`dropped ${n}`, { n })
        if (n % 100 === 0) yield* garbageCollected
      }
      yield* garbageCollected
      assert.strictEqual(values.get("held"), held)
      assert.isUndefined(values.get("dropped 0"))
      assert.isUndefined(values.get("nobody"))
      for (let n = 0; n < 300; n++) values.set(`dropped ${n}`, { n })
      assert.isBelow(values.size, 700)
      const other = { held: false }
      values.set("held", other)
      assert.strictEqual(values.get("held"), other)
    }))
})
