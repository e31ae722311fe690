import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb"
import { CreateBucketCommand, GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { ClientCache, ClientCacheLive, Session } from "effect-aws-cache/ClientLayer"
import { Buffer } from "node:buffer"
import type { IncomingHttpHeaders } from "node:http"
import * as http from "node:http"
import * as net from "node:net"
import vm from "node:vm"
import * as LocalHttp from "../servers/LocalHttp.js"
import { badKeyOf } from "../support/badKeyOf.js"
import { sessionEnvironment, setVariable } from "./sessionEnvironment.js"

const keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI" }

/** What a server sees of a request, but for what differs from one request to the next. */
interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly scope: ReadonlyArray<string>
  readonly body: string
}

const server = Effect.gen(function*() {
  const seen: Array<Seen> = []
  const http = yield* LocalHttp.make((request, response, body) => {
    const headers = { ...request.headers }
    const [, key = "", region = "", service = ""] =
      /Credential=([^/,]+)\/\d+\/([^/]+)\/([^/]+)/.exec(headers.authorization ?? "") ?? []
    for (const name of ["authorization", "x-amz-date", "date", "amz-sdk-invocation-id", "connection"]) {
      Reflect.deleteProperty(headers, name)
    }
    seen.push({
      method: request.method,
      url: request.url,
      headers,
      scope: [key, region, service, headers["x-amz-region-set"]?.toString() ?? ""],
      body: body.toString()
    })
    const isS3 = request.method !== "POST"
    response.writeHead(200, { "content-type": isS3 ? "application/xml" : "application/x-amz-json-1.0" })
      .end(isS3 ? "<R/>" : "{}")
  })
  return { ...http, seen }
})

/** An agent that finds every host at one port of this machine. */
class OnePort extends http.Agent {
  readonly onePort: number
  constructor(port: number) {
    super({ keepAlive: false })
    this.onePort = port
  }
  override createConnection(): net.Socket {
    return net.connect({ host: "127.0.0.1", port: this.onePort })
  }
}

type Shape = readonly [name: string, more: (port: number) => unknown]

class OldCredentials {
  readonly expired = false
  readonly accessKeyId: string
  readonly secretAccessKey: string
  constructor(accessKeyId: string, secretAccessKey: string) {
    this.accessKeyId = accessKeyId
    this.secretAccessKey = secretAccessKey
  }
}

class HiddenCredentials {
  readonly #secret = "of a getter"
  get accessKeyId() {
    return "AKIDGETTER"
  }
  get secretAccessKey() {
    return this.#secret
  }
}

class Regional {
  constructor(more: object) {
    Object.assign(this, more)
  }
  get region() {
    return "ap-southeast-2"
  }
  get maxAttempts() {
    return 7
  }
  describe() {
    return "no field"
  }
}

const base = (port: number): S3ClientConfig => ({
  region: "us-east-1",
  endpoint: `http://store.test:${port}`,
  forcePathStyle: true,
  credentials: keys
})

const cyclic: Record<string, unknown> = { a: 1 }
cyclic["self"] = cyclic

let deep: unknown = "end"
for (let level = 0; level < 60; level++) deep = { deep }

const regions = ["RegionOne", "NL", "regionone", "EU-FRA-1", "US-EAST-005", "default", "us-east-1", "eu-south-9"]

const regionShapes = regions.map((region): Shape => [`the region ${region}`, (port) => ({ ...base(port), region })])

const endpoints: ReadonlyArray<readonly [name: string, endpoint: (port: number) => unknown]> = [
  ["without a slash", (port) => `http://store.test:${port}`],
  ["with a slash", (port) => `http://store.test:${port}/`],
  ["in capitals", (port) => `HTTP://Store.Test:${port}/Path/To`],
  ["with a path that ends in a slash", (port) => `http://store.test:${port}/a/b/`],
  ["with an encoded path", (port) => `http://store.test:${port}/A%20b/%7Ec`],
  ["with empty parts in its path", (port) => `http://store.test:${port}/a//b`],
  ["with dots in its path", (port) => `http://store.test:${port}/a/../b/./c`],
  ["with a fragment", (port) => `http://store.test:${port}/a#part`],
  ["with a query", (port) => `http://store.test:${port}/a?x=1`],
  ["with a user", (port) => `http://user:pass@store.test:${port}/`],
  ["with its default port", () => "http://store.test:80"],
  ["with no port", () => "http://store.test"],
  ["with blanks around it", (port) => ` http://store.test:${port}/a \n`],
  ["with a blank in its path", (port) => `http://store.test:${port}/a b`],
  ["with a backslash", (port) => `http://store.test:${port}\\a`],
  ["of an address", (port) => `http://127.0.0.1:${port}`],
  ["as an object", (port) => ({ protocol: "http:", hostname: "store.test", port, path: "/a" })],
  ["as an object with a query", (port) => ({ protocol: "http:", hostname: "h", port, path: "/a", query: { x: "1" } })],
  ["as a URL with headers", (port) => ({ url: new URL(`http://h:${port}/b`), headers: { "X-Route": ["a", "b"] } })],
  ["as a function", (port) => () => Promise.resolve({ protocol: "http:", hostname: "h", port, path: "/f" })],
  [
    "as an object of another realm",
    (port) => vm.runInNewContext(`({ protocol: "http:", hostname: "h", port: ${port}, path: "/realm" })`)
  ]
]

