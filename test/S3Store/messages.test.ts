import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Logger, LogLevel, Redacted, Schema, Stream } from "effect"
import { Keyspace, type S3CacheEvent, type S3CacheOptions } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { inspect } from "node:util"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { schemaFault } from "../../src/S3Store/common/schemaFault.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { saying } from "../support/majors.js"
import { property } from "../support/property.js"
import { turns } from "../support/until.js"

const marker = "private 77/55"

/** Everything that shows of an error: message, JSON, what the console prints, the causes. */
const shownOf = (error: unknown): string =>
  [
    error instanceof Error ? `${error.message} ${error.stack}` : "",
    JSON.stringify(error),
    inspect(error, { depth: 10, maxStringLength: null })
  ].join("\n")

const encryption = { keys: [{ id: "k", key: Redacted.make(new Uint8Array(32)) }] } as const

type Cache = Effect.Effect.Success<ReturnType<typeof makeS3CacheService>>

/** What one cache logs, tells in events and answers, over a store that another one has filled. */
const told = (
  options: S3CacheOptions,
  fill: (cache: Cache) => Effect.Effect<unknown, unknown>,
  use: (cache: Cache) => Effect.Effect<unknown, unknown>
) => {
  const lines: Array<string> = []
  return Effect.gen(function*() {
    const events: Array<S3CacheEvent> = []
    const store = yield* makeMemoryObjectStore
    yield* fill(yield* makeS3CacheService(store, options))
    const reader = yield* makeS3CacheService(store, options)
    yield* Effect.forkScoped(Stream.runForEach(reader.events, (event) => Effect.sync(() => events.push(event))))
    yield* turns(5)
    const result = yield* Effect.either(use(reader))
    yield* turns(5)
    return { error: Either.isLeft(result) ? result.left : undefined, lines, events }
  }).pipe(
    Effect.provide(
      Logger.replace(Logger.defaultLogger, Logger.map(Logger.logfmtLogger, (line) => void lines.push(line)))
    ),
    Logger.withMinimumLogLevel(LogLevel.All)
  )
}

describe("what a schema finds wrong", () => {
  const Person = Schema.Struct({
    name: Schema.NonEmptyString.annotations({ identifier: "Name" }),
    phones: Schema.Array(Schema.String.pipe(Schema.pattern(/^\d+$/))),
    since: Schema.optional(Schema.DateFromString),
    notes: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Number }))
  })

  const table: ReadonlyArray<readonly [schema: Schema.Schema.AnyNoContext, value: unknown, fault: string]> = [
    [Schema.Number, marker, "$ expected: number"],
    [Person, marker, "$ expected: an object"],
    [Person, { name: "", phones: [] }, "$.name expected: Name"],
    [Person, { name: "a" }, "$.phones is missing"],
    [Person, { name: "a", phones: ["1", marker] }, "$.phones[1] expected: a string matching the pattern ^\\d+$"],
    [Person, { name: "a", phones: [], notes: { [marker]: marker } }, "$.notes[*] expected: number"],
    [Schema.Array(Person), [{ name: marker, phones: [1] }], "$[0].phones[0] expected: string"],
    [Schema.NullOr(Person), { name: marker, phones: [false] }, "$.phones[0] expected: string"],
    [Schema.Union(Schema.Number, Schema.Boolean), marker, "$ expected: number or boolean"],
    [Schema.NumberFromString, marker, "$ expected: what NumberFromString accepts"],
    [Schema.parseJson(Person), `{"name": "${marker}`, "$ expected: what parseJson accepts"],
    [Schema.Redacted(Schema.Number), marker, "$ expected: number"],
    [
      saying(Schema.String, (actual) => `not ${String(actual)}`),
      [marker],
      "$ expected: string"
    ],
    [
      Schema.String.pipe(Schema.filter((text) => `${text} will not do`)),
      marker,
      "$ expected: string that passes a filter"
    ],
    [
      Schema.Struct({ a: Schema.String }).pipe(Schema.filter(({ a }) => ({ path: ["a"], message: a }))),
      { a: marker },
      "$.a expected: an object that passes a filter"
    ],
    [
      Schema.Record({ key: Schema.String, value: Schema.String }).pipe(
        Schema.filter((record) => ({ path: [Object.keys(record)[0] ?? ""], message: marker }))
      ),
      { [marker]: marker },
      "$[*] expected: an object that passes a filter"
    ],
    [Schema.Struct({ "a b": Schema.Number }), { "a b": marker }, "$[\"a b\"] expected: number"]
  ]

  for (const [schema, value, fault] of table) {
    it(`${fault}`, () => {
      const decoded = Schema.decodeUnknownEither(schema)(value)
      const found = Either.isLeft(decoded) ? schemaFault(decoded.left.issue) : "nothing"
      assert.notInclude(found, marker)
      assert.strictEqual(found, fault)
    })
  }

  it("is short, whatever the schema and the value", () => {
    const deep = Array.from({ length: 60 }).reduce<Schema.Schema.AnyNoContext>(
      (inner) => Schema.Struct({ ["f".repeat(500)]: inner }),
      Schema.Literal("x".repeat(10_000))
    )
    const value = Array.from({ length: 60 }).reduce<unknown>((inner) => ({ ["f".repeat(500)]: inner }), 1)
    const decoded = Schema.decodeUnknownEither(deep)(value)
    const found = Either.isLeft(decoded) ? schemaFault(decoded.left.issue) : ""
    assert.isAtMost(found.length, 200)
    assert.isAbove(found.length, 10)
  })
})

