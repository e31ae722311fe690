import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import { deepStrictEqual } from "node:assert"
import { Buffer } from "node:buffer"
import { deserialize, serialize } from "node:v8"
import { isCloneable } from "../../../src/Ttl/snapshot/isCloneable.js"
import { property, share } from "../../support/property.js"

const cycle: Record<string, unknown> = { map: new Map() }
cycle["self"] = [cycle]

class Point {
  readonly x = 1
}
class Special extends Map<string, number> {}

const cloneable: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["numbers", [0, -0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53]],
  ["text", ["", "a", "\u00e9", "\u4e2d", "\u{1F600}", "\ud800"]],
  ["bigints", [0n, -1n, 2n ** 200n]],
  ["records", { a: { b: [1, { c: undefined }] }, "": true }],
  ["a key that is called __proto__", JSON.parse("{\"__proto__\":{\"polluted\":1},\"constructor\":2}")],
  ["dates", [new Date(0), new Date(-1)]],
  ["maps", new Map<unknown, unknown>([[{ key: 1 }, new Map([[1, 2]])]])],
  ["sets", new Set([1, "a", new Set([2])])],
  ["buffers", Buffer.from("text")],
  ["bytes", new Uint8Array([1, 2, 3]).subarray(1)],
  ["typed arrays", [new Float64Array([1.5]), new Int16Array([-1]), new BigUint64Array([5n])]],
  ["views of data", new DataView(new ArrayBuffer(4))],
  ["array buffers", new Uint8Array([7]).buffer],
  ["boxed primitives", [Object(1), Object("text"), Object(true), Object(5n)]],
  ["sparse arrays", Object.assign([], { 3: 1 })],
  ["cycles", cycle]
]

const refused: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["functions", () => 1],
  ["symbols", Symbol("s")],
  ["instances", new Point()],
  ["what has only the prototype of a date", Object.create(Date.prototype)],
  ["what has only the prototype of a map", Object.create(Map.prototype)],
  ["subclasses of maps", new Special([["a", 1]])],
  ["maps with properties", Object.assign(new Map(), { a: 1 })],
  ["dates with properties", Object.assign(new Date(0), { a: 1 })],
  ["symbol keys", { [Symbol("s")]: 1 }],
  ["hidden properties", Object.defineProperty({}, "hidden", { value: 1 })],
  ["accessors", Object.defineProperty({}, "x", { get: () => assert.fail("it ran"), enumerable: true })],
  ["proxies", new Proxy({}, { ownKeys: () => assert.fail("it ran"), getPrototypeOf: () => assert.fail("it ran") })],
  ["errors", new Error("e")],
  ["regular expressions", /a/],
  ["promises", Promise.resolve(1)],
  ["weak maps", new WeakMap()],
  ["shared memory", new SharedArrayBuffer(4)],
  ["views of shared memory", new Uint8Array(new SharedArrayBuffer(4))],
  ["boxed symbols", Object(Symbol("s"))],
  ["options", Option.some(1)],
  ["chunks", Chunk.of(1)],
  ["structures of Effect", Data.struct({ a: 1 })],
  ["secrets", Redacted.make("secret")]
]

describe("isCloneable", () => {
  for (const [name, value] of cloneable) {
    it(`accepts ${name}, which come back as they were`, () => {
      assert.isTrue(isCloneable(value))
      deepStrictEqual(deserialize(serialize(value)), value)
    })
  }

  for (const [name, value] of refused) {
    it(`refuses ${name}, however deep`, () => {
      assert.isFalse(isCloneable(value))
      assert.isFalse(isCloneable([{ a: new Map([[1, new Set([value])]]) }]))
      assert.isFalse(isCloneable(new Map([[value, 1]])))
    })
  }

  it("does not overflow the stack on deep values", () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.isTrue(isCloneable(deep))
  })

  it("whatever it accepts comes back as it was", () => {
    let accepted = 0
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          if (!isCloneable(value)) return
          accepted++
          deepStrictEqual(deserialize(serialize(value)), value)
        }
      ),
      property(300)
    )
    assert.isAbove(accepted, share(100))
  })
})