const endpointShapes = endpoints.map(([name, endpoint]): Shape => [
  `an endpoint ${name}`,
  (port) => ({ ...base(port), endpoint: endpoint(port) })
])

const credentials: ReadonlyArray<readonly [name: string, credentials: () => unknown]> = [
  ["static", () => keys],
  ["frozen, with a session token", () => Object.freeze({ ...keys, sessionToken: "t", $source: {} })],
  ["with an empty session token", () => ({ ...keys, sessionToken: "" })],
  ["with a session token of null", () => ({ ...keys, sessionToken: null })],
  ["with everything of null", () => ({ ...keys, sessionToken: null, accountId: null, credentialScope: null })],
  ["with an account", () => ({ ...keys, accountId: "123456789012" })],
  ["with a source", () => ({ ...keys, $source: { CREDENTIALS_PROFILE: "n" } })],
  ["with the SDK's own mark", () => ({ ...keys, $source: { CREDENTIALS_CODE: "e" } })],
  ["with fields of others", () => ({ ...keys, expired: false, expireTime: null })],
  ["that expire", () => ({ ...keys, expiration: new Date("2999-01-01") })],
  ["without a prototype", () => Object.assign(Object.create(null), keys)],
  ["of another realm", () => vm.runInNewContext(`(${JSON.stringify({ ...keys, sessionToken: "realm" })})`)],
  ["as an instance", () => new OldCredentials("AKIDOLD", "old")],
  ["as an instance with getters", () => new HiddenCredentials()],
  ["with getters", () => ({
    get accessKeyId() {
      return "AKIDOWN"
    },
    get secretAccessKey() {
      return "own"
    }
  })],
  ["of a function", () => () => Promise.resolve({ ...keys, sessionToken: "f" })]
]

const credentialsShapes = credentials.map(([name, credentials]): Shape => [
  `credentials ${name}`,
  (port) => ({ ...base(port), credentials: credentials() })
])

const others: ReadonlyArray<Shape> = [
  ...["region", "endpoint", "credentials", "requestHandler", "credentialDefaultProvider", "profile", "logger", "tls"]
    .map(
      (field): Shape => [`null as its ${field}`, (port) => ({ ...base(port), [field]: null })]
    ),
  ["fields that are undefined", (port) => ({ ...base(port), customUserAgent: undefined, tls: undefined })],
  ["a user agent", (port) => ({ ...base(port), customUserAgent: "shop/1.0" })],
  ["a user agent in parts", (port) => ({ ...base(port), customUserAgent: [["shop", "1.0"], ["x"]] })],
  ["an application", (port) => ({ ...base(port), userAgentAppId: "App Id" })],
  ["a service id", (port) => ({ ...base(port), serviceId: "S3" })],
  ["a retry mode", (port) => ({ ...base(port), retryMode: "adaptive", maxAttempts: 2 })],
  ["a signing region", (port) => ({ ...base(port), signingRegion: "SignedHere" })],
  ["a region that is a function", (port) => ({ ...base(port), region: () => Promise.resolve("FromFunction") })],
  ["checksums", (port) => ({ ...base(port), requestChecksumCalculation: "WHEN_REQUIRED" })],
  ["a clock that is off", (port) => ({ ...base(port), systemClockOffset: 5000 })],
  ["cyclic data in an unknown field", (port) => ({ ...base(port), cyclic })],
  ["deep data in an unknown field", (port) => ({ ...base(port), deep })],
  ["a frozen configuration", (port) => Object.freeze(base(port))],
  ["a configuration without a prototype", (port) => Object.assign(Object.create(null), base(port))],
  [
    "a configuration of another realm",
    (port) => Object.assign(vm.runInNewContext("({ region: 'eu-west-3' })"), { ...base(port), region: "eu-west-3" })
  ],
  ["a configuration of a class", (port) => {
    const { region: _, ...more } = base(port)
    return new Regional(more)
  }],
  ["a configuration that inherits its region", (port) => {
    const { region: _, ...more } = base(port)
    return Object.assign(Object.create({ region: "Inherited" }), more)
  }],
  ["a configuration with a region that is not enumerable", (port) => {
    const { region: _, ...more } = base(port)
    return Object.defineProperty({ ...more }, "region", { value: "Quiet" })
  }],
  ["extensions with a hole", (port) => {
    const extensions: Array<unknown> = []
    extensions[1] = { configure: () => {} }
    return { ...base(port), extensions }
  }]
]

