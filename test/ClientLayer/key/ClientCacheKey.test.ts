import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Equal, Hash, HashMap, Option, Redacted } from "effect"
import { CacheConfigError, CacheKeyError } from "effect-aws-cache/Cache"
import {
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  isClientCacheKey,
  ResourceCacheKey,
  ResourceDefinition
} from "effect-aws-cache/ClientLayer"
import * as util from "node:util"
import { prepareClient } from "../../../src/ClientLayer/key/ClientCacheKey.js"
import { fromEither } from "../../../src/effect/outcomes.js"

/** Whatever a caller without types might pass. */
const keyOf = (config: unknown) => Effect.map(fromEither(prepareClient<S3Client>(S3Client, config)), ({ key }) => key)

const configOf = (config: unknown) =>
  Effect.map(fromEither(prepareClient<S3Client>(S3Client, config)), ({ normal }) => normal.config)

const areEqual = (one: unknown, other: unknown) =>
  Effect.zipWith(keyOf(one), keyOf(other), (one, other) => {
    assert.strictEqual(Equal.equals(one, other), one.id === other.id)
    if (one.id === other.id) assert.strictEqual(Hash.hash(one), Hash.hash(other))
    return one.id === other.id
  })

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: secret }

describe("ClientCacheKey", () => {
  describe("equality", () => {
    const f = () => Promise.resolve("us-east-1")
    const logger = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} }

    const same: ReadonlyArray<readonly [name: string, one: unknown, other: unknown]> = [
      ["no configuration and an empty one", undefined, {}],
      ["another order of fields", { region: "us-west-2", maxAttempts: 3 }, { maxAttempts: 3, region: "us-west-2" }],
      ["an undefined field and none", { region: "us-west-2", logger: undefined }, { region: "us-west-2" }],
      [
        "nested data in another order",
        { requestHandler: { requestTimeout: 5, httpsAgent: { maxSockets: 3, keepAlive: true } } },
        {
          requestHandler: {
            httpsAgent: { keepAlive: true, maxSockets: 3 },
            requestTimeout: 5,
            socketTimeout: undefined
          }
        }
      ],
      ["a region in upper case", { region: "US-EAST-1" }, { region: "us-east-1" }],
      ["fips-REGION", { region: "fips-us-east-1" }, { region: "us-east-1", useFipsEndpoint: true }],
      ["REGION-fips", { region: "us-gov-west-1-fips" }, { useFipsEndpoint: true, region: "us-gov-west-1" }],
      ["fips-dkr-REGION", { region: "fips-dkr-us-east-1" }, { region: "us-east-1", useFipsEndpoint: true }],
      ["aws-fips", { region: "aws-fips" }, { region: "us-east-1", useFipsEndpoint: true }],
      [
        "a FIPS name wins over useFipsEndpoint, before it",
        { useFipsEndpoint: false, region: "fips-us-east-1" },
        { region: "us-east-1", useFipsEndpoint: true }
      ],
      [
        "a FIPS name wins over useFipsEndpoint, behind it",
        { region: "fips-us-east-1", useFipsEndpoint: false },
        { region: "us-east-1", useFipsEndpoint: true }
      ],
      ["an endpoint with and without a slash", { endpoint: "http://h:1" }, { endpoint: "http://h:1/" }],
      ["an endpoint in upper case", { endpoint: "HTTP://H:1" }, { endpoint: "http://h:1" }],
      ["a URL object", { endpoint: new URL("http://h:1/") }, { endpoint: "http://h:1" }],
      ["a default port", { endpoint: "https://h:443" }, { endpoint: "https://h" }],
      ["a fragment", { endpoint: "https://h/#x" }, { endpoint: "https://h" }],
      ["an endpoint with blanks around it", { endpoint: " http://h\n" }, { endpoint: "http://h" }],
      ["a region of null", { region: null }, {}],
      ["an endpoint of null", { endpoint: null }, {}],
      ["credentials of null", { credentials: null }, {}],
      ["a request handler of null", { requestHandler: null }, {}],
      ["the same function", { region: f }, { region: f }],
      ["the same logger", { logger }, { logger }],
      ["equal credentials", { credentials }, {
        credentials: { secretAccessKey: secret, accessKeyId: credentials.accessKeyId }
      }],
      ["credentials that expire at other times", { credentials: { ...credentials, expiration: new Date(1) } }, {
        credentials: { ...credentials, expiration: new Date(2) }
      }],
      ["an empty session token and none", { credentials: { ...credentials, sessionToken: "" } }, { credentials }],
      ["redacted parts", { credentials: { ...credentials, secretAccessKey: Redacted.make(secret) } }, { credentials }],
      ["redacted credentials", { credentials: Redacted.make(credentials) }, { credentials }],
      ["a redacted token", { token: Redacted.make({ token: "t" }) }, { token: { token: "t" } }],
      ["equal dates", { x: new Date(5) }, { x: new Date(5) }],
      ["equal bytes", { x: new Uint8Array([1, 2]) }, { x: new Uint8Array([1, 2]) }],
      ["bytes in another part of a buffer", { x: new Uint8Array([0, 1, 2]).subarray(1) }, {
        x: new Uint8Array([1, 2])
      }],
      ["maps in another order", { x: new Map([[1, 2], [3, 4]]) }, { x: new Map([[3, 4], [1, 2]]) }],
      ["sets in another order", { x: new Set([1, 2]) }, { x: new Set([2, 1]) }],
      ["NaN", { x: Number.NaN }, { x: Number.NaN }],
      ["registered symbols", { x: Symbol.for("a") }, { x: Symbol.for("a") }]
    ]
    for (const [name, one, other] of same) {
      it.effect(`equal: ${name}`, () => Effect.map(areEqual(one, other), assert.isTrue))
    }

    const different: ReadonlyArray<readonly [name: string, one: unknown, other: unknown]> = [
      ["another region", { region: "us-west-2" }, { region: "us-west-1" }],
      ["a region and none", { region: "us-west-2" }, {}],
      ["true and 1", { x: true }, { x: 1 }],
      ["1 and its text", { x: 1 }, { x: "1" }],
      ["1 and 1n", { x: 1 }, { x: 1n }],
      ["0 and -0", { x: 0 }, { x: -0 }],
      ["null and absent", { x: null }, {}],
      ["null and its text", { x: null }, { x: "null" }],
      ["NaN and its text", { x: Number.NaN }, { x: "NaN" }],
      ["a date and its number", { x: new Date(5) }, { x: 5 }],
      ["bytes and an array", { x: new Uint8Array([1, 2]) }, { x: [1, 2] }],
      ["bytes and a Buffer", { x: new Uint8Array([1, 2]) }, { x: Buffer.from([1, 2]) }],
      ["bytes and words", { x: new Uint8Array([1, 0]) }, { x: new Uint16Array([1]) }],
      ["a map and an object", { x: new Map([["a", 1]]) }, { x: { a: 1 } }],
      ["a set and an array", { x: new Set([1]) }, { x: [1] }],
      ["arrays in another order", { x: [1, 2] }, { x: [2, 1] }],
      ["undefined in an array", { x: [1, undefined] }, { x: [1] }],
      ["a string that looks like fields", { x: "1,\"y\":2" }, { x: "1", y: 2 }],
      ["equal functions", { region: () => Promise.resolve("a") }, { region: () => Promise.resolve("a") }],
      ["equal loggers", { logger: { ...logger } }, { logger: { ...logger } }],
      ["symbols with one description", { x: Symbol("a") }, { x: Symbol("a") }],
      ["another path of the endpoint", { endpoint: "http://h/a" }, { endpoint: "http://h/a/" }],
      ["another user in the endpoint", { endpoint: "http://u:1@h" }, { endpoint: "http://u:2@h" }],
      ["another access key", { credentials }, { credentials: { ...credentials, accessKeyId: "AKIAOTHER" } }],
      ["another secret", { credentials }, { credentials: { ...credentials, secretAccessKey: "other" } }],
      ["another session token", { credentials: { ...credentials, sessionToken: "a" } }, {
        credentials: { ...credentials, sessionToken: "b" }
      }],
      ["another scope", { credentials: { ...credentials, credentialScope: "a" } }, {
        credentials: { ...credentials, credentialScope: "b" }
      }],
      ["another account", { credentials: { ...credentials, accountId: "1" } }, {
        credentials: { ...credentials, accountId: "2" }
      }],
      ["parts that run together", { credentials: { accessKeyId: "ab", secretAccessKey: "c" } }, {
        credentials: { accessKeyId: "a", secretAccessKey: "bc" }
      }],
      ["parts that imitate the separator", { credentials: { accessKeyId: "a|1:b", secretAccessKey: "c" } }, {
        credentials: { accessKeyId: "a", secretAccessKey: "b|1:c" }
      }],
      ["a scope that moved into the account", { credentials: { ...credentials, credentialScope: "a" } }, {
        credentials: { ...credentials, accountId: "a" }
      }],
      ["another token", { token: { token: "a" } }, { token: { token: "b" } }]
    ]
    for (const [name, one, other] of different) {
      it.effect(`different: ${name}`, () => Effect.map(areEqual(one, other), assert.isFalse))
    }

    it.effect("the class counts by identity, not by name or descent", () =>
      Effect.gen(function*() {
        const config = { region: "us-west-2" }
        const Copy = { S3Client: class extends S3Client {} }.S3Client
        assert.strictEqual(Copy.name, S3Client.name)
        const keys = [
          ClientCacheKey.make(S3Client, config),
          ClientCacheKey.make(S3, config),
          ClientCacheKey.make(Copy, config),
          ClientCacheKey.make(DynamoDBClient, config)
        ]
        assert.strictEqual(new Set(keys.map(({ id }) => id)).size, 4)
        assert.strictEqual(HashMap.size(HashMap.fromIterable(keys.map((key) => [key, 0]))), 4)
      }))

    it.effect("a key is found in a HashMap by another one that is equal", () =>
      Effect.gen(function*() {
        const one = ClientCacheKey.make(S3Client, { region: "us-west-2", credentials })
        const other = ClientCacheKey.make(S3Client, { credentials: { ...credentials }, region: "US-WEST-2" })
        assert.notStrictEqual(one, other)
        assert.deepStrictEqual(HashMap.get(HashMap.make([one, "found"]), other), Option.some("found"))
      }))

    it.effect("a tag counts instead of the identity, at any depth", () =>
      Effect.gen(function*() {
        const provider = () => () => Promise.resolve(credentials)
        const one = { credentials: ClientCacheKey.tag("prod", provider()), x: [ClientCacheKey.tag("a", { deep: 1 })] }
        const other = { credentials: ClientCacheKey.tag("prod", provider()), x: [ClientCacheKey.tag("a", { deep: 2 })] }
        assert.isTrue(yield* areEqual(one, other))
        assert.isFalse(yield* areEqual(one, { ...one, credentials: ClientCacheKey.tag("test", provider()) }))
        assert.isFalse(yield* areEqual(one, { ...one, credentials: provider() }))
        assert.strictEqual(String(yield* keyOf({ credentials: one.credentials })), "S3Client(credentials=#prod)")
      }))

    it.effect("the resolved configuration of another client is a configuration", () =>
      Effect.gen(function*() {
        const client = yield* Effect.acquireRelease(
          Effect.sync(() => new S3Client({ region: "us-west-2", credentials })),
          (client) => Effect.sync(() => client.destroy())
        )
        const other = new S3Client({ region: "us-west-2", credentials })
        assert.isTrue(yield* areEqual(client.config, client.config))
        assert.isFalse(yield* areEqual(client.config, other.config))
      }).pipe(Effect.scoped))
  })

  describe("what a client is built with", () => {
    it.effect("is what was given, without Redacted, and with AWS's own names in lower case", () =>
      Effect.gen(function*() {
        const logger = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} }
        const expiration = new Date(5)
        const config = yield* configOf({
          region: "fips-US-EAST-1",
          endpoint: new URL("HTTP://H:80/"),
          credentials: Redacted.make({
            ...credentials,
            sessionToken: Redacted.make("session"),
            credentialScope: undefined,
            expiration
          }),
          token: Redacted.make({ token: "t" }),
          logger,
          maxAttempts: undefined,
          customUserAgent: [["a", "1"]]
        })
        assert.deepStrictEqual(config, {
          region: "fips-us-east-1",
          endpoint: "http://h/",
          credentials: { ...credentials, sessionToken: "session", expiration },
          token: { token: "t" },
          logger,
          customUserAgent: [["a", "1"]]
        })
        assert.strictEqual(config["logger"], logger)
      }))

    it.effect("does not change when the caller's does, and reads every field once", () =>
      Effect.gen(function*() {
        let reads = 0
        const given = {
          get region() {
            reads += 1
            return `us-west-${reads}`
          },
          customUserAgent: [["a", "1"]],
          x: { date: new Date(1), bytes: Buffer.from([1]), map: new Map([[1, { a: 1 }]]), set: new Set([1]) }
        }
        const config = yield* configOf(given)
        given.customUserAgent.push(["b", "2"])
        given.x.date.setTime(2)
        given.x.bytes[0] = 2
        given.x.map.clear()
        given.x.set.clear()
        assert.deepStrictEqual(config, {
          region: "us-west-1",
          customUserAgent: [["a", "1"]],
          x: { date: new Date(1), bytes: Buffer.from([1]), map: new Map([[1, { a: 1 }]]), set: new Set([1]) }
        })
        assert.strictEqual(reads, 1)
      }))

    it.effect("a field named __proto__ is a field", () =>
      Effect.gen(function*() {
        const x: unknown = JSON.parse("{\"__proto__\":{\"polluted\":true}}")
        const config = yield* configOf({ x })
        assert.deepStrictEqual(config, { x })
        assert.isFalse(yield* areEqual({ x }, { x: {} }))
      }))
  })

  describe("printing", () => {
    it.effect("shows what tells clients apart", () =>
      Effect.gen(function*() {
        const key = ClientCacheKey.make(S3Client, { credentials, region: "us-west-2" })
        assert.match(String(key), /^S3Client\(region=us-west-2, credentials=#[0-9a-f]{4}\)$/)
        assert.strictEqual(JSON.stringify({ key }), `{"key":"${String(key)}"}`)
        assert.strictEqual(util.inspect([key]), `[ ${String(key)} ]`)
        assert.strictEqual(key.label, String(key))
        assert.strictEqual(key._tag, "ClientCacheKey")
      }))

    it.effect("has a fixed order, masks userinfo, queries and unknown strings", () =>
      Effect.gen(function*() {
        const key = yield* keyOf({
          token: { token: "t" },
          maxAttempts: 3,
          customUserAgent: "agent",
          forcePathStyle: true,
          profile: "prod",
          retryMode: "adaptive",
          endpoint: "https://user:password@h:1/path?signature=x",
          region: "us-west-2"
        })
        assert.strictEqual(
          String(key),
          "S3Client(region=us-west-2, endpoint=https://***@h:1/path?***, profile=prod, customUserAgent=***, "
            + "forcePathStyle=true, maxAttempts=3, retryMode=adaptive, token=***)"
        )
        assert.strictEqual(
          String(yield* keyOf({ endpoint: "http://127.0.0.1:9000" })),
          "S3Client(endpoint=http://127.0.0.1:9000)"
        )
        assert.strictEqual(String(yield* keyOf({})), "S3Client()")
      }))

    it.effect("is bounded, whatever there is to be shown", () =>
      Effect.gen(function*() {
        const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`${"long".repeat(20)}${n}`, n]))
        const key = yield* keyOf({ ...many, region: "us-west-2", credentials })
        assert.match(
          String(key),
          /^S3Client\(region=us-west-2, (?:(?:long)+l?o?n?\.\.\.=\d+, )+\.\.\. 999\d more, credentials=#[0-9a-f]{4}\)$/
        )
        assert.isBelow(String(key).length, 400)
        assert.isAtMost(String(yield* keyOf({ endpoint: `http://${"h".repeat(5000)}` })).length, 400)
      }))

    it.effect("a key is frozen, and its own kind of value", () =>
      Effect.gen(function*() {
        const key = yield* keyOf({})
        assert.isTrue(Object.isFrozen(key))
        assert.isTrue(isClientCacheKey(key))
        assert.isFalse(isClientCacheKey({ ...key }))
        assert.isFalse(Equal.equals(key, { ...key }))
      }))
  })

  describe("CacheKeyError", () => {
    const cyclic: Record<string, unknown> = {}
    cyclic["self"] = cyclic
    let deep: unknown = 1
    for (let level = 0; level < 40; level++) deep = [deep]
    const region = "a region name such as"
    const endpoint = "an absolute http: or https: URL"

    const wrong: ReadonlyArray<readonly [config: unknown, field: string, value: string, accepted: string]> = [
      [null, "config", "null", "an object"],
      [5, "config", "5", "an object"],
      [[], "config", "an array", "an object"],
      [() => ({}), "config", "a function", "an object"],
      [{ region: "" }, "region", "\"\"", region],
      [{ region: " us-east-1 " }, "region", "\" us-east-1 \"", region],
      [{ region: "us east" }, "region", "\"us east\"", region],
      [{ region: "-us-east-1" }, "region", "\"-us-east-1\"", region],
      [{ region: "us-east-1-" }, "region", "\"us-east-1-\"", region],
      [{ region: "us.east" }, "region", "\"us.east\"", region],
      [{ region: "evil.example/" }, "region", "\"evil.example/\"", region],
      [{ region: "a".repeat(64) }, "region", JSON.stringify("a".repeat(64)), region],
      [{ region: "fips-" }, "region", "\"fips-\"", region],
      [{ region: "us-east-1\n" }, "region", "\"us-east-1\\n\"", region],
      [{ region: 1 }, "region", "1", region],
      [{ region: {} }, "region", "an object", region],
      [{ endpoint: "" }, "endpoint", "\"\"", endpoint],
      [{ endpoint: "h:1" }, "endpoint", "\"h:1\"", endpoint],
      [{ endpoint: "localhost" }, "endpoint", "\"localhost\"", endpoint],
      [{ endpoint: "//host" }, "endpoint", "\"//host\"", endpoint],
      [{ endpoint: "ftp://host" }, "endpoint", "\"ftp://host\"", endpoint],
      [{ endpoint: new URL("ftp://host") }, "endpoint", "\"ftp://host\"", endpoint],
      [{ endpoint: "http://" }, "endpoint", "\"http://\"", endpoint],
      [{ endpoint: "http:///path" }, "endpoint", "\"http:///path\"", endpoint],
      [{ endpoint: "http:host" }, "endpoint", "\"http:host\"", endpoint],
      [{ endpoint: "http://h:99999" }, "endpoint", "\"http://h:99999\"", endpoint],
      [{ endpoint: "http://h h" }, "endpoint", "\"http://h h\"", endpoint],
      [{ endpoint: 9000 }, "endpoint", "9000", endpoint],
      [{ endpoint: [] }, "endpoint", "an array", endpoint],
      [{ credentials: "AKIA" }, "credentials", "a string", "static credentials"],
      [{ credentials: {} }, "credentials.accessKeyId", "missing", "a string that is not blank"],
      [{ credentials: { accessKeyId: "a" } }, "credentials.secretAccessKey", "missing", "a string that is not blank"],
      [{ credentials: { ...credentials, secretAccessKey: "" } }, "credentials.secretAccessKey", "blank", "a string"],
      [{ credentials: { ...credentials, accessKeyId: "  " } }, "credentials.accessKeyId", "blank", "a string"],
      [{ credentials: { ...credentials, secretAccessKey: 5 } }, "credentials.secretAccessKey", "5", "a string"],
      [{ credentials: { ...credentials, sessionToken: {} } }, "credentials.sessionToken", "an object", "a string"],
      [{ credentials: { ...credentials, accountId: 12 } }, "credentials.accountId", "12", "a string"],
      [
        { x: [cyclic, Redacted.make("s"), cyclic] },
        "x",
        "data that refers to itself, with a Redacted value in it",
        "plain data"
      ],
      [
        { x: [Redacted.make("s"), deep] },
        "x",
        "data nested deeper than 32 levels, with a Redacted value in it",
        "plain data"
      ],
      [{ logger: ClientCacheKey.tag(" ", { info: () => {} }) }, "the tag of logger", "blank", "a name"]
    ]
    for (const [config, field, value, accepted] of wrong) {
      it.effect(`${field} is ${value}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(keyOf(config))
          assert.strictEqual(error._tag, "CacheKeyError")
          assert.deepStrictEqual([error.cache, error.field, error.value], ["ClientCacheKey(S3Client)", field, value])
          assert.include(error.accepted, accepted)
          assert.strictEqual(
            error.message,
            `ClientCacheKey(S3Client): ${field} is ${value}, but must be ${error.accepted}`
          )
        }))
    }

    it.effect("a configuration that throws when it is read", () =>
      Effect.gen(function*() {
        const cause = new Error("no")
        const error = yield* Effect.flip(keyOf({
          get region(): string {
            throw cause
          }
        }))
        assert.strictEqual(error.field, "config")
        assert.strictEqual(error.cause, cause)
      }))

    it("is thrown by make, and Left of makeEither", () => {
      const bad = { region: " " }
      assert.throws(() => ClientCacheKey.make(S3Client, bad), CacheKeyError, "region is")
      assert.strictEqual(Either.flip(ClientCacheKey.makeEither(S3Client, bad)).pipe(Either.getOrThrow).field, "region")
      const good = { region: "us-west-2" }
      const key = Either.getOrThrow(ClientCacheKey.makeEither(S3Client, good, { variant: "a" }))
      assert.isTrue(Equal.equals(key, ClientCacheKey.make(S3Client, good, { variant: "a" })))
      const options: object = { variants: "a" }
      assert.throws(() => ClientCacheKey.make(S3Client, good, options), CacheConfigError, "did you mean variant?")
      assert.throws(() => ClientCacheKey.makeEither(S3Client, good, options), CacheConfigError, "did you mean variant?")
      const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: () => ({}) })
      assert.throws(() => ResourceCacheKey.make(Plain, bad), CacheKeyError, "region is")
      assert.isTrue(Either.isLeft(ResourceCacheKey.makeEither(Plain, bad)))
      assert.isTrue(
        Equal.equals(Either.getOrThrow(ResourceCacheKey.makeEither(Plain, good)), ResourceCacheKey.make(Plain, good))
      )
    })

    it.effect("a function that loads a class has its key by clientKey of a cache, which loads it", () =>
      Effect.gen(function*() {
        const load = () => Promise.resolve(S3Client)
        assert.throws(
          () => Reflect.apply(ClientCacheKey.make, ClientCacheKey, [load, {}]),
          CacheKeyError,
          "clientKey takes a function"
        )
        const key = yield* ClientCache.clientKey(load, { region: "us-west-2" })
        assert.isTrue(Equal.equals(key, ClientCacheKey.make(S3Client, { region: "US-WEST-2" })))
        assert.strictEqual(yield* ClientCache.size, 0)
        const broken = (): Promise<typeof S3Client> => Promise.reject(new Error("no"))
        const failing = ClientCache.clientKey(broken, {})
        assert.propertyVal(yield* Effect.flip(failing), "_tag", "ClientBuildError")
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("a class whose constructor takes more than a configuration", () =>
      Effect.gen(function*() {
        class Tenant extends S3Client {
          readonly tenant: string
          constructor(config: object, tenant: string) {
            super(config)
            this.tenant = tenant
          }
        }
        const error = yield* Effect.flip(fromEither(prepareClient(Tenant, { region: "us-east-1" })))
        assert.deepStrictEqual([error.cache, error.field, error.value], [
          "ClientCacheKey(Tenant)",
          "the client class",
          "one whose constructor has 2 parameters"
        ])
        assert.include(error.accepted, "a default value")
      }))

    it.effect("what a getter throws is told without what the configuration holds", () =>
      Effect.gen(function*() {
        const headers = { authorization: "Bearer header-private-1" }
        const error = yield* Effect.flip(keyOf({
          headers,
          get region(): string {
            throw new Error(`no region for ${headers.authorization}`)
          }
        }))
        assert.instanceOf(error.cause, Error)
        assert.strictEqual(error.cause.message, "no region for ***")
      }))

    it.effect("what is no client class", () =>
      Effect.gen(function*() {
        for (
          const [source, value] of [
            ["S3Client", "a string"],
            [undefined, "undefined"],
            [null, "null"],
            [[], "an array"],
            [() => S3Client, "the function \"\""],
            [function legacy() {}, "the function \"legacy\""]
          ]
        ) {
          const error = yield* Effect.flip(fromEither(prepareClient(source, {})))
          assert.deepStrictEqual([error.field, error.value], ["the client class", value])
        }
      }))
  })
})