type Change = readonly [old: Schema.Schema.AnyNoContext, now: Schema.Schema.AnyNoContext, value: unknown]

/** Schemas and what was written by an older version of the program; every text in the values is secret. */
const leaf = fc.constantFrom<Change>(
  [Schema.String, Schema.Number, marker],
  [Schema.String, Schema.String.pipe(Schema.pattern(/^x$/)), marker],
  [Schema.String, Schema.Redacted(Schema.NonEmptyString.pipe(Schema.maxLength(2))), marker],
  [Schema.String, Schema.Struct({ a: Schema.String }), marker],
  [Schema.Array(Schema.String), Schema.Array(Schema.Boolean), ["", marker]],
  [
    Schema.Record({ key: Schema.String, value: Schema.String }),
    Schema.Record({ key: Schema.String, value: Schema.Number }),
    { [marker]: marker }
  ],
  [
    Schema.String,
    Schema.transform(Schema.String, Schema.String, {
      decode: (text) => {
        throw new Error(`not ${text}`)
      },
      encode: (text) => {
        throw new Error(`not ${text}`)
      }
    }),
    marker
  ],
  [Schema.String, Schema.String.pipe(Schema.filter((text) => `${text} is wrong`)), marker]
)

const nested = fc.letrec<{ tree: Change }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.tuple(tie("tree"), fc.constantFrom("field", "record", "element", "union")).map(
      ([[old, now, value], how]): Change => {
        switch (how) {
          case "field":
            return [Schema.Struct({ inner: old }), Schema.Struct({ inner: now }), { inner: value }]
          case "record":
            return [
              Schema.Record({ key: Schema.String, value: old }),
              Schema.Record({ key: Schema.String, value: now }),
              { [marker]: value }
            ]
          case "element":
            return [Schema.Array(old), Schema.Array(now), [value]]
          default:
            return [Schema.Union(Schema.Boolean, old), Schema.Union(Schema.Boolean, now), value]
        }
      }
    )
  )
})).tree

