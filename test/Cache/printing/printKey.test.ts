import { assert, describe, it } from "@effect/vitest"
import { Chunk, Data, Option, Redacted, Schema } from "effect"
import {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
} from "../../../src/Cache/errors/CacheErrors.js"
import { printKey } from "../../../src/Cache/printing/printKey.js"
import { CacheValueError } from "../../../src/Ttl/dict/CacheValueError.js"
import { memoryInUse } from "../../support/memoryInUse.js"

class Point extends Data.Class<{ readonly x: number; readonly y: number }> {}
class User extends Schema.Class<User>("User")({ id: Schema.Number, name: Schema.String }) {}
class Masked {
  readonly password = "hunter2"
  toString(): string {
    return "Masked(***)"
  }
}

const nested = (depth: number): unknown => {
  let value: unknown = "end"
  for (let level = 0; level < depth; level++) value = { value, pad: "p".repeat(100) }
  return value
}

const cyclic = (): object => {
  const value: Record<string, unknown> = { id: 1 }
  value["self"] = value
  value["list"] = [value, value]
  return value
}

const refuse = (): never => {
  throw new Error("a trap was run")
}

const hostileProxy = new Proxy({}, {
  get: refuse,
  has: refuse,
  ownKeys: refuse,
  getOwnPropertyDescriptor: refuse,
  getPrototypeOf: refuse
})

const text = "\u0001\u0002".repeat(500_000)

/** Keys that are large, deep, circular or hostile. */
const costly: ReadonlyArray<readonly [what: string, make: () => unknown]> = [
  ["1 MB of control characters", () => text],
  ["1 MB of letters", () => "a".repeat(1_000_000)],
  ["a bigint of a million bits", () => 1n << 1_000_000n],
  ["a symbol of 1 MB", () => Symbol(text)],
  [
    "a struct of 5,000 objects",
    () => Data.struct({ items: Array.from({ length: 5000 }, (_, at) => ({ at, text: "text" })) })
  ],
  ["an array of a million numbers", () => Array.from({ length: 1_000_000 }, () => 1)],
  ["100,000 holes", () => Object.assign([], { length: 100_000 })],
  ["objects 100,000 deep", () => nested(100_000)],
  ["arrays of arrays of arrays", () => {
    let value: Array<unknown> = []
    for (let level = 0; level < 30; level++) value = [value, value, value]
    return value
  }],
  ["an object within itself", cyclic],
  ["long names", () => ({ [text]: text })],
  ["texts of 1 MB in an object", () => ({ text, more: [text, { text }] })],
  [
    "a class with an own text, of much",
    () => Object.assign(new Masked(), { items: Array.from({ length: 5000 }, (_, at) => ({ at })) })
  ],
  ["a Schema.Class of much", () => new User({ id: 1, name: text })],
  ["an Option of much", () => Option.some(Array.from({ length: 100_000 }, (_, at) => ({ at })))],
  ["a Chunk", () => Chunk.range(1, 100_000)],
  ["a Map", () => new Map(Array.from({ length: 100_000 }, (_, at) => [at, text]))],
  ["a Set", () => new Set(Array.from({ length: 100_000 }, (_, at) => at))],
  ["bytes", () => Buffer.alloc(10_000_000)],
  ["an ArrayBuffer", () => new ArrayBuffer(10_000_000)],
  ["an error of much", () => new Error(text)],
  ["a date that is none", () => new Date(Number.NaN)],
  ["a proxy", () => hostileProxy],
  ["a proxy inside", () => ({ inside: [hostileProxy] })],
  ["a proxy as prototype", () => Object.create(hostileProxy)],
  ["a revoked proxy", () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return { proxy }
  }],
  ["a proxy of a function", () => new Proxy(() => {}, { get: refuse, getOwnPropertyDescriptor: refuse })],
  ["getters that throw", () => ({
    get id() {
      return refuse()
    },
    get toString() {
      return refuse()
    }
  })],
  ["a toString that throws", () => ({ toString: refuse })],
  ["a toJSON that throws", () => ({ inside: { toJSON: refuse } })],
  ["a toJSON that answers itself", () => ({
    inside: {
      toJSON() {
        return this
      }
    }
  })],
  ["a toString of 1 MB", () => ({ toString: () => text })],
  ["a toString of an object without a text", () => ({ toString: () => Object.create(null) })],
  ["a class whose name is no text", () => {
    const unnamed = () => {}
    Object.defineProperty(unnamed, "name", { get: refuse })
    return Object.assign(Object.create({ constructor: unnamed, toString: refuse }), { text })
  }],
  ["a thousand prototypes", () => {
    let value: object = {}
    for (let level = 0; level < 1000; level++) value = Object.create(value)
    return value
  }]
]

