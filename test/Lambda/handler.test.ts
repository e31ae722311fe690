import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Config, ConfigProvider, Context, Data, Effect, Layer, Stream } from "effect"
import { Background, CacheConfigError, Store } from "effect-aws-cache/Cache"
import * as Lambda from "effect-aws-cache/lambda"
import { Writable } from "node:stream"
import { until } from "../support/until.js"

class Prices extends Context.Tag("test/Prices")<Prices, Store.Store<string, number>>() {
  static readonly layer = Store.layer(Prices, { timeToLive: "1 hour" })
}
class Other extends Context.Tag("test/Other")<Other, number>() {}
class Refused extends Data.TaggedError("Refused")<{ readonly key: string; readonly cause: unknown }> {
  override get message(): string {
    return "the shop refused"
  }
}
class Wordless extends Data.TaggedError("Wordless")<{ readonly key: string }> {}

const context: Lambda.LambdaContext = { getRemainingTimeInMillis: () => 30_000 }

const rejected = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => "an answer", (error) => error)

/** What Lambda would print of an error. */
const shown = (error: unknown) => {
  assert.instanceOf(error, Error)
  return { name: error.name, message: error.message, more: Object.entries(error) }
}

const terminations = () => process.listenerCount("SIGTERM")
const before = terminations()
const ownListeners = new Set(process.listeners("SIGTERM"))
const leaving = <A>(promise: Promise<A>): Promise<A> =>
  promise.finally(() => {
    // What a process of Lambda's keeps is closed. Somebody else listens, so that it does not end.
    const listener = () => {}
    process.on("SIGTERM", listener)
    for (const each of process.listeners("SIGTERM")) if (!ownListeners.has(each)) Reflect.apply(each, process, [])
    process.off("SIGTERM", listener)
  })

