import { S3Client } from "@aws-sdk/client-s3"
import { STSClient } from "@aws-sdk/client-sts"
import { fromIni, fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import { type AwsCredentials, ClientCacheKey, Session } from "effect-aws-cache/ClientLayer"
import * as LocalHttp from "../../servers/LocalHttp.js"
import { ask, localBucket, localContainerEndpoint, localSts } from "../credentialSources.js"
import { sessionEnvironment } from "../sessionEnvironment.js"

const known: AwsCredentials = { accessKeyId: "known", secretAccessKey: "secret" }

const master = { accessKeyId: "master", secretAccessKey: "secret" }

const roleOf = (name: string, partition = "aws") => ({
  params: { RoleArn: `arn:${partition}:iam::123456789012:role/${name}`, RoleSessionName: "test" }
})

/** A provider that remembers what it was shown. */
const recording = () => {
  const shown: Array<object> = []
  const provider = (properties?: { readonly callerClientConfig?: object }): Promise<AwsCredentials> => {
    // As it is now: the SDK adds to it later.
    if (properties?.callerClientConfig !== undefined) shown.push({ ...properties.callerClientConfig })
    return Promise.resolve(known)
  }
  return { shown, provider }
}

/** What a configuration says, functions that provide settings asked. */
const settingsOf = (config: object | undefined) =>
  Effect.promise(async () => {
    const settings: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(config ?? {})) {
      // What makes things of its own at each call, is another one in each client, or belongs to the session.
      if (/^(requestHandler|credential|signer|systemClockOffset|endpointProvider|logger|extensions)/.test(name)) {
        continue
      }
      const isSetting = /^(region|.*Mode|.*Endpoint|maxAttempts|userAgentAppId|customUserAgent)$/.test(name)
      const given: unknown = isSetting && typeof value === "function"
        ? await Reflect.apply(value, undefined, [])
        : typeof value
      settings[name] = Predicate.isObject(given) ? "an object" : given
    }
    return settings
  })