/** Unwraps what only this library takes. */
const redacted: ReadonlyArray<
  readonly [name: string, one: (port: number) => unknown, bare: (port: number) => unknown]
> = [
  ["credentials", (port) => ({ ...base(port), credentials: Redacted.make(keys) }), base],
  ["a user agent, deep inside", (port) => ({ ...base(port), customUserAgent: [["shop", Redacted.make("1.0")]] }), (
    port
  ) => ({ ...base(port), customUserAgent: [["shop", "1.0"]] })],
  ["a URL object", (port) => ({ ...base(port), endpoint: new URL(`http://store.test:${port}/u`) }), (port) => ({
    ...base(port),
    endpoint: `http://store.test:${port}/u`
  })],
  ["AWS's own region in capitals", (port) => ({ ...base(port), region: "US-WEST-2" }), (port) => ({
    ...base(port),
    region: "us-west-2"
  })]
]

type Given = Pick<S3ClientConfig, "credentials" | "endpoint" | "region" | "requestHandler">

const withAgent = (config: unknown, port: number): Given => {
  const handler = { httpAgent: new OnePort(port) }
  if (Object.isFrozen(config)) return Object.freeze({ ...config as object, requestHandler: handler })
  return Object.assign(config as object, { requestHandler: handler })
}

const sendAll = (s3: S3Client) =>
  Effect.gen(function*() {
    yield* Effect.promise(() => s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "a key/ä" })))
    yield* Effect.promise(() => s3.send(new CreateBucketCommand({ Bucket: "bucket" })))
  })

describe("what a server sees of a client of a cache is what it sees of a bare one", () => {
  const assertSame = (one: (port: number) => unknown, bare: (port: number) => unknown) =>
    Effect.gen(function*() {
      const variables = { AWS_REGION: "sa-east-1", AWS_ACCESS_KEY_ID: "AKIDOFMACHINE", AWS_SECRET_ACCESS_KEY: "s" }
      yield* sessionEnvironment({ variables })
      const { port, seen } = yield* server
      yield* setVariable("AWS_ENDPOINT_URL", `http://machine.test:${port}`)
      yield* sendAll(new S3Client(withAgent(bare(port), port)))
      const ofBare = seen.splice(0)
      yield* ClientCache.withClient(S3Client, withAgent(one(port), port), sendAll)
      const ofCache = seen.splice(0)
      yield* Session.withClient(S3Client, withAgent(one(port), port), sendAll)
      const ofSession = seen.splice(0)
      assert.strictEqual(ofBare.length, 2)
      assert.deepStrictEqual(ofCache, ofBare)
      assert.deepStrictEqual(
        ofSession.map(({ scope, url }) => ({ scope, url })),
        ofBare.map(({ scope, url }) => ({
          scope,
          url
        }))
      )
    }).pipe(Effect.scoped, Effect.provide([ClientCacheLive, Session.layer()]))

  for (const [name, shape] of [...regionShapes, ...endpointShapes, ...credentialsShapes, ...others]) {
    it.effect(name, () => assertSame(shape, shape))
  }
  for (const [name, one, bare] of redacted) {
    it.effect(`${name}, of what only a cache takes`, () => assertSame(one, bare))
  }

  it.effect("for another service", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment({ variables: { AWS_REGION: "sa-east-1" } })
      const { port, seen } = yield* server
      const list = (client: DynamoDBClient) => Effect.promise(() => client.send(new ListTablesCommand({})))
      const all: Shape = ["all regions", (port) => ({ ...base(port), region: "*" })]
      const none: Shape = ["no region", (port) => ({ ...base(port), region: null })]
      for (const [, shape] of [...regionShapes, ...credentialsShapes, all, none]) {
        yield* list(new DynamoDBClient(withAgent(shape(port), port)))
        yield* ClientCache.withClient(DynamoDBClient, withAgent(shape(port), port), list)
        assert.strictEqual(seen.length, 2)
        const [ofBare, ofCache] = seen.splice(0)
        assert.deepStrictEqual(ofCache, ofBare)
      }
    }).pipe(Effect.scoped, Effect.provide(ClientCacheLive)))

  it.effect("the region of a session", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const { port, seen } = yield* server
      for (const region of [...regions, "US-EAST-1"]) {
        const { region: _, ...config } = base(port)
        yield* Session.withClient(S3Client, withAgent(config, port), sendAll).pipe(
          Effect.provide(Session.layer({ region }))
        )
        const signed = region === "US-EAST-1" ? "us-east-1" : region
        assert.deepStrictEqual(seen.splice(0).map(({ scope }) => scope[1]), [signed, signed])
      }
    }).pipe(Effect.scoped))
})

