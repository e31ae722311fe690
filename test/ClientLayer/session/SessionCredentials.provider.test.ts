import { S3Client } from "@aws-sdk/client-s3"
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Session } from "effect-aws-cache/ClientLayer"
import { inspect } from "node:util"
import { until } from "../../support/until.js"
import { ask, localBucket, localContainerEndpoint, localSts } from "../credentialSources.js"
import { sessionEnvironment } from "../sessionEnvironment.js"

/** A client that no session knows of. */
const strangeClient = (config: ConstructorParameters<typeof S3Client>[0]) =>
  Effect.acquireRelease(Effect.sync(() => new S3Client(config ?? {})), (s3) => Effect.sync(() => s3.destroy()))

describe("the credential provider of a session", () => {
  it.scoped("gives any client of the SDK what the session remembers, and stays up to date", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.now())
      const source = yield* localContainerEndpoint()
      yield* sessionEnvironment({ variables: source.variables })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region: "us-east-1" })
      const credentials = yield* session.credentialProvider
      const clients = yield* Effect.forEach(
        ["us-east-1", "eu-west-1"],
        (region) => strangeClient({ ...bucket.config, region, credentials })
      )
      const all = Effect.forEach(clients, ask, { concurrency: "unbounded" })
      yield* session.getCredentials()
      yield* all
      yield* Effect.flatMap(session.client(S3Client, bucket.config), ask)
      assert.strictEqual(source.requests(), 1)
      // A snapshot would be out of date now.
      yield* TestClock.adjust("2 hours")
      yield* all
      assert.strictEqual(source.requests(), 2)
      const { accessKeyId } = yield* Effect.promise(() => credentials({ forceRefresh: true }))
      assert.strictEqual(accessKeyId, "container-3")
      assert.strictEqual((yield* Effect.promise(() => credentials())).accessKeyId, "container-3")
      assert.deepStrictEqual(bucket.signers, [
        "container-1",
        "container-1",
        "container-1",
        "container-2",
        "container-2"
      ])
      assert.notInclude(inspect(credentials, { depth: 20, showHidden: true }), "container-")
    }))

  it.scopedLive("gives credentials of the session's profile, and sees who asks", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment({
        config: "[profile one]\nrole_arn = arn:aws:iam::123456789012:role/alpha\nsource_profile = base\n",
        credentials: "[base]\naws_access_key_id = base\naws_secret_access_key = s\n",
        variables: { AWS_ENDPOINT_URL_STS: sts.url }
      })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region: "us-east-1", profile: "one" })
      const credentials = yield* session.credentialProvider
      for (const region of ["eu-west-1", "us-gov-west-1"]) {
        const s3 = yield* strangeClient({ ...bucket.config, region, credentials })
        yield* ask(s3)
        yield* ask(s3)
      }
      assert.deepStrictEqual(sts.regions, ["eu-west-1", "us-gov-west-1"])
      // With nobody who asks it is the session itself.
      yield* Effect.promise(() => credentials())
      assert.deepStrictEqual(sts.regions.slice(2), ["us-east-1"])
      // Over the session's connections, not over those of the clients.
      assert.strictEqual((yield* session.stats).openSockets, 1)
    }))

  it.scopedLive("can be what another session, or a provider, has its credentials from", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment({ variables: { AWS_ENDPOINT_URL_STS: sts.url } })
      const bucket = yield* localBucket
      const one = yield* Session.make({
        region: "us-east-1",
        credentials: { accessKeyId: "one", secretAccessKey: "secret" }
      })
      const credentials = yield* one.credentialProvider
      const other = yield* Session.make({ region: "us-east-1", credentials })
      yield* Effect.flatMap(other.client(S3Client, bucket.config), ask)
      const role = fromTemporaryCredentials({
        masterCredentials: credentials,
        params: { RoleArn: "arn:aws:iam::123456789012:role/alpha" }
      })
      yield* Effect.flatMap(strangeClient({ ...bucket.config, region: "us-east-1", credentials: role }), ask)
      assert.deepStrictEqual(bucket.signers, ["one", "alpha-1"])
      assert.deepStrictEqual(sts.signers, ["one"])
    }))

  it.scopedLive("fails as the SDK does, and gives nothing new once the session is closed", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const bucket = yield* localBucket
      const provider = yield* Effect.scoped(Effect.gen(function*() {
        const session = yield* Session.make({ region: "us-east-1", gracePeriod: 0 })
        const credentials = yield* session.credentialProvider
        const s3 = yield* strangeClient({ ...bucket.config, region: "us-east-1", credentials })
        assert.strictEqual((yield* Effect.flip(ask(s3))).name, "CredentialsProviderError")
        return credentials
      }))
      const closed = yield* Effect.flip(Effect.tryPromise({ try: () => provider(), catch: (cause) => cause }))
      assert.instanceOf(closed, Error)
      assert.strictEqual(closed instanceof Error ? closed.name : "", "ClientClosedError")
      yield* until(() => bucket.openSockets() === 0)
    }))

  it.scopedLive("is there by the tag as well", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const credentials = { accessKeyId: "tagged", secretAccessKey: "secret" }
      const { accessKeyId } = yield* Effect.flatMap(
        Session.credentialProvider,
        (provider) => Effect.promise(() => provider())
      ).pipe(Effect.provide(Session.layer({ credentials })))
      assert.strictEqual(accessKeyId, "tagged")
    }))
})