describe("the value of an entry is in no message", () => {
  const spaceOf = (value: Schema.Schema.AnyNoContext) => Keyspace.make("people", { key: Schema.String, value })

  for (const options of [{}, { encryption }]) {
    it.effect(
      `of logs, events and errors, whatever the schemas${"encryption" in options ? ", encrypted" : ""}`,
      () =>
        Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(nested, ([old, now, value]) =>
              Effect.runPromise(Effect.scoped(Effect.gen(function*() {
                const [Old, Now] = [spaceOf(old), spaceOf(now)]
                for (const onUnreadable of ["miss", "fail"] as const) {
                  const reads = yield* told(
                    { ...options, onUnreadable },
                    (cache) => cache.set(Old.key("a"), value),
                    (cache) => cache.get(Now.key("a"))
                  )
                  const all = [...reads.lines, JSON.stringify(reads.events), shownOf(reads.error)].join("\n")
                  assert.notInclude(all, marker)
                  assert.isDefined(reads.error)
                  assert.isTrue(reads.events.some(({ _tag }) => _tag === "Unreadable"))
                }
                for (
                  const write of [
                    (cache: Cache) => cache.set(Now.key("a"), value),
                    (cache: Cache) => cache.add(Now.key("a"), value),
                    (cache: Cache) => cache.getOrCompute(Now.key("a"), Effect.succeed(value))
                  ]
                ) {
                  const writes = yield* told(options, () => Effect.void, write)
                  const all = [...writes.lines, JSON.stringify(writes.events), shownOf(writes.error)].join("\n")
                  assert.notInclude(all, marker)
                }
              })))),
            property(60)
          )
        )
    )
  }

  it.scoped("nor is what a codec, a tag function or a key schema was given", () =>
    Effect.gen(function*() {
      const Any = Keyspace.make("any", { key: Schema.String, value: Schema.Any })
      const Packed = Keyspace.make("packed", { key: Schema.String, value: Schema.Any, codec: "msgpack" })
      const Tagged = Keyspace.make("tagged", {
        key: Schema.String,
        value: Schema.String,
        tags: (_, value) => {
          throw new Error(value)
        }
      })
      const toJSON = () => {
        throw new Error(marker)
      }
      const values = [{ [marker]: 1n }, { a: { [marker]: [Symbol(marker)] } }, { toJSON }, { _tag: marker, f: toJSON }]
      for (const space of [Any, Packed]) {
        for (const value of values) {
          const writes = yield* told({}, () => Effect.void, (cache) => cache.set(space.key("a"), value))
          assert.notInclude([...writes.lines, shownOf(writes.error)].join("\n"), marker)
        }
      }
      const computed = yield* told(
        {},
        () => Effect.void,
        (cache) => cache.getOrCompute(Tagged.key("a"), Effect.succeed(marker))
      )
      assert.isAbove(computed.lines.length, 0)
      assert.notInclude(computed.lines.join("\n"), marker)
      const Keys = Keyspace.make("keys", {
        key: Schema.Struct({ token: Schema.Redacted(Schema.Number) }),
        value: Schema.Any
      })
      const wrong = Keys.keyEither({ token: Redacted.make(marker) } as never)
      assert.notInclude(Either.isLeft(wrong) ? shownOf(wrong.left) : marker, marker)
    }))
})

describe("messages are short", () => {
  const long = "q".repeat(100_000)
  const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })
  const Numbers = Keyspace.make("texts", { key: Schema.String, value: Schema.Number })
  const big = "z".repeat(5 * 2 ** 20)

  it.scoped("whatever the key and the value", () =>
    Effect.gen(function*() {
      const seen = yield* Effect.forEach(
        [
          (cache: Cache) => cache.get(Texts.key(`other ${long}`)),
          (cache: Cache) => cache.remove(Texts.key(`other ${long}`)),
          (cache: Cache) => cache.pop(Texts.key(`other ${long}`)),
          (cache: Cache) => cache.set(Texts.key(long), 5 as never),
          (cache: Cache) => cache.set(Numbers.key(long), big as never),
          (cache: Cache) => cache.set(Texts.key(long), "z".repeat(40 * 2 ** 20)),
          (cache: Cache) => cache.getOrCompute(Texts.key(`other ${long}`), Effect.succeed(big as never)),
          (cache: Cache) => cache.get(Numbers.key("a"))
        ],
        (use) => told({}, (cache) => cache.set(Texts.key("a"), big), use)
      )
      for (const { error, events, lines } of seen) {
        for (const line of lines) assert.isAtMost(line.length, 2000)
        for (const event of events) {
          if (event._tag === "Unreadable") assert.isAtMost(event.detail.length, 500)
        }
        if (!(error instanceof Error)) continue
        assert.isAtMost(error.message.length, 500)
        assert.isAtMost(JSON.stringify(error).length, 2000)
      }
      assert.isAbove(seen.filter(({ error }) => error instanceof Error).length, 5)
      assert.isAtMost(String(Texts.key(long)).length, 210)
    }))
})
