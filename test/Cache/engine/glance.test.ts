import { assert, describe, it } from "@effect/vitest"
import { BoundedMap, evictionPolicyNames } from "effect-aws-cache/Cache"
import * as fc from "fast-check"

const operation = fc.record({
  key: fc.integer({ min: 0, max: 12 }),
  kind: fc.constantFrom("set", "get", "remove"),
  lives: fc.constantFrom(5, 50, Number.POSITIVE_INFINITY),
  passes: fc.integer({ min: 0, max: 4 })
})

describe("a glance at a map", () => {
  for (const evictionPolicy of evictionPolicyNames) {
    it(`shows the next victims of ${evictionPolicy}, and changes nothing`, () => {
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 60 }), fc.integer({ min: 0, max: 9 }), (operations, most) => {
          const removed: Array<string> = []
          const onRemoval = (key: number, _: number, reason: string) => removed.push(`${key} ${reason}`)
          const map = new BoundedMap<number, number>({ maxSize: 8, evictionPolicy, onRemoval })
          const twin = new BoundedMap<number, number>({ maxSize: 8, evictionPolicy })
          let now = 0
          for (const { key, kind, lives, passes } of operations) {
            now += passes
            for (const each of [map, twin]) {
              if (kind === "set") each.set(key, key, now, now + lives)
              else if (kind === "get") each.get(key, now)
              else each.pop(key, now)
            }
            const before = removed.length
            const { keys, size, weight } = map.glance(now, most)
            assert.strictEqual(removed.length, before)
            assert.deepStrictEqual(map.counters, twin.counters)
            assert.strictEqual(size, weight)
            assert.isAtLeast(size, keys.length)
            if (passes === 4) {
              // What has expired has a part in the order of some policies until it is reclaimed.
              map.purge(now)
              const expected = twin.entries(now).map(([key]) => key).slice(0, most)
              assert.deepStrictEqual(map.glance(now, most).keys, expected)
            }
          }
          assert.deepStrictEqual(map.entries(now), twin.entries(now))
          assert.isEmpty(map.violations())
        })
      )
    })
  }
})
