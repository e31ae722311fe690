import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Arbitrary, Effect, Exit, FastCheck as fc, Schema } from "effect"
import { CacheNotFoundError, isCacheError, isStoreError } from "effect-aws-cache/Cache"
import { isClientCacheError, RequestError } from "effect-aws-cache/ClientLayer"
import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
import { isS3CacheError, ObjectStoreError } from "effect-aws-cache/S3Store"
import { isTtlDictError } from "effect-aws-cache/Ttl"
import { inspect } from "node:util"
import { property } from "../support/property.js"
import { type AnyError, classes, type ErrorSchema, schemas, sent, unions } from "./errorSchemas.js"

const longest = 500

const textsIn = (json: unknown): ReadonlyArray<string> =>
  typeof json === "string" ?
    [json]
    : typeof json === "object" && json !== null ?
    Object.values(json).flatMap(textsIn)
    : []

/** The same error with a cause, and with texts that are long wherever they are free. */
const grown = (errorClass: new(...args: ReadonlyArray<unknown>) => AnyError, json: object, text: string): AnyError => {
  const fields = Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, typeof value === "string" && !fixed.has(name) ? text : value])
  )
  return "printed" in fields
    ? new errorClass(fields["option"], { token: "secret" }, fields["accepted"], fields["printed"])
    : new errorClass({ ...fields, cause: new Error("secret") })
}

const fixed = new Set(["_tag", "reason", "$fault"])

describe("an error that is sent", () => {
  it("has a schema, whichever it is", () => {
    assert.deepStrictEqual([...schemas.keys()].sort(), [...classes.keys()].sort())
    assert.isAbove(schemas.size, 20)
  })

  for (const [name, schema] of schemas) {
    const errorClass = classes.get(name)
    if (errorClass === undefined) continue

    it(`arrives as what it is: ${name}`, () => {
      fc.assert(
        fc.property(Arbitrary.make(schema), (error) => {
          fc.pre(!/NaN|Infinity/.test(error.message))
          const arrived = sent(schema, error)
          assert.instanceOf(arrived, errorClass)
          assert.deepStrictEqual([arrived._tag, arrived.name, arrived.message], [error._tag, error.name, error.message])
          const fields = Schema.encodeSync(schema)(error)
          assert.strictEqual(JSON.stringify(Schema.encodeSync(schema)(arrived)), JSON.stringify(fields))
          for (const [field, value] of Object.entries(fields)) {
            if (typeof value === "string") assert.strictEqual(Reflect.get(arrived, field), Reflect.get(error, field))
          }
        }),
        property(50)
      )
    })

    it(`leaves its cause where it is, and is no longer than it has to be: ${name}`, () => {
      fc.assert(
        fc.property(Arbitrary.make(schema), fc.integer({ min: 0, max: 3000 }), (drawn, length) => {
          fc.pre(!/NaN|Infinity/.test(drawn.message))
          const error = grown(errorClass, Schema.encodeSync(schema)(drawn), "x".repeat(length))
          assert.isAtMost(error.message.length, longest)
          const json: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(schema)(error)))
          assert.notInclude(JSON.stringify(json), "secret")
          for (const text of textsIn(json)) assert.isAtMost(text.length, longest)
          const arrived = sent(schema, error)
          assert.strictEqual(arrived.message, error.message)
          assert.notInclude(inspect(arrived, { depth: 10 }), "secret")
        }),
        property(20)
      )
    })

    it(`is told from everything else: ${name}`, () => {
      for (const other of [undefined, null, 1, {}, { _tag: name }, { _tag: "Other" }, new Error("no")]) {
        assert.isTrue(Exit.isFailure(Effect.runSyncExit(Schema.decodeUnknown(schema)(other))))
        assert.isFalse(Schema.is(schema)(other))
      }
    })
  }

  it("is as long as it may be, whatever comes from outside", () => {
    const error = Schema.decodeSync(ErrorSchemas.CacheNotFoundError)({
      _tag: "CacheNotFoundError",
      cache: "c".repeat(1e6),
      key: "k".repeat(1e6)
    })
    assert.deepStrictEqual([error.cache.length, error.key.length, error.message.length], [longest, longest, longest])
  })

  it("can be drawn for tests of programs", () => {
    const [error] = fc.sample(Arbitrary.make(ErrorSchemas.ObjectStoreError), 1)
    assert.instanceOf(error, ObjectStoreError)
  })

  it("of a request has the tag of its exception", () => {
    const NoSuchKey = ErrorSchemas.makeRequestError("NoSuchKey")
    const error = new RequestError({
      _tag: "NoSuchKey",
      name: "NoSuchKey",
      client: "S3Client(region=us-west-2)",
      command: "GetObject",
      reason: "Rejected",
      detail: "The specified key does not exist.",
      $metadata: { httpStatusCode: 404, requestId: "REQUEST-1", attempts: 1 },
      $fault: "client",
      isThrottling: false,
      isRetryable: false,
      cause: new Error("secret")
    })
    const arrived = Schema.decodeSync(NoSuchKey)(Schema.encodeSync(NoSuchKey)(error))
    expectTypeOf(arrived).toEqualTypeOf<RequestError<"NoSuchKey">>()
    assert.isTrue(arrived instanceof RequestError)
    assert.deepStrictEqual({ ...arrived, cause: undefined }, { ...error, cause: undefined })
    assert.strictEqual(arrived.message, error.message)
    assert.isUndefined(arrived.cause)
    // Another tag is another error, and only the union takes any.
    const other: unknown = error
    assert.isFalse(Schema.is(ErrorSchemas.RequestError)(other))
    assert.isFalse(Schema.is(ErrorSchemas.makeRequestError("NotFound"))(other))
    assert.isTrue(Schema.is(ErrorSchemas.ClientCacheError)(other))
  })
})

describe("the schema of any error of a part", () => {
  const guards = {
    CacheError: isCacheError,
    ClientCacheError: isClientCacheError,
    S3CacheError: isS3CacheError,
    StoreError: isStoreError,
    TtlDictError: isTtlDictError
  }

  it("there is for each part", () => {
    assert.deepStrictEqual([...unions.keys()].sort(), Object.keys(guards).sort())
  })

  const drawn = (schema: ErrorSchema): AnyError =>
    fc.sample(Arbitrary.make(schema), { numRuns: 1, seed: 1 })[0] ?? assert.fail()

  for (const [name, isError] of Object.entries(guards)) {
    it(`takes what its guard takes: ${name}`, () => {
      const union = unions.get(name) ?? assert.fail(name)
      for (const [each, schema] of schemas) {
        const error = drawn(schema)
        assert.strictEqual(Schema.is(union)(error), isError(error), each)
        if (!isError(error)) continue
        assert.strictEqual(sent(union, error).constructor, error.constructor)
      }
    })
  }

  it("is one of an exit", () => {
    const schema = Schema.Exit({
      success: Schema.String,
      failure: ErrorSchemas.S3CacheError,
      defect: Schema.Defect
    })
    const exit = Exit.fail(new CacheNotFoundError({ cache: "reports", key: "7", detail: "a tombstone" }))
    const json: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(schema)(exit)))
    assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(json), exit)
  })

  it("yields, and is caught by its tag, after it has arrived", () => {
    const arrived = Schema.decodeSync(ErrorSchemas.CacheError)({ _tag: "CacheNotFoundError", cache: "c", key: "k" })
    const program = Effect.gen(function*() {
      return yield* arrived
    }).pipe(Effect.catchTag("CacheNotFoundError", ({ key }) => Effect.succeed(key)))
    assert.strictEqual(Effect.runSync(Effect.orDie(program)), "k")
  })
})