describe("a credential provider in a session", () => {
  const configs: Readonly<Record<string, object>> = {
    "with a region": { region: "eu-west-1" },
    "with a region that is provided": { region: () => Promise.resolve("eu-west-1") },
    "with a FIPS region": { region: "fips-us-west-2" },
    "with a profile": { region: "eu-west-1", profile: "other" },
    "with modes": { region: "eu-west-1", defaultsMode: "mobile", retryMode: "adaptive", maxAttempts: 7 },
    "with a user agent": { region: "eu-west-1", customUserAgent: [["mine", "1"]], userAgentAppId: "app" },
    "with endpoints": { region: "us-east-1", useDualstackEndpoint: true, useFipsEndpoint: true },
    "with a field that the SDK does not know": { region: "eu-west-1", tenant: "alpha" }
  }
  for (const [name, config] of Object.entries(configs)) {
    it.scopedLive(`is shown a client ${name} as by the SDK`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ config: "[profile other]\nregion = us-west-2\nmax_attempts = 4\n" })
        const withoutSession = recording()
        const bare = new S3Client({ ...config, credentials: withoutSession.provider })
        yield* Effect.promise(() => bare.config.credentials())
        bare.destroy()
        const inSession = recording()
        const session = yield* Session.make({ region: "ap-south-1" })
        const s3 = yield* session.client(S3Client, { ...config, credentials: inSession.provider })
        yield* Effect.promise(() => s3.config.credentials())
        const [expected, actual] = [withoutSession.shown[0], inSession.shown[0]]
        assert.deepStrictEqual(Object.keys(actual ?? {}).toSorted(), Object.keys(expected ?? {}).toSorted())
        assert.deepStrictEqual(yield* settingsOf(actual), yield* settingsOf(expected))
      }))
  }

  const environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "nothing": {},
    "credentials": { AWS_ACCESS_KEY_ID: "environment", AWS_SECRET_ACCESS_KEY: "s" },
    "another profile": { AWS_PROFILE: "other" },
    "the same profile": { AWS_PROFILE: "own" }
  }
  for (const [name, variables] of Object.entries(environments)) {
    it.scopedLive(`takes a role as the client's profile has it, and lets the session keep its own; in the environment is ${name}`, () =>
      Effect.gen(function*() {
        const sts = yield* localSts()
        const file = (profile: string) => `[${profile}]\naws_access_key_id = ${profile}\naws_secret_access_key = s\n`
        yield* sessionEnvironment({
          credentials: ["default", "own", "other"].map(file).join(""),
          variables: { AWS_ENDPOINT_URL_STS: sts.url, ...variables }
        })
        const bucket = yield* localBucket
        const config = { ...bucket.config, region: "us-east-1" }
        const roled = () => ({ ...config, profile: "own", credentials: fromTemporaryCredentials(roleOf("alpha")) })
        for (const s3 of [new S3Client(roled()), new S3Client(config)]) {
          yield* ask(s3)
          s3.destroy()
        }
        const bare = [sts.signers.splice(0), bucket.signers.splice(0).slice(1)]
        const session = yield* Session.make()
        yield* Effect.flatMap(session.client(S3Client, roled()), ask)
        yield* Effect.flatMap(session.client(S3Client, config), ask)
        assert.deepStrictEqual([sts.signers, bucket.signers.slice(1)], bare)
      }))
  }

  it.scopedLive("is shown a request handler that works, over the session's connections, which it cannot close", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const bucket = yield* localBucket
      const { provider, shown } = recording()
      const session = yield* Session.make({ region: "eu-west-1" })
      yield* Effect.flatMap(session.client(S3Client, { ...bucket.config, credentials: provider }), ask)
      const view: { readonly requestHandler?: S3Client["config"]["requestHandler"] } = shown[0] ?? {}
      const handler = view.requestHandler
      assert.strictEqual(handler?.metadata?.handlerProtocol, "http/1.1")
      const { HttpRequest } = yield* Effect.promise(() => import("@smithy/core/protocols"))
      const request = new HttpRequest({ protocol: "http:", hostname: "127.0.0.1", port: bucket.port, path: "/" })
      const answer = yield* Effect.promise(() => Promise.resolve(handler?.handle(request)))
      assert.strictEqual(answer?.response.statusCode, 200)
      handler?.destroy?.()
      const another = yield* session.client(S3Client, { ...bucket.config, credentials: known })
      yield* ask(another)
      assert.strictEqual((yield* session.stats).openSockets, bucket.openSockets())
    }))

  it.scopedLive("assumes a role in the region of the client, whatever the session's", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment({ variables: { AWS_ENDPOINT_URL_STS: sts.url } })
      const bucket = yield* localBucket
      const partitions = { "eu-west-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn" }
      for (const options of [{}, { region: "us-east-1" }, { region: "cn-northwest-1" }]) {
        const session = yield* Session.make(options)
        for (const [region, partition] of Object.entries(partitions)) {
          const credentials = fromTemporaryCredentials({ masterCredentials: master, ...roleOf("alpha", partition) })
          for (const given of [region, () => Promise.resolve(region)]) {
            const s3 = yield* session.client(S3Client, { ...bucket.config, region: given, credentials })
            yield* ask(s3)
          }
        }
        assert.deepStrictEqual(sts.regions.splice(0), Object.keys(partitions))
      }
    }))

  it.scopedLive("that is known by a name has an answer for each region it asks for", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment({ variables: { AWS_ENDPOINT_URL_STS: sts.url } })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region: "us-east-1", maxSize: 20 })
      const regions = ["us-east-1", "us-gov-west-1", "eu-west-1"]
      const named = () =>
        ClientCacheKey.tag("alpha", fromTemporaryCredentials({ masterCredentials: master, ...roleOf("alpha") }))
      const clients = yield* Effect.forEach(regions, (region) =>
        session.client(S3Client, { ...bucket.config, region, credentials: named() }))
      yield* Effect.forEach(clients, (s3) =>
        Effect.all([ask(s3), ask(s3), ask(s3)], { concurrency: 3 }), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(sts.regions.splice(0).toSorted(), regions.toSorted())
      assert.strictEqual(new Set(bucket.signers.splice(0)).size, 3)

      // Nothing of it is mixed up later: by a refresh, by a reload, by other clients with the same name.
      const [first, second] = clients
      if (first === undefined || second === undefined) return yield* Effect.dieMessage("no clients")
      yield* Effect.promise(() => first.config.credentials({ forceRefresh: true }))
      assert.deepStrictEqual(sts.regions.splice(0), ["us-east-1"])
      yield* session.reload
      yield* Effect.forEach([first, second], ask, { concurrency: "unbounded" })
      assert.deepStrictEqual(sts.regions.splice(0).toSorted(), ["us-east-1", "us-gov-west-1"])
      yield* Effect.forEach(
        regions.slice(0, 2),
        (region) =>
          Effect.flatMap(
            session.client(S3Client, { ...bucket.config, region, credentials: named(), maxAttempts: 2 }),
            ask
          )
      )
      assert.deepStrictEqual(sts.regions, [])
    }))

  it.scopedLive("that does not ask for the region has one answer for all, wherever they are", () =>
    Effect.gen(function*() {
      const source = yield* localContainerEndpoint()
      yield* sessionEnvironment({ variables: source.variables })
      const bucket = yield* localBucket
      let calls = 0
      const session = yield* Session.make({ region: "us-east-1", maxSize: 20 })
      const credentials = () => {
        calls += 1
        return Promise.resolve(known)
      }
      const regions = ["us-east-1", "eu-west-1", "ap-south-1", "cn-north-1", "us-gov-west-1"]
      for (const more of [{}, { credentials }]) {
        yield* Effect.forEach(
          regions,
          (region) => Effect.flatMap(session.client(S3Client, { ...bucket.config, ...more, region }), ask),
          { concurrency: "unbounded" }
        )
      }
      assert.deepStrictEqual([source.requests(), calls], [1, 1])
    }))

  it.scopedLive("that asks for the region now and then is remembered for each from then on", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const asked: Array<string> = []
      let asks = false
      const provider = ClientCacheKey.tag(
        "now and then",
        async (properties?: { readonly callerClientConfig?: { readonly region: () => Promise<string> } }) => {
          const region = asks ? await properties?.callerClientConfig?.region() ?? "none" : "all"
          asked.push(region)
          return { accessKeyId: region, secretAccessKey: "secret" }
        }
      )
      const session = yield* Session.make({ region: "us-east-1" })
      const clients = yield* Effect.forEach(
        ["us-east-1", "eu-west-1"],
        (region) => session.client(S3Client, { region, credentials: provider })
      )
      const keys = (options?: Record<string, unknown>) =>
        Effect.forEach(clients, (s3) => Effect.promise(() => s3.config.credentials(options)))
      assert.deepStrictEqual((yield* keys()).map(({ accessKeyId }) => accessKeyId), ["all", "all"])
      asks = true
      const forced = yield* keys({ forceRefresh: true })
      assert.deepStrictEqual(forced.map(({ accessKeyId }) => accessKeyId), ["us-east-1", "eu-west-1"])
      assert.deepStrictEqual((yield* keys()).map(({ accessKeyId }) => accessKeyId), ["us-east-1", "eu-west-1"])
      assert.deepStrictEqual(asked, ["all", "us-east-1", "eu-west-1"])
    }))

  interface Shown {
    readonly [name: string]: unknown
    readonly region: () => Promise<string>
    readonly retryMode: string | (() => Promise<string>)
    readonly defaultsMode: () => Promise<string>
    readonly maxAttempts: () => Promise<number>
    readonly useDualstackEndpoint: () => Promise<boolean>
  }
  const looks: Readonly<Record<string, (client: Shown) => unknown>> = {
    "nothing": () => "nothing",
    "the region": ({ region }) => region(),
    "the region of a copy": (client) => ({ ...client }).region(),
    "the region of an assigned copy": (client) => Object.assign({ more: 1 }, client).region(),
    "the service": ({ serviceId }) => serviceId,
    "the retry mode": ({ retryMode }) => typeof retryMode === "function" ? retryMode() : retryMode,
    "thirty-nine fields": (client) => {
      for (let n = 0; n < 38; n++) Reflect.get(client, `field ${n}`)
      return client["tenant"]
    },
    "the defaults mode": ({ defaultsMode }) => defaultsMode(),
    "the attempts": (client) => client.maxAttempts(),
    "dual stack": (client) => client.useDualstackEndpoint(),
    "the user agent": ({ customUserAgent }) => JSON.stringify(customUserAgent),
    "a field the SDK does not know": (client) => client["tenant"],
    "region and service": async ({ region, serviceId }) => `${await region()} ${String(serviceId)}`,
    "the service in some regions": async ({ region, serviceId }) =>
      (await region()) === "us-east-1" ? serviceId : "elsewhere"
  }
  for (const [what, look] of Object.entries(looks)) {
    it.scopedLive(`that looks at ${what} has an answer for each that there is, as without a session`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        let calls = 0
        const credentials = async (properties?: { readonly callerClientConfig?: object }) => {
          calls += 1
          const shown: unknown = properties?.callerClientConfig
          const isShown = (u: unknown): u is Shown => Predicate.isObject(u)
          return {
            accessKeyId: `key ${String(isShown(shown) ? await look(shown) : "none")}`,
            secretAccessKey: "secret"
          }
        }
        const configs = ["us-east-1", "eu-west-1"].flatMap((region) => [
          { region },
          { region, maxAttempts: 5 },
          { region, retryMode: "adaptive" },
          { region, defaultsMode: "mobile" as const },
          { region, useDualstackEndpoint: true },
          { region, customUserAgent: "mine/1" },
          { region, ...{ tenant: "alpha" } },
          { region, ...{ tenant: "beta" } }
        ])
        const classes = [S3Client, STSClient]
        const expected: Array<string> = []
        for (const config of configs) {
          for (const Class of classes) {
            const bare = new Class({ ...config, credentials })
            expected.push((yield* Effect.promise(() => bare.config.credentials())).accessKeyId)
            bare.destroy()
          }
        }
        // One after the other, all at once, and after a reload, which knows what was looked at.
        for (const concurrency of [1, "unbounded"] as const) {
          const session = yield* Session.make({ region: "us-east-1", maxSize: 100 })
          const ask = Effect.forEach(
            configs,
            (config) =>
              Effect.forEach(classes, (Class) =>
                Effect.flatMap(
                  session.client<typeof S3Client | typeof STSClient>(Class, { ...config, credentials }),
                  (client) =>
                    Effect.map(Effect.promise(() => client.config.credentials()), ({ accessKeyId }) => accessKeyId)
                ), { concurrency }),
            { concurrency }
          )
          calls = 0
          assert.deepStrictEqual((yield* ask).flat(), expected)
          assert.deepStrictEqual((yield* ask).flat(), expected)
          const first = calls
          yield* session.reload
          assert.deepStrictEqual((yield* ask).flat(), expected)
          // One for each answer; one more where a field counts that does not matter, one for each client where very many do.
          const most = what.includes("thirty")
            ? expected.length
            : new Set(expected).size + (what.includes("some") ? 1 : 0)
          assert.isAtMost(first, most)
          assert.isAtMost(calls - first, most)
        }
      }))
  }

  it.scopedLive("that takes the profile of the client is remembered for each profile", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment({
        credentials: ["a", "b"].map((name) => `[${name}]\naws_access_key_id = ${name}\naws_secret_access_key = s\n`)
          .join("")
      })
      const bucket = yield* localBucket
      const credentials = fromIni()
      const session = yield* Session.make({ region: "us-east-1" })
      for (const profile of ["a", "b", "a", "b"]) {
        yield* Effect.flatMap(session.client(S3Client, { ...bucket.config, profile, credentials }), ask)
      }
      assert.deepStrictEqual(bucket.signers, ["a", "b", "a", "b"])
      assert.strictEqual((yield* session.stats).credentialResolutions, 2)
    }))

  it.scopedLive("that outlives a session assumes roles with the credentials of the session that asks it", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment({ variables: { AWS_ENDPOINT_URL_STS: sts.url } })
      const bucket = yield* localBucket
      const credentials = fromTemporaryCredentials(roleOf("alpha"))
      for (const name of ["one", "two"]) {
        yield* Effect.scoped(Effect.gen(function*() {
          const session = yield* Session.make({
            region: "us-east-1",
            credentials: { accessKeyId: `master-${name}`, secretAccessKey: "secret" }
          })
          yield* Effect.flatMap(session.client(S3Client, { ...bucket.config, credentials }), ask)
        }))
      }
      assert.deepStrictEqual(sts.signers, ["master-one", "master-two"])
      // Two at the same time.
      const sessions = yield* Effect.forEach(["three", "four"], (name) =>
        Session.make({
          region: "us-east-1",
          credentials: { accessKeyId: `master-${name}`, secretAccessKey: "secret" }
        }))
      yield* Effect.forEach(
        sessions,
        (session) => Effect.flatMap(session.client(S3Client, { ...bucket.config, credentials }), ask),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(sts.signers.slice(2).toSorted(), ["master-four", "master-three"])
    }))

  it.scopedLive("assumes roles with what the client says, where it says it", () =>
    Effect.gen(function*() {
      const sts = yield* localSts()
      yield* sessionEnvironment({ variables: { AWS_ENDPOINT_URL_STS: sts.url } })
      const bucket = yield* localBucket
      const session = yield* Session.make({ region: "us-east-1", credentials: known })
      const own = () => () => Promise.resolve({ accessKeyId: "own", secretAccessKey: "secret" })
      const config = { ...bucket.config, credentialDefaultProvider: own }
      const credentials = fromTemporaryCredentials(roleOf("alpha"))
      yield* Effect.flatMap(session.client(S3Client, { ...config, credentials }), ask)
      yield* Effect.flatMap(session.client(S3Client, config), ask)
      assert.deepStrictEqual(sts.signers, ["own"])
      assert.deepStrictEqual(bucket.signers, ["alpha-1", "own"])
    }))
})

