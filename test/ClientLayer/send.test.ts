import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb"
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3,
  S3Client,
  SelectObjectContentCommand
} from "@aws-sdk/client-s3"
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { EventStreamCodec } from "@smithy/core/event-streams"
import { Cause, Context, Effect, Exit, Fiber, Layer, Scope, Stream, TestClock } from "effect"
import {
  type CacheConfigError,
  type ClientBuildError,
  ClientCache,
  type ClientClosedError,
  ClientCustomization,
  type CredentialsFailure,
  DynamoDBDocumentClientResource,
  isRequestError,
  RequestError,
  type RequestErrorOf,
  ResourceCache,
  sendCommand,
  type SendError,
  Session
} from "effect-aws-cache/ClientLayer"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Duplex, Readable } from "node:stream"
import { inspect } from "node:util"
import * as LocalHttp from "../servers/LocalHttp.js"
import { badKeyOf } from "../support/badKeyOf.js"
import { eventually, turns, until } from "../support/until.js"
import { localDynamoDB } from "./localDynamoDB.js"
import { localS3 } from "./localS3.js"
import { sessionEnvironment } from "./sessionEnvironment.js"

const object = (Key: string) => new GetObjectCommand({ Bucket: "bucket", Key })

const readWhole = (body: { readonly transformToByteArray: () => Promise<Uint8Array> } | undefined) =>
  Effect.map(Effect.promise(async () => body?.transformToByteArray() ?? new Uint8Array()), ({ length }) => length)

/** A signal as polyfills have it, and those of other realms: it is no `AbortSignal` here. */
class Polyfill extends EventTarget {
  aborted = false
  listeners = 0
  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>) {
    this.listeners += 1
    super.addEventListener(...args)
  }
  abort() {
    this.aborted = true
    this.dispatchEvent(new Event("abort"))
  }
}

/** A signal as `@smithy/abort-controller` has it. */
class Handler {
  aborted = false
  onabort: (() => void) | null = null
  abort() {
    this.aborted = true
    this.onabort?.()
  }
}

const signals: Readonly<Record<string, () => { readonly signal: object; readonly abort: () => void }>> = {
  "of the platform": () => {
    const controller = new AbortController()
    return { signal: controller.signal, abort: () => controller.abort() }
  },
  "of a polyfill": () => {
    const signal = new Polyfill()
    return { signal, abort: () => signal.abort() }
  },
  "with nothing but a handler": () => {
    const signal = new Handler()
    return { signal, abort: () => signal.abort() }
  },
  "with a handler of the caller's, which is called as well": () => {
    let heard = 0
    const signal = Object.assign(new Handler(), {
      onabort: () => {
        heard += 1
      }
    })
    return {
      signal,
      abort: () => {
        signal.abort()
        assert.strictEqual(heard, 1)
      }
    }
  }
}

const leases = Effect.map(ClientCache.stats, ({ clients }) => clients.map(({ leases }) => leases))

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "of the test" }

const secretAccessKey = "wJalrXUtnFEMIsecret"
const sessionToken = "FwoGZXIvYXdzEtoken/of+a=session"

