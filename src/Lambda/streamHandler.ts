/**
 * Handlers whose answer is a stream.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Background } from "../Cache/background/Background.js"
import { showValue } from "../Cache/engine/options/showValue.js"
import { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { isStream } from "../effect/streams.js"
import { type HandlerOptions, timesOf } from "./HandlerOptions.js"
import { endWithHandler, type LambdaContext, remainingOf } from "./LambdaContext.js"
import type { ResponseStream } from "./ResponseStream.js"
import { Sandbox } from "./Sandbox.js"
import { StreamEnd } from "./StreamEnd.js"

/**
 * An answer that is given piece by piece. What else there is but the body is for function URLs, and left out where the
 * process is not one of Lambda's.
 *
 * @since 1.0.0
 * @category models
 */
export interface StreamedAnswer<out E, out R> {
  /** What is written, piece by piece, as fast as it is read; or all of it at once. Without one there is a head alone. */
  readonly body?: Stream.Stream<string | Uint8Array, E, R> | string | Uint8Array | null | undefined
  /** Default 200. */
  readonly statusCode?: number | undefined
  /** The headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What browsers are to keep, each as a `Set-Cookie` header has it. */
  readonly cookies?: ReadonlyArray<string> | undefined
}

/**
 * A handler for AWS Lambda that streams its answer (`InvokeMode: RESPONSE_STREAM` of a function URL). It is as `handler`,
 * but its caller waits for nothing: the answer has ended for him when the body has. The handler then waits until all of it has
 * left the stream, and for what goes on in the background, before Lambda may freeze the process. A body that fails midway
 * is cut off, and Lambda tells; so does it when the stream fails.
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
    const answered = Effect.suspend(() => {
      if (!isStreamLike(response)) return wrong("response", response, "a Writable, which Lambda gives where it streams")
      const end = new StreamEnd(response)
      return Effect.flatMap(
        Effect.suspend(() => effect(event, context)),
        (answer) => answerBy(response, end, answer)
      )
    })
    return sandbox.run(answered, () => remainingOf(context))
  })
}

// Also of a program without types.
const isStreamLike = (response: Partial<ResponseStream> | undefined): boolean =>
  typeof response?.write === "function" && typeof response.once === "function"

const wrong = (option: string, value: unknown, accepted: string): Effect.Effect<never, CacheConfigError> =>
  Effect.fail(new CacheConfigError({ cache: "Lambda", option, value: showValue(value), accepted }))

const isPiece = (value: unknown): value is string | Uint8Array => typeof value === "string" || ArrayBuffer.isView(value)

/** The pieces of a body. */
const piecesOf = <E, R>(
  body: StreamedAnswer<E, R>["body"]
): Stream.Stream<string | Uint8Array, E | CacheConfigError, R> => {
  if (body === undefined || body === null) return Stream.empty
  if (isPiece(body)) return Stream.make(body)
  return isStream(body) ? body : Stream.fromEffect(wrong("body", body, "a Stream, a string, bytes or nothing"))
}

/**
 * Gives an answer, until all of it has left the stream. Whoever has gone away is written to no further, and the body is
 * interrupted.
 */
const answerBy = <E, R>(
  response: ResponseStream,
  endOfResponse: StreamEnd,
  answer: StreamedAnswer<E, R>
): Effect.Effect<void, unknown, R> => {
  if (typeof answer !== "object" || answer === null) return wrong("the answer", answer, "an object with a body")
  const head = headOf(answer)
  const out = head === undefined ? response : withHead(response, head)
  const end = out === response ? endOfResponse : new StreamEnd(out)
  if (out.destroyed === true) return end.await
  let isBegun = head === undefined
  const written = Stream.runForEach(piecesOf(answer.body), (chunk) =>
    Effect.suspend(() => {
      if (!isPiece(chunk)) return wrong("a piece of the body", chunk, "a string or bytes")
      isBegun = true
      return out.write(chunk) ? Effect.void : drained(out)
    }))
  const ended = Effect.sync(() => {
    // The head goes with the first piece, and is lost where there is none.
    if (!isBegun) out.write("")
    out.end()
  })
  return Effect.raceFirst(Effect.zipRight(Effect.zipRight(written, ended), Effect.never), end.await)
}

/** Waits until more can be written. */
const drained = (out: ResponseStream): Effect.Effect<void> =>
  Effect.async((resume) => {
    const goOn = () => resume(Effect.void)
    out.once("drain", goOn)
    return Effect.sync(() => out.off("drain", goOn))
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
