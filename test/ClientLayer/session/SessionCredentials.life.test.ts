import { S3Client } from "@aws-sdk/client-s3"
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, TestClock } from "effect"
import { ClientCacheKey, Session } from "effect-aws-cache/ClientLayer"
import { amount } from "../../support/property.js"
import { ask, localBucket, localSts } from "../credentialSources.js"
import { garbageCollected } from "../garbageCollected.js"
import { sessionEnvironment } from "../sessionEnvironment.js"

const known = { accessKeyId: "known", secretAccessKey: "secret" }

const rounds = amount(2, 5)

const [many, room] = amount([8, 3], [30, 10])

const tenants = Array.from({ length: many }, (_, n) => `tenant-${n}`)

const providerOf = (tenant: string) =>
  fromTemporaryCredentials({ params: { RoleArn: `arn:aws:iam::123456789012:role/${tenant}` } })

const profiles = tenants.map((tenant) =>
  `[profile ${tenant}]\nrole_arn = arn:aws:iam::123456789012:role/${tenant}\nsource_profile = base\n`
).join("")

/** How a client says whose credentials it is to have. */
const ways: Readonly<Record<string, () => (tenant: string) => object>> = {
  "by a name": () => (tenant) => ({ credentials: ClientCacheKey.tag(`of ${tenant}`, providerOf(tenant)) }),
  "by which function it is": () => {
    const functions = new Map(tenants.map((tenant) => [tenant, providerOf(tenant)]))
    return (tenant) => ({ credentials: functions.get(tenant) })
  },
  "by a profile": () => (profile) => ({ profile })
}

const prepare = Effect.gen(function*() {
  const sts = yield* localSts()
  yield* sessionEnvironment({
    config: profiles,
    credentials: "[base]\naws_access_key_id = base\naws_secret_access_key = s\n",
    variables: { AWS_ENDPOINT_URL_STS: sts.url }
  })
  const bucket = yield* localBucket
  const session = yield* Session.make({ region: "us-east-1", credentials: known, maxSize: room })
  /** Makes one request for each tenant. */
  const serve = (configOf: (tenant: string) => object, concurrency: number) =>
    Effect.forEach(
      tenants,
      (tenant) => session.withClient(S3Client, { ...bucket.config, ...configOf(tenant) }, ask),
      { concurrency, discard: true }
    )
  return { bucket, serve, session, sts }
})

