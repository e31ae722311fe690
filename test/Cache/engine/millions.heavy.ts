import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap } from "effect-aws-cache/Cache"

// More than a Map of V8 holds where keys come and go.
const count = 9_000_000

describe("a map of millions", () => {
  it("holds more texts than a Map of V8 does, while they come and go", async () => {
    const map = new BoundedMap<string, number>({ maxSize: count })
    for (let at = 0; at < count + 1_000_000; at++) {
      map.set(`key ${at}`, at, 0)
      // A test that runs for a minute without a pause would leave the test runner without an answer.
      if (at % 100_000 === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    assert.strictEqual(map.size(0), count)
    assert.strictEqual(map.get("key 999999", 0), Absent)
    for (let at = 1_000_000; at < count; at += 999) assert.strictEqual(map.get(`key ${at}`, 0), at)
    map.clear(0)
    assert.strictEqual(map.size(0), 0)
  })
})
