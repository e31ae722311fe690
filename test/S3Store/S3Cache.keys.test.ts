import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { amount, property } from "../support/property.js"
import { makeBucket } from "./bucketOf.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

describe("keys of an S3Cache", () => {
  it.scoped("are any text: each finds its own value, in another process too", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const odd = [
        "",
        " ",
        ".",
        "..",
        "/",
        "//",
        "../../etc/passwd",
        "a/../b",
        "%2F",
        "%",
        "?prefix=a&b#c",
        "a+b",
        "\u0000\u0001\u001f\u007f",
        "\r\n",
        "<a>&\"'",
        "\u65e5\u672c\u8a9e",
        "e\u0301",
        "\u00e9",
        "\ud83d\ude00".repeat(1024),
        "x".repeat(4096)
      ]
      for (const key of odd) yield* cache.set(Texts.key(key), `value of ${key}`)
      const other = yield* process()
      for (const key of odd) assert.strictEqual(yield* other.get(Texts.key(key)), `value of ${key}`)
    }))

  it("are refused where they have no text of their own: a lone surrogate", () => {
    assert.throws(() => Texts.key("\ud800"), /lone surrogate/)
  })

  it("name objects safely, whatever they are", () => {
    fc.assert(
      fc.property(fc.fullUnicodeString({ maxLength: 4096 }), (key) => {
        assert.match(Texts.key(key).objectName, /^texts\/1\/[0-9a-f]{64}$/)
      }),
      property(200)
    )
  })

  const distinct = amount(20_000, 1_000_000)
  it(`${distinct.toLocaleString("en")} distinct keys have as many names`, () => {
    const Structs = Keyspace.make("structs", {
      key: Schema.Struct({ a: Schema.Number, b: Schema.String }),
      value: Schema.Number
    })
    const names = new Set<string>()
    for (let n = 0; n < distinct; n++) {
      names.add(Structs.key({ a: n % 1000, b: String(Math.floor(n / 1000)) }).objectName)
    }
    assert.strictEqual(names.size, distinct)
  })
})
