import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Effect, Exit, Fiber, Logger, Metric, Redacted, Stream } from "effect"
import { ClientCache, ClientCacheKey, ClientCustomization } from "effect-aws-cache/ClientLayer"
import * as util from "node:util"
import { recordedSpans } from "../support/recordedSpans.js"
import { turns } from "../support/until.js"

// Every planted secret holds this mark, so not even a part of one may be seen.
const mark = "sEcReT"

const config = {
  region: "us-west-2",
  endpoint: `https://${mark}-user:${mark}-password@h/?token=${mark}-query`,
  credentials: {
    accessKeyId: `${mark}-id`,
    secretAccessKey: `${mark}-key`,
    sessionToken: Redacted.make(`${mark}-session`)
  },
  token: { token: `${mark}-token` },
  customUserAgent: `${mark}-agent`,
  requestHandler: { httpsAgent: { passphrase: `${mark}-passphrase` } }
}

/** Spans hold circles. */
const json = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_key, part: unknown) => typeof part === "bigint" ? String(part) : part) ?? ""
  } catch {
    return ""
  }
}

const shown = (value: unknown): ReadonlyArray<string> => [
  String(value),
  json(value),
  util.inspect(value, { depth: 20 }),
  util.inspect(value, { depth: 20, customInspect: false, showHidden: true }),
  util.format("%s %o %O", value, value, value)
]

const assertHides = (value: unknown) => {
  for (const text of shown(value)) assert.notInclude(text, mark)
}

const assertExitHides = (exit: Exit.Exit<unknown, unknown>) => {
  assert.isTrue(Exit.isFailure(exit))
  if (Exit.isSuccess(exit)) return
  assertHides(Cause.squash(exit.cause))
  assertHides(exit)
  assert.notInclude(Cause.pretty(exit.cause, { renderErrorCause: true }), mark)
}

/** What tracers and loggers get to see of an effect. */
const observed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const logs: Array<unknown> = []
    const logger = Logger.make((entry) => {
      logs.push([entry.message, Logger.structuredLogger.log(entry)])
    })
    const recorded = yield* recordedSpans(
      Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger))
    )
    return { ...recorded, logs }
  })

describe("no secret of a configuration is shown", () => {
  it.scoped("by keys, stats, events, spans, metrics and logs", () =>
    Effect.gen(function*() {
      const { logs, result, spans } = yield* observed(
        Effect.gen(function*() {
          const listening = yield* Effect.fork(Stream.runCollect(Stream.take(ClientCache.events, 5)))
          yield* turns(2)
          const plain = ClientCustomization.make("plain", () => {})
          yield* ClientCache.client(S3Client, config)
          yield* ClientCache.withClient(S3Client, config, () => Effect.void, { customize: plain })
          yield* Effect.scoped(ClientCache.lease(S3Client, config))
          const key = ClientCacheKey.make(S3Client, config)
          const stats = yield* ClientCache.stats
          const entries = (yield* ClientCache.entries).map(([key]) => key)
          yield* ClientCache.clear
          const events = Chunk.toReadonlyArray(yield* Fiber.join(listening))
          return [key, stats, entries, yield* ClientCache.keys, events, yield* Metric.snapshot]
        }).pipe(Effect.provide(ClientCache.layer({ metrics: true, name: "secretive", maxSize: 1 })))
      )
      assert.isAbove(spans.length, 1)
      for (const value of [...result, ...spans, ...logs]) assertHides(value)
      assertHides(yield* Metric.snapshot)
    }))

  it.scoped("by the errors of keys, and of verbs on them", () =>
    Effect.gen(function*() {
      const key = ClientCacheKey.make(S3Client, config)
      yield* ClientCache.add(key, new S3Client({ region: "us-west-2" }))
      assertExitHides(yield* Effect.exit(ClientCache.add(key, new S3Client({ region: "us-west-2" }))))
      yield* ClientCache.remove(key)
      assertExitHides(yield* Effect.exit(ClientCache.get(key)))
      assertExitHides(yield* Effect.exit(ClientCache.leaseKey(key)))
      assertExitHides(yield* Effect.exit(ClientCache.remove(key)))
      assertExitHides(yield* Effect.exit(ClientCache.set(key, mark as never)))
      for (const part of ["accessKeyId", "secretAccessKey"]) {
        const broken = { ...config, credentials: { ...config.credentials, [part]: "" } }
        assertExitHides(yield* Effect.exit(ClientCache.client(S3Client, broken)))
        assertExitHides(yield* Effect.exit(ClientCache.withClient(S3Client, broken, () => Effect.void)))
      }
    }).pipe(Effect.provide(ClientCache.layer())))

  for (
    const [name, thrown] of [
      ["in its message", (config: unknown) => new Error(`bad: ${JSON.stringify(config)}`)],
      ["in a field", (config: unknown) => Object.assign(new Error("bad"), { config })],
      ["in its cause", (config: unknown) => new Error("bad", { cause: config })],
      ["in a value that is no Error", (config: unknown) => ({ config })],
      ["deep inside", (config: unknown) => new Error("bad", { cause: { a: [new Map([["b", { config }]])] } })],
      [
        "in a value that cannot be looked at",
        (config: unknown) =>
          new Error("bad", {
            cause: {
              config,
              toString: () => {
                throw new Error("no")
              }
            }
          })
      ]
    ] as const
  ) {
    it.scoped(`by the error of a constructor or customization that has it ${name}`, () =>
      Effect.gen(function*() {
        // Only what the library knows to be secret can be masked in the messages of others.
        const { customUserAgent: _agent, requestHandler: _handler, ...known } = config
        const endpoint = `https://${mark}-user:${mark}-password@h/`
        class Chatty extends S3Client {
          constructor(config: object) {
            super(config)
            throw thrown({ ...known, endpoint, ...("credentials" in config ? config : {}) })
          }
        }
        const chatty = ClientCustomization.make("chatty", (client: S3Client) => {
          throw thrown({ client: { region: client.config.region }, ...known.credentials, token: `${mark}-token` })
        })
        const failing = ClientCustomization.make("failing", () => Effect.fail(thrown({ token: known.token })))
        const secret = { ...known, endpoint }
        const { logs, result, spans } = yield* observed(Effect.all([
          Effect.exit(ClientCache.client(Chatty, secret)),
          Effect.exit(ClientCache.client(S3Client, secret, { customize: chatty })),
          Effect.exit(ClientCache.client(S3Client, secret, { customize: failing }))
        ]))
        for (const exit of result) assertExitHides(exit)
        for (const value of [...spans, ...logs]) assertHides(value)
      }).pipe(Effect.provide(ClientCache.layer())))
  }

  it.scoped("what was thrown is told as it was when it shows no secret", () =>
    Effect.gen(function*() {
      const cause = new Error("out of luck")
      const failing = ClientCustomization.make("failing", () => Effect.fail(cause))
      const error = yield* Effect.flip(ClientCache.client(S3Client, config, { customize: failing }))
      assert.instanceOf(error.cause, Error)
      assert.strictEqual(error.cause.stack, cause.stack)
    }).pipe(Effect.provide(ClientCache.layer())))
})
