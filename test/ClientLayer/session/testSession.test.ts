import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Schema } from "effect"
import type { CacheConfigError } from "effect-aws-cache/Cache"
import {
  ClientCache,
  DynamoDBDocumentResource,
  ResourceCache,
  ResourceDefinition,
  Session,
  type SessionTestOptions
} from "effect-aws-cache/ClientLayer"
import { sessionEnvironment } from "../sessionEnvironment.js"

const keys = { accessKeyId: "AKIDTEST", secretAccessKey: "planted-secret" }

class FakeS3 extends S3Client {
  readonly given: Readonly<Record<string, unknown>>
  constructor(given: Readonly<Record<string, unknown>>) {
    super({ region: "us-east-1" })
    this.given = given
  }
}
class FakeDynamoDB extends DynamoDBClient {}

const s3 = ClientCache.fake(S3Client, (config) => new FakeS3(config))

class Bucket {
  readonly client: S3Client
  readonly name: string
  constructor(client: S3Client, name: string) {
    this.client = client
    this.name = name
  }
}
const Buckets = ResourceDefinition.make({
  name: "Bucket",
  client: S3Client,
  options: Schema.Struct({ bucket: Schema.String }),
  make: (client, { bucket }) => new Bucket(client, bucket)
})

const givenTo = (client: S3Client): Readonly<Record<string, unknown>> => {
  assert.instanceOf(client, FakeS3)
  return client.given
}