describe("credentials live in a session as long as they are valid", () => {
  for (const [way, makeWay] of Object.entries(ways)) {
    for (const concurrency of [1, many]) {
      const title =
        `${many} tenants, known ${way}, room for ${room} clients, ${concurrency} at once: a role each, assumed once`
      it.scopedLive(title, () =>
        Effect.gen(function*() {
          const { bucket, serve, session, sts } = yield* prepare
          const configOf = makeWay()
          for (let round = 0; round < rounds; round++) {
            yield* serve(configOf, concurrency)
            yield* garbageCollected
          }
          assert.strictEqual(sts.requests(), many)
          assert.isTrue(tenants.every((tenant) => sts.assumed(tenant) === 1))
          assert.deepStrictEqual([...new Set(bucket.signers)].toSorted(), tenants.map((name) => `${name}-1`).toSorted())
          assert.isAtLeast((yield* session.caches.client.LRU.stats).computations, (many - room) * rounds)
        }))
    }

    it.scoped(`${many} tenants, known ${way}: refreshed once when they are about to expire, whoever asks then`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(Date.now())
        const { serve, sts } = yield* prepare
        const configOf = makeWay()
        for (const hours of amount([1, 2], [1, 2, 3])) {
          yield* serve(configOf, 1)
          yield* garbageCollected
          yield* serve(configOf, 1)
          assert.strictEqual(sts.requests(), many * hours)
          yield* TestClock.adjust("61 minutes")
        }
      }))
  }

  it.scoped("but are of 1,000 identities at most, those used last", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const session = yield* Session.make({ region: "us-east-1", maxSize: 2000 })
      let calls = 0
      const get = (name: string) =>
        Effect.gen(function*() {
          const before = calls
          const credentials = ClientCacheKey.tag(name, () => {
            calls += 1
            return Promise.resolve(known)
          })
          const s3 = yield* session.client(S3Client, { credentials })
          yield* Effect.promise(() => s3.config.credentials())
          return calls - before
        })
      const s3Of = Array.from({ length: 1000 }, (_, n) => `tenant-${n}`)
      for (const name of s3Of) assert.strictEqual(yield* get(name), 1)
      assert.strictEqual(yield* get("tenant-0"), 0)
      assert.strictEqual(yield* get("another"), 1)
      // The first one was used since, so the second one had to go.
      assert.strictEqual(yield* get("tenant-0"), 0)
      assert.strictEqual(yield* get("tenant-2"), 0)
      assert.strictEqual(yield* get("tenant-1"), 1)
    }))

  it.scoped("and of 64 regions at most for each identity, those used last", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const asked: Array<string> = []
      const credentials = async (properties?: { readonly callerClientConfig?: { region(): Promise<string> } }) => {
        asked.push(await properties?.callerClientConfig?.region() ?? "none")
        return known
      }
      const session = yield* Session.make({ region: "us-east-1", credentials })
      const provider = yield* session.credentialProvider
      const ask = (n: number) =>
        Effect.promise(() => provider({ callerClientConfig: { region: () => Promise.resolve(`region-${n}`) } }))
      for (let n = 0; n < 100; n++) yield* ask(n)
      assert.strictEqual(asked.splice(0).length, 100)
      for (let n = 99; n >= 36; n--) yield* ask(n)
      assert.deepStrictEqual(asked, [])
      yield* ask(35)
      assert.deepStrictEqual(asked, ["region-35"])
    }))

  it.scoped("and hold nothing of a provider without a name that nobody has any more", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const session = yield* Session.make({ region: "us-east-1", maxSize: 1 })
      const references: Array<WeakRef<Function>> = []
      yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => {
          const credentials = (properties?: { readonly callerClientConfig?: { region(): Promise<string> } }) =>
            (properties?.callerClientConfig?.region() ?? Promise.resolve("")).then(() => known)
          references.push(new WeakRef(credentials))
          return Effect.flatMap(
            session.client(S3Client, { credentials }),
            (s3) => Effect.promise(() => s3.config.credentials())
          )
        },
        { discard: true }
      )
      yield* session.client(S3Client)
      yield* garbageCollected
      assert.isAtMost(references.filter((reference) => reference.deref() !== undefined).length, 1)
    }))

  it.scoped("a name of which nothing valid is left is forgotten, one that is asked for is not", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const session = yield* Session.make({ region: "us-east-1", maxSize: 100 })
      const clock = yield* Effect.clock
      const expiring = (life: Duration.DurationInput) => () =>
        Promise.resolve({
          ...known,
          expiration: new Date(clock.unsafeCurrentTimeMillis() + Duration.toMillis(life))
        })
      const ofName = (name: string, life: Duration.DurationInput) =>
        Effect.flatMap(
          session.client(S3Client, { credentials: ClientCacheKey.tag(name, expiring(life)) }),
          (s3) => Effect.promise(() => s3.config.credentials())
        )
      const first = yield* ofName("short", "1 hour")
      yield* ofName("long", "1 day")
      yield* TestClock.adjust("3 hours")
      yield* ofName("other", "1 hour")
      assert.notStrictEqual(yield* ofName("short", "1 hour"), first)
      const long = yield* ofName("long", "1 day")
      yield* TestClock.adjust("3 hours")
      yield* ofName("yet another", "1 hour")
      assert.strictEqual(yield* ofName("long", "1 day"), long)
    }))
})
