import { assert, describe, it } from "@effect/vitest"
import { estimateBytes, sampleBytes } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { Buffer } from "node:buffer"
import { entryOverhead } from "../../../src/Ttl/memory/Weigher.js"
import { quietMemoryInUse, settledMemoryInUse } from "../../support/memoryInUse.js"
import { everyNth, property } from "../../support/property.js"
import { type ValueShape, valueShapes } from "../../support/valueShapes.js"

/** What the estimate of these may be, as a share of what they really take: from outside, it cannot be told closer. */
const exceptions: Readonly<Record<string, readonly [least: number, most: number]>> = {
  "records of 30 properties added one by one": [1, 1.25],
  "errors": [0.75, 1.25]
}

/** The bytes that values of a shape really take, besides the slots that hold them, and what is estimated. */
const measure = ({ count, make }: ValueShape, memoryInUse: Effect.Effect<number>) =>
  Effect.gen(function*() {
    // Lets hidden classes, feedback and the pool of buffers come into being before counting starts.
    for (let i = 0; i < 100; i++) make(i)
    const kept: Array<unknown> = Array.from({ length: count }, () => exceptions)
    const before = yield* memoryInUse
    for (let i = 0; i < count; i++) kept[i] = make(i)
    const real = (yield* memoryInUse) - before
    const estimated = kept.reduce((sum: number, value) => sum + estimateBytes(value), 0)
    return { real, estimated }
  })

/** Measures again, more patiently, twice at the most: what else the process lets go of meanwhile is not there every time. */
const measureWithin = (shape: ValueShape, least: number, most: number, again = 2): ReturnType<typeof measure> =>
  Effect.flatMap(measure(shape, again === 2 ? quietMemoryInUse : settledMemoryInUse), (measured) => {
    const share = measured.estimated / measured.real
    return again === 0 || (share >= least && share <= most)
      ? Effect.succeed(measured)
      : measureWithin(shape, least, most, again - 1)
  })