describe("fields that the SDK passes over are refused", () => {
  const refused: ReadonlyArray<readonly [name: string, config: unknown, field: string, value: string]> = [
    [
      "a getter of a class",
      new class {
        region = "us-east-1"
        get credentials() {
          return keys
        }
      }(),
      "credentials",
      "inherited from its class"
    ],
    [
      "a method of a class",
      new class {
        region = "us-east-1"
        token() {
          return Promise.resolve({ token: "t" })
        }
      }(),
      "token",
      "a method of its class"
    ],
    ["what is inherited", Object.create({ forcePathStyle: true }), "forcePathStyle", "inherited from its class"],
    [
      "what is not enumerable",
      Object.defineProperty({ region: "us-east-1" }, "endpoint", { value: "http://h" }),
      "endpoint",
      "not enumerable"
    ]
  ]
  for (const [name, config, field, value] of refused) {
    it.effect(name, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ variables: { AWS_REGION: "sa-east-1" } })
        const given = config as S3ClientConfig
        for (
          const error of [
            yield* badKeyOf(ClientCache.client(S3Client, given)),
            yield* badKeyOf(Session.client(S3Client, given))
          ]
        ) {
          assert.deepStrictEqual([error.field, error.value], [field, value])
        }
      }).pipe(Effect.scoped, Effect.provide([ClientCacheLive, Session.layer()])))
  }
})

describe("what a client holds on to", () => {
  it.effect("credentials with getters are asked at each request, as the SDK does", () =>
    Effect.gen(function*() {
      const { port, seen } = yield* server
      let id = "AKIDBEFORE"
      const config = withAgent({
        ...base(port),
        credentials: {
          get accessKeyId() {
            return id
          },
          secretAccessKey: "s"
        }
      }, port)
      yield* ClientCache.withClient(S3Client, config, (s3) =>
        Effect.gen(function*() {
          yield* sendAll(s3)
          id = "AKIDAFTER"
          yield* sendAll(s3)
          assert.strictEqual(yield* ClientCache.client(S3Client, config), s3)
        }))
      assert.deepStrictEqual(seen.map(({ scope }) => scope[0]), ["AKIDBEFORE", "AKIDBEFORE", "AKIDAFTER", "AKIDAFTER"])
    }).pipe(Effect.scoped, Effect.provide(ClientCacheLive)))

  it.effect("instances of classes that extend arrays, maps and bytes stay what they are", () =>
    Effect.gen(function*() {
      class List extends Array<string> {}
      class Table extends Map<string, string> {}
      class Bytes extends Uint8Array {}
      const given = {
        list: List.from(["a"]),
        table: new Table([["a", "b"]]),
        bytes: new Bytes([1]),
        named: Object.assign(["a"], { extra: 1 }),
        buffer: Buffer.from("a"),
        bare: Object.assign(Object.create(null), { a: 1 }),
        [Symbol.for("mark")]: "marked"
      }
      const client = yield* ClientCache.client(S3Client, { region: "us-east-1", ...given })
      const [bare, buffer, bytes, list, named, table] = ["bare", "buffer", "bytes", "list", "named", "table"].map(
        (field): unknown => Reflect.get(client.config, field)
      )
      assert.strictEqual(list, given.list)
      assert.strictEqual(table, given.table)
      assert.strictEqual(bytes, given.bytes)
      assert.strictEqual(named, given.named)
      assert.isTrue(Buffer.isBuffer(buffer))
      assert.isNull(Object.getPrototypeOf(bare))
      assert.strictEqual(Reflect.get(client.config, Symbol.for("mark")), "marked")
      const { [Symbol.for("mark")]: _, ...unmarked } = given
      assert.notStrictEqual(yield* ClientCache.client(S3Client, { region: "us-east-1", ...unmarked }), client)
      assert.strictEqual(yield* ClientCache.client(S3Client, { region: "us-east-1", ...given }), client)
    }).pipe(Effect.provide(ClientCacheLive)))
})
