import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Predicate, Redacted } from "effect"
import { ClientCache, ClientCacheKey, ClientCacheLive, ClientCustomization } from "effect-aws-cache/ClientLayer"
import * as fc from "fast-check"
import * as util from "node:util"
import { prepareClient } from "../../../src/ClientLayer/key/ClientCacheKey.js"
import { KeyMemo } from "../../../src/ClientLayer/key/KeyMemo.js"
import { holdCredentials } from "../../../src/ClientLayer/values/staticCredentials.js"
import { fromEither } from "../../../src/effect/outcomes.js"
import { amount, property, share } from "../../support/property.js"
import { garbageCollected } from "../garbageCollected.js"

const idOf = (config: unknown, options: unknown) =>
  Effect.runSync(fromEither(prepareClient<S3Client>(S3Client, config, options))).key.id

const credentials = () => ({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI" })

/** What a client of such credentials is built with. */
const builtWith = (given: Readonly<Record<string, string>>): object => {
  const { config } =
    Effect.runSync(fromEither(prepareClient<S3Client>(S3Client, { credentials: given }, undefined))).normal
  const { credentials } = config
  return Predicate.isObject(credentials) ? credentials : {}
}

const memo = new KeyMemo<string>()

/** Credentials have a place from the second time on. */
const placeOf = (config: unknown, options?: unknown) => {
  memo.place(config, options)
  return memo.place(config, options)
}

const providers = [() => Promise.resolve("a"), () => Promise.resolve("b")]

const configuration = fc.record({
  region: fc.constantFrom<unknown>("us-east-1", "US-EAST-1", "us-west-2", undefined, ...providers),
  endpoint: fc.constantFrom<unknown>(
    "http://h:1",
    "http://h:1/",
    "https://u:p@h",
    "https://h?x=1",
    new URL("http://h")
  ),
  credentials: fc.record({
    accessKeyId: fc.constantFrom("a", "ab"),
    secretAccessKey: fc.constantFrom<unknown>("bc", "c", Redacted.make("c")),
    sessionToken: fc.constantFrom("", undefined, "s")
  }, { requiredKeys: ["accessKeyId", "secretAccessKey"] }),
  maxAttempts: fc.constantFrom<unknown>(1, "1", true, 1n, -0, 0, Number.NaN),
  apiVersion: fc.constantFrom("1", "T", "N1;", "S1:1", "11:maxAttemptsN1;"),
  customUserAgent: fc.constantFrom<unknown>("a", [["a", "b"]]),
  retryStrategy: fc.constantFrom(...providers)
}, { requiredKeys: [] })

const fieldName = fc.constantFrom(
  "region" as const,
  "endpoint" as const,
  "credentials" as const,
  "maxAttempts" as const,
  "apiVersion" as const,
  "retryStrategy" as const
)

const options = fc.record({
  customize: fc.constantFrom("a", "|v1:a", "ab").map((name) => ClientCustomization.make(name, () => {})),
  variant: fc.constantFrom("a", "|c1:a", "b")
}, { requiredKeys: [] })

describe("KeyMemo", () => {
  const hasOnePlaceForOneKey = () => {
    let known = 0
    let same = 0
    fc.assert(
      fc.property(
        fc.tuple(configuration, configuration),
        fc.tuple(fieldName, fieldName),
        fc.oneof(fc.tuple(options, options), options.map((same) => [same, same] as const)),
        ([one, more], [x, y], [first, second]) => {
          // Two that have few fields often have a place, and often the same.
          const [a, b] = [{ [x]: one[x], [y]: one[y] }, { [y]: more[y], [x]: more[x] }]
          const [place, other] = [placeOf(a, first), placeOf(b, second)]
          if (place !== undefined) known += 1
          if (place === undefined || other === undefined) return
          if (place === other) {
            same += 1
            assert.strictEqual(idOf(a, first), idOf(b, second))
          }
        }
      ),
      property(3000)
    )
    assert.isAbove(known, share(1000))
    assert.isAbove(same, share(30))
  }

  it("has one place only for what makes the same key, for any configuration and options", hasOnePlaceForOneKey)

  it("also where credentials are recognised that clients were built with", () => {
    const held = ["a", "ab"].flatMap((accessKeyId) =>
      ["bc", "c"].flatMap((secretAccessKey) =>
        [{}, { sessionToken: "s" }].map((more) => builtWith({ accessKeyId, secretAccessKey, ...more }))
      )
    )
    for (const copy of held) holdCredentials(copy)
    assert.isDefined(memo.place({ credentials: { secretAccessKey: "bc", accessKeyId: "ab" } }, undefined))
    hasOnePlaceForOneKey()
    assert.strictEqual(held.length, 8)
  })

  it("credentials that a client was built with are recognised in a new object, and others are not", () => {
    const given = { accessKeyId: "AKIDHELD", secretAccessKey: "first", sessionToken: "session" }
    const copy = builtWith(given)
    holdCredentials(copy)
    const placeAtOnce = (credentials: unknown) => memo.place({ region: "us-west-2", credentials }, undefined)
    const place = placeAtOnce({ ...given })
    assert.isDefined(place)
    const same: ReadonlyArray<unknown> = [
      { ...given, expiration: new Date() },
      { ...given, secretAccessKey: Redacted.make(given.secretAccessKey) },
      Redacted.make({ ...given })
    ]
    for (const credentials of same) assert.strictEqual(placeAtOnce(credentials), place)
    const { sessionToken: _, ...without } = given
    const different: ReadonlyArray<unknown> = [
      without,
      { ...given, accessKeyId: "AKIDOTHER" },
      { ...given, secretAccessKey: "second" },
      { ...given, sessionToken: "another" },
      { ...given, credentialScope: "scope" },
      { ...given, accountId: "123456789012" },
      { ...given, $source: { A: "b" } },
      { ...given, [Symbol("more")]: 1 },
      Object.defineProperty({ ...given }, "more", { value: 1 }),
      Object.defineProperty({ ...given }, "secretAccessKey", { get: () => "first", enumerable: true }),
      Object.assign(Object.create({}), given),
      { ...given, secretAccessKey: { toString: () => "first" } }
    ]
    for (const credentials of different) assert.notStrictEqual(placeAtOnce(credentials), place)
    // Whatever becomes of the object, it was built with what it was built with.
    Object.assign(copy, { secretAccessKey: "changed", $source: { CREDENTIALS_CODE: "e" } })
    assert.strictEqual(placeAtOnce({ ...given }), place)
    assert.notStrictEqual(placeAtOnce({ ...given, secretAccessKey: "changed" }), place)
  })

  it("credentials that are given another field in place of one they had are seen as they are", () => {
    for (const isHeld of [false, true]) {
      const given: Record<string, unknown> = { accessKeyId: "AKIDFIELD", secretAccessKey: `s${isHeld}`, expiration: "" }
      if (isHeld) holdCredentials(builtWith({ accessKeyId: "AKIDFIELD", secretAccessKey: `s${isHeld}` }))
      const place = () => memo.place({ credentials: given }, undefined)
      for (let time = 0; time < 20; time++) place()
      assert.isDefined(place())
      delete given["expiration"]
      given["other"] = "data that counts"
      assert.isUndefined(place())
      delete given["other"]
      place()
      assert.isDefined(place())
      Object.defineProperty(given, "hidden", { value: 1, configurable: true })
      assert.isUndefined(place())
    }
  })

  it.effect("they are recognised as long as the client lives, and no longer", () =>
    Effect.gen(function*() {
      const given = { accessKeyId: "AKIDSHORT", secretAccessKey: "short" }
      const place = () => memo.place({ region: "us-west-2", credentials: { ...given } }, undefined)
      yield* Effect.scoped(Effect.gen(function*() {
        const cache = Context.get(yield* Layer.build(ClientCacheLive), ClientCache)
        const client = yield* cache.client(S3Client, { region: "us-west-2", credentials: { ...given } })
        yield* garbageCollected
        assert.isDefined(place())
        assert.strictEqual(
          yield* cache.client(S3Client, { region: "us-west-2", credentials: { ...given } }),
          client
        )
        yield* cache.clear
      }))
      yield* garbageCollected
      assert.isUndefined(place())
    }))

  it("recognises those of the last 16 clients", () => {
    const given = Array.from({ length: 17 }, (_, n) => ({ accessKeyId: `AKID${n}`, secretAccessKey: "many" }))
    const held = given.map(builtWith)
    for (const copy of held) holdCredentials(copy)
    const isRecognised = given.map((credentials) => memo.place({ credentials: { ...credentials } }, undefined))
    assert.deepStrictEqual(isRecognised.map((place) => place !== undefined), held.map((_, n) => n > 0))
  })

  it("holds no secret, and there is no place for texts that could be one", () => {
    assert.isDefined(placeOf({ region: "us-west-2", credentials: credentials() }))
    assert.notInclude(util.inspect(memo, { depth: 20, showHidden: true, maxArrayLength: null }), "wJalr")
    assert.isUndefined(placeOf({ endpoint: "https://user:sEcReT@h" }))
    assert.isUndefined(placeOf({ endpoint: "https://h/?token=sEcReT" }))
    assert.isUndefined(placeOf({ customUserAgent: "sEcReT" }))
    assert.isUndefined(placeOf({ token: { token: "sEcReT" } }))
    assert.isUndefined(placeOf({ requestHandler: { httpsAgent: { key: "sEcReT" } } }))
  })

  it("there is none for what cannot be read or makes no key", () => {
    const broken = {
      get region(): string {
        throw new Error("no")
      }
    }
    for (const config of [broken, null, [], "us-west-2", { credentials: { accessKeyId: "a" } }]) {
      assert.isUndefined(placeOf(config))
    }
    assert.isUndefined(placeOf({}, "options"))
    assert.isUndefined(placeOf({}, { customize: () => {} }))
    assert.isUndefined(placeOf({}, { variant: 5 }))
  })

  it.effect("a mutated object is seen as it is: no old client is given out", () =>
    Effect.gen(function*() {
      const static_ = credentials()
      const config = { region: "us-west-2", maxAttempts: 3, credentials: static_ }
      const client = ClientCache.client(S3Client, config)
      const keyId = Effect.sync(() => ClientCacheKey.make(S3Client, config).id)
      const seen = [[yield* client, yield* keyId] as const]
      const changes = [
        () => (config.region = "eu-west-1"),
        () => (config.maxAttempts = 4),
        () => (static_.secretAccessKey = "another"),
        () => Object.assign(static_, { sessionToken: "session" }),
        () => (config.credentials = { accessKeyId: "b", secretAccessKey: "c" }),
        () => Object.assign(config, { retryMode: "adaptive" })
      ]
      for (const change of changes) {
        for (let n = 0; n < 3; n++) assert.strictEqual(yield* client, seen.at(-1)?.[0])
        change()
        const now = yield* client
        const id = yield* keyId
        for (const [before, idBefore] of seen) {
          assert.notStrictEqual(now, before)
          assert.notStrictEqual(id, idBefore)
        }
        const resolved = yield* Effect.promise(() => now.config.credentials())
        assert.deepInclude(resolved, config.credentials)
        seen.push([now, id])
      }
      assert.strictEqual((yield* ClientCache.stats).computations, 1 + changes.length)
    }).pipe(Effect.provide(ClientCacheLive)))

  it.effect("a tag that is given later counts", () =>
    Effect.gen(function*() {
      const [one, other] = [() => Promise.resolve("us-east-1"), () => Promise.resolve("us-east-1")]
      const first = yield* ClientCache.client(S3Client, { region: one })
      assert.strictEqual(yield* ClientCache.client(S3Client, { region: one }), first)
      assert.notStrictEqual(yield* ClientCache.client(S3Client, { region: other }), first)
      ClientCacheKey.tag("lazy region", one)
      ClientCacheKey.tag("lazy region", other)
      const tagged = yield* ClientCache.client(S3Client, { region: one })
      assert.notStrictEqual(tagged, first)
      assert.strictEqual(yield* ClientCache.client(S3Client, { region: other }), tagged)
    }).pipe(Effect.provide(ClientCacheLive)))

  it.effect("a configuration that reads differently from one moment to the next builds no client under a wrong key", () =>
    Effect.gen(function*() {
      const regions = ["us-west-2", "us-west-2", "us-west-2", "eu-west-1"]
      yield* ClientCache.client(S3Client, { region: "us-west-2" })
      yield* ClientCache.clear
      const config = {
        get region() {
          return regions.shift() ?? "none"
        }
      }
      // Read for the place, then for the key: both say the same, and the client is built.
      const client = yield* ClientCache.client(S3Client, config)
      assert.strictEqual(yield* Effect.promise(() => client.config.region()), "us-west-2")
      yield* ClientCache.clear
      const error = yield* Effect.flip(ClientCache.client(S3Client, config))
      assert.strictEqual(
        error.message,
        "ClientCache: S3Client(region=us-west-2) could not be built: "
          + "its configuration reads differently from one moment to the next"
      )
      assert.propertyVal(error, "reason", "ConfigChanged")
    }).pipe(Effect.provide(ClientCacheLive)))

  const many = amount(2100, 3000)

  it.effect(`${many} configurations are forgotten again`, () =>
    Effect.gen(function*() {
      for (let n = 0; n < many; n++) yield* ClientCache.withClient(S3Client, { region: `r-${n}` }, () => Effect.void)
      const { computations, size } = yield* ClientCache.stats
      assert.deepStrictEqual({ computations, size }, { computations: many, size: 10 })
      const again = yield* ClientCache.client(S3Client, { region: "r-0" })
      assert.strictEqual(yield* Effect.promise(() => again.config.region()), "r-0")
    }).pipe(Effect.provide(ClientCacheLive)))
})