describe("Lambda.handler", () => {
  it("builds its layer once, at the first event, and gives the effect event and context", () =>
    leaving((async () => {
      let built = 0
      const layer = Layer.tap(Prices.layer, () => Effect.sync(() => built++))
      const handler = Lambda.handler(
        (event: { readonly id: string }, { getRemainingTimeInMillis }) =>
          Effect.flatMap(Prices, (prices) =>
            Effect.map(
              prices.getOrCompute(event.id, Effect.sync(() => built)),
              (price) => [price, getRemainingTimeInMillis()]
            )),
        { layer }
      )
      assert.strictEqual(built, 0)
      assert.deepStrictEqual(await handler({ id: "tea" }, context), [1, 30_000])
      assert.deepStrictEqual(await handler({ id: "tea" }, context), [1, 30_000])
      assert.strictEqual(built, 1)
      assert.strictEqual(terminations(), before + 1)
    })()))

  it("answers with the failure of a layer, and builds it anew for the next event", () =>
    leaving((async () => {
      let tries = 0
      let closed = 0
      const layer = Layer.scoped(
        Other,
        Effect.zipRight(
          Effect.addFinalizer(() => Effect.sync(() => closed++)),
          Effect.suspend(() =>
            ++tries < 3 ? Effect.fail(new Refused({ key: "secret", cause: "secret" })) : Effect.succeed(7)
          )
        )
      )
      const handler = Lambda.handler(() => Other, { layer })
      for (let count = 1; count <= 2; count++) {
        const error = await rejected(handler({}, context))
        assert.deepStrictEqual(shown(error), { name: "Refused", message: "the shop refused", more: [] })
        assert.deepStrictEqual([tries, closed, terminations()], [count, count, before])
      }
      assert.strictEqual(await handler({}, context), 7)
      assert.strictEqual(await handler({}, context), 7)
      assert.deepStrictEqual([tries, closed], [3, 2])
    })()))

  it("rejects with names and messages, and nothing of what is in errors besides", () =>
    leaving((async () => {
      const cases: ReadonlyArray<readonly [Effect.Effect<never, unknown>, string, string]> = [
        [new Refused({ key: "secret", cause: new Error("secret") }), "Refused", "the shop refused"],
        [Effect.die(new RangeError("bad")), "RangeError", "bad"],
        [Effect.fail("no"), "Error", "no"],
        [Effect.fail({ _tag: "Told", message: "by a message" }), "Told", "by a message"],
        [Effect.fail({ _tag: "Silent" }), "Silent", "it failed with Silent"],
        [Effect.fail(new Wordless({ key: "secret" })), "Wordless", "it failed with Wordless"],
        [Effect.interrupt, "InterruptedError", "the invocation was interrupted"],
        [
          Effect.suspend(() => {
            throw new TypeError("thrown")
          }),
          "TypeError",
          "thrown"
        ]
      ]
      for (const [effect, name, message] of cases) {
        const error = await rejected(Lambda.handler(() => effect, { layer: Layer.empty })({}, context))
        assert.deepStrictEqual(shown(error), { name, message, more: [] })
        assert.isTrue(error instanceof Error && error.stack?.startsWith(`${name}: ${message}`))
        assert.isFalse(error instanceof Error && "cause" in error && error.cause !== undefined)
      }
    })()))

  it("interrupts the build of a layer whose time runs out, and builds it anew for the next event", () =>
    leaving((async () => {
      const seen: Array<string> = []
      const layer = Layer.scoped(
        Other,
        Effect.suspend(() => {
          seen.push("begun")
          const slow = Effect.onInterrupt(Effect.never, () => Effect.sync(() => seen.push("interrupted")))
          return seen.length === 1 ? slow : Effect.succeed(7)
        })
      )
      const handler = Lambda.handler(() => Other, { layer })
      const error = await rejected(handler({}, { getRemainingTimeInMillis: () => 0 }))
      assert.strictEqual(shown(error).name, "InvocationTimeoutError")
      assert.strictEqual(terminations(), before)
      assert.strictEqual(await handler({}, context), 7)
      assert.deepStrictEqual(seen, ["begun", "interrupted", "begun"])
    })()))

  it("runs with what its layer sets of the fibers, when there is a time to build it in, too", () =>
    leaving((async () => {
      const handler = Lambda.handler(() => Effect.flatMap(Config.string("A"), Effect.succeed), {
        layer: Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["A", "of the layer"]])))
      })
      assert.strictEqual(await handler({}, context), "of the layer")
    })()))

  it("does without a context, or with one that tells no time, as in a test", () =>
    leaving(
      (async () => {
        const handler = Lambda.handler(Effect.succeed<number>, { layer: Layer.empty })
        assert.strictEqual(await Reflect.apply(handler, undefined, [1]), 1)
        for (const untold of [undefined, Number.NaN]) {
          assert.strictEqual(
            await Reflect.apply(handler, undefined, [2, { getRemainingTimeInMillis: () => untold }]),
            2
          )
        }
      })()
    ))

  it("has types: the layer gives what the effect needs, but for a scope and the background", () => {
    const needy = (_: { readonly id: string }) =>
      Effect.as(Effect.zip(Effect.zip(Prices, Other), Effect.zip(Effect.scope, Background)), "done" as const)
    const both = Layer.merge(Prices.layer, Layer.succeed(Other, 1))
    const handler = Lambda.handler(needy, { layer: both })
    expectTypeOf(handler).parameters.toEqualTypeOf<[event: { readonly id: string }, context: Lambda.LambdaContext]>()
    expectTypeOf(handler).returns.toEqualTypeOf<Promise<"done">>()
    // @ts-expect-error - nothing gives Other
    Lambda.handler(needy, { layer: Prices.layer })
    // @ts-expect-error - the layer itself needs something
    Lambda.handler(needy, { layer: Layer.effect(Other, Effect.zipRight(Prices, Effect.succeed(1))) })
    interface Wide extends Lambda.LambdaContext {
      readonly awsRequestId: string
    }
    const wide = Lambda.handler((_: unknown, { awsRequestId }: Wide) => Effect.succeed(awsRequestId), {
      layer: Layer.empty
    })
    expectTypeOf(wide).parameter(1).toEqualTypeOf<Wide>()
  })

  it("throws for a wrong option", () => {
    const wrong: ReadonlyArray<object> = [{ settle: "soon" }, { margin: -1 }, { close: Number.NaN }, { layer: 5 }, {
      wait: 1
    }]
    for (const option of wrong) {
      assert.throws(
        () => Reflect.apply(Lambda.handler, undefined, [() => Effect.void, { layer: Layer.empty, ...option }]),
        CacheConfigError
      )
    }
  })
})

