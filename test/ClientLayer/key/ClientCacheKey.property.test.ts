import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Equal, Exit, Hash, Redacted } from "effect"
import { ClientCustomization } from "effect-aws-cache/ClientLayer"
import * as fc from "fast-check"
import * as util from "node:util"
import { prepareClient } from "../../../src/ClientLayer/key/ClientCacheKey.js"
import { fromEither } from "../../../src/effect/outcomes.js"
import { property, share } from "../../support/property.js"

const prepare = (config: unknown, options?: unknown) =>
  Effect.runSync(fromEither(prepareClient<S3Client>(S3Client, config, options)))

// Few values each, so that two configurations are often equal in a field.
const provider = (name: string) => () => Promise.resolve(name)
const providers = [provider("a"), provider("b")]
const loggers = providers.map((info) => ({ info, debug: info, warn: info, error: info }))

/** Regions of stores that are not AWS, whose case counts. */
const stores = ["RegionOne", "regionone", "EU-FRA-1"]

const plainData = fc.anything({
  maxDepth: 3,
  maxKeys: 3,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true
})

const fields = {
  region: fc.oneof(
    fc.constantFrom("us-east-1", "US-EAST-1", "Us-West-2", "fips-us-east-1", "us-east-1-FIPS", "us-gov-west-1"),
    fc.constantFrom(...stores),
    fc.constantFrom(...providers)
  ),
  useFipsEndpoint: fc.boolean(),
  endpoint: fc.oneof(
    fc.constantFrom("http://h:1", "http://h:1/", "HTTP://H:1", "http://h:1/a", "https://h", "https://h:443/"),
    fc.constantFrom("http://h:1/", "https://u:p@h").map((href) => new URL(href)),
    fc.constantFrom(...providers)
  ),
  credentials: fc.oneof(
    fc.record({
      accessKeyId: fc.constantFrom("a", "ab"),
      secretAccessKey: fc.constantFrom("bc", "c"),
      sessionToken: fc.constantFrom("", undefined, "s"),
      accountId: fc.constantFrom(undefined, "1")
    }, { requiredKeys: ["accessKeyId", "secretAccessKey"] }),
    fc.constantFrom(...providers)
  ),
  token: fc.record({ token: fc.constantFrom("t", "u") }),
  maxAttempts: fc.constantFrom<unknown>(1, "1", true, 1n, undefined),
  forcePathStyle: fc.boolean(),
  logger: fc.constantFrom(...loggers),
  requestHandler: fc.record({
    requestTimeout: fc.constantFrom(1, 2),
    httpsAgent: fc.record({ maxSockets: fc.constantFrom(1, 2), lookup: fc.constantFrom(...providers) }, {
      requiredKeys: []
    })
  }, { requiredKeys: [] }),
  customUserAgent: plainData
}

const configuration = fc.record(fields, { requiredKeys: [] })

const names = fc.constantFrom("a", "b", "a,variant:\"b\"", "a, variant=b", undefined)

const options = fc.record({
  customize: names.map((name) => name === undefined ? undefined : ClientCustomization.make(name, () => {})),
  variant: names
}, { requiredKeys: [] })

const fieldName = fc.constantFrom(
  undefined,
  "region" as const,
  "endpoint" as const,
  "credentials" as const,
  "requestHandler" as const
)

/** What the documentation says of normalisation, written down a second time, for `util.isDeepStrictEqual`. */
const model = (config: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const normal = built(config)
  if (typeof normal["region"] === "string") {
    const { region } = normal
    normal["region"] = region.replace("fips-", "").replace("-fips", "")
    if (region.includes("fips")) normal["useFipsEndpoint"] = true
  }
  if (typeof normal["endpoint"] === "string") normal["endpoint"] = new URL(normal["endpoint"]).href
  return normal
}

