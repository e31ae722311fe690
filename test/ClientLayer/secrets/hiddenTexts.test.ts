import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { ClientCache, ClientCacheLive, ClientCustomization, Session } from "effect-aws-cache/ClientLayer"
import { Buffer } from "node:buffer"
import * as http from "node:http"
import * as util from "node:util"
import { HiddenTexts, hiddenTexts } from "../../../src/ClientLayer/secrets/hiddenTexts.js"

class Fake {
  readonly config: object
  readonly middlewareStack = {}
  constructor(_config: object) {
    this.config = {}
  }
  send() {}
  destroy() {}
}

const mask = (config: object, text: string) => hiddenTexts(Object.entries(config)).mask(text)

describe("what is masked in errors", () => {
  const cases: ReadonlyArray<readonly [config: object, text: string, masked: string]> = [
    [{ headers: { authorization: "Bearer abc-1" } }, "Bearer abc-1, abc-1, Bearer", "***, ***, Bearer"],
    [
      { headers: { authorization: `Basic ${Buffer.from("ann:pass-word").toString("base64")}` } },
      "ann:pass-word, pass-word",
      "***, ***"
    ],
    [{ proxy: "http://ann:pass-word@p:1/" }, "ann:pass-word at p:1, pass-word", "*** at p:1, ***"],
    [
      { endpoint: "https://user:pass-word@h/a?sig=x-y-z-1" },
      "https://h/a, pass-word, x-y-z-1",
      "https://h/a, ***, ***"
    ],
    [{ profile: Redacted.make("prod") }, "prod, production", "***, production"],
    [{ customUserAgent: "shop" }, "shop, shops, eshop, (shop)", "***, shops, eshop, (***)"],
    [{ credentials: { accessKeyId: "test", secretAccessKey: "test" } }, "the latest test", "the latest ***"],
    [{ proxy: { host: "localhost", password: "standard" } }, "localhost, standard", "localhost, ***"],
    [{ labels: { a1b2c3d4e5: 1, keep: 1 } }, "a1b2c3d4e5 and keep", "*** and keep"],
    [{ tls: { key: Buffer.from("line of key\nother line") } }, "line of key | other line", "*** | ***"],
    [{ a: "one-secret", b: "secret-two" }, "one-secret-two", "***"]
  ]
  for (const [config, text, masked] of cases) {
    it(`${text} is ${masked}`, () => assert.strictEqual(mask(config, text), masked))
  }

  it("what a key shows, names of fields, and words that say nothing are not", () => {
    const config = {
      region: "us-west-2",
      retryMode: "adaptive",
      endpoint: "https://store.example/path",
      clientContextParams: { region: "us-west-2", mode: "standard", secure: "true", port: "8080", host: "localhost" },
      x: ["https", "s3", "dynamodb", "aws-cn", "eu-west-1", "info", "GET", "WHEN_REQUIRED", "abc"],
      "x-api-key": { maxSockets: 1, "x-amz-acl": 1, v2: 1, base64Encoder: 1 },
      logger: console
    }
    const text = `AsyncFunction console ${JSON.stringify({ ...config, logger: undefined })}`
    assert.strictEqual(mask(config, text), text)
  })

  it.effect("an error stays readable, and its cause keeps what it has besides", () =>
    Effect.gen(function*() {
      const config = {
        region: "us-west-2",
        headers: { authorization: "Bearer abc-1" },
        credentials: {
          accessKeyId: "test",
          secretAccessKey: "test"
        }
      }
      const thrown = Object.assign(new Error("S3 in us-west-2 refused Bearer abc-1"), {
        name: "AccessDenied",
        code: "EACCES",
        status: 403,
        detail: "sent abc-1",
        cause: new Error("of abc-1")
      })
      const customize = ClientCustomization.make("ask", () => Effect.fail(thrown))
      const error = yield* Effect.flip(ClientCache.client(Fake, config, { customize }))
      assert.strictEqual(
        error.message,
        "ClientCache: Fake(region=us-west-2, headers=***, " + String(/credentials=#\w+/.exec(error.message)?.[0])
          + ", customize=ask) could not be built: S3 in us-west-2 refused ***"
      )
      const { cause } = error
      assert.instanceOf(cause, Error)
      assert.notStrictEqual(cause, thrown)
      assert.deepStrictEqual(["code", "status", "detail"].map((name) => Reflect.get(cause, name)), [
        "EACCES",
        403,
        "sent ***"
      ])
      assert.deepStrictEqual([cause.name, cause.message], ["AccessDenied", "S3 in us-west-2 refused ***"])
      assert.instanceOf(cause.cause, Error)
      assert.strictEqual(cause.cause.message, "of ***")
    }).pipe(Effect.provide(ClientCacheLive)))

  it.effect("is bounded: of what is too large to be looked through, nothing is told", () =>
    Effect.gen(function*() {
      const huge = { region: "us-west-2", list: Array.from({ length: 30_000 }, (_, n) => `item-${n}`) }
      class Told extends Fake {
        constructor(config: object) {
          super(config)
          throw new Error(`bad ${JSON.stringify(config)}`)
        }
      }
      const error = yield* Effect.flip(ClientCache.client(Told, huge))
      assert.strictEqual(
        error.message,
        "ClientCache: Told(region=us-west-2, list=***) could not be built: "
          + "(not shown: the configuration is too large to be looked through for secrets)"
      )
      const long = { region: "us-west-2", list: Array.from({ length: 3000 }, (_, n) => `item-${n}`) }
      const { cause, message } = yield* Effect.flip(ClientCache.client(Told, long))
      assert.match(message, /could not be built: \(not shown: a text of \d+ characters\)$/)
      assert.instanceOf(cause, Error)
      assert.notInclude(cause.stack ?? "", "item-")
    }).pipe(Effect.provide(ClientCacheLive)))

  it.effect("covers the request handler of a session, which its clients get", () =>
    Effect.gen(function*() {
      class ProxyAgent extends http.Agent {
        readonly proxy = { auth: { user: "ann", password: "pass-word" } }
      }
      class Handler {
        readonly agent = new ProxyAgent()
        handle() {
          return Promise.reject(new Error("no network"))
        }
      }
      class Told extends Fake {
        constructor(config: object) {
          super(config)
          throw new Error("the proxy refused pass-word", { cause: config })
        }
      }
      for (
        const requestHandler of [{ httpAgent: new ProxyAgent() }, new Handler()]
      ) {
        const error = yield* Effect.flip(Session.client(Told, { region: "us-west-2" })).pipe(
          Effect.provide(Session.layer({ requestHandler }))
        )
        assert.include(error.message, "could not be built: the proxy refused ***")
        assert.notInclude(util.inspect(error, { depth: 20 }), "pass-word")
      }
    }))

  it("as many texts as there may be are found in one pass", () => {
    const hidden = HiddenTexts.of(Array.from({ length: 40_000 }, (_, n) => `secret-number-${n}-end`))
    assert.isTrue(hidden.isComplete)
    assert.strictEqual(
      hidden.mask("secret-number-39999-end and secret-number-40000-end"),
      "*** and secret-number-40000-end"
    )
    assert.isFalse(HiddenTexts.of(Array.from({ length: 50_001 }, (_, n) => `secret-number-${n}`)).isComplete)
  })
})
