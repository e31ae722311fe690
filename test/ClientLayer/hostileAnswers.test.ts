import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { assert, describe, it } from "@effect/vitest"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import { Effect, Exit, Layer, Logger, TestClock } from "effect"
import {
  ClientCache,
  isRequestError,
  ResourceCache,
  ResourceDefinition,
  sendCommand,
  Session
} from "effect-aws-cache/ClientLayer"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import * as LocalHttp from "../servers/LocalHttp.js"
import { kindOf } from "../support/majors.js"
import { localS3 } from "./localS3.js"
import { sessionEnvironment } from "./sessionEnvironment.js"

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI" }
const command = new GetObjectCommand({ Bucket: "bucket", Key: "key" })
const at = (endpoint: string) => ({ region: "us-east-1", endpoint, forcePathStyle: true, maxAttempts: 1 })

/** What a provider gives that does not keep to its type. */
const given = (answer: object): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> =>
  Promise.resolve(answer).then(Object)

/** Everything that shows an error. */
const shown = (error: object) =>
  [String(error), JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })].join("\n")

describe("what a client rejects with, whatever it is, becomes the error of a request", () => {
  const boom = () => {
    throw new Error("boom")
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const rejections: Readonly<Record<string, unknown>> = {
    "a getter that throws": Object.defineProperty(new Error("x"), "$metadata", { get: boom }),
    "a proxy that throws": new Proxy(new Error("x"), { get: boom }),
    "a revoked proxy": revoked.proxy,
    "an object without a prototype": Object.create(null),
    "a symbol": Symbol("x"),
    "a bigint": 1n,
    "nothing": undefined
  }
  for (const [name, rejection] of Object.entries(rejections)) {
    it.effect(`an error that is ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(sendCommand({ send: () => Promise.reject(rejection) }, command))
        assert.isTrue(isRequestError(error))
        assert.match(error.message, /^GetObject of Object failed: /)
      }))
  }

  it.effect("an error of a client without a class", () =>
    Effect.gen(function*() {
      const send = (): Promise<never> => Promise.reject(new Error("x"))
      const client: { readonly send: typeof send } = Object.assign(Object.create(null), { send })
      const error = yield* Effect.flip(sendCommand(client, command))
      assert.match(error.message, /^GetObject of a client failed: /)
    }))
})

describe("what a server says back shows no secret", () => {
  const planted = "planted-secret-0123456789"

  it.scoped("in the ids of a request", () =>
    Effect.gen(function*() {
      const server = yield* LocalHttp.make(({ headers }, response) => {
        const key = String(headers["x-house-key"])
        response.writeHead(403, { "x-amz-request-id": `id ${key}`, "x-amz-id-2": key, "x-amz-cf-id": key })
          .end("<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
      })
      class House extends S3Client {
        constructor(config: S3ClientConfig & { readonly houseKey?: string }) {
          super(config)
          this.middlewareStack.add(
            (next) => (args) => {
              if (typeof args.request === "object" && args.request !== null && "headers" in args.request) {
                Object.assign(Object(args.request.headers), { "x-house-key": config.houseKey })
              }
              return next(args)
            },
            { step: "build" }
          )
        }
      }
      const config = { ...at(server.url), credentials, houseKey: planted }
      const error = yield* Effect.flip(ClientCache.send(House, config, command))
      assert.isTrue(isRequestError(error))
      assert.notInclude(shown(error), planted)
    }).pipe(Effect.provide(ClientCache.layer())))

  const echo = LocalHttp.make(({ headers }, response, body) => {
    const token = new URLSearchParams(body.toString("utf8")).get("WebIdentityToken")
    const externalId = new URLSearchParams(body.toString("utf8")).get("ExternalId")
    response.writeHead(403, { "content-type": "text/xml" }).end(
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>`
        + `<Code>AccessDenied</Code><Message>refused ${externalId ?? token} ${headers["x-amz-security-token"]} `
        + `${headers.authorization}</Message></Error><RequestId>1</RequestId></ErrorResponse>`
    )
  })

  it.scopedLive("of the token of a file", () =>
    Effect.gen(function*() {
      const sts = yield* echo
      const { folder } = yield* sessionEnvironment()
      const AWS_WEB_IDENTITY_TOKEN_FILE = join(folder, "token")
      writeFileSync(AWS_WEB_IDENTITY_TOKEN_FILE, `${planted}\n`)
      Object.assign(process.env, {
        AWS_WEB_IDENTITY_TOKEN_FILE,
        AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/house",
        AWS_ENDPOINT_URL_STS: sts.url,
        AWS_REGION: "us-east-1"
      })
      const session = yield* Session.make()
      const error = yield* Effect.flip(session.getCredentials())
      assert.match(error.message, /refused \*\*\*/)
      assert.notInclude(shown(error), planted)
    }))

  it.scopedLive("of the external id of a role", () =>
    Effect.gen(function*() {
      const sts = yield* echo
      yield* sessionEnvironment({
        config: "[profile house]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/house\n"
          + `source_profile = source\nexternal_id = ${planted}\n`,
        credentials: "[source]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n",
        variables: { AWS_ENDPOINT_URL_STS: sts.url }
      })
      const session = yield* Session.make({ profile: "house" })
      const error = yield* Effect.flip(session.getCredentials())
      assert.match(error.message, /refused \*\*\*/)
      assert.notInclude(shown(error), planted)
    }))

  for (const variable of ["HTTPS_PROXY", "http_proxy", "AWS_ENDPOINT_URL"]) {
    it.scopedLive(`of the password of ${variable}`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ variables: { [variable]: `http://user:${planted}%40x@127.0.0.1:1` } })
        const credentials = () => Promise.reject(new Error(`no proxy: ${planted}%40x, ${planted}@x`))
        const session = yield* Session.make({ credentials })
        const error = yield* Effect.flip(session.getCredentials())
        assert.match(error.message, /no proxy: \*\*\*, \*\*\*/)
        assert.notInclude(shown(error), planted)
      }))
  }

  it.scopedLive("of the credentials a provider asks with", () =>
    Effect.gen(function*() {
      const sts = yield* echo
      yield* sessionEnvironment()
      const session = yield* Session.make({
        credentials: fromTemporaryCredentials({
          masterCredentials: { ...credentials, sessionToken: planted },
          params: { RoleArn: "arn:aws:iam::123456789012:role/house", RoleSessionName: "test" },
          clientConfig: { region: "us-east-1", endpoint: sts.url }
        })
      })
      const error = yield* Effect.flip(session.getCredentials())
      assert.match(error.message, /refused null \*\*\*/)
      assert.notInclude(shown(error), planted)
      assert.notMatch(shown(error), /Signature=[0-9a-f]/)
    }))
})