describe("Session.layerTest", () => {
  it.effect("gives out fakes, one for each configuration, with what the session adds", () =>
    Effect.gen(function*() {
      const client = yield* Session.client(S3Client)
      assert.include(givenTo(client), { region: "eu-west-1", profile: "test" })
      assert.strictEqual(yield* Session.client(S3Client, { region: "EU-west-1" }), client)
      const other = yield* Session.client(S3Client, { region: "us-west-2", maxAttempts: 7 })
      assert.include(givenTo(other), { region: "us-west-2", maxAttempts: 7 })
      assert.strictEqual(yield* Session.withClient(S3Client, {}, Effect.succeed), client)
      assert.strictEqual(yield* Effect.scoped(Session.lease(S3Client)), client)
      assert.deepStrictEqual((yield* (yield* Session.caches).client.LRU.keys).map(String), [
        "S3Client(region=us-west-2, profile=test, maxAttempts=7)",
        "S3Client(region=eu-west-1, profile=test)"
      ])
      yield* Session.client(S3Client, {}, { evictionPolicy: "LFU", maxSize: 1 })
      assert.include(String(yield* Session), "client.LFU(1 of 1): S3Client(region=eu-west-1, profile=test)")
    }).pipe(Effect.provide(Session.layerTest([s3], { region: "eu-west-1", profile: "test" }))))

  it.effect("fails for a class without a fake", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Session.client(DynamoDBClient))
      assert.strictEqual(error._tag, "ClientBuildError")
      assert.include(error.message, "Session.layerTest has no fake for DynamoDBClient")
    }).pipe(Effect.provide(Session.layerTest([s3]))))

  it.effect("gives out fakes of resources, and builds the others over fakes of their clients", () => {
    const fake = ResourceCache.fake(Buckets, (config, { bucket }) => new Bucket(new FakeS3(config), `fake ${bucket}`))
    return Effect.gen(function*() {
      const built = Session.resource(Buckets, {}, { bucket: "a" })
      const over = yield* Effect.provide(built, Session.layerTest([s3]))
      assert.strictEqual(over.name, "a")
      assert.include(givenTo(over.client), { region: "us-east-1" })
      const faked = yield* Effect.provide(built, Session.layerTest([fake], { region: "us-west-2" }))
      assert.strictEqual(faked.name, "fake a")
      assert.deepStrictEqual(givenTo(faked.client), { region: "us-west-2" })
      const dynamoDB = ClientCache.fake(DynamoDBClient, () => new FakeDynamoDB({ region: "us-east-1" }))
      const documents = Session.resource(DynamoDBDocumentResource)
      assert.isFunction((yield* Effect.provide(documents, Session.layerTest([s3, dynamoDB]))).get)
      const error = yield* Effect.flip(Effect.provide(documents, Session.layerTest([s3, fake])))
      assert.include(error.message, "Session.layerTest has no fake for DynamoDBClient")
    })
  })

  it.scoped("reads neither files nor the environment", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment({
        config: "[profile other]\nregion = eu-west-1\n",
        credentials: "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = of the file\n",
        variables: {
          AWS_PROFILE: "nobody",
          AWS_REGION: "cn-north-1",
          AWS_ACCESS_KEY_ID: "AKIDENV",
          AWS_SECRET_ACCESS_KEY: "of the environment"
        }
      })
      yield* Effect.gen(function*() {
        const read = Effect.all([Session.regionName, Session.profileName, Session.availableProfiles])
        assert.deepStrictEqual(yield* read, [Option.some("us-east-1"), "default", ["default"]])
        assert.deepStrictEqual(yield* Session.getCredentials({ forceRefresh: true }), Option.none())
        const client = yield* Session.client(S3Client)
        yield* Session.reload
        assert.deepStrictEqual(yield* read, [Option.some("us-east-1"), "default", ["default"]])
        assert.strictEqual(yield* Session.client(S3Client), client)
        assert.include(givenTo(yield* Session.client(S3Client, { profile: "other" })), { region: "us-east-1" })
      }).pipe(Effect.provide(Session.layerTest([s3])))
      const layer = Session.layerTest([], { profile: "a", availableProfiles: ["a", "b"] })
      assert.deepStrictEqual(yield* Effect.provide(Session.availableProfiles, layer), ["a", "b"])
    }))

  it.effect("has the credentials of its options, which a fake gets as a provider", () => {
    const real = ClientCache.fake(S3Client, ({ credentials }) =>
      // What a test against a server of its own would do.
      new S3Client({ region: "us-east-1", credentials: Object(credentials) }))
    return Effect.gen(function*() {
      const identity = Option.getOrThrow(yield* Session.getCredentials())
      assert.strictEqual(Redacted.value(identity.secretAccessKey), keys.secretAccessKey)
      const provider = yield* Session.credentialProvider
      assert.deepInclude(yield* Effect.promise(() => provider()), keys)
      const client = yield* Session.client(S3Client)
      assert.deepInclude(yield* Effect.promise(() => client.config.credentials()), keys)
      assert.strictEqual((yield* Session.stats).credentialResolutions, 0)
    }).pipe(Effect.provide(Session.layerTest([real], {
      credentials: { ...keys, secretAccessKey: Redacted.make(keys.secretAccessKey) }
    })))
  })

  it.effect("without credentials has none, wherever they are asked for", () => {
    const real = ClientCache.fake(
      S3Client,
      ({ credentials }) => new S3Client({ region: "us-east-1", credentials: Object(credentials) })
    )
    return Effect.gen(function*() {
      const client = yield* Session.client(S3Client)
      const error = yield* Effect.flip(Effect.tryPromise({
        try: () => client.send(new HeadBucketCommand({ Bucket: "b" })),
        catch: String
      }))
      assert.include(error, "Session: there are no credentials for the session: Session.layerTest was given none")
    }).pipe(Effect.provide(Session.layerTest([real])))
  })

  it.effect("makes a cache for what asks the caches of the session", () =>
    Effect.gen(function*() {
      assert.include(givenTo(yield* ClientCache.client(S3Client)), { region: "us-west-2" })
    }).pipe(
      Effect.provide(Layer.provide(Session.layerClientCache(), Session.layerTest([s3], { region: "us-west-2" })))
    ))

  it.effect("shows no credentials where a fake throws", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Session.client(S3Client))
      assert.notInclude(`${error.message} ${String(error.cause)}`, keys.secretAccessKey)
    }).pipe(Effect.provide(Session.layerTest([
      ClientCache.fake(S3Client, () => {
        throw new Error(`no client with ${keys.secretAccessKey}`)
      })
    ], { credentials: keys }))))

  const refused: ReadonlyArray<readonly [SessionTestOptions, string]> = [
    [{ region: "no region" }, "region is \"no region\""],
    [{ maxSize: -1 }, "maxSize is -1"],
    [{ name: "mine", credentials: Object(() => Promise.resolve(keys)) }, "mine: credentials is a function"],
    [{ credentials: Object(1) }, "credentials"]
  ]
  for (const [options, message] of refused) {
    it.effect(`refuses ${message}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Effect.provide(Session.regionName, Session.layerTest([], options)))
        assert.strictEqual(error._tag, "CacheConfigError")
        assert.include(error.message, message)
      }))
  }

  it("can fail for an option only", () => {
    expectTypeOf(Session.layerTest([s3])).toEqualTypeOf<Layer.Layer<Session, CacheConfigError>>()
  })
})
