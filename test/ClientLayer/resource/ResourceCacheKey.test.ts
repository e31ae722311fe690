import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Equal, Exit, Hash, Redacted, Schema } from "effect"
import { CacheKeyError } from "effect-aws-cache/Cache"
import {
  ClientCacheKey,
  DynamoDBDocumentClientResource,
  DynamoDBDocumentResource,
  isClientCacheKey,
  isResourceCacheKey,
  ResourceCache,
  ResourceCacheKey,
  ResourceCacheLive,
  ResourceDefinition
} from "effect-aws-cache/ClientLayer"
import * as fc from "fast-check"
import * as util from "node:util"
import { prepareResource } from "../../../src/ClientLayer/resource/ResourceCacheKey.js"
import { fromEither } from "../../../src/effect/outcomes.js"
import { property, share } from "../../support/property.js"

const anything = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const Any = ResourceDefinition.make({ name: "Any", client: S3Client, options: anything, make: () => ({}) })
const Other = ResourceDefinition.make({ name: "Any", client: S3Client, options: anything, make: () => ({}) })
const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: () => ({}) })

const Strict = ResourceDefinition.make({
  name: "Strict",
  client: S3Client,
  options: Schema.Struct({
    bucket: Schema.String,
    size: Schema.optional(Schema.Positive),
    inner: Schema.optional(Schema.Struct({ flag: Schema.Boolean })),
    secret: Schema.optional(Schema.RedactedFromSelf(Schema.String))
  }),
  make: () => ({})
})

const prepare = (config: unknown, options?: unknown) =>
  Effect.runSync(fromEither(prepareResource(Any, config, options)))
const equal = (one: unknown, other: unknown) => Equal.equals(prepare({}, one).key, prepare({}, other).key)