/** How many microseconds something takes: the best of many, since the machine may be busy. */
const bestOf = (run: () => void): number => {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 300; round++) {
    const before = process.hrtime.bigint()
    run()
    best = Math.min(best, Number(process.hrtime.bigint() - before) / 1000)
  }
  return best
}

/** What is cheap on this machine: 10 microseconds on a usual one, as text. */
const thousand = Array.from({ length: 1000 }, (_, at) => at)

describe("printKey", () => {
  const table: ReadonlyArray<readonly [key: unknown, printed: string]> = [
    ["a", "\"a\""],
    ["say \"hi\"\n", "\"say \\\"hi\\\"\\n\""],
    [1, "1"],
    [-0, "0"],
    [Number.NaN, "NaN"],
    [10n, "10"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [Symbol(), "Symbol()"],
    [function named() {}, "[Function: named]"],
    [() => {}, "[Function: anonymous]"],
    [{}, "{}"],
    [{ a: 1, b: [true, null, "x"], c: undefined, d: () => 1, e: Symbol("no") }, "{\"a\":1,\"b\":[true,null,\"x\"]}"],
    [Object.assign(Object.create(null), { a: 1 }), "{\"a\":1}"],
    [[1, [2, { three: 3 }]], "[1,[2,{\"three\":3}]]"],
    [Data.struct({ tenant: 1, user: "ada" }), "{\"tenant\":1,\"user\":\"ada\"}"],
    [new Point({ x: 1, y: 2 }), "{\"x\":1,\"y\":2}"],
    [new User({ id: 1, name: "ada" }), "User({ \"id\": 1, \"name\": \"ada\" })"],
    [new Masked(), "Masked(***)"],
    [{ inside: new Masked() }, "{\"inside\":Masked(***)}"],
    [Redacted.make("secret"), "<redacted>"],
    [{ token: Redacted.make("secret") }, "{\"token\":<redacted>}"],
    [{ at: new Date(0) }, "{\"at\":\"1970-01-01T00:00:00.000Z\"}"],
    [new URL("https://example.com/a"), "https://example.com/a"],
    [/a+/u, "/a+/u"],
    [new TypeError("wrong"), "TypeError: wrong"],
    [new Map([[1, 2]]), "Map(1)"],
    [new Set([1, 2]), "Set(2)"],
    [new Uint8Array(3), "Uint8Array of 3 bytes"],
    [{
      get now() {
        return 1
      }
    }, "{\"now\":(a getter)}"]
  ]
  for (const [at, [key, printed]] of table.entries()) {
    it(`of ${printed} (${at})`, () => assert.strictEqual(printKey(key), printed))
  }

  for (const [what, make] of costly) {
    it(`${what}: bounded, cheap, without an end of its own, and it runs no code of others`, () => {
      const key = make()
      const printed = printKey(key)
      assert.isAtMost(printed.length, 200)
      assert.notInclude(printed, "hunter2")
      assert.notInclude(printed, "a trap was run")
      assert.isBelow(bestOf(() => printKey(key)), Math.max(50, 5 * bestOf(() => JSON.stringify(thousand))))
    })
  }

  it("a text that was cut does not keep the whole one in memory", () => {
    const make: ReadonlyArray<(text: string) => unknown> = [
      (text) => text,
      (text) => ({ toString: () => text }),
      (text) => Symbol(text),
      (text) => new Error(text),
      (text) => ({ text })
    ]
    const before = memoryInUse()
    const printed = make.flatMap((wrapped) =>
      Array.from({ length: 20 }, (_, at) => printKey(wrapped(`${at}${"a".repeat(1_000_000)}${at}`)))
    )
    // They were 100 MB.
    assert.isBelow(memoryInUse() - before, 20_000_000)
    assert.lengthOf(printed, 100)
  })
})

describe("the message of every error of a cache is bounded, whatever it is given", () => {
  const cache = "c".repeat(10_000)
  const key = "k".repeat(10_000)
  const table = [
    new CacheNotFoundError({ cache, key, detail: key }),
    new CacheExistsError({ cache, key }),
    new CacheKeyError({ cache, field: key, value: key, accepted: key }),
    new CacheConfigError({ cache, option: key, value: key, accepted: key }),
    new EntryTooLargeError({ cache, key, weight: 2, maxWeight: 1 }),
    new CacheReentryError({ cache, key }),
    new CacheValueError({ cache, key, field: key, accepted: key })
  ]
  for (const error of table) {
    it(`${error._tag}`, () => assert.isAtMost(error.message.length, 500))
  }
})