describe("estimateBytes", () => {
  describe("is what the heap really grows by, within a fifth, for", () => {
    for (const shape of everyNth(5, valueShapes)) {
      // These take no more than the slot that holds them.
      if (shape.name === "whole numbers") continue
      const [least, most] = exceptions[shape.name] ?? [1 / 1.2, 1.2]
      it.effect(shape.name, () =>
        Effect.map(measureWithin(shape, least, most), ({ estimated, real }) => {
          const both = `estimated ${estimated}, really ${real} bytes`
          assert.isAtLeast(estimated / real, least, both)
          assert.isAtMost(estimated / real, most, both)
        }))
    }
  })

  it("knows what primitives take beyond the slot that holds them", () => {
    const table: ReadonlyArray<readonly [unknown, number]> = [
      [undefined, 0],
      [null, 0],
      [true, 0],
      [0, 0],
      [-(2 ** 31), 0],
      [2 ** 31 - 1, 0],
      [2 ** 31, 16],
      [-0, 16],
      [0.5, 16],
      [Number.NaN, 16],
      ["", 16],
      ["12345678", 24],
      ["123456789", 32],
      ["\u00ff", 24],
      ["\u0100", 24],
      ["\u0100234", 24],
      ["\u01002345", 32],
      [0n, 24],
      [2n ** 64n - 1n, 24],
      [-(2n ** 64n), 32],
      [Symbol("12345678"), 48],
      [Symbol(), 24]
    ]
    for (const [value, bytes] of table) assert.strictEqual(estimateBytes(value), bytes, String(value))
  })

  it("measures what the documentation shows", () => {
    assert.strictEqual(estimateBytes("session"), 24)
    assert.strictEqual(estimateBytes({ name: "ada", tags: ["a", "b"] }), 184)
    assert.strictEqual(estimateBytes(new Uint8Array(1_000_000)), 1_000_192)
  })

  it("counts an object once, however often it is reached", () => {
    const shared = { text: "x".repeat(1000) }
    const one = estimateBytes([shared])
    assert.strictEqual(estimateBytes([shared, shared, shared]), one + 16)
    assert.strictEqual(estimateBytes(shared, shared), estimateBytes(shared))
    assert.isAbove(estimateBytes([shared, { text: "x".repeat(1000) }]), one + 1000)

    const bytes = new Uint8Array(100_000)
    const views = [bytes, bytes.subarray(10), new DataView(bytes.buffer)]
    assert.isBelow(estimateBytes(views), 101_000)
  })

  it("charges a view with the whole buffer it keeps alive", () => {
    assert.isAbove(estimateBytes(new Uint8Array(100_000).subarray(0, 10)), 100_000)
    assert.isAbove(estimateBytes(Buffer.alloc(100_000).subarray(0, 10)), 100_000)
    assert.isAbove(estimateBytes(new Uint8Array(new SharedArrayBuffer(50_000))), 50_000)
  })

  it("ends on cycles", () => {
    const cycle: { self?: unknown; map: Map<unknown, unknown> } = { map: new Map() }
    cycle.self = cycle
    cycle.map.set(cycle, cycle.map)
    assert.isBelow(estimateBytes(cycle), 1000)
  })

  it("does not overflow the stack on deep values", () => {
    let deep: unknown = 1
    for (let i = 0; i < 200_000; i++) deep = i % 2 === 0 ? [deep] : { deep }
    assert.isAbove(estimateBytes(deep), 200_000 * 32)
  })

  it("runs no code of the value", () => {
    let runs = 0
    const run = () => {
      runs++
      return "x".repeat(1000)
    }
    class Sneaky extends Map<unknown, unknown> {
      override get size() {
        return run().length
      }
      override forEach() {
        run()
      }
      override [Symbol.iterator]() {
        run()
        return super[Symbol.iterator]()
      }
      toJSON() {
        return run()
      }
    }
    class Bytes extends Uint8Array {
      override get buffer() {
        run()
        return new ArrayBuffer(1)
      }
    }
    const array: Array<unknown> = [1, 2, 3]
    Object.defineProperty(array, 1, { get: run, enumerable: true })
    const values = [
      Object.defineProperty({}, "x", { get: run, enumerable: true }),
      array,
      new Sneaky([[1, 2]]),
      new Bytes(10),
      new Proxy({}, { ownKeys: () => [run()], getPrototypeOf: () => (run(), null), get: run }),
      new Proxy([], { get: run })
    ]
    assert.isBelow(estimateBytes(values), 2000)
    assert.strictEqual(runs, 0)
  })

  it("does not walk the holes of sparse arrays", () => {
    const sparse: Array<unknown> = []
    sparse[4_000_000_000] = "x".repeat(1000)
    const estimate = estimateBytes(sparse)
    assert.isAbove(estimate, 1000)
    assert.isBelow(estimate, 2000)
  })

  it("counts symbol keys and the parts of errors, regular expressions and boxed strings", () => {
    assert.isAbove(estimateBytes({ [Symbol("s")]: "x".repeat(1000) }), 1000)
    assert.isAbove(estimateBytes(new Error("x".repeat(1000))), 1000)
    assert.isAbove(estimateBytes(new Error("e", { cause: "x".repeat(1000) })), 1000)
    assert.isAbove(estimateBytes(new RegExp("x".repeat(1000))), 1000)
    assert.isAbove(estimateBytes(Object("x".repeat(1000))), 1000)
    assert.isAbove(estimateBytes(new Set(["x".repeat(1000)])), 1000)
    assert.isAbove(estimateBytes(new Map([["x".repeat(1000), "y".repeat(1000)]])), 2000)
  })

  it("is a whole number that only grows with what is added, for any value", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withSparseArray: true,
          withNullPrototype: true,
          withBoxedValues: true
        }),
        (value) => {
          const bytes = estimateBytes(value)
          assert.isTrue(Number.isSafeInteger(bytes) && bytes >= 0)
          assert.isAtLeast(estimateBytes([value]), bytes + 32)
          assert.strictEqual(estimateBytes(value), bytes)
        }
      ),
      property(100)
    )
  })

  it("knows how an object is kept, not only what is in it", () => {
    const names = ["a", "b", "c", "d", "e", "f"]
    const fields = Object.fromEntries(names.map((name) => [name, 1]))
    const table: Record<string, unknown> = Object.create(null)
    for (const name of names) table[name] = 1
    const shrunk: Record<string, unknown> = { ...fields, g: 1 }
    delete shrunk["g"]
    delete shrunk["a"]
    assert.isBelow(estimateBytes(fields), 110)
    assert.isAbove(estimateBytes(table), 250)
    assert.isAbove(estimateBytes(shrunk), 250)

    const near: Record<string, unknown> = {}
    near["1000"] = 1
    assert.isAbove(estimateBytes(near), 12_000)
    assert.isBelow(estimateBytes(JSON.parse("{\"1000\":1}")), 500)

    const pushed: Array<unknown> = []
    pushed.push(1)
    assert.strictEqual(estimateBytes(pushed), 32 + 16 + 17 * 8)
    assert.strictEqual(estimateBytes([1]), 32 + 16 + 8)
    assert.strictEqual(estimateBytes([]), 32)
    assert.strictEqual(estimateBytes([[], []]), 32 + 16 + 2 * 8 + 2 * 32)
    const drained = [1]
    drained.pop()
    assert.isAtMost(estimateBytes(drained), 300)
    const holes: Array<unknown> = []
    holes.length = 1000
    assert.isAbove(estimateBytes(holes), 8000)
    const sparse: Array<unknown> = []
    sparse[1_000_000] = 1
    assert.isBelow(estimateBytes(sparse), 500)
  })

  it("counts names that look like ids, unless they are shared within the value", () => {
    const record = (names: ReadonlyArray<string>) => JSON.parse(`{${names.map((name) => `"${name}":1`).join()}}`)
    const ids = ["u10021", "u10022", "u10023", "u10024"]
    assert.isAbove(estimateBytes(record(ids)), estimateBytes(record(["id", "name", "kind", "rank"])) + 300)
    const one = estimateBytes([record(ids)])
    assert.isBelow(estimateBytes([record(ids), record(ids), record(ids)]), one + 250)
  })

  describe("from a sample", () => {
    it("is the same for what has few parts", () => {
      const values = [1, "text", { a: [1, 2, { b: "c" }] }, new Map([[1, new Set(["x"])]]), Buffer.alloc(5000)]
      for (const value of values) assert.strictEqual(sampleBytes(value), estimateBytes(value))
    })

    it("is about the same for what has many parts that are alike", () => {
      const row = (at: number) => ({ at, name: `row number ${at}`, tags: ["a", `${at}`], inner: { x: at + 0.5 } })
      const rows = Array.from({ length: 20_000 }, (_, at) => row(at))
      const shapes: ReadonlyArray<unknown> = [
        rows,
        new Map(rows.map((each) => [each.name, each])),
        new Set(rows),
        Object.fromEntries(rows.map((each) => [each.name, each])),
        Array.from({ length: 300 }, () => Array.from({ length: 300 }, (_, at) => [at, row(at)])),
        Array.from({ length: 2000 }, (_, at) => Array.from({ length: 10 }, () => row(at)))
      ]
      for (const [at, shape] of shapes.entries()) {
        const share = sampleBytes(shape) / estimateBytes(shape)
        assert.isAtLeast(share, 0.8, `${at}`)
        assert.isAtMost(share, 1.3, `${at}`)
      }
    })

    it("sees a bounded number of objects, however many there are", () => {
      let seen = 0
      const wide = Array.from({ length: 100 }, () =>
        Array.from({ length: 100 }, () =>
          new Proxy({}, {
            getPrototypeOf: () => {
              seen++
              return null
            }
          })))
      sampleBytes(wide)
      let deep: unknown = 1
      for (let at = 0; at < 200_000; at++) deep = { deep }
      assert.isBelow(sampleBytes(deep), 60 * 33_000)
      assert.strictEqual(seen, 0)
    })
  })

  it("leaves the entry's own overhead to the weigher", () => {
    assert.isAbove(entryOverhead, 0)
    assert.strictEqual(estimateBytes(), 0)
  })
})
