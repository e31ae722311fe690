import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Session } from "effect-aws-cache/ClientLayer"
import { sessionEnvironment, setVariable } from "../sessionEnvironment.js"

const config = `
[default]
region = eu-west-1

[profile production]
region = eu-central-1
max_attempts = 5

[profile quiet]
output = json

[sso-session corp]
sso_region = us-east-1
sso_start_url = https://example.com/start

[services local]
s3 =
  endpoint_url = http://127.0.0.1:1
`

const credentials = `
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = secret-of-default

[production]
aws_access_key_id = AKIDPRODUCTION
aws_secret_access_key = secret-of-production

[legacy]
aws_access_key_id = AKIDLEGACY
aws_secret_access_key = secret-of-legacy
region = ap-south-1
`

const label = (session: Effect.Effect.Success<ReturnType<typeof Session.make>>) =>
  Effect.map(session.clientKey(S3Client), String)

describe("the settings of a session", () => {
  describe("availableProfiles", () => {
    it.scoped("lists those of both files, and nothing else", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ config, credentials })
        const session = yield* Session.make()
        assert.deepStrictEqual(yield* session.availableProfiles, ["default", "production", "quiet", "legacy"])
      }))

    it.scoped("is empty where there are no files", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({
          variables: { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" }
        })
        const session = yield* Session.make()
        assert.deepStrictEqual(yield* session.availableProfiles, [])
        assert.strictEqual(yield* session.profileName, "default")
        assert.deepStrictEqual(yield* session.regionName, Option.none())
      }))
  })

  describe("the profile", () => {
    it.scoped("is that of the options, else of AWS_PROFILE, else \"default\"", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ config, credentials })
        assert.strictEqual(yield* (yield* Session.make()).profileName, "default")
        yield* setVariable("AWS_PROFILE", "legacy")
        assert.strictEqual(yield* (yield* Session.make()).profileName, "legacy")
        assert.strictEqual(yield* (yield* Session.make({ profile: "production" })).profileName, "production")
        yield* setVariable("AWS_PROFILE", "")
        assert.strictEqual(yield* (yield* Session.make()).profileName, "default")
      }))

    it.scoped("that is not there is an error that lists those that are", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ config, credentials })
        const failure = yield* Effect.flip(Session.make({ profile: "prodution" }))
        assert.strictEqual(failure._tag, "ProfileNotFoundError")
        assert.strictEqual(
          failure.message,
          "Session: there is no profile \"prodution\" in the shared config and credentials files (there are default, "
            + "production, quiet, legacy)"
        )
        yield* setVariable("AWS_PROFILE", "corp")
        assert.strictEqual((yield* Effect.flip(Session.make()))._tag, "ProfileNotFoundError")
      }))

    it.scoped("is in the keys of clients, so that they read its settings", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ config, credentials })
        const session = yield* Session.make({ profile: "production" })
        assert.strictEqual(yield* label(session), "S3Client(region=eu-central-1, profile=production)")
        const s3 = yield* session.client(S3Client)
        assert.strictEqual(yield* session.client(S3Client, { profile: "production" }), s3)
        assert.strictEqual(yield* Effect.promise(() => s3.config.maxAttempts()), 5)
        assert.notStrictEqual(yield* session.client(S3Client, { profile: "legacy" }), s3)
      }))
  })

  describe("the region", () => {
    it.scoped("is that of the options, else of AWS_REGION, else of the profile, whose credentials file wins", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ config, credentials })
        const regionName = (options: Parameters<typeof Session.make>[0]) =>
          Effect.flatMap(Session.make(options), (session) => session.regionName)
        assert.deepStrictEqual(yield* regionName({}), Option.some("eu-west-1"))
        assert.deepStrictEqual(yield* regionName({ profile: "production" }), Option.some("eu-central-1"))
        assert.deepStrictEqual(yield* regionName({ profile: "legacy" }), Option.some("ap-south-1"))
        assert.deepStrictEqual(yield* regionName({ profile: "quiet" }), Option.none())
        yield* setVariable("AWS_REGION", "us-west-1")
        assert.deepStrictEqual(yield* regionName({ profile: "production" }), Option.some("us-west-1"))
        assert.deepStrictEqual(yield* regionName({ region: "us-west-2" }), Option.some("us-west-2"))
      }))

    it.scoped("is not read from AWS_DEFAULT_REGION, which the SDK for JavaScript ignores", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ variables: { AWS_DEFAULT_REGION: "us-east-1" } })
        assert.deepStrictEqual(yield* (yield* Session.make()).regionName, Option.none())
      }))

    it.scoped("that is none is an error that says where it comes from", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ config: "[default]\nregion = no region\n" })
        const message = (options: Parameters<typeof Session.make>[0]) =>
          Effect.map(Effect.flip(Session.make(options)), (error) => `${error._tag}: ${error.message}`)
        assert.match(
          yield* message({}),
          /^CacheConfigError: Session: the region of profile default is "no region", but/
        )
        yield* setVariable("AWS_REGION", "us_east_1")
        assert.match(yield* message({}), /^CacheConfigError: Session: AWS_REGION is "us_east_1", but must be/)
        assert.match(yield* message({ region: " " }), /^CacheConfigError: Session: region is " ", but must be/)
        assert.deepStrictEqual(
          yield* Effect.flatMap(Session.make({ region: "us-east-1" }), ({ regionName }) => regionName),
          Option.some("us-east-1")
        )
      }))

    it.scoped("can be missing, until a client needs one", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const session = yield* Session.make()
        assert.deepStrictEqual(yield* session.regionName, Option.none())
        const failure = yield* Effect.flip(session.client(S3Client))
        assert.strictEqual(failure._tag, "ClientBuildError")
        assert.include(failure.message, "there is no region")
        assert.include(failure.message, "AWS_REGION")
        assert.strictEqual(yield* session.caches.client.LRU.size, 0)
        assert.instanceOf(yield* session.client(S3Client, { region: "us-east-1" }), S3Client)
        const provided = yield* session.client(S3Client, { region: () => Promise.resolve("eu-west-2") })
        assert.strictEqual(yield* Effect.promise(() => provided.config.region()), "eu-west-2")
      }))
  })

  it.scoped("a region that a class has counts where there is no other", () =>
    Effect.gen(function*() {
      class Spread extends S3Client {
        constructor(config: S3ClientConfig = {}) {
          super({ region: "eu-central-1", ...config })
        }
      }
      class Chosen extends S3Client {
        constructor(config: S3ClientConfig = {}) {
          super({ ...config, region: config.region ?? "eu-central-1" })
        }
      }
      class Asking extends S3Client {
        constructor(config: S3ClientConfig = {}) {
          super({ ...config, region: config.region ?? (() => Promise.resolve("eu-central-1")) })
        }
      }
      yield* sessionEnvironment()
      const session = yield* Session.make()
      const named = yield* Session.make({ region: "us-west-2" })
      for (const House of [Spread, Chosen, Asking]) {
        const region = (client: S3Client) => Effect.promise(() => client.config.region())
        assert.strictEqual(yield* Effect.flatMap(session.client(House), region), "eu-central-1")
        assert.strictEqual(yield* Effect.flatMap(named.client(House), region), "us-west-2")
        assert.strictEqual(yield* Effect.flatMap(named.client(House, { region: "NL" }), region), "NL")
      }
    }))

  describe("reload", () => {
    it.scoped("reads files and environment again; what changed makes new clients, what did not does not", () =>
      Effect.gen(function*() {
        const files = yield* sessionEnvironment({ config, credentials })
        const session = yield* Session.make()
        const s3 = yield* session.client(S3Client)
        yield* session.reload
        assert.strictEqual(yield* session.client(S3Client), s3)

        yield* files.write("config", "[default]\nregion = us-east-2\n[profile new]\nregion = us-west-2\n")
        assert.strictEqual(yield* session.client(S3Client), s3)
        yield* session.reload
        assert.deepStrictEqual(yield* session.regionName, Option.some("us-east-2"))
        assert.deepStrictEqual(yield* session.availableProfiles, ["default", "new", "production", "legacy"])
        assert.strictEqual(yield* label(session), "S3Client(region=us-east-2)")
        assert.notStrictEqual(yield* session.client(S3Client), s3)

        yield* setVariable("AWS_PROFILE", "new")
        yield* session.reload
        assert.strictEqual(yield* session.profileName, "new")
        assert.strictEqual(yield* label(session), "S3Client(region=us-west-2, profile=new)")
      }))

    it.scoped("notices other settings of a profile, but neither those of another nor credentials", () =>
      Effect.gen(function*() {
        const files = yield* sessionEnvironment({ config, credentials })
        const session = yield* Session.make({ profile: "production" })
        const s3 = yield* session.client(S3Client)
        yield* files.write("config", config.replace("output = json", "output = text"))
        yield* files.write("credentials", credentials.replace("secret-of-production", "new-secret"))
        yield* session.reload
        assert.strictEqual(yield* session.client(S3Client), s3)

        yield* files.write("config", config.replace("max_attempts = 5", "max_attempts = 7"))
        yield* session.reload
        const other = yield* session.client(S3Client)
        assert.notStrictEqual(other, s3)
        assert.strictEqual(yield* Effect.promise(() => other.config.maxAttempts()), 7)
        assert.strictEqual(yield* session.client(S3Client, { profile: "production" }), other)
        assert.match(
          yield* label(session),
          /^S3Client\(region=eu-central-1, profile=production, variant=settings#[0-9a-f]{8}\)$/
        )
        const mine = yield* session.clientKey(S3Client, {}, { variant: "mine" })
        assert.match(String(mine), /variant=mine, settings#/)

        yield* files.write("config", config)
        yield* session.reload
        assert.strictEqual(yield* session.client(S3Client), s3)

        yield* setVariable("AWS_MAX_ATTEMPTS", "2")
        yield* session.reload
        assert.notStrictEqual(yield* session.client(S3Client), s3)
      }))

    it.scoped("that fails changes nothing", () =>
      Effect.gen(function*() {
        const files = yield* sessionEnvironment({ config, credentials })
        const session = yield* Session.make({ profile: "production" })
        const s3 = yield* session.client(S3Client)
        yield* files.write("config", "")
        yield* files.write("credentials", "")
        assert.strictEqual((yield* Effect.flip(session.reload))._tag, "ProfileNotFoundError")
        assert.deepStrictEqual(yield* session.regionName, Option.some("eu-central-1"))
        assert.include(yield* session.availableProfiles, "quiet")
        assert.strictEqual(yield* session.client(S3Client), s3)
      }))

    it.scoped("a new session reads the files anew", () =>
      Effect.gen(function*() {
        const files = yield* sessionEnvironment({ config, credentials })
        yield* Session.make()
        yield* files.write("config", "[default]\nregion = us-east-2\n")
        assert.deepStrictEqual(yield* (yield* Session.make()).regionName, Option.some("us-east-2"))
      }))
  })
})
