import { assert, describe, it } from "@effect/vitest"
import { BigDecimal, Chunk, DateTime, Duration, Effect, HashMap, HashSet, Option, Redacted, Schema } from "effect"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { inspect } from "node:util"
import { fromEither } from "../../../src/effect/outcomes.js"
import { decoder, encoder, forCodec, inJson } from "../../../src/effect/schemas.js"
import { codecOf } from "../../../src/S3Store/entry/codecOf.js"

class User extends Schema.Class<User>("User")({ id: Schema.Number, name: Schema.String }) {}

class Refused extends Schema.TaggedError<Refused>()("Refused", { why: Schema.String }) {}

const Size = { Small: 0, Large: "large" } as const

const row = <A, I>(schema: Schema.Schema<A, I>, value: A, ...json: readonly [string, ...Array<string>]) => ({
  schema: schema as Schema.Schema<unknown, unknown>,
  value: value as unknown,
  json
})

interface Tree {
  readonly made: Date
  readonly leaves: Uint8Array
  readonly branches: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({
  made: Schema.Date,
  leaves: Schema.Uint8Array,
  // What it is encoded as is not the same everywhere, and does not matter here.
  branches: Schema.Array(Schema.suspend((): Schema.Schema<Tree> => Tree as never))
})

/** An error without its stack. */
const shown = (value: unknown) => value instanceof Error ? String(value) : inspect(value)

/**
 * What lies in buckets for the values of schemas. It is the same for every version of Effect: programs on each of them share
 * a bucket, so that what is here is never changed, only added to. (Of two texts each version writes one, and all read both.)
 */
const rows: Readonly<Record<string, ReturnType<typeof row>>> = {
  text: row(Schema.String, "a", "\"a\""),
  "a number": row(Schema.Number, 1.5, "1.5"),
  null: row(Schema.NullOr(Schema.String), null, "null"),
  "a literal": row(Schema.Literal("a", "b"), "b", "\"b\""),
  "an enum": row(Schema.Enums(Size), Size.Large, "\"large\""),
  "a number as text": row(Schema.NumberFromString, 7, "\"7\""),
  "a field that is not there": row(Schema.Struct({ a: Schema.optional(Schema.NullOr(Schema.Number)) }), {}, "{}"),
  "a field that is null": row(
    Schema.Struct({ a: Schema.optional(Schema.NullOr(Schema.Number)) }),
    { a: null },
    "{\"a\":null}"
  ),
  "undefined": row(Schema.UndefinedOr(Schema.NullOr(Schema.Number)), undefined, ""),
  "anything": row(Schema.Unknown, { a: [1, "b", null] }, "{\"a\":[1,\"b\",null]}"),
  "an array": row(Schema.Array(Schema.Number), [1, 2], "[1,2]"),
  "a tuple": row(Schema.Tuple(Schema.String, Schema.Number), ["a", 1], "[\"a\",1]"),
  "a record": row(Schema.Record({ key: Schema.String, value: Schema.Number }), { b: 1, a: 2 }, "{\"b\":1,\"a\":2}"),
  "optional fields": row(
    Schema.Struct({ a: Schema.optionalWith(Schema.String, { exact: true }), b: Schema.Number }),
    { b: 1 },
    "{\"b\":1}"
  ),
  "a date": row(Schema.Date, new Date(0), "\"1970-01-01T00:00:00.000Z\""),
  "a date within": row(
    Schema.Struct({ at: Schema.Date }),
    { at: new Date(1) },
    "{\"at\":\"1970-01-01T00:00:00.001Z\"}"
  ),
  "a big integer": row(Schema.BigInt, 12345678901234567890n, "\"12345678901234567890\""),
  "a decimal": row(Schema.BigDecimal, BigDecimal.make(15n, 1), "\"1.5\""),
  "a duration": row(Schema.Duration, Duration.seconds(90), "{\"_tag\":\"Millis\",\"millis\":90000}"),
  "a moment": row(Schema.DateTimeUtc, DateTime.toUtc(DateTime.unsafeMake(0)), "\"1970-01-01T00:00:00.000Z\""),
  "a URL": row(Schema.URL, new URL("http://localhost/a"), "\"http://localhost/a\""),
  "nothing": row(Schema.Option(Schema.Number), Option.none(), "{\"_tag\":\"None\"}"),
  "something": row(
    Schema.Option(Schema.Date),
    Option.some(new Date(0)),
    "{\"_tag\":\"Some\",\"value\":\"1970-01-01T00:00:00.000Z\"}"
  ),
  "a secret": row(Schema.Redacted(Schema.String), Redacted.make("s"), "\"s\""),
  bytes: row(Schema.Uint8Array, new Uint8Array([1, 2]), "[1,2]"),
  "bytes in base 64": row(Schema.Uint8ArrayFromBase64, new Uint8Array([1, 2]), "\"AQI=\""),
  "a map": row(
    Schema.Map({ key: Schema.String, value: Schema.Date }),
    new Map([["a", new Date(0)]]),
    "[[\"a\",\"1970-01-01T00:00:00.000Z\"]]"
  ),
  "a set": row(Schema.Set(Schema.Number), new Set([2, 1]), "[2,1]"),
  "a hash map": row(
    Schema.HashMap({ key: Schema.String, value: Schema.Number }),
    HashMap.make(["a", 1]),
    "[[\"a\",1]]"
  ),
  "a hash set": row(Schema.HashSet(Schema.Number), HashSet.make(1), "[1]"),
  "a chunk": row(Schema.Chunk(Schema.Date), Chunk.make(new Date(0)), "[\"1970-01-01T00:00:00.000Z\"]"),
  "a tree": row(
    Tree,
    {
      made: new Date(0),
      leaves: new Uint8Array([1]),
      branches: [{ made: new Date(1), leaves: new Uint8Array(), branches: [] }]
    },
    "{\"made\":\"1970-01-01T00:00:00.000Z\",\"leaves\":[1],\"branches\":[{\"made\":\"1970-01-01T00:00:00.001Z\",\"leaves\":[],\"branches\":[]}]}"
  ),
  "a class": row(User, new User({ id: 1, name: "Ada" }), "{\"id\":1,\"name\":\"Ada\"}"),
  "an error": row(
    Refused,
    new Refused({ why: "late" }),
    "{\"why\":\"late\",\"_tag\":\"Refused\"}",
    "{\"_tag\":\"Refused\",\"why\":\"late\"}"
  ),
  "one of many": row(
    Schema.Union(Schema.TaggedStruct("A", { at: Schema.Date }), Schema.TaggedStruct("B", { n: Schema.BigInt })),
    { _tag: "B", n: 1n } as never,
    "{\"_tag\":\"B\",\"n\":\"1\"}"
  )
}

describe("values of schemas in JSON", () => {
  const written = (codec: "json" | "msgpack", schema: Schema.Schema<unknown, unknown>, value: unknown) =>
    Effect.gen(function*() {
      const { encode } = yield* codecOf(codec)
      return Buffer.from(yield* fromEither(encode(yield* fromEither(encoder(forCodec(codec, schema))(value)))))
    })
  const read = (codec: "json" | "msgpack", schema: Schema.Schema<unknown, unknown>, bytes: Uint8Array) =>
    Effect.gen(function*() {
      const { decode } = yield* codecOf(codec)
      return yield* fromEither(decoder(forCodec(codec, schema))(yield* fromEither(decode(bytes))))
    })

  for (const [name, { json, schema, value }] of Object.entries(rows)) {
    it.effect(`are what they have always been: ${name}`, () =>
      Effect.gen(function*() {
        assert.include(json, (yield* written("json", schema, value)).toString())
        for (const text of json) {
          const found = yield* read("json", schema, Buffer.from(text))
          assert.include(json, (yield* written("json", schema, found)).toString())
          assert.strictEqual(shown(found), shown(value))
        }
        const packed = yield* written("msgpack", schema, value)
        assert.strictEqual(shown(yield* read("msgpack", schema, packed)), shown(value))
      }))
  }

  it.effect("tell what is undefined from what is null, and keys by it", () =>
    Effect.gen(function*() {
      const Spaces = Keyspace.make("spaces", {
        key: Schema.Struct({ id: Schema.Number, parent: Schema.optional(Schema.NullOr(Schema.Number)) }),
        value: Schema.Struct({ a: Schema.optional(Schema.NullOr(Schema.Number)) })
      })
      for (const parent of [undefined, null, 1]) {
        yield* S3Cache.set(Spaces.key({ id: 1, parent }), { a: parent })
      }
      for (const parent of [undefined, null, 1]) {
        assert.strictEqual((yield* S3Cache.get(Spaces.key({ id: 1, parent }))).a, parent)
      }
      assert.strictEqual((yield* S3Cache.get(Spaces.key({ id: 1 }))).a, undefined)
    }).pipe(Effect.provide(S3Cache.layerMemory())))

  it("are no text where a number is none", () => {
    for (const none of [NaN, Infinity, -Infinity]) {
      const encode = encoder(inJson(Schema.Struct({ n: Schema.Number })))
      assert.deepStrictEqual(Effect.runSync(fromEither(encode({ n: none }))), { n: none })
      assert.strictEqual(
        Effect.runSync(Effect.exit(fromEither(decoder(inJson(Schema.Number))(String(none)))))._tag,
        "Failure"
      )
    }
  })
})
