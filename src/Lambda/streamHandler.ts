/**
 * Handlers whose answer is a stream.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Background } from "../Cache/background/Background.js"
import { type HandlerOptions, timesOf } from "./HandlerOptions.js"
import { endWithHandler, type LambdaContext, remainingOf } from "./LambdaContext.js"
import { Sandbox } from "./Sandbox.js"

/**
 * Where a handler writes a streamed answer to: a `Writable` of Node, as Lambda gives it.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResponseStream {
  /** Writes a piece. Whether it takes more at once; else it tells by `drain` when it does. */
  readonly write: (chunk: string | Uint8Array) => boolean
  /** Ends the answer. */
  readonly end: () => unknown
  /** Listens to one event. */
  readonly once: (event: "drain" | "close" | "error", listener: () => void) => unknown
  /** Listens no more. */
  readonly off: (event: "drain" | "close" | "error", listener: () => void) => unknown
  /** Whether nobody reads it any more. */
  readonly destroyed?: boolean | undefined
}

/**
 * An answer that is given piece by piece. What else there is but the body is for function URLs, and left out where the
 * process is not one of Lambda's.
 *
 * @since 1.0.0
 * @category models
 */
export interface StreamedAnswer<out E, out R> {
  /** What is written, piece by piece, as fast as it is read. */
  readonly body: Stream.Stream<string | Uint8Array, E, R>
  /** Default 200. */
  readonly statusCode?: number | undefined
  /** The headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What browsers are to keep, each as a `Set-Cookie` header has it. */
  readonly cookies?: ReadonlyArray<string> | undefined
}

/**
 * A handler for AWS Lambda that streams its answer (`InvokeMode: RESPONSE_STREAM` of a function URL). It is as `handler`,
 * but its caller waits for nothing: the answer has ended for him when the body has, and then the handler waits for what
 * goes on in the background, before Lambda may freeze the process. A body that fails midway is cut off, and Lambda tells.
 *
 * Throws `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import { Effect, Layer, Stream } from "effect"
 * import * as Lambda from "effect-aws-cache/lambda"
 * import * as assert from "node:assert/strict"
 * import { Writable } from "node:stream"
 *
 * export const handler = Lambda.streamHandler(
 *   (event: { readonly lines: number }) =>
 *     Effect.succeed({
 *       headers: { "content-type": "text/plain" },
 *       body: Stream.map(Stream.range(1, event.lines), (line) => `${line}\n`)
 *     }),
 *   { layer: Layer.empty }
 * )
 *
 * const written: Array<string> = []
 * const response = new Writable({
 *   write: (chunk: Buffer, _encoding, done) => {
 *     written.push(chunk.toString())
 *     done()
 *   }
 * })
 * await handler({ lines: 2 }, response, { getRemainingTimeInMillis: () => 3000 })
 * assert.deepEqual(written, ["1\n", "2\n"])
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const streamHandler = <
  Event,
  E,
  E2,
  R = never,
  R2 = never,
  LayerError = never,
  Context extends LambdaContext = LambdaContext
>(
  effect: (
    event: Event,
    context: Context
  ) => Effect.Effect<StreamedAnswer<E2, R2 | Scope.Scope | Background>, E, R | Scope.Scope | Background>,
  options: HandlerOptions<NoInfer<R | R2>, LayerError>
): (event: Event, response: ResponseStream, context: Context) => Promise<void> => {
  const times = timesOf(options)
  const sandbox = new Sandbox(options.layer, times)
  return streamified((event: Event, response: ResponseStream, context: Context) => {
    endWithHandler(context)
    const answered = Effect.flatMap(
      Effect.suspend(() => effect(event, context)),
      (answer) => answerBy(response, answer)
    )
    return sandbox.run(answered, () => remainingOf(context))
  })
}

/** Gives an answer. Whoever has gone away is written to no further, and the body is interrupted. */
const answerBy = <E, R>(response: ResponseStream, answer: StreamedAnswer<E, R>): Effect.Effect<void, E, R> => {
  const head = headOf(answer)
  const out = head === undefined ? response : withHead(response, head)
  let isBegun = head === undefined
  const written = Stream.runForEach(answer.body, (chunk) =>
    Effect.suspend(() => {
      isBegun = true
      return out.write(chunk) ? Effect.void : first(out, ["drain"])
    }))
  const ended = Effect.sync(() => {
    // The head goes with the first piece, and is lost where there is none.
    if (!isBegun) out.write("")
    out.end()
  })
  return Effect.raceFirst(Effect.zipRight(written, ended), gone(out))
}

/** Waits for the one that reads to go away. */
const gone = (out: ResponseStream): Effect.Effect<void> =>
  Effect.suspend(() => out.destroyed === true ? Effect.void : first(out, ["close", "error"]))

/** Waits for the first of some events. */
const first = (out: ResponseStream, events: ReadonlyArray<"drain" | "close" | "error">): Effect.Effect<void> =>
  Effect.async((resume) => {
    const stop = () => {
      for (const event of events) out.off(event, goOn)
    }
    const goOn = () => {
      stop()
      resume(Effect.void)
    }
    for (const event of events) out.once(event, goOn)
    return Effect.sync(stop)
  })

/** What Lambda puts into the processes of its functions. Elsewhere the SDK may have put something else there. */
interface LambdaGlobal {
  readonly streamifyResponse?: <Handler>(handler: Handler) => Handler
  readonly HttpResponseStream?: {
    readonly from: (response: ResponseStream, head: Head) => ResponseStream
  }
}

const lambda = (): LambdaGlobal => {
  const global: { readonly awslambda?: LambdaGlobal; readonly process?: unknown } = globalThis
  return global.awslambda ?? {}
}

// When the module is loaded: Lambda looks at the handler for its mark before it calls it.
const streamified = <Handler>(handler: Handler): Handler => lambda().streamifyResponse?.(handler) ?? handler

/** What of an answer is not its body. */
type Head = Omit<StreamedAnswer<never, never>, "body">

const headOf = ({ cookies, headers, statusCode }: StreamedAnswer<unknown, unknown>): Head | undefined =>
  statusCode === undefined && headers === undefined && cookies === undefined ? undefined : {
    statusCode: statusCode ?? 200,
    ...(headers === undefined ? {} : { headers }),
    ...(cookies === undefined ? {} : { cookies })
  }

const withHead = (response: ResponseStream, head: Head): ResponseStream =>
  lambda().HttpResponseStream?.from(response, head) ?? response