describe("a resource that cannot be released shows no secret of its configuration", () => {
  const planted = "planted-secret-0123456789"
  const fail = () => {
    throw new Error(`not released: ${planted}`)
  }
  const releases: Readonly<Record<string, () => Effect.Effect<void>>> = {
    "it throws": fail,
    "it dies": () => Effect.sync(fail),
    "it rejects": () => Effect.promise(() => Promise.reject(new Error(`not released: ${planted}`))),
    "it dies with a value": () => Effect.die({ deep: [{ secret: planted }] })
  }
  for (const [name, release] of Object.entries(releases)) {
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        const logged: Array<string> = []
        const logger = Logger.make(({ cause, message }) => {
          logged.push(inspect([message, cause], { depth: 9, showHidden: true }))
        })
        const House = ResourceDefinition.make({ name: "House", client: S3Client, make: () => ({}), release })
        yield* Effect.gen(function*() {
          const config: S3ClientConfig & { readonly houseKey: string } = { region: "us-east-1", houseKey: planted }
          yield* ResourceCache.withResource(House, config, () => Effect.void)
          yield* ResourceCache.clear
        }).pipe(
          Effect.provide(ResourceCache.layer().pipe(Layer.provideMerge(ClientCache.layer()))),
          Effect.provide(Logger.replace(Logger.defaultLogger, logger))
        )
        assert.isAbove(logged.length, 0)
        assert.notInclude(logged.join("\n"), planted)
      }))
  }
})