/** A stream that keeps what it is given, and is full after each piece. */
const kept = () => {
  const chunks: Array<string> = []
  const stream = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk.toString())
      setImmediate(done)
    }
  })
  return { chunks, stream }
}

const lines = Stream.map(Stream.range(1, 3), (line) => `${line}\n`)

describe("Lambda.streamHandler", () => {
  it("writes the body, ends it, and then waits for the background before it resolves", () =>
    leaving((async () => {
      const { chunks, stream } = kept()
      const seen: Array<string> = []
      stream.on("finish", () => seen.push("ended"))
      // However late the stream is: it ends before this does.
      const slow = until(() => seen.includes("ended")).pipe(
        Effect.zipRight(Effect.sleep("50 millis")),
        Effect.map(() => {
          seen.push("computed")
          return 1
        })
      )
      const handler = Lambda.streamHandler(
        () =>
          Effect.map(Prices, (prices) => ({
            body: Stream.concat(
              lines,
              Stream.drain(Stream.fromEffect(Effect.forkDaemon(prices.getOrCompute("a", slow))))
            )
          })),
        { layer: Prices.layer, settle: "1 minute" }
      )
      await handler({}, stream, context)
      assert.deepStrictEqual(chunks, ["1\n", "2\n", "3\n"])
      assert.deepStrictEqual(seen, ["ended", "computed"])
    })()))

  it("interrupts the body when nobody reads any more, and writes nothing then", () =>
    leaving((async () => {
      const { chunks, stream } = kept()
      const seen: Array<string> = []
      const body = Stream.concat(
        lines,
        Stream.fromEffect(Effect.onInterrupt(
          Effect.suspend(() => {
            stream.destroy()
            return Effect.never
          }),
          () => Effect.sync(() => seen.push("interrupted"))
        ))
      )
      const handler = Lambda.streamHandler(() => Effect.succeed({ body }), { layer: Layer.empty })
      await handler({}, stream, context)
      assert.deepStrictEqual(seen, ["interrupted"])
      assert.deepStrictEqual(stream.eventNames().filter((name) => name === "close" || name === "error"), [])
      const written = chunks.length
      await handler({}, stream, context)
      assert.strictEqual(chunks.length, written)
    })()))

  it("lets Lambda go on when it has resolved, whatever is open in the process", () =>
    leaving((async () => {
      const wide = { ...context, callbackWaitsForEmptyEventLoop: true }
      await Lambda.streamHandler(() => Effect.succeed({ body: lines }), { layer: Layer.empty })({}, kept().stream, wide)
      assert.isFalse(wide.callbackWaitsForEmptyEventLoop)
    })()))

  it("rejects when the body fails midway", () =>
    leaving((async () => {
      const { chunks, stream } = kept()
      const failing = Lambda.streamHandler(
        () => Effect.succeed({ body: Stream.concat(lines, Stream.fail(new Refused({ key: "a", cause: undefined }))) }),
        { layer: Layer.empty }
      )
      assert.strictEqual(shown(await rejected(failing({}, stream, context))).name, "Refused")
      assert.deepStrictEqual([chunks.length, stream.writableEnded], [3, false])
    })()))

  it("resolves when all of the answer has left the stream, however slow that is, and however much it holds", () =>
    leaving((async () => {
      const bodies = [
        lines,
        "1\n2\n3\n",
        new TextEncoder().encode("1\n2\n3\n"),
        Stream.make("1\n", new Uint8Array([50, 10]), "3\n")
      ]
      for (const body of bodies) {
        for (const highWaterMark of [1, 16_384]) {
          const seen: Array<string> = []
          let finished = false
          const stream = new Writable({
            highWaterMark,
            write: (chunk: Buffer, _encoding, done) => {
              setImmediate(() => {
                seen.push(chunk.toString())
                done()
              })
            },
            final: (done) => {
              setImmediate(done)
            }
          })
          stream.on("finish", () => (finished = true))
          await Lambda.streamHandler(() => Effect.succeed({ body }), { layer: Layer.empty })({}, stream, context)
          assert.deepStrictEqual([seen.join(""), finished], ["1\n2\n3\n", true])
        }
      }
    })()))

  it("waits for a stream that does not finish no longer than there is time for", () =>
    leaving((async () => {
      const stream = new Writable({ write: () => {} })
      const handler = Lambda.streamHandler(() => Effect.succeed({ body: lines }), { layer: Layer.empty })
      const error = await rejected(handler({}, stream, { getRemainingTimeInMillis: () => 300 }))
      assert.strictEqual(shown(error).name, "InvocationTimeoutError")
    })()))

  it("listens to errors of the stream until it is closed: some fail it, others say that nobody reads any more", () =>
    leaving((async () => {
      const coded = (code: string) => Object.assign(new Error(`told ${code}`), { code })
      const quiet = ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].map((code) =>
        [coded(code), undefined] as const
      )
      const loud = [coded("ENOSPC"), new Error("plain")].map((error) => [error, error.message] as const)
      const body = Stream.concat(Stream.make("a"), Stream.never)
      for (const [error, message] of [...quiet, ...loud]) {
        const ended = async (stream: Writable, run: () => Effect.Effect<Lambda.StreamedAnswer<never, never>>) => {
          const outcome = await rejected(Lambda.streamHandler(run, { layer: Layer.empty })({}, stream, context))
          assert.strictEqual(outcome === "an answer" ? undefined : shown(outcome).message, message ?? undefined)
        }
        // At the write of what has been taken already, after a piece, and before the body.
        await ended(
          new Writable({ write: (_chunk, _encoding, done) => void setImmediate(() => done(error)) }),
          () => Effect.succeed({ body: Stream.make("a", "b") })
        )
        const midway = new Writable({ write: (_chunk, _encoding, done) => done() })
        await ended(midway, () =>
          Effect.sync(() => {
            setImmediate(() => midway.destroy(error))
            return { body }
          }))
        const early = new Writable({ write: (_chunk, _encoding, done) => done() })
        await ended(early, () => {
          early.destroy(error)
          return Effect.as(Effect.sleep("2 millis"), { body })
        })
        // Later than the answer.
        const late = new Writable({ autoDestroy: false, write: (_chunk, _encoding, done) => done() })
        await Lambda.streamHandler(() => Effect.succeed({ body: lines }), { layer: Layer.empty })({}, late, context)
        assert.isTrue(late.writableFinished)
        for (let times = 1; times <= 2; times++) assert.isTrue(late.emit("error", error))
        for (const stream of [midway, early, late]) stream.destroy()
        await new Promise((resolve) => setImmediate(resolve))
        for (const stream of [midway, early, late]) {
          assert.deepStrictEqual(stream.eventNames().filter((name) => name === "error"), [])
        }
      }
    })()))

  it("gives a head alone where there is no body, and says what a body may be", () =>
    leaving((async () => {
      const given = (answer: unknown, response: unknown) =>
        Reflect.apply(Lambda.streamHandler, undefined, [() => Effect.succeed(answer), { layer: Layer.empty }])(
          {},
          response,
          context
        )
      for (const answer of [{}, { statusCode: 302, headers: { location: "/" } }, { body: null }, { body: "" }]) {
        const { chunks, stream } = kept()
        await given(answer, stream)
        assert.deepStrictEqual([chunks.join(""), stream.writableFinished], ["", true])
      }
      const wrong: ReadonlyArray<readonly [unknown, string]> = [
        [undefined, "the answer is undefined, but must be an object with a body"],
        ["text", "the answer is \"text\", but must be an object with a body"],
        [{ body: 5 }, "body is 5, but must be a Stream, a string, bytes or nothing"],
        [{ body: { secret: "secret" } }, "body is an object, but must be a Stream, a string, bytes or nothing"],
        [{ body: ["a"] }, "body is an array, but must be a Stream, a string, bytes or nothing"],
        [{ body: Stream.make(5) }, "a piece of the body is 5, but must be a string or bytes"],
        [{ body: Stream.make(null) }, "a piece of the body is null, but must be a string or bytes"]
      ]
      for (const [answer, message] of wrong) {
        const error = await rejected(given(answer, kept().stream))
        assert.deepStrictEqual(shown(error), { name: "CacheConfigError", message: `Lambda: ${message}`, more: [] })
      }
      for (const response of [undefined, null, { getRemainingTimeInMillis: () => 1 }]) {
        const error = await rejected(given({ body: lines }, response))
        assert.include(shown(error).message, "but must be a Writable, which Lambda gives where it streams")
      }
    })()))

  it("has types: a body is a stream, a string, bytes or none", () => {
    const redirect = { statusCode: 302, headers: { location: "/" } }
    const handler = Lambda.streamHandler(() => Effect.succeed(redirect), { layer: Layer.empty })
    expectTypeOf(handler).returns.toEqualTypeOf<Promise<void>>()
    expectTypeOf<Writable>().toExtend<Lambda.ResponseStream>()
    Lambda.streamHandler(() => Effect.succeed({ body: "text" }), { layer: Layer.empty })
    // @ts-expect-error - a number is no body
    Lambda.streamHandler(() => Effect.succeed({ body: 5 }), { layer: Layer.empty })
  })

  it("is a function of its own where the global of Lambda is there for something else", () =>
    leaving((async () => {
      const given: unknown = Reflect.get(globalThis, "awslambda")
      Reflect.set(globalThis, "awslambda", {})
      try {
        const { chunks, stream } = kept()
        await Lambda.streamHandler(() => Effect.succeed({ statusCode: 201, body: lines }), { layer: Layer.empty })(
          {},
          stream,
          context
        )
        assert.strictEqual(chunks.join(""), "1\n2\n3\n")
      } finally {
        if (given === undefined) Reflect.deleteProperty(globalThis, "awslambda")
        else Reflect.set(globalThis, "awslambda", given)
      }
    })()))

  it("is marked for Lambda, and gives the head of the answer, where the process is one of its", () =>
    leaving((async () => {
      const { chunks, stream } = kept()
      const heads: Array<unknown> = []
      const marked = new Set<unknown>()
      // The SDK puts something there, too.
      const given: unknown = Reflect.get(globalThis, "awslambda")
      Reflect.set(globalThis, "awslambda", {
        streamifyResponse: (handler: unknown) => {
          marked.add(handler)
          return handler
        },
        HttpResponseStream: {
          // The head goes before the first piece, as Lambda does it.
          from: (response: Writable, head: unknown) => {
            const write = response.write.bind(response)
            Object.assign(response, {
              write: (chunk: string | Uint8Array) => {
                response.write = write
                heads.push(head)
                return write(chunk)
              }
            })
            return response
          }
        }
      })
      try {
        const handler = Lambda.streamHandler(
          () => Effect.succeed({ headers: { "content-type": "text/plain" }, body: lines }),
          { layer: Layer.empty }
        )
        assert.isTrue(marked.has(handler))
        await handler({}, stream, context)
        assert.deepStrictEqual(heads, [{ statusCode: 200, headers: { "content-type": "text/plain" } }])
        assert.strictEqual(chunks.join(""), "1\n2\n3\n")
        // Where there is no piece, too.
        const moved = Lambda.streamHandler(
          () => Effect.succeed({ statusCode: 302, headers: { location: "/" }, body: Stream.empty }),
          { layer: Layer.empty }
        )
        const empty = kept()
        await moved({}, empty.stream, context)
        assert.deepStrictEqual(heads.slice(1), [{ statusCode: 302, headers: { location: "/" } }])
        assert.deepStrictEqual([empty.chunks.join(""), empty.stream.writableEnded], ["", true])
      } finally {
        if (given === undefined) Reflect.deleteProperty(globalThis, "awslambda")
        else Reflect.set(globalThis, "awslambda", given)
      }
    })()))
})