/** What a client is built with. */
const built = (config: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const normal = stripped(config)
  const { credentials, endpoint, region } = normal
  if (typeof region === "string" && !stores.includes(region)) normal["region"] = region.toLowerCase()
  if (endpoint instanceof URL) normal["endpoint"] = endpoint.href
  if (typeof credentials === "object" && credentials !== null) {
    normal["credentials"] = Object.fromEntries(Object.entries(credentials).filter(([, part]) => part !== ""))
  }
  return normal
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

const stripped = (config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== undefined).map(([name, value]) => [name, deeply(value)])
  )

const deeply = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(deeply)
  if (value instanceof Map) return new Map([...value].map(([key, value]) => [deeply(key), deeply(value)]))
  if (value instanceof Set) return new Set([...value].map(deeply))
  return isPlain(value) && !loggers.some((logger) => logger === value) ? stripped(value) : value
}

/** The same configuration, written in another order at every level. */
const reordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reordered)
  if (value instanceof Map) {
    return new Map([...value].toReversed().map(([key, value]) => [reordered(key), reordered(value)]))
  }
  if (value instanceof Set) return new Set([...value].toReversed().map(reordered))
  if (!isPlain(value) || loggers.some((logger) => logger === value)) return value
  return Object.fromEntries(Object.entries(value).toReversed().map(([name, value]) => [name, reordered(value)]))
}

describe("ClientCacheKey, for any configuration", () => {
  it("a client is built with what the rules say", () => {
    fc.assert(
      fc.property(configuration, (config) => {
        assert.isTrue(util.isDeepStrictEqual(prepare(config).normal.config, built(config)))
      }),
      property(1000)
    )
  })

  it("keys are equal exactly when the normalised configurations are", () => {
    let equal = 0
    fc.assert(
      fc.property(configuration, configuration, fieldName, (one, more, name) => {
        // Two that have one field are often equal, two large ones hardly ever.
        const [a, b] = name === undefined ? [one, { ...one, ...more }] : [{ [name]: one[name] }, { [name]: more[name] }]
        const [keyA, keyB] = [prepare(a).key, prepare(b).key]
        const expected = util.isDeepStrictEqual(model(a), model(b))
        if (expected) equal += 1
        assert.strictEqual(Equal.equals(keyA, keyB), expected)
        assert.strictEqual(keyA.id === keyB.id, expected)
        if (expected) {
          assert.strictEqual(Hash.hash(keyA), Hash.hash(keyB))
          assert.strictEqual(String(keyA), String(keyB))
        }
      }),
      property(1000)
    )
    assert.isAbove(equal, share(50))
  })

  it("options count by their names, beside the configuration", () => {
    let equal = 0
    fc.assert(
      fc.property(configuration, configuration, fc.boolean(), options, options, (one, more, isSame, first, second) => {
        const other = isSame ? reordered(one) : more
        const [keyA, keyB] = [prepare(one, first).key, prepare(other, second).key]
        const expected = prepare(one).key.id === prepare(other).key.id
          && first.customize?.name === second.customize?.name && first.variant === second.variant
        if (expected) equal += 1
        assert.strictEqual(Equal.equals(keyA, keyB), expected)
        if (first.customize === undefined && first.variant === undefined) {
          assert.strictEqual(keyA.id, prepare(one).key.id)
        } else {
          assert.notStrictEqual(keyA.id, prepare(one).key.id)
        }
      }),
      property(1000)
    )
    assert.isAbove(equal, share(15))
  })

  it("the order of fields, at any depth, does not matter", () => {
    fc.assert(
      fc.property(configuration, (config) => {
        assert.strictEqual(prepare(config).key.id, prepare(reordered(config)).key.id)
      }),
      property(1000)
    )
  })

  it("a change anywhere in plain data makes another key", () => {
    fc.assert(
      fc.property(plainData, plainData, (one, other) => {
        const [a, b] = [{ customUserAgent: one }, { customUserAgent: other }]
        assert.strictEqual(
          prepare(a).key.id === prepare(b).key.id,
          util.isDeepStrictEqual(model(a), model(b))
        )
      }),
      property(1000)
    )
  })
})