describe("an expiration, whatever it is, is asked for no more often than the SDK asks", () => {
  const expirations: Readonly<Record<string, unknown>> = {
    "a date that throws": {
      getTime: () => {
        throw new Error("no time")
      }
    },
    "a proxy of a date": new Proxy(new Date("2100-01-01"), {}),
    "a string": "2100-01-01",
    "a number": 4e12,
    "null": null,
    "an invalid date": new Date(Number.NaN),
    "1970": new Date(0),
    "before 1970": new Date(-1),
    "the year 9999": new Date("9999-12-31"),
    "the last date": new Date(8.64e15)
  }
  for (const [name, expiration] of Object.entries(expirations)) {
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const server = yield* localS3
        const counting = () => {
          const calls = { count: 0 }
          const provider = () => {
            calls.count += 1
            return given({ ...credentials, expiration })
          }
          return { calls, provider }
        }
        const [ours, theirs] = [counting(), counting()]
        const session = yield* Session.make({ credentials: ours.provider })
        const bare = new S3Client({ ...at(server.url), credentials: theirs.provider })
        for (let round = 0; round < 5; round++) {
          const mine = yield* Effect.exit(session.send(S3Client, at(server.url), command))
          const other = yield* Effect.exit(Effect.tryPromise(() => bare.send(command)))
          const answers = [
            Exit.isSuccess(mine) ? mine.value : undefined,
            Exit.isSuccess(other) ? other.value : undefined
          ]
          for (const answer of answers) {
            yield* Effect.promise(async () => answer?.Body?.transformToByteArray())
          }
          assert.strictEqual(mine._tag, other._tag)
        }
        assert.isAtMost(ours.calls.count, theirs.calls.count)
        // It fails, if at all, with an error that says what was wrong.
        const asked = yield* Effect.exit(session.getCredentials())
        if (Exit.isFailure(asked)) assert.strictEqual(kindOf(asked.cause), "Fail")
        bare.destroy()
      }))
  }
})

describe("a clock that is set back", () => {
  it.scoped("keeps no source from being asked", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      let answer: object = {}
      const session = yield* Session.make({ credentials: () => given(answer) })
      yield* TestClock.setTime(Date.UTC(2040, 0))
      assert.strictEqual((yield* Effect.flip(session.getCredentials()))._tag, "CredentialsError")
      answer = credentials
      // It is remembered for a minute, and no longer.
      assert.strictEqual((yield* Effect.flip(session.getCredentials()))._tag, "CredentialsError")
      yield* TestClock.setTime(Date.UTC(2026, 0))
      assert.isTrue((yield* session.getCredentials())._tag === "Some")
    }))
})

describe("a request handler", () => {
  it.scopedLive("may be a function that has a handle", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const inner = new NodeHttpHandler()
      let handled = 0
      const requestHandler = Object.assign(() => Promise.resolve({}), {
        metadata: inner.metadata,
        handle: (...args: Parameters<NodeHttpHandler["handle"]>) => {
          handled += 1
          return inner.handle(...args)
        },
        destroy: () => inner.destroy(),
        updateHttpClientConfig: () => {},
        httpHandlerConfigs: () => ({})
      })
      const config = { ...at(server.url), credentials, requestHandler }
      const { Body } = yield* ClientCache.send(S3Client, config, command)
      yield* Effect.promise(async () => Body?.transformToByteArray())
      assert.strictEqual(handled, 1)
      const { clients } = yield* ClientCache.stats
      assert.isTrue(clients[0]?.borrowed)
      inner.destroy()
    }).pipe(Effect.provide(ClientCache.layer())))
})