/** A server that answers as S3 does when it refuses: by the key, `<status>-<code>`. */
const refusingS3 = (
  more: (request: IncomingMessage, response: ServerResponse) => boolean = () => false
) =>
  Effect.map(
    LocalHttp.make((request, response) => {
      if (more(request, response)) return
      const [, status, code] = /\/bucket\/(\d+)-(\w+)/.exec(request.url ?? "") ?? []
      const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>the answer is ${code} ${
        "x".repeat(2000)
      }</Message><CanonicalRequest>x-amz-security-token:${
        request.headers["x-amz-security-token"]
      }</CanonicalRequest></Error>`
      response.writeHead(Number(status), { "x-amz-request-id": "REQUEST-1" })
        .end(request.method === "HEAD" ? undefined : body)
    }),
    (server) => ({
      ...server,
      config: {
        region: "us-east-1",
        endpoint: server.url,
        forcePathStyle: true,
        maxAttempts: 1,
        credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey, sessionToken }
      }
    })
  )

describe("what is sent", () => {
  it.scoped("the output is that of the command, and the request is aborted by interruption", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const { Body, ContentLength } = yield* ClientCache.send(S3Client, server.config(), object("object"))
      assert.strictEqual(ContentLength, 64 * 1024)
      assert.strictEqual(yield* readWhole(Body), 64 * 1024)

      const fiber = yield* Effect.fork(ClientCache.send(S3Client, server.config(), object("held")))
      yield* until(() => server.waiting() === 1)
      assert.deepStrictEqual(yield* leases, [1])
      yield* Fiber.interrupt(fiber)
      yield* eventually(Effect.map(leases, ([one]) => one === 0))
      // It was not sent again.
      assert.strictEqual(server.executions("held"), 1)
      assert.strictEqual((yield* ClientCache.stats).computations, 1)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("by an aggregated client, a class that is loaded, a session, a document client", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* sessionEnvironment()
      const aggregated = yield* ClientCache.send(S3, server.config(), object("object"))
      const loaded = yield* ClientCache.send(() => Promise.resolve(S3Client), server.config(), object("object"))
      const ofSession = yield* Effect.provide(
        Session.send(S3Client, server.config(), object("object"), {
          evictionPolicy: "LFU",
          maxSize: 3,
          variant: "mine",
          requestTimeout: 60_000
        }).pipe(Effect.tap(({ Body }) => readWhole(Body))),
        Session.layer()
      )
      for (const { ContentLength } of [aggregated, loaded, ofSession]) assert.strictEqual(ContentLength, 64 * 1024)
      yield* Effect.forEach([aggregated, loaded], ({ Body }) => readWhole(Body))

      const tables = yield* localDynamoDB
      const item = yield* ResourceCache.withResource(
        DynamoDBDocumentClientResource,
        tables.config,
        (documents) =>
          Effect.zipRight(
            sendCommand(documents, new PutCommand({ TableName: "users", Item: { id: "ada", age: 36 } })),
            sendCommand(documents, new GetCommand({ TableName: "users", Key: { id: "ada" } }))
          )
      )
      assert.deepStrictEqual(item.Item, { id: "ada", age: 36 })
    }).pipe(Effect.provide(Layer.provideMerge(ResourceCache.layer(), ClientCache.layer()))))

  it.scoped("with options of the request handler, and a signal of one's own", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const slow = { ...server.config(), maxAttempts: 1, requestHandler: { throwOnRequestTimeout: true } }
      const late = yield* Effect.flip(
        ClientCache.send(S3Client, slow, object("held"), { requestTimeout: 1, errors: ["TimeoutError"] })
      )
      assert.strictEqual(late._tag, "TimeoutError")
      assert.isTrue(isRequestError(late) && late.isRetryable)
      assert.propertyVal(late, "reason", "Timeout")
      const controller = new AbortController()
      const fiber = yield* Effect.fork(
        Effect.flip(ClientCache.send(S3Client, server.config(), object("held-2"), { abortSignal: controller.signal }))
      )
      yield* until(() => server.executions("held-2") === 1)
      controller.abort()
      const aborted = yield* Fiber.join(fiber)
      assert.deepStrictEqual([aborted._tag, aborted.name], ["RequestError", "AbortError"])
      assert.propertyVal(aborted, "reason", "Aborted")
      assert.deepStrictEqual(yield* leases, [0, 0])
    }).pipe(Effect.provide(ClientCache.layer())))

  for (const [name, make] of Object.entries(signals)) {
    it.scoped(`with a signal of any kind that the SDK takes: ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { abort, signal } = make()
        const send = (key: string) =>
          // @ts-expect-error not all of these are in the types
          ClientCache.send(S3Client, server.config(), object(key), { abortSignal: signal })
        const { Body } = yield* send("object")
        assert.strictEqual(yield* readWhole(Body), 64 * 1024)
        const keys = ["held-1", "held-2", "held-3"]
        const fibers = yield* Effect.forEach(keys, (key) => Effect.fork(Effect.flip(send(key))))
        yield* until(() => keys.every((key) => server.executions(key) === 1))
        // Interruption ends a request as before.
        const [first, ...others] = fibers
        if (first !== undefined) yield* Fiber.interrupt(first)
        abort()
        for (const fiber of others) assert.strictEqual((yield* Fiber.join(fiber)).name, "AbortError")
        assert.strictEqual((yield* Effect.flip(send("never"))).name, "AbortError")
        assert.strictEqual(server.executions("never"), 0)
        yield* turns(3)
        assert.deepStrictEqual(yield* leases, [0])
      }).pipe(Effect.provide(ClientCache.layer())))
  }

  it.scoped("with a signal of null, which is none", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      // @ts-expect-error not in the types
      const { Body } = yield* ClientCache.send(S3Client, server.config(), object("object"), { abortSignal: null })
      assert.strictEqual(yield* readWhole(Body), 64 * 1024)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("with a signal that lives long, which gets one listener and no more", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const signal = new Polyfill()
      for (const key of ["one", "two", "three"]) {
        // @ts-expect-error not in the types
        const { Body } = yield* ClientCache.send(S3Client, server.config(), object(key), { abortSignal: signal })
        yield* readWhole(Body)
      }
      assert.strictEqual(signal.listeners, 1)
    }).pipe(Effect.provide(ClientCache.layer())))
})