describe("no secret is shown", () => {
  const secretText = fc.stringOf(fc.constantFrom(..."abcXYZ019/+=:?#@%&"), { minLength: 4, maxLength: 30 })
    .map((text) => `sEcReT${text}sEcReT`)

  const shown = (value: unknown): ReadonlyArray<string> => [
    String(value),
    JSON.stringify(value),
    JSON.stringify({ nested: [value] }),
    util.inspect(value, { depth: 20 }),
    util.inspect({ nested: [value] }, { depth: 20 }),
    util.inspect(value, { depth: 20, customInspect: false, showHidden: true, getters: true }),
    util.format("%s %o %O %j", value, value, value, value)
  ]

  const assertHides = (value: unknown) => {
    // "sEcReT" marks every planted secret, so not even a part of one may be seen.
    for (const text of shown(value)) assert.notInclude(text, "sEcReT")
  }

  it("in a key, wherever it was planted", () => {
    const planted = secretText.chain((secret) =>
      fc.record({
        region: fc.constant("us-west-2"),
        credentials: fc.constantFrom<unknown>(
          { accessKeyId: secret, secretAccessKey: secret, sessionToken: secret, accountId: secret },
          { accessKeyId: Redacted.make(secret), secretAccessKey: Redacted.make(secret) },
          Redacted.make({ accessKeyId: secret, secretAccessKey: secret })
        ),
        token: fc.constantFrom<unknown>({ token: secret }, Redacted.make({ token: secret }), Redacted.make(secret)),
        endpoint: fc.constantFrom(
          `https://user:${encodeURIComponent(secret)}@h`,
          `https://${encodeURIComponent(secret)}@h/path`,
          `https://h/?token=${encodeURIComponent(secret)}`,
          `https://u:p@h/?token=${encodeURIComponent(secret)}#${encodeURIComponent(secret)}`
        ),
        requestHandler: fc.constant({
          requestTimeout: 5,
          httpsAgent: { passphrase: secret, key: secret, pfx: Buffer.from(secret), auth: secret }
        }),
        customUserAgent: fc.constantFrom<unknown>(secret, [["a", secret]], { [secret]: secret }),
        clientContextParams: fc.constant({ deep: [{ er: new Map([["x", secret]]) }] }),
        profile: fc.constant(Redacted.make(secret)),
        apiVersion: fc.constantFrom<unknown>(Redacted.make(secret), "2006-03-01")
      }, { requiredKeys: [] })
    )
    fc.assert(fc.property(planted, (config) => assertHides(prepare(config).key)), property(1000))
  })

  it("in a CacheKeyError", () => {
    const planted = secretText.chain((secret) =>
      fc.constantFrom<unknown>(
        { endpoint: `user:${secret}@h` },
        { endpoint: `http:///user:${secret}@h` },
        { endpoint: `ftp://${secret}@h` },
        { endpoint: new URL(`ftp://user:${encodeURIComponent(secret)}@h`) },
        { endpoint: `h?token=${encodeURIComponent(secret)}` },
        { endpoint: "h", credentials: { accessKeyId: secret, secretAccessKey: secret } },
        { credentials: secret },
        { credentials: [secret] },
        { credentials: { accessKeyId: secret } },
        { credentials: { accessKeyId: secret, secretAccessKey: [secret] } },
        { credentials: { accessKeyId: secret, secretAccessKey: secret, sessionToken: { token: secret } } },
        { credentials: { accessKeyId: secret, secretAccessKey: secret, accountId: Number.NaN } },
        { region: { secret } },
        secret,
        [secret]
      )
    )
    fc.assert(
      fc.property(planted, (config) => {
        const exit = Effect.runSyncExit(fromEither(prepareClient(S3Client, config)))
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isFailure(exit)) {
          assertHides(Cause.squash(exit.cause))
          // The stack of the error shows the name of this test's file, and `planted` and the like, but no secret.
          assert.notInclude(Cause.pretty(exit.cause), "sEcReT")
        }
      }),
      property(1000)
    )
  })

  it("an id is a digest", () => {
    assert.match(prepare({ region: "us-west-2" }).key.id, /^\d+\.[0-9a-f]{64}$/)
  })
})
