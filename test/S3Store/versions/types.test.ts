import { describe, expectTypeOf, it } from "@effect/vitest"
import { Schema } from "effect"
import { Keyspace, type PreviousVersion } from "effect-aws-cache/S3Store"

const Old = Schema.Struct({ name: Schema.String, since: Schema.DateFromString })
const New = Schema.Struct({
  first: Schema.String,
  kind: Schema.Literal("person", "team"),
  mail: Schema.optional(Schema.String)
})
type Old = typeof Old.Type
type New = typeof New.Type

describe("the types of previous versions", () => {
  it("are inferred: of the schema what migrate gets and revert gives, of migrate what revert gets", () => {
    const previous = Keyspace.previous({
      version: "1",
      value: Old,
      migrate: (old): New => {
        expectTypeOf(old).toEqualTypeOf<Old>()
        return { first: old.name, kind: "person" }
      },
      revert: (value) => {
        expectTypeOf(value).toEqualTypeOf<New>()
        return { name: value.first, since: new Date(0) }
      }
    })
    expectTypeOf(previous).toEqualTypeOf<PreviousVersion<New>>()
    const Space = Keyspace.make("space", { key: Schema.String, value: New, version: "2", previous: [previous] })
    expectTypeOf<Keyspace.Value<typeof Space>>().toEqualTypeOf<New>()
  })

  it("what migrate returns need not be said where it is the value's very type, and decides nothing", () => {
    const Space = Keyspace.make("space", {
      key: Schema.Number,
      value: Schema.Struct({ first: Schema.String, mail: Schema.optional(Schema.String) }),
      version: "3",
      tags: (key, value) => [`${key}`, value.first],
      previous: [
        Keyspace.previous({ version: "2", value: Old, migrate: ({ name }) => ({ first: name }) }),
        Keyspace.previous({
          version: "1",
          value: Schema.String,
          migrate: (first) => ({ first }),
          revert: ({ first }) => first
        })
      ]
    })
    expectTypeOf<Keyspace.Key<typeof Space>>().toEqualTypeOf<number>()
    expectTypeOf<Keyspace.Value<typeof Space>>().toEqualTypeOf<{
      readonly first: string
      readonly mail?: string | undefined
    }>()
    expectTypeOf<Keyspace.Failure<typeof Space>>().toEqualTypeOf<never>()
  })

  it("are wrong where migrate or revert returns something else", () => {
    const wrong = Keyspace.previous({ version: "1", value: Old, migrate: ({ name }) => ({ last: name }) })
    Keyspace.make("space", {
      key: Schema.String,
      value: New,
      version: "2",
      // @ts-expect-error: this is no value of the keyspace
      previous: [wrong]
    })
    Keyspace.previous({
      version: "1",
      value: Old,
      migrate: ({ name }): New => ({ first: name, kind: "team" }),
      // @ts-expect-error: this is no value of version 1
      revert: ({ first }) => ({ name: first })
    })
  })
})