describe("the lease", () => {
  it.scoped("lasts until the body has been read, and so the client does not go idle", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const { Body } = yield* ClientCache.send(S3Client, server.config(), object("half"))
      assert.deepStrictEqual(yield* leases, [1])
      yield* TestClock.adjust("1 hour")
      yield* server.release
      assert.strictEqual(yield* readWhole(Body), 64 * 1024)
      yield* eventually(Effect.map(leases, ([one]) => one === 0))
      yield* TestClock.adjust("1 minute")
      yield* until(() => server.openSockets() === 0)
    }).pipe(Effect.provide(ClientCache.layer({ timeToIdle: "1 minute" }))))

  it.scoped("a body that is destroyed ends it", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const { Body } = yield* ClientCache.send(S3Client, server.config(), object("half"))
      if (Body !== undefined && "destroy" in Body) Body.destroy()
      yield* eventually(Effect.map(leases, ([one]) => one === 0))
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("a body is not cut off by eviction, nor by the drainTimeout", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const { Body } = yield* ClientCache.send(S3Client, server.config(), object("half"))
      yield* ClientCache.clear
      assert.strictEqual((yield* ClientCache.stats).retired, 1)
      yield* TestClock.adjust("1 hour")
      yield* server.release
      assert.strictEqual(yield* readWhole(Body), 64 * 1024)
      yield* until(() => server.openSockets() === 0)
      yield* eventually(Effect.map(ClientCache.stats, ({ retired }) => retired === 0))
      assert.strictEqual(server.executions("half"), 1)
    }).pipe(Effect.provide(ClientCache.layer({ drainTimeout: "1 minute" }))))

  it.scoped("a response without a body ends it, and so does a failure", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* ClientCache.send(S3Client, server.config(), new HeadObjectCommand({ Bucket: "bucket", Key: "object" }))
      assert.deepStrictEqual(yield* leases, [0])
      const refused = yield* refusingS3()
      yield* Effect.flip(ClientCache.send(S3Client, refused.config, object("404-NoSuchKey")))
      assert.deepStrictEqual(yield* leases, [0, 0])
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("ends with a body that checks a checksum, in versions of the SDK whose stream knows nothing of the other", () =>
    Effect.gen(function*() {
      /** What the SDK had as `ChecksumStream`. */
      class Checking extends Duplex {
        readonly source: Readable
        constructor(source: Readable) {
          super()
          this.source = source
          source.pipe(this)
        }
        override _read() {}
        override _write(chunk: unknown, _: string, callback: () => void) {
          this.push(chunk)
          callback()
        }
        override _final(callback: () => void) {
          this.push(null)
          callback()
        }
      }
      const checked = ClientCustomization.make("checked", (client: S3Client) => {
        client.middlewareStack.add((next) => async (args) => {
          const { output, response } = await next(args)
          if ("Body" in output && output.Body instanceof Readable) {
            Object.assign(output, { Body: new Checking(output.Body) })
          }
          return { output, response }
        }, { step: "initialize" })
      })
      const server = yield* localS3
      const get = (key: string) =>
        Effect.flatMap(
          ClientCache.send(S3Client, server.config(), object(key), { customize: checked }),
          ({ Body }) => Body instanceof Readable ? Effect.succeed(Body) : Effect.dieMessage("no body")
        )
      const whole = yield* get("object")
      let size = 0
      yield* Effect.promise(async () => {
        for await (const chunk of whole) size += chunk.length
      })
      assert.strictEqual(size, 64 * 1024)
      const givenUp = yield* get("half")
      givenUp.destroy()
      yield* eventually(Effect.map(leases, ([one]) => one === 0))
      yield* until(() => server.openSockets() <= 1)
      const controller = new AbortController()
      const { Body } = yield* ClientCache.send(S3Client, server.config(), object("half"), {
        customize: checked,
        abortSignal: controller.signal
      })
      const failure = yield* Effect.fork(Effect.flip(Effect.tryPromise(async () => {
        if (Body instanceof Readable) { for await (const _ of Body) controller.abort() }
      })))
      assert.match(String((yield* Fiber.join(failure)).cause), /aborted/)
      yield* eventually(Effect.map(leases, ([one]) => one === 0))
      yield* until(() => server.openSockets() <= 1)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("events are watched as they are read", () =>
    Effect.gen(function*() {
      const events = [{ Records: { Payload: new Uint8Array([1]) } }, { End: {} }]
      class Selecting extends S3Client {
        override send = () =>
          Promise.resolve({
            $metadata: {},
            Payload: (async function*() {
              yield* events
            })()
          })
      }
      const select = new SelectObjectContentCommand({
        Bucket: "bucket",
        Key: "rows",
        Expression: "select *",
        ExpressionType: "SQL",
        InputSerialization: {},
        OutputSerialization: {}
      })
      const layer = ClientCache.layerTest([ClientCache.fake(S3Client, () => new Selecting({ region: "us-east-1" }))])
      yield* Effect.gen(function*() {
        const { Payload } = yield* ClientCache.send(S3Client, { region: "us-east-1" }, select)
        assert.deepStrictEqual(yield* leases, [1])
        const read: Array<unknown> = []
        yield* Effect.promise(async () => {
          for await (const event of Payload ?? []) read.push(event)
        })
        assert.deepStrictEqual(read, events)
        yield* eventually(Effect.map(leases, ([one]) => one === 0))
        const other = yield* ClientCache.send(S3Client, { region: "us-east-1" }, select)
        yield* Effect.promise(async () => {
          for await (const _ of other.Payload ?? []) break
        })
        yield* eventually(Effect.map(leases, ([one]) => one === 0))
      }).pipe(Effect.provide(layer))
    }))

  const codec = new EventStreamCodec((bytes) => Buffer.from(bytes).toString(), (text) => Buffer.from(text))
  const record = codec.encode({
    headers: {
      ":message-type": { type: "string", value: "event" },
      ":event-type": { type: "string", value: "Records" },
      ":content-type": { type: "string", value: "application/octet-stream" }
    },
    body: Buffer.from("1,2")
  })
  const exception = codec.encode({
    headers: {
      ":message-type": { type: "string", value: "error" },
      ":error-code": { type: "string", value: "InternalError" },
      ":error-message": { type: "string", value: "try again" }
    },
    body: new Uint8Array()
  })
  const givingUp: Readonly<Record<string, (events: AsyncIterable<object>) => Effect.Effect<unknown, unknown>>> = {
    "by break": (events) =>
      Effect.promise(async () => {
        for await (const _ of events) break
      }),
    "by an error": (events) =>
      Effect.flip(Effect.tryPromise(async () => {
        for await (const _ of events) throw new Error("enough")
      })),
    "by an event that is an error": (events) =>
      Effect.map(
        Effect.flip(Effect.tryPromise({
          try: async () => {
            for await (const _ of events);
          },
          catch: String
        })),
        (cause) => assert.match(cause, /try again/)
      ),
    "before the first event": (events) => Effect.promise(async () => events[Symbol.asyncIterator]().return?.()),
    "while the next one is awaited": (events) =>
      Effect.promise(async () => {
        const iterator = events[Symbol.asyncIterator]()
        await iterator.next()
        const next = iterator.next().then(() => "an event", () => "an error")
        await iterator.return?.()
        assert.strictEqual(await next, "an error")
        assert.deepStrictEqual(await iterator.next(), { done: true, value: undefined })
      }),
    "by the end of a Stream": (events) => Stream.runHead(Stream.fromAsyncIterable(events, (cause) => cause)),
    "by the interruption of a Stream": (events) =>
      Effect.gen(function*() {
        let seen = 0
        const reading = yield* Effect.fork(
          Stream.runForEach(Stream.fromAsyncIterable(events, (cause) => cause), () =>
            Effect.sync(() => {
              seen += 1
            }))
        )
        yield* until(() => seen === 1)
        yield* turns(3)
        yield* Fiber.interrupt(reading)
      })
  }
  for (const [name, giveUp] of Object.entries(givingUp)) {
    it.scoped(`events that are given up end the request, however long the server goes on: ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* LocalHttp.make((_, response) => {
          response.write(record)
          if (name.endsWith("event that is an error")) response.write(exception)
        })
        const config = { region: "us-east-1", endpoint: server.url, forcePathStyle: true, credentials }
        const selecting = new SelectObjectContentCommand({
          Bucket: "bucket",
          Key: "rows",
          Expression: "select *",
          ExpressionType: "SQL",
          InputSerialization: {},
          OutputSerialization: {}
        })
        const { Payload } = yield* ClientCache.send(S3Client, config, selecting)
        assert.deepStrictEqual(yield* leases, [1])
        if (Payload === undefined) return yield* Effect.dieMessage("no events")
        yield* giveUp(Payload)
        yield* eventually(Effect.map(leases, ([one]) => one === 0))
        yield* until(() => server.openSockets() === 0)
        assert.strictEqual(server.requests(), 1)
      }).pipe(Effect.provide(ClientCache.layer())))
  }

  it.scoped("the closing of the cache waits for it, as long as the grace period", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(ClientCache.layer({ gracePeriod: "1 minute" }), scope)
      const cache = Context.get(context, ClientCache)
      const { Body } = yield* cache.send(S3Client, server.config(), object("half"))
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* turns(10)
      yield* server.release
      assert.strictEqual(yield* readWhole(Body), 64 * 1024)
      yield* Fiber.join(closing)
    }))
})

describe("exceptions", () => {
  it.scoped("are errors by name; those that are named have a tag of their own", () =>
    Effect.gen(function*() {
      const { config } = yield* refusingS3()
      const named = { errors: ["NoSuchKey", "AccessDenied", "SlowDown"] } as const
      const answer = (key: string) =>
        ClientCache.send(S3Client, config, object(key), named).pipe(
          Effect.as("found"),
          Effect.catchTags({
            NoSuchKey: (error) => Effect.succeed(`none: ${error._tag} ${error.$metadata.httpStatusCode}`),
            AccessDenied: (error) => Effect.succeed(`denied: ${error.name} by ${error.command}`),
            RequestError: (error) => Effect.succeed(`other: ${error.name} ${error.$fault}`)
          })
        )
      assert.strictEqual(yield* answer("404-NoSuchKey"), "none: NoSuchKey 404")
      assert.strictEqual(yield* answer("403-AccessDenied"), "denied: AccessDenied by GetObject")
      assert.strictEqual(yield* answer("400-Strange"), "other: Strange client")
      const throttled = yield* Effect.flip(ClientCache.send(S3Client, config, object("503-SlowDown"), named))
      assert.strictEqual(throttled._tag, "SlowDown")
      assert.isTrue(isRequestError(throttled) && throttled.isThrottling && throttled.isRetryable)
      assert.propertyVal(throttled, "reason", "Throttled")
      const broken = yield* Effect.flip(ClientCache.send(S3Client, config, object("500-InternalError")))
      assert.isTrue(isRequestError(broken) && !broken.isThrottling && broken.isRetryable)
      assert.propertyVal(broken, "reason", "Unavailable")
      const wrong = yield* Effect.flip(ClientCache.send(S3Client, config, object("400-InvalidRequest")))
      assert.isTrue(isRequestError(wrong) && !wrong.isThrottling && !wrong.isRetryable)
      assert.propertyVal(wrong, "reason", "Rejected")
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("are bounded, say where, and have the SDK's own as their cause", () =>
    Effect.gen(function*() {
      const { config } = yield* refusingS3()
      const { credentials: _, ...anonymous } = config
      const error = yield* Effect.flip(
        ClientCache.send(
          S3Client,
          { ...anonymous, credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey } },
          object("404-NoSuchKey"),
          { errors: [NoSuchKey] }
        )
      )
      assert.strictEqual(error._tag, "NoSuchKey")
      assert.isTrue(error instanceof RequestError && error.cause instanceof NoSuchKey)
      assert.match(
        error.message,
        /^ClientCache: GetObject of S3Client\(region=us-east-1.* failed: NoSuchKey \(404\): the answer is NoSuchKey/
      )
      assert.isAtMost(error.message.length, 500)
      if (!isRequestError(error)) return
      assert.strictEqual(error.$metadata.requestId, "REQUEST-1")
      assert.strictEqual(error.$metadata.attempts, 1)
      assert.include(Cause.pretty(Cause.fail(error)), "NoSuchKey: ClientCache: GetObject of S3Client")
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("show no secret, even when the server says it back", () =>
    Effect.gen(function*() {
      const { config } = yield* refusingS3()
      const given = yield* Effect.flip(
        ClientCache.send(S3Client, config, object("403-SignatureDoesNotMatch"))
      )
      const provided = yield* Effect.flip(
        ClientCache.send(
          S3Client,
          { ...config, credentials: () => Promise.resolve(config.credentials) },
          object("404-NoSuchKey"),
          { errors: [NoSuchKey] }
        )
      )
      for (const error of [given, provided]) {
        const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error)
          + Cause.pretty(Cause.fail(error)) + inspect("cause" in error ? error.cause : undefined, { depth: 20 })
        assert.notInclude(shown, sessionToken)
        assert.notInclude(shown, secretAccessKey)
      }
      assert.isTrue(provided instanceof RequestError && provided.cause instanceof NoSuchKey)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("of a service of JSON have their fields", () =>
    Effect.gen(function*() {
      const server = yield* LocalHttp.make((_request, response) =>
        response.writeHead(400, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify({
          __type: "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
          message: "The conditional request failed",
          Item: { id: { S: "ada" } }
        }))
      )
      const config = {
        region: "us-east-1",
        endpoint: server.url,
        credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey }
      }
      const put = new PutItemCommand({ TableName: "users", Item: { id: { S: "ada" } } })
      const old = yield* ClientCache.send(DynamoDBClient, config, put, { errors: [ConditionalCheckFailedException] })
        .pipe(
          Effect.as(undefined),
          Effect.catchTag("ConditionalCheckFailedException", ({ cause }) => Effect.succeed(cause.Item))
        )
      assert.deepStrictEqual(old, { id: { S: "ada" } })
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("when there is no answer, the code is the name", () =>
    Effect.gen(function*() {
      const gone = yield* Effect.scoped(Effect.map(refusingS3(), ({ config }) => config))
      const error = yield* Effect.flip(
        ClientCache.send(S3Client, gone, object("any"), { errors: ["ECONNREFUSED", "ECONNRESET"] })
      )
      assert.strictEqual(error._tag, "ECONNREFUSED")
      assert.isTrue(isRequestError(error) && error.isRetryable)
      assert.propertyVal(error, "reason", "Network")
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("of this library are what they are", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* sessionEnvironment()
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(ClientCache.layer({ gracePeriod: 0 }), scope)
      const cut = yield* Effect.fork(Effect.flip(
        Context.get(context, ClientCache).send(S3Client, server.config(), object("held"), { errors: ["NoSuchKey"] })
      ))
      yield* until(() => server.waiting() === 1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(cut))._tag, "ClientClosedError")

      const { credentials: _, ...anonymous } = server.config()
      const failure = yield* Effect.flip(
        Effect.provide(
          Session.send(S3Client, anonymous, object("object")),
          Session.layer({ credentials: () => Promise.reject(new Error("no login")) })
        )
      )
      assert.strictEqual(failure._tag, "CredentialsError")
      assert.propertyVal(failure, "reason", "Provider")
      const unbuilt = yield* badKeyOf(
        Effect.provide(
          Session.send(S3Client, { ...anonymous, region: " " }, object("object")),
          Session.layer({ credentials: server.config().credentials as never })
        )
      )
      assert.strictEqual(unbuilt.field, "region")
    }))
})

describe("types", () => {
  const region = { region: "us-west-2" }
  const put = new PutItemCommand({ TableName: "users", Item: {} })

  it("the output and the errors are inferred", () => {
    type Failure = SendError | ClientBuildError
    expectTypeOf<SendError>().toEqualTypeOf<RequestError | ClientClosedError | CredentialsFailure>()
    const plain = ClientCache.send(S3Client, region, object("a"))
    expectTypeOf(plain).toEqualTypeOf<
      Effect.Effect<import("@aws-sdk/client-s3").GetObjectCommandOutput, Failure, ClientCache>
    >()
    expectTypeOf(ClientCache.send(() => Promise.resolve(S3), region, object("a"))).toEqualTypeOf<typeof plain>()
    expectTypeOf(Session.send(DynamoDBClient, {}, put)).toEqualTypeOf<
      Effect.Effect<
        import("@aws-sdk/client-dynamodb").PutItemCommandOutput,
        Failure | CacheConfigError,
        Session
      >
    >()
    const named = ClientCache.send(S3Client, region, object("a"), { errors: [NoSuchKey, "AccessDenied"] })
    expectTypeOf<Effect.Effect.Error<typeof named>>().toEqualTypeOf<
      Failure | RequestError<"NoSuchKey", NoSuchKey> | RequestError<"AccessDenied">
    >()
    expectTypeOf<RequestErrorOf<"NoSuchKey">>().toEqualTypeOf<RequestError<"NoSuchKey">>()
    const handled = named.pipe(
      Effect.catchTag("NoSuchKey", ({ cause }) => {
        expectTypeOf(cause).toEqualTypeOf<NoSuchKey>()
        return Effect.void
      }),
      Effect.catchTag("AccessDenied", () => Effect.void)
    )
    expectTypeOf<Effect.Effect.Error<typeof handled>>().toEqualTypeOf<Failure>()
    // @ts-expect-error nobody said that it may fail with this
    void plain.pipe(Effect.catchTag("NoSuchKey", () => Effect.void))
  })

  it("a document client's output is its own", () => {
    const get = (documents: DynamoDBDocumentClient) =>
      sendCommand(documents, new GetCommand({ TableName: "users", Key: { id: "ada" } }))
    expectTypeOf(get).returns.toEqualTypeOf<
      Effect.Effect<import("@aws-sdk/lib-dynamodb").GetCommandOutput, SendError>
    >()
  })

  it("what the client does not take is refused", () => {
    // @ts-expect-error a command of another service
    void ClientCache.send(S3Client, region, put)
    // @ts-expect-error a command of another service
    void Session.send(DynamoDBClient, region, object("a"))
    // @ts-expect-error no such option
    void ClientCache.send(S3Client, region, object("a"), { requestTimeou: 5 })
    // @ts-expect-error no such field
    void ClientCache.send(S3Client, { regoin: "us-west-2" }, object("a"))
    // @ts-expect-error an option of sessions
    void ClientCache.send(S3Client, region, object("a"), { evictionPolicy: "LFU" })
    void Session.send(S3Client, region, object("a"), { evictionPolicy: "LFU", requestTimeout: 5, variant: "mine" })
    // @ts-expect-error no command
    void ClientCache.send(S3Client, region, {})
    const client = new S3Client(region)
    // @ts-expect-error a command of another service
    void sendCommand(client, put)
    void sendCommand(client, new PutObjectCommand({ Bucket: "bucket", Key: "a", Body: "b" }), { requestTimeout: 5 })
  })
})
