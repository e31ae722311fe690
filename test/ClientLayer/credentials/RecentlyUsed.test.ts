import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { RecentlyUsed } from "../../../src/ClientLayer/credentials/RecentlyUsed.js"
import { property } from "../../support/property.js"

describe("RecentlyUsed", () => {
  it("lets what was used least recently go", () => {
    const map = new RecentlyUsed<{ readonly n: number }>(3, () => false)
    for (const n of [1, 2, 3]) map.set(String(n), { n })
    map.get("1")
    map.set("4", { n: 4 })
    assert.deepStrictEqual([...map.values()].map(({ n }) => n), [3, 1, 4])
    assert.isUndefined(map.get("2"))
    map.clear()
    assert.strictEqual(map.size, 0)
  })

  it("lets what is of no use go before there are too many, as far as it was not used lately", () => {
    const useless = new Set<number>()
    const map = new RecentlyUsed<{ readonly n: number }>(100, ({ n }) => useless.has(n))
    for (const n of [1, 2, 3, 4]) map.set(String(n), { n })
    for (const n of [1, 2, 4]) useless.add(n)
    map.set("5", { n: 5 })
    assert.deepStrictEqual([...map.values()].map(({ n }) => n), [3, 4, 5])
  })

  it("is never larger than its limit, and keeps the ones used last", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (limit, steps) => {
        const map = new RecentlyUsed<{ readonly n: number }>(limit, () => false)
        let model: Array<number> = []
        for (const [isSet, n] of steps) {
          const isThere = model.includes(n)
          if (isSet) map.set(String(n), { n })
          else assert.strictEqual(map.get(String(n))?.n, isThere ? n : undefined)
          if (isSet || isThere) model = [...model.filter((other) => other !== n), n].slice(-limit)
          assert.deepStrictEqual([...map.values()].map(({ n }) => n), model)
        }
      }),
      property(200)
    )
  })
})
