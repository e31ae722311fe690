import { assert, describe, it } from "@effect/vitest"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { settledMemoryInUse } from "../support/memoryInUse.js"

const maxBytes = 8 * 1024 * 1024

const values: ReadonlyArray<readonly [name: string, make: (i: number) => unknown]> = [
  ["numbers", (i) => i],
  ["records", (i) => JSON.parse(`{"id":${i},"name":"user number ${i}","tags":["a${i}","b${i}"],"at":{"x":${i}.5}}`)],
  ["buffers", () => Buffer.alloc(20_000)]
]

describe("a dictionary that has been full for long", () => {
  for (const [name, make] of values) {
    it.scoped(`takes its maxBytes of memory, within a third, with ${name}`, () =>
      Effect.gen(function*() {
        const before = yield* settledMemoryInUse
        const dict = yield* TtlDict.make<string, unknown>({ maxBytes, timeToLive: "1 hour" })
        let writes = 0
        let evicted = 0
        while (evicted < 1000 || evicted < writes / 2) {
          for (let i = 0; i < 1000; i++) yield* dict.set(`key ${writes}`, make(writes++))
          evicted = (yield* dict.stats).removals.evicted
        }
        const real = (yield* settledMemoryInUse) - before
        const measured = yield* dict.byteSize
        assert.isAtMost(measured, maxBytes)
        assert.isAbove(measured, maxBytes * 0.99)
        assert.isBelow(real, maxBytes * 4 / 3, `really ${real}`)
        assert.isAbove(real, maxBytes * 2 / 3, `really ${real}`)
      }))
  }
})
