import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as fc from "fast-check"
import { canonicalJson, NotJson } from "../../../src/S3Store/keyspace/canonicalJson.js"
import { property } from "../../support/property.js"

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).reverse().map(([name, field]) => [name, shuffled(field)]))
}

const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => !/\p{Surrogate}/u.test(JSON.stringify(value)))

describe("canonicalJson", () => {
  it("is JSON, and does not depend on the order of fields", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
        assert.strictEqual(canonicalJson(shuffled(value)), text)
      }),
      property(500)
    )
  })

  it("has one text for each value", () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const equal = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
        assert.strictEqual(canonicalJson(one) === canonicalJson(other), equal)
      }),
      property(500)
    )
  })

  it("leaves out undefined fields, and sorts by UTF-16 code units as RFC 8785 does", () => {
    assert.strictEqual(
      canonicalJson({ "\u20ac": 1, "\r": 2, "1": 3, "\ud83d\ude00": 4, b: undefined, a: [null, true, 1e21, -0] }),
      "{\"\\r\":2,\"1\":3,\"a\":[null,true,1e+21,0],\"\u20ac\":1,\"\ud83d\ude00\":4}"
    )
  })

  const cycle: Record<string, unknown> = {}
  cycle["self"] = { cycle }
  const refused: ReadonlyArray<readonly [unknown, string]> = [
    [undefined, "$ is undefined"],
    [NaN, "$ is NaN"],
    [{ a: [1, -Infinity] }, "$.a[1] is -Infinity"],
    [[undefined], "$[0] is undefined"],
    [1n, "$ is a bigint"],
    [() => 1, "$ is a function"],
    [Symbol("s"), "$ is a symbol"],
    [{ at: new Date(0) }, "$.at is an instance of Date"],
    [new Map(), "$ is an instance of Map"],
    [Option.some(1), "$ is an instance of Option"],
    [new Uint8Array(1), "$ is an instance of Uint8Array"],
    ["\ud800", "$ is a string with a lone surrogate"],
    [cycle, "$.self.cycle is a reference to what contains it"]
  ]
  for (const [value, message] of refused) {
    it(`refuses what JSON would lose: ${message}`, () => {
      assert.throws(() => canonicalJson(value), NotJson, message)
    })
  }

  it("takes the same object twice, when neither contains the other", () => {
    const shared = { a: 1 }
    assert.strictEqual(canonicalJson([shared, shared]), "[{\"a\":1},{\"a\":1}]")
  })
})

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return ["an object", ...fields.map(([name, field]) => ["a field", name, sorted(field)])]
}