describe("ResourceCacheKey", () => {
  it.effect("is equal for the same definition, configuration and options, and only then", () =>
    Effect.gen(function*() {
      const key = ResourceCacheKey.make(Any, { region: "us-west-2", maxAttempts: 5 }, {
        a: 1,
        b: { c: [2], d: 3 }
      })
      const same = ResourceCacheKey.make(
        Any,
        { maxAttempts: 5, region: "US-WEST-2", logger: undefined },
        { b: { d: 3, c: [2] }, a: 1, e: undefined }
      )
      assert.isTrue(Equal.equals(key, same))
      assert.strictEqual(Hash.hash(key), Hash.hash(same))
      assert.strictEqual(String(key), String(same))
      for (
        const other of [
          ResourceCacheKey.make(Other, { region: "us-west-2", maxAttempts: 5 }, { a: 1, b: { c: [2], d: 3 } }),
          ResourceCacheKey.make(Any, { region: "us-west-1", maxAttempts: 5 }, { a: 1, b: { c: [2], d: 3 } }),
          ResourceCacheKey.make(Any, { region: "us-west-2", maxAttempts: 5 }, { a: 1, b: { c: [2], d: 4 } }),
          ResourceCacheKey.make(Any, { region: "us-west-2", maxAttempts: 5 })
        ]
      ) {
        assert.isFalse(Equal.equals(key, other))
      }
    }))

  it.effect("is never equal to the key of a client", () =>
    Effect.gen(function*() {
      const resource = ResourceCacheKey.make(Plain, { region: "us-west-2" })
      const client = ClientCacheKey.make(S3Client, { region: "us-west-2" })
      assert.isFalse(Equal.equals(resource, client))
      assert.isFalse(Equal.equals(client, resource))
      assert.deepStrictEqual(
        [isResourceCacheKey(resource), isResourceCacheKey(client), isClientCacheKey(resource)],
        [true, false, false]
      )
    }))

  it("no options are empty options, and types never mix", () => {
    assert.isTrue(equal(undefined, {}))
    assert.isTrue(equal({ a: undefined }, {}))
    const distinct = [{}, { a: true }, { a: 1 }, { a: "1" }, { a: 1n }, { a: null }, { a: [1] }, { a: { 0: 1 } }, {
      a: -0
    }, { a: 0 }]
    for (const [i, one] of distinct.entries()) {
      for (const [j, other] of distinct.entries()) assert.strictEqual(equal(one, other), i === j)
    }
  })

  it("plain objects count by their fields also where they hold functions, functions by identity or name", () => {
    const wrap = (text: string) => BigInt(text)
    assert.isTrue(equal({ unmarshall: { wrap } }, { unmarshall: { wrap } }))
    assert.isFalse(equal({ unmarshall: { wrap } }, { unmarshall: { wrap: (text: string) => BigInt(text) } }))
    const tagged = () => ClientCacheKey.tag("big", (text: string) => BigInt(text))
    assert.isTrue(equal({ wrap: tagged() }, { wrap: tagged() }))
    const date = () => new Date(5)
    assert.isTrue(equal({ date: date() }, { date: date() }))
    assert.isFalse(equal({ map: new WeakMap() }, { map: new WeakMap() }))
  })

  it("Redacted options count by what is inside, and stay Redacted for make", () => {
    const one = prepare({}, { secret: Redacted.make("a") })
    assert.isTrue(Equal.equals(one.key, prepare({}, { secret: Redacted.make("a") }).key))
    assert.isFalse(Equal.equals(one.key, prepare({}, { secret: Redacted.make("b") }).key))
    assert.isFalse(Equal.equals(one.key, prepare({}, { secret: "a" }).key))
    const { secret } = one.options.value
    assert.isTrue(Redacted.isRedacted(secret))
    const hidden = prepare({}, { secret: Redacted.make("secret") }).options.secrets()
    assert.strictEqual(hidden.mask("a secret"), "a ***")
  })

  it("make is given a copy, which later changes do not reach", () => {
    const options = { deep: { list: [1, 2] } }
    const { options: { value } } = prepare({}, options)
    options.deep.list.push(3)
    assert.deepStrictEqual(value, { deep: { list: [1, 2] } })
  })

  it.effect("prints the configuration as a client's key does, and that there are options", () =>
    Effect.gen(function*() {
      const config = { region: "us-west-2", credentials: { accessKeyId: "AKIA", secretAccessKey: "hush-hush" } }
      const bare = ResourceCacheKey.make(Plain, config)
      assert.match(String(bare), /^Plain\(region=us-west-2, credentials=#[0-9a-f]{4}\)$/)
      const key = ResourceCacheKey.make(Strict, config, { bucket: "hush-hush" })
      assert.match(String(key), /^Strict\(region=us-west-2, credentials=#[0-9a-f]{4}, options=#[0-9a-f]{4}\)$/)
      assert.strictEqual(util.inspect(key), String(key))
      assert.strictEqual(JSON.stringify(key), JSON.stringify(String(key)))
      assert.strictEqual(key._tag, "ResourceCacheKey")
      assert.match(key.id, /^\d+\.[0-9a-f]{64}$/)
      assert.isTrue(Object.isFrozen(key))
    }))

  describe("what makes no key", () => {
    const wrong: ReadonlyArray<readonly [config: unknown, options: unknown, field: string, value: string]> = [
      [{ region: "" }, { bucket: "a" }, "region", "\"\""],
      [{ endpoint: "h:1" }, { bucket: "a" }, "endpoint", "\"h:1\""],
      [null, { bucket: "a" }, "config", "null"],
      [{}, undefined, "options.bucket", "missing"],
      [{}, {}, "options.bucket", "missing"],
      [{}, null, "options", "null"],
      [{}, "text", "options", "a string"],
      [{}, [], "options", "an array"],
      [{}, new Map(), "options", "an object"],
      [{}, { bucket: 5 }, "options.bucket", "5"],
      [{}, { bucket: "a", bukket: "s" }, "options.bukket", "a string"],
      [{}, { bucket: "a", size: -1 }, "options.size", "-1"],
      [{}, { bucket: "a", inner: { flag: "yes" } }, "options.inner.flag", "a string"],
      [{}, { bucket: "a", inner: { flag: true, more: {} } }, "options.inner.more", "an object"]
    ]
    for (const [config, options, field, value] of wrong) {
      it.effect(`${field} is ${value}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(fromEither(prepareResource(Strict, config, options)))
          assert.strictEqual(error._tag, "CacheKeyError")
          assert.deepStrictEqual([error.cache, error.field, error.value], ["ResourceCacheKey(Strict)", field, value])
        }))
    }

    it.effect("options where there are none, and options that refer to themselves", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(fromEither(prepareResource(Plain, {}, { bucket: "a" })))
        assert.strictEqual(error.field, "options.bucket")
        const cyclic: Record<string, unknown> = {}
        cyclic["self"] = cyclic
        assert.strictEqual((yield* Effect.flip(fromEither(prepareResource(Any, {}, cyclic)))).field, "options.self")
      }))

    it.effect("options that throw when they are read, and what is no definition", () =>
      Effect.gen(function*() {
        const cause = new Error("no")
        const error = yield* Effect.flip(fromEither(prepareResource(Any, {}, {
          get a(): string {
            throw cause
          }
        })))
        assert.deepStrictEqual([error.field, error.cause], ["config or options", cause])
        const make: Function = ResourceCacheKey.make
        for (const definition of [undefined, S3Client, { ...Plain }]) {
          assert.throws(() => Reflect.apply(make, ResourceCacheKey, [definition, {}]), CacheKeyError, "the definition")
        }
      }))

    it("a definition without a name", () => {
      for (const name of ["", "  ", "n".repeat(101)]) {
        const made = () => ResourceDefinition.make({ name, client: S3Client, make: () => ({}) })
        assert.throws(made, /ResourceDefinition: name is .* but must be a text that is not blank/)
      }
    })

    it.effect("a misspelt option of a document client", () =>
      Effect.gen(function*() {
        for (const definition of [DynamoDBDocumentResource, DynamoDBDocumentClientResource]) {
          const error = yield* Effect.flip(fromEither(prepareResource(definition, {}, { marshalOptions: {} })))
          assert.strictEqual(error.field, "options.marshalOptions")
          assert.include(error.message, "marshallOptions")
          const number = yield* Effect.flip(fromEither(prepareResource(definition, {}, { marshallOptions: 5 })))
          assert.deepStrictEqual([number.field, number.value], ["options.marshallOptions", "5"])
        }
      }))
  })
})

describe("ResourceCacheKey, for any configuration and options", () => {
  const plainData = fc.anything({
    maxDepth: 3,
    maxKeys: 3,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true
  })
  const functions = [() => 1, () => 2]
  const options = fc.record({
    a: fc.constantFrom<unknown>(1, "1", true, 1n, undefined, null),
    b: fc.record({ f: fc.constantFrom(...functions), g: fc.boolean() }, { requiredKeys: [] }),
    c: plainData
  }, { requiredKeys: [] })
  const config = fc.record({
    region: fc.constantFrom("us-east-1", "US-EAST-1", "fips-us-east-1", "us-west-2"),
    maxAttempts: fc.constantFrom(1, 2),
    useFipsEndpoint: fc.boolean()
  }, { requiredKeys: [] })

  const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

  /** What the documentation says of options, a second time, for `util.isDeepStrictEqual`. */
  const model = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(model)
    if (value instanceof Map) return new Map([...value].map(([key, value]) => [model(key), model(value)]))
    if (value instanceof Set) return new Set([...value].map(model))
    if (!isPlain(value)) return value
    return Object.fromEntries(
      Object.entries(value).filter(([, field]) => field !== undefined).map(([name, field]) => [name, model(field)])
    )
  }

  const modelConfig = ({ region, useFipsEndpoint, ...rest }: Record<string, unknown>) => {
    const name = typeof region === "string" ? region.toLowerCase() : undefined
    return model({
      ...rest,
      region: name?.replace("fips-", ""),
      useFipsEndpoint: name?.includes("fips") ? true : useFipsEndpoint
    })
  }

  const reordered = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reordered)
      : isPlain(value)
      ? Object.fromEntries(Object.entries(value).toReversed().map(([name, field]) => [name, reordered(field)]))
      : value

  it("keys are equal exactly when the normalised configurations and options are", () => {
    let equals = 0
    const part = fc.constantFrom(undefined, "a" as const, "b" as const)
    fc.assert(
      fc.property(
        config,
        fc.option(config, { freq: 1 }),
        options,
        options,
        part,
        (configA, another, one, other, name) => {
          // Two that have one part are often equal, two large ones hardly ever.
          const configB = another ?? configA
          const [a, b] = name === undefined ? [one, other] : [{ [name]: one[name] }, { [name]: other[name] }]
          const expected = util.isDeepStrictEqual(modelConfig(configA), modelConfig(configB))
            && util.isDeepStrictEqual(model(a), model(b))
          if (expected) equals += 1
          const [keyA, keyB] = [prepare(configA, a).key, prepare(configB, b).key]
          assert.strictEqual(Equal.equals(keyA, keyB), expected)
          if (expected) {
            assert.strictEqual(Hash.hash(keyA), Hash.hash(keyB))
            assert.strictEqual(String(keyA), String(keyB))
          }
          assert.isTrue(Equal.equals(keyA, prepare(configA, reordered(a)).key))
          // Nothing moves between configuration and options.
          assert.strictEqual(
            Equal.equals(prepare(a, {}).key, prepare({}, a).key),
            util.isDeepStrictEqual(model(a), {})
          )
        }
      ),
      property(1000)
    )
    assert.isAbove(equals, share(50))
  })

  it("a client that a resource shares has the key that a caller would make", () => {
    fc.assert(
      fc.asyncProperty(config, (config) =>
        Effect.gen(function*() {
          const key = ResourceCacheKey.make(Plain, config)
          const client = ClientCacheKey.make(S3Client, config)
          assert.strictEqual(String(key).replace("Plain", ""), String(client).replace("S3Client", ""))
        }).pipe(Effect.runPromise)),
      property(100)
    )
  })
})

describe("no secret is shown", () => {
  const secretText = fc.stringOf(fc.constantFrom(..."abcXYZ019/+=:?#@%&"), { minLength: 4, maxLength: 30 })
    .map((text) => `sEcReT${text}sEcReT`)

  const shown = (value: unknown): ReadonlyArray<string> => [
    String(value),
    JSON.stringify({ nested: [value] }),
    util.inspect({ nested: [value] }, { depth: 20 }),
    util.inspect(value, { depth: 20, customInspect: false, showHidden: true, getters: true }),
    util.format("%s %o %O %j", value, value, value, value)
  ]

  const assertHides = (value: unknown) => {
    for (const text of shown(value)) assert.notInclude(text, "sEcReT")
  }

  const planted = secretText.map((secret) => ({
    secret,
    config: {
      region: "us-west-2",
      credentials: { accessKeyId: secret, secretAccessKey: Redacted.make(secret), sessionToken: secret },
      endpoint: `https://user:${encodeURIComponent(secret)}@h/?token=${encodeURIComponent(secret)}`,
      profile: Redacted.make(secret)
    },
    options: { password: Redacted.make(secret), plain: secret, [secret]: 1, deep: [{ er: new Map([["x", secret]]) }] }
  }))

  it("in a key", () => {
    fc.assert(
      fc.property(planted, ({ config, options }) => assertHides(prepare(config, options).key)),
      property(500)
    )
  })

  it("in a CacheKeyError", () => {
    fc.assert(
      fc.property(planted, ({ config, secret }) => {
        for (
          const options of [{ bucket: [secret] }, { bucket: 5, size: secret }, secret, { bucket: "a", inner: secret }]
        ) {
          const exit = Effect.runSyncExit(fromEither(prepareResource(Strict, config, options)))
          assert.isTrue(Exit.isFailure(exit))
          if (Exit.isFailure(exit)) {
            assertHides(Cause.squash(exit.cause))
            assert.notInclude(Cause.pretty(exit.cause), "sEcReT")
          }
        }
      }),
      property(200)
    )
  })

  it("in the message of a ResourceBuildError, not even when make says it", () => {
    const Telling = ResourceDefinition.make({
      name: "Telling",
      client: S3Client,
      options: Schema.Struct({ password: Schema.RedactedFromSelf(Schema.String) }),
      make: (client, { password }) =>
        Effect.flatMap(
          Effect.promise(() => client.config.credentials()),
          ({ sessionToken }) => Effect.fail(new Error(`refused: ${sessionToken} and ${Redacted.value(password)}`))
        )
    })
    return fc.assert(
      fc.asyncProperty(planted, ({ config: { credentials, region }, options: { password } }) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(ResourceCache.resource(Telling, { credentials, region }, { password }))
          assert.strictEqual(error._tag, "ResourceBuildError")
          assert.include(error.message, "refused: *** and ***")
          assert.notInclude(error.message, "sEcReT")
          assert.notInclude(String(error), "sEcReT")
          assert.notInclude(Cause.pretty(Cause.fail(error)), "sEcReT")
        }).pipe(Effect.provide(ResourceCacheLive), Effect.runPromise)),
      property(20)
    )
  })
})
