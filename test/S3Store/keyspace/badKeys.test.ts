import { assert, describe, it } from "@effect/vitest"
import { Either, Redacted, Schema } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"

/** Hides what it has from whoever prints it. */
class Made {
  readonly word: unknown
  constructor(word: unknown) {
    this.word = word
  }
  toString() {
    return "made"
  }
}

const { keyEither } = Keyspace.make("k", {
  key: Schema.Struct({
    id: Schema.Union(Schema.Number, Schema.Literal("all")),
    parts: Schema.optional(Schema.Array(Schema.Int.annotations({ identifier: "Int" }))),
    token: Schema.optional(Schema.Redacted(Schema.Number)),
    login: Schema.optional(Schema.Redacted(Schema.Struct({ word: Schema.Number }))),
    made: Schema.optional(Schema.Struct({ word: Schema.Number }))
  }),
  value: Schema.Number
})

describe("a key that its schema does not accept", () => {
  const cases: ReadonlyArray<readonly [key: unknown, message: string | RegExp]> = [
    ["x", "Keyspace k: key is \"x\", but must be { readonly id: number | \"all\""],
    [{ id: "7" }, "Keyspace k: id is \"7\", but must be number | \"all\""],
    [{}, "Keyspace k: id is undefined, but must be number | \"all\""],
    [{ id: 1, parts: 2 }, "Keyspace k: parts is 2, but must be ReadonlyArray<Int>"],
    [{ id: 1, parts: [1, 2.5] }, "Keyspace k: parts.1 is 2.5, but must be Int"],
    [{ id: 1, token: Redacted.make("hush") }, /^Keyspace k: token(\.value)? is <redacted>/],
    [{ id: 1, login: Redacted.make({ word: "hush" }) }, "Keyspace k: login"],
    [{ id: 1, made: new Made("hush") }, "Keyspace k: made.word is made"]
  ]
  for (const [key, message] of cases) {
    it(`shows what is wrong and nothing else: ${message}`, () => {
      const error = Either.getOrThrow(Either.flip(keyEither(key)))
      if (typeof message === "string") assert.include(error.message, message)
      else assert.match(error.message, message)
      assert.notInclude(error.message, "hush")
    })
  }
})
