import { S3, S3Client } from "@aws-sdk/client-s3"
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Option, Redacted, Scope, TestClock } from "effect"
import {
  ClientCacheKey,
  ClientCustomization,
  ResourceDefinition,
  Session,
  type SessionService
} from "effect-aws-cache/ClientLayer"
import { readFileSync, writeFileSync } from "node:fs"
import { inspect } from "node:util"
import { turns, until } from "../../support/until.js"
import { ask, localBucket, localContainerEndpoint, localSts } from "../credentialSources.js"
import { credentialProcess, sessionEnvironment, setVariable } from "../sessionEnvironment.js"

const region = "us-east-1"

/** 20 clients of different configurations, each of which makes 3 requests. */
const useClients = (
  session: SessionService,
  config: { readonly endpoint: string; readonly credentials?: never },
  concurrency: number | "unbounded"
) =>
  Effect.forEach(
    Array.from({ length: 20 }, (_, n) => n + 1),
    (maxAttempts) =>
      Effect.flatMap(session.client(S3Client, { ...config, maxAttempts }), (s3) =>
        Effect.all([ask(s3), ask(s3), ask(s3)], { concurrency })),
    { concurrency, discard: true }
  )

const ways = { "one after the other": 1, "all at once": "unbounded" } as const

describe("the credentials of a session", () => {
  for (const [way, concurrency] of Object.entries(ways)) {
    describe(`of 20 clients that are used ${way}`, () => {
      it.scopedLive("are asked of the container endpoint once", () =>
        Effect.gen(function*() {
          const source = yield* localContainerEndpoint()
          yield* sessionEnvironment({ variables: source.variables })
          const bucket = yield* localBucket
          const session = yield* Session.make({ region, maxSize: 20 })
          yield* useClients(session, bucket.config, concurrency)
          assert.strictEqual(source.requests(), 1)
          assert.strictEqual((yield* session.stats).credentialResolutions, 1)
          assert.deepStrictEqual([...new Set(bucket.signers)], ["container-1"])
          assert.strictEqual(bucket.signers.length, 60)
        }))

      it.scopedLive("are asked of a credential_process once", () =>
        Effect.gen(function*() {
          const files = yield* sessionEnvironment()
          const log = `${files.folder}/runs`
          const line = credentialProcess(
            files.folder,
            `
            import { appendFileSync } from "node:fs"
            appendFileSync(${JSON.stringify(log)}, "run\\n")
            console.log(JSON.stringify({
              Version: 1,
              AccessKeyId: "from-process",
              SecretAccessKey: "secret-of-process",
              Expiration: new Date(Date.now() + 3_600_000).toISOString()
            }))
            `
          )
          yield* files.write("config", `[profile tool]\n${line}\n`)
          const bucket = yield* localBucket
          const session = yield* Session.make({ region, maxSize: 20, profile: "tool" })
          yield* useClients(session, bucket.config, concurrency)
          assert.strictEqual(readFileSync(log, "utf8"), "run\n")
          assert.deepStrictEqual([...new Set(bucket.signers)], ["from-process"])
        }))

      it.scopedLive("are assumed of a profile's role once", () =>
        Effect.gen(function*() {
          const sts = yield* localSts()
          yield* sessionEnvironment({
            config: "[profile tenant]\nrole_arn = arn:aws:iam::123456789012:role/alpha\nsource_profile = base\n",
            credentials: "[base]\naws_access_key_id = base-key\naws_secret_access_key = secret-of-base\n",
            variables: { AWS_ENDPOINT_URL_STS: sts.url }
          })
          const bucket = yield* localBucket
          const session = yield* Session.make({ region, maxSize: 20, profile: "tenant" })
          yield* useClients(session, bucket.config, concurrency)
          assert.strictEqual(sts.requests(), 1)
          assert.deepStrictEqual(sts.signers, ["base-key"])
          assert.deepStrictEqual([...new Set(bucket.signers)], ["alpha-1"])
        }))

      it.scopedLive("are assumed by fromTemporaryCredentials once, given to the session or to each client", () =>
        Effect.gen(function*() {
          const sts = yield* localSts()
          yield* sessionEnvironment({
            variables: {
              AWS_ENDPOINT_URL_STS: sts.url,
              AWS_ACCESS_KEY_ID: "environment-key",
              AWS_SECRET_ACCESS_KEY: "secret-of-environment"
            }
          })
          const role = (name: string) =>
            fromTemporaryCredentials({ params: { RoleArn: `arn:aws:iam::123456789012:role/${name}` } })
          const bucket = yield* localBucket
          const session = yield* Session.make({ region, maxSize: 20, credentials: role("alpha") })
          yield* useClients(session, bucket.config, concurrency)
          assert.strictEqual(sts.assumed("alpha"), 1)
          assert.deepStrictEqual([...new Set(bucket.signers.splice(0))], ["alpha-1"])

          const credentials = role("beta")
          const plain = yield* Session.make({ region, maxSize: 20 })
          yield* Effect.forEach(
            Array.from({ length: 20 }, (_, n) => n + 1),
            (maxAttempts) =>
              Effect.flatMap(plain.client(S3Client, { ...bucket.config, credentials, maxAttempts }), ask),
            { concurrency, discard: true }
          )
          assert.strictEqual(sts.assumed("beta"), 1)
          assert.deepStrictEqual([...new Set(bucket.signers)], ["beta-1"])
          assert.deepStrictEqual(sts.signers, ["environment-key", "environment-key"])
          // Of the environment, to sign for STS with, and of the role.
          assert.strictEqual((yield* plain.stats).credentialResolutions, 2)
        }))
    })
  }

  it.scopedLive("that never live for five minutes are not resolved at each request", () =>
    Effect.gen(function*() {
      const source = yield* localContainerEndpoint({ seconds: 240 })
      yield* sessionEnvironment({ variables: source.variables })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region, maxSize: 20 })
      yield* useClients(session, bucket.config, 1)
      assert.strictEqual(source.requests(), 1)
    }))

  it.scoped("that expire are refreshed once, for all clients", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.now())
      const source = yield* localContainerEndpoint({ seconds: 3600 })
      yield* sessionEnvironment({ variables: source.variables })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region, maxSize: 20 })
      yield* useClients(session, bucket.config, "unbounded")
      yield* TestClock.adjust("54 minutes")
      yield* useClients(session, bucket.config, "unbounded")
      assert.strictEqual(source.requests(), 1)

      // In the last five minutes: in the background, while the old ones serve.
      yield* TestClock.adjust("2 minutes")
      yield* useClients(session, bucket.config, "unbounded")
      yield* until(() => source.requests() === 2)
      assert.include(bucket.signers, "container-1")
      yield* Effect.repeat(useClients(session, bucket.config, 1), {
        until: () => bucket.signers.at(-1) === "container-2"
      })
      assert.strictEqual(source.requests(), 2)

      // Asleep until long after they expired: who asks then waits for the new ones.
      yield* TestClock.adjust("10 hours")
      bucket.signers.splice(0)
      yield* useClients(session, bucket.config, "unbounded")
      assert.strictEqual(source.requests(), 3)
      assert.deepStrictEqual([...new Set(bucket.signers)], ["container-3"])
    }))

  it.scopedLive("that could not be had are asked for again", () =>
    Effect.gen(function*() {
      const files = yield* sessionEnvironment()
      const line = credentialProcess(
        files.folder,
        `
        import { existsSync } from "node:fs"
        if (!existsSync(${JSON.stringify(`${files.folder}/ready`)})) process.exit(3)
        console.log(JSON.stringify({ Version: 1, AccessKeyId: "late", SecretAccessKey: "secret" }))
        `
      )
      yield* files.write("config", `[default]\n${line}\n`)
      const bucket = yield* localBucket
      const session = yield* Session.make({ region })
      const s3 = yield* session.client(S3Client, bucket.config)
      const failure = yield* Effect.flip(ask(s3))
      // What the SDK fails with without a session.
      assert.strictEqual(failure.name, "CredentialsProviderError")
      assert.strictEqual(bucket.requests(), 0)
      const typed = yield* Effect.flip(session.getCredentials())
      assert.strictEqual(typed._tag, "CredentialsError")
      assert.match(typed.message, /^Session: there are no credentials for the environment: .*Command failed/)
      writeFileSync(`${files.folder}/ready`, "")
      yield* ask(s3)
      assert.deepStrictEqual(bucket.signers, ["late"])
      assert.isTrue(Option.isSome(yield* session.getCredentials()))
      assert.strictEqual((yield* session.stats).credentialResolutions, 3)
    }))

  it.scopedLive("are resolved anew by forceRefresh, for everybody", () =>
    Effect.gen(function*() {
      const source = yield* localContainerEndpoint()
      yield* sessionEnvironment({ variables: source.variables })
      const session = yield* Session.make({ region })
      const s3 = yield* session.client(S3Client)
      const keyOf = (options?: Record<string, unknown>) =>
        Effect.map(Effect.promise(() => s3.config.credentials(options)), ({ accessKeyId }) => accessKeyId)
      assert.strictEqual(yield* keyOf(), "container-1")
      assert.strictEqual(yield* keyOf({ forceRefresh: true }), "container-2")
      assert.strictEqual(yield* keyOf(), "container-2")
      const all = yield* Effect.all(Array.from({ length: 10 }, () => keyOf({ forceRefresh: true })), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([...new Set(all)], ["container-3"])
      yield* session.getCredentials({ forceRefresh: true })
      assert.strictEqual(yield* keyOf(), "container-4")
      assert.strictEqual(source.requests(), 4)
    }))

  it.scopedLive("are forgotten by reload, by clients that are there as well", () =>
    Effect.gen(function*() {
      const credentials = (key: string) => `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret\n`
      const files = yield* sessionEnvironment({ credentials: credentials("first") })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region })
      const s3 = yield* session.client(S3Client, bucket.config)
      yield* ask(s3)
      yield* files.write("credentials", credentials("second"))
      yield* ask(s3)
      yield* session.reload
      yield* ask(s3)
      assert.strictEqual(yield* session.client(S3Client, bucket.config), s3)
      assert.deepStrictEqual(bucket.signers, ["first", "first", "second"])
    }))

  it.scopedLive("of a profile that a client names are that profile's, resolved once", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment({
        config: ["alpha", "beta"].map((name) =>
          `[profile ${name}]\nrole_arn = arn:aws:iam::123456789012:role/${name}\nsource_profile = base\n`
        ).join(""),
        credentials: "[base]\naws_access_key_id = base-key\naws_secret_access_key = secret-of-base\n",
        variables: { AWS_ENDPOINT_URL_STS: sts.url }
      })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region, profile: "alpha" })
      for (const profile of ["alpha", "beta", "base"]) {
        for (const maxAttempts of [1, 2]) {
          yield* Effect.flatMap(session.client(S3Client, { ...bucket.config, profile, maxAttempts }), ask)
        }
      }
      assert.deepStrictEqual(bucket.signers, ["alpha-1", "alpha-1", "beta-1", "beta-1", "base-key", "base-key"])
      assert.strictEqual(sts.requests(), 2)
    }))

  it.scopedLive("of providers with one name are one, whichever function it is, and for every class of clients", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment()
      const bucket = yield* localBucket
      const session = yield* Session.make({ region })
      const credentialsOf = (tenant: string) =>
        ClientCacheKey.tag(
          tenant,
          fromTemporaryCredentials({
            params: { RoleArn: `arn:aws:iam::123456789012:role/${tenant}` },
            masterCredentials: { accessKeyId: "master", secretAccessKey: "secret" },
            clientConfig: { endpoint: sts.url }
          })
        )
      for (const tenant of ["alpha", "beta", "alpha"]) {
        const s3 = yield* session.client(S3Client, { ...bucket.config, credentials: credentialsOf(tenant) })
        yield* ask(s3)
        const other = yield* session.client(S3, { ...bucket.config, credentials: credentialsOf(tenant) })
        yield* ask(other)
      }
      assert.deepStrictEqual([sts.assumed("alpha"), sts.assumed("beta"), sts.requests()], [1, 1, 2])
      assert.strictEqual((yield* session.caches.client.LRU.stats).computations, 4)
      assert.deepStrictEqual(bucket.signers, ["alpha-1", "alpha-1", "beta-1", "beta-1", "alpha-1", "alpha-1"])
    }))

  it.scopedLive("are left to a client that brings its own", () =>
    Effect.gen(function*() {
      const source = yield* localContainerEndpoint()
      yield* sessionEnvironment({ variables: source.variables })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region })
      const static1 = { accessKeyId: "static", secretAccessKey: "secret" }
      yield* Effect.flatMap(session.client(S3Client, { ...bucket.config, credentials: static1 }), ask)
      const redacted = Redacted.make({ accessKeyId: "redacted", secretAccessKey: Redacted.make("secret") })
      yield* Effect.flatMap(session.client(S3Client, { ...bucket.config, credentials: redacted }), ask)
      const other = new S3Client({ region, credentials: { accessKeyId: "other", secretAccessKey: "secret" } })
      yield* Effect.flatMap(session.client(S3Client, { ...bucket.config, credentials: other.config.credentials }), ask)
      other.destroy()
      assert.deepStrictEqual(bucket.signers, ["static", "redacted", "other"])
      assert.strictEqual(source.requests(), 0)
    }))

  it.scopedLive("can be static, of the session, with parts or all redacted", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const bucket = yield* localBucket
      const secretAccessKey = Redacted.make("very-secret")
      for (
        const credentials of [
          { accessKeyId: "one", secretAccessKey: "very-secret" },
          { accessKeyId: "two", secretAccessKey, sessionToken: Redacted.make("token") },
          Redacted.make({ accessKeyId: "three", secretAccessKey })
        ]
      ) {
        const session = yield* Session.make({ region, credentials })
        yield* Effect.flatMap(session.client(S3Client, bucket.config), ask)
      }
      assert.deepStrictEqual(bucket.signers, ["one", "two", "three"])
      const bad = { accessKeyId: "four", secretAccessKey: "" }
      const failure = yield* Effect.flip(Session.make({ region, credentials: bad }))
      assert.strictEqual(failure._tag, "CacheConfigError")
      assert.include(failure.message, "credentials.secretAccessKey")
    }))

  it.scopedLive("of the session are not shown by what fails to be built with them", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const known = { accessKeyId: "AKIA-of-session", secretAccessKey: "secret-of-session" }
      const tell = (client: S3Client) =>
        Effect.flatMap(
          Effect.promise(() => client.config.credentials()),
          ({ accessKeyId, secretAccessKey }) => Effect.fail(new Error(`no login for ${accessKeyId}:${secretAccessKey}`))
        )
      const Login = ResourceDefinition.make({ name: "Login", client: S3Client, make: tell })
      const customize = ClientCustomization.make("login", tell)
      for (const credentials of [known, Redacted.make(known), () => Promise.resolve(known)]) {
        const session = yield* Session.make({ region, credentials })
        yield* session.getCredentials()
        for (
          const failure of [
            yield* Effect.flip(session.resource(Login)),
            yield* Effect.flip(session.client(S3Client, {}, { customize }))
          ]
        ) {
          assert.include(failure.message, "no login for ***:***")
          assert.notMatch(inspect(failure, { depth: 20 }), /-of-session/)
        }
      }
    }))

  it.scopedLive("that a client has by the session are not shown by what fails to be built with them either", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment({
        credentials: "[one]\naws_access_key_id = AKIA-of-profile\naws_secret_access_key = secret-of-profile\n"
      })
      const known = { accessKeyId: "AKIA-of-client", secretAccessKey: "secret-of-client" }
      const tell = (client: S3Client) =>
        Effect.flatMap(
          Effect.promise(() => client.config.credentials()),
          ({ accessKeyId, secretAccessKey }) => Effect.fail(new Error(`no login for ${accessKeyId}:${secretAccessKey}`))
        )
      const Login = ResourceDefinition.make({ name: "Login", client: S3Client, make: tell })
      const customize = ClientCustomization.make("login", tell)
      const regional = async (properties?: { readonly callerClientConfig?: { region(): Promise<string> } }) => {
        await properties?.callerClientConfig?.region()
        return known
      }
      const session = yield* Session.make({ region })
      for (
        const config of [
          { credentials: () => Promise.resolve(known) },
          { credentials: ClientCacheKey.tag("known", () => Promise.resolve(known)) },
          { credentials: () => Promise.resolve({ ...known, expiration: new Date(0) }) },
          { credentials: regional },
          { profile: "one" }
        ]
      ) {
        for (
          const failure of [
            yield* Effect.flip(session.resource(Login, config)),
            yield* Effect.flip(session.client(S3Client, config, { customize }))
          ]
        ) {
          assert.include(failure.message, "no login for ***:***")
          assert.notMatch(inspect(failure, { depth: 20 }), /-of-(client|profile)/)
        }
      }
    }))

  it.scopedLive("of a session can be handed to another one", () =>
    Effect.gen(function*() {
      const source = yield* localContainerEndpoint()
      yield* sessionEnvironment({ variables: source.variables })
      const bucket = yield* localBucket
      const one = yield* Session.make({ region })
      const credentials = Option.getOrThrow(yield* one.getCredentials())
      const other = yield* Session.make({ region, credentials })
      yield* Effect.flatMap(other.client(S3Client, bucket.config), ask)
      assert.deepStrictEqual(bucket.signers, ["container-1"])
    }))

  describe("getCredentials", () => {
    it.scopedLive("gives them redacted, resolved once", () =>
      Effect.gen(function*() {
        const source = yield* localContainerEndpoint()
        yield* sessionEnvironment({ variables: source.variables })
        const session = yield* Session.make({ region })
        const found = Option.getOrThrow(yield* session.getCredentials())
        assert.strictEqual(Redacted.value(found.accessKeyId), "container-1")
        assert.strictEqual(Redacted.value(found.secretAccessKey), "secret-of-container-1")
        assert.strictEqual(Redacted.value(found.sessionToken ?? Redacted.make("")), "token-of-container-1")
        assert.instanceOf(found.expiration, Date)
        yield* session.getCredentials()
        assert.strictEqual(source.requests(), 1)
        for (const shown of [inspect(found, { depth: 20 }), JSON.stringify(found), inspect(session, { depth: 20 })]) {
          assert.notInclude(shown, "container-1")
        }
      }))

    it.scopedLive("gives none where the SDK finds none", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const session = yield* Session.make({ region })
        assert.deepStrictEqual(yield* session.getCredentials(), Option.none())
        // Not remembered either.
        yield* setVariable("AWS_ACCESS_KEY_ID", "late")
        yield* setVariable("AWS_SECRET_ACCESS_KEY", "secret")
        assert.isTrue(Option.isSome(yield* session.getCredentials()))
      }))

    it.scopedLive("fails for a profile whose source fails", () =>
      Effect.gen(function*() {
        const sts = yield* localSts()
        yield* sessionEnvironment({
          config: "[profile tenant]\nrole_arn = arn:aws:iam::123456789012:role/forbidden\nsource_profile = base\n",
          credentials: "[base]\naws_access_key_id = base-key\naws_secret_access_key = secret-of-base\n",
          variables: { AWS_ENDPOINT_URL_STS: sts.url }
        })
        const session = yield* Session.make({ region, profile: "tenant" })
        const failure = yield* Effect.flip(session.getCredentials())
        assert.strictEqual(
          failure.message,
          "Session: there are no credentials for profile tenant: AccessDenied: not authorized to assume "
            + "arn:aws:iam::123456789012:role/forbidden"
        )
      }))

    it.scopedLive("fails for a provider that gives something else", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const half: object = { accessKeyId: "only" }
        const options: object = { region, credentials: () => Promise.resolve(half) }
        const session = yield* Session.make(options)
        const failure = yield* Effect.flip(session.getCredentials())
        assert.strictEqual(failure._tag, "CredentialsError")
        assert.include(failure.message, "without accessKeyId and secretAccessKey")
      }))
  })

  it.scopedLive("no message shows a secret of the environment or of a file", () =>
    Effect.gen(function*() {
      const files = yield* sessionEnvironment({ variables: { AWS_CONTAINER_AUTHORIZATION_TOKEN: "planted-token" } })
      const line = `${
        credentialProcess(files.folder, `console.error("it failed with planted-token"); process.exit(1)`)
      } --password planted-password`
      yield* files.write("config", `[profile tool]\n${line}\n`)
      const session = yield* Session.make({ region, profile: "tool" })
      const exit = yield* Effect.exit(session.getCredentials())
      assert.isTrue(Exit.isFailure(exit))
      const failure = yield* Effect.flip(session.getCredentials())
      const s3 = yield* session.client(S3Client)
      const thrown = yield* Effect.flip(ask(s3))
      const shown = [
        failure.message,
        String(failure),
        JSON.stringify(failure),
        inspect(failure, { depth: 20 }),
        Exit.isFailure(exit) ? Cause.pretty(exit.cause, { renderErrorCause: true }) : "",
        inspect(thrown, { depth: 20 })
      ].join("\n")
      assert.notInclude(shown, "planted")
      assert.include(failure.message, "profile tool")
    }))

  it.scopedLive("a session that is closing has credentials for those who lease its clients", () =>
    Effect.gen(function*() {
      const source = yield* localContainerEndpoint()
      yield* sessionEnvironment({ variables: source.variables })
      const bucket = yield* localBucket
      const scope = yield* Scope.make()
      const session = yield* Scope.extend(Session.make({ region }), scope)
      const closing = yield* session.withClient(S3Client, bucket.config, (s3) =>
        Effect.gen(function*() {
          const closing = yield* Effect.forkDaemon(Scope.close(scope, Exit.void))
          yield* turns(3)
          yield* ask(s3)
          return closing
        }))
      yield* Fiber.join(closing)
      assert.deepStrictEqual(bucket.signers, ["container-1"])
      yield* until(() => bucket.openSockets() === 0)
    }))

  it.scopedLive("a session that is closed resolves nothing more, and lets nobody wait", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      let started = false
      const credentials = () =>
        new Promise<never>(() => {
          started = true
        })
      const client = yield* Effect.scoped(Effect.gen(function*() {
        const session = yield* Session.make({ region, credentials })
        const s3 = yield* session.client(S3Client)
        const waiting = yield* Effect.forkDaemon(ask(s3))
        yield* until(() => started)
        return { s3, waiting }
      }))
      for (const failing of [Fiber.join(client.waiting), ask(client.s3)]) {
        assert.strictEqual((yield* Effect.flip(failing)).name, "ClientClosedError")
      }
    }))
})
