import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { IntegerIndex } from "../../../src/Cache/engine/IntegerIndex.js"
import { property } from "../../support/property.js"

// Few keys, so that they come again, and the ends of the range.
const key = fc.oneof(fc.integer({ min: -40, max: 40 }), fc.constantFrom(0x7fffffff, -0x80000000, 65_536))
const command = fc.tuple(fc.constantFrom("set", "set", "delete", "get"), key)

// The heavy suite runs the property for longer than a test usually may.
const timeout = 20_000 * Number(process.env["PROPERTY_RUNS"] ?? 1)

describe("IntegerIndex", () => {
  it("finds what a Map finds, through growth, collisions and removals", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300, size: "max" }), (commands) => {
        const index = new IntegerIndex()
        const naive = new Map<number, number>()
        commands.forEach(([name, key], slot) => {
          if (name === "delete") {
            index.delete(key)
            naive.delete(key)
          } else if (name === "set" && !naive.has(key)) {
            index.set(key, slot)
            naive.set(key, slot)
          }
          assert.strictEqual(index.size, naive.size)
          assert.strictEqual(index.get(key), naive.get(key) ?? -1)
          assert.isTrue([...naive].every(([each, at]) => index.get(each) === at))
        })
      }),
      property(300)
    )
  }, timeout)

  it("stays in step with a Map over a long life in which every key is new", () => {
    const index = new IntegerIndex()
    for (let key = 0; key < 200_000; key++) {
      index.set(key * 4096, key % 1000)
      if (key >= 1000) index.delete((key - 1000) * 4096)
    }
    assert.strictEqual(index.size, 1000)
    for (let key = 198_000; key < 200_000; key++) {
      assert.strictEqual(index.get(key * 4096), key < 199_000 ? -1 : key % 1000)
    }
  })
})