describe("the region of a client in a session", () => {
  const files = {
    config: "[default]\nregion = us-east-1\n[profile eu]\nregion = eu-central-1\n[profile none]\noutput = json\n"
      + "[profile both]\nregion = sa-east-1\n",
    credentials:
      ["default", "eu", "none", "both"].map((name) =>
        `[${name}]\naws_access_key_id = ${name}\naws_secret_access_key = s\n`
      ).join("") + "region = ap-northeast-1\n"
  }
  interface Case {
    readonly session?: { readonly region?: string; readonly profile?: string }
    readonly variables?: Readonly<Record<string, string>>
    readonly config: { readonly profile?: string; readonly region?: string }
    readonly region: string
    /** Where the SDK finds no region, a session has its own. */
    readonly isOwn?: boolean
  }
  const cases: ReadonlyArray<Case> = [
    { config: {}, region: "us-east-1" },
    { config: { profile: "eu" }, region: "eu-central-1" },
    { config: { profile: "eu", region: "eu-west-3" }, region: "eu-west-3" },
    { config: { profile: "both" }, region: "ap-northeast-1" },
    { config: { profile: "none" }, region: "us-east-1", isOwn: true },
    { session: { profile: "eu" }, config: {}, region: "eu-central-1", isOwn: true },
    { session: { profile: "eu" }, config: { profile: "default" }, region: "us-east-1" },
    { session: { profile: "eu" }, config: { profile: "none" }, region: "eu-central-1", isOwn: true },
    { variables: { AWS_REGION: "ca-central-1" }, config: { profile: "eu" }, region: "ca-central-1" },
    { variables: { AWS_PROFILE: "eu" }, config: {}, region: "eu-central-1" },
    { variables: { AWS_PROFILE: "eu" }, config: { profile: "both" }, region: "ap-northeast-1" },
    { session: { region: "us-west-2" }, config: { profile: "eu" }, region: "us-west-2", isOwn: true },
    {
      session: { region: "us-west-2" },
      variables: { AWS_REGION: "ca-central-1" },
      config: { profile: "eu" },
      region: "us-west-2",
      isOwn: true
    }
  ]
  for (const { config, isOwn = false, region, session: options = {}, variables = {} } of cases) {
    it.scopedLive(`${JSON.stringify({ ...options, ...variables })}: ${JSON.stringify(config)} is in ${region}`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ ...files, variables })
        const scopes: Array<string> = []
        const server = yield* LocalHttp.make((request, response) => {
          scopes.push(/Credential=([^,]+)\/s3/.exec(request.headers.authorization ?? "")?.[1] ?? "none")
          response.writeHead(200).end()
        })
        const whole = { endpoint: server.url, forcePathStyle: true, ...config }
        const session = yield* Session.make(options)
        yield* Effect.flatMap(session.client(S3Client, whole), ask)
        const profile = config.profile ?? options.profile ?? variables["AWS_PROFILE"] ?? "default"
        assert.match(scopes[0] ?? "", new RegExp(`^${profile}/\\d+/${region}$`))
        if (isOwn) return
        const bare = new S3Client(whole)
        yield* ask(bare)
        bare.destroy()
        assert.strictEqual(scopes[1], scopes[0])
      }))
  }

  it.scopedLive("is that of the profile as it is after a reload", () =>
    Effect.gen(function*() {
      const written = yield* sessionEnvironment(files)
      const session = yield* Session.make()
      const label = Effect.map(session.clientKey(S3Client, { profile: "eu" }), String)
      assert.strictEqual(yield* label, "S3Client(region=eu-central-1, profile=eu)")
      yield* written.write("config", files.config.replace("eu-central-1", "eu-north-1"))
      assert.strictEqual(yield* label, "S3Client(region=eu-central-1, profile=eu)")
      yield* session.reload
      assert.strictEqual(yield* label, "S3Client(region=eu-north-1, profile=eu)")
    }))
})
