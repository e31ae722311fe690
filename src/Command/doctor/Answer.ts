/**
 * A request, and what a server answered to it.
 */
import type { S3Client } from "@aws-sdk/client-s3"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { isCode } from "../../S3Store/bucket/s3Answers.js"
import { clientRegionOf } from "../../S3Store/bucket/s3Region.js"
import { nameOf, statusOf, toObjectStoreError } from "../../S3Store/bucket/toObjectStoreError.js"
import { withinTime } from "../../S3Store/common/standstill.js"
import { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"

/** What came of a request. */
export type Answer<A> =
  & Heard
  & (
    | { readonly isDone: true; readonly output: A }
    | { readonly isDone: false; readonly error: ObjectStoreError; readonly code: string | undefined }
  )

/** What an answer tells besides, whatever it is. */
interface Heard {
  readonly status: number | undefined
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds since the epoch by the clock of this machine: when the request was sent, and when it was answered. */
  readonly sentAt: number
  readonly answeredAt: number
}

/** How long a request may take, in milliseconds. */
const limit = 20_000

/** Notes what a client is answered, and gives it with what came of its requests, one at a time. */
export interface Hearing {
  /** An answer as it came, before it is read. */
  readonly note: (response: unknown) => void
  /** What came of a request, with the last answer that was noted. Never fails. */
  readonly answered: <A>(request: Effect.Effect<A, ObjectStoreError>) => Effect.Effect<Answer<A>>
}

export const makeHearing = (): Hearing => {
  let heard: Pick<Heard, "headers" | "status"> = { headers: {}, status: undefined }
  return {
    note: (response) => {
      heard = { status: statusCodeOf(response), headers: headersOf(response) }
    },
    answered: (request) =>
      Effect.flatMap(Clock.currentTimeMillis, (sentAt) => {
        heard = { headers: {}, status: undefined }
        return Effect.flatMap(
          Effect.match(request, {
            onSuccess: (output) => ({ isDone: true, output } as const),
            onFailure: (error) => ({ isDone: false, error, code: codeOf(error) } as const)
          }),
          (outcome) =>
            Effect.map(Clock.currentTimeMillis, (answeredAt) => ({
              ...outcome,
              headers: heard.headers,
              status: heard.status ?? (outcome.isDone ? undefined : statusOf(outcome.error.cause)),
              sentAt,
              answeredAt
            }))
        )
      })
  }
}

/** A request that ends by its limit of time. */
export const withinLimit = <A>(
  operation: string,
  target: string,
  request: Effect.Effect<A, ObjectStoreError>
): Effect.Effect<A, ObjectStoreError> =>
  withinTime(request, limit, () =>
    new ObjectStoreError({
      reason: "Timeout",
      operation,
      target,
      detail: `no answer within ${limit / 1000} seconds`
    }))

/** Asks a bucket, and counts how often. */
export interface Asking {
  /**
   * Sends a command, and never fails. A client that tries more than once counts once.
   *
   * @param operation as errors name it: `load`, `save`, `remove`, `list`
   */
  readonly ask: <A>(
    operation: string,
    key: string,
    send: (abortSignal: AbortSignal) => Promise<A>
  ) => Effect.Effect<Answer<A>>
  readonly requests: () => number
}

/**
 * Makes what asks a bucket, one request at a time.
 *
 * @param clients what requests are sent with; of these it is noted what they are answered
 */
export const makeAsking = (bucket: string, clients: ReadonlyArray<S3Client>): Asking => {
  let requests = 0
  const hearing = makeHearing()
  for (const client of clients) {
    client.middlewareStack.add(
      // Before it is read, and of each try: the last one counts.
      (next) => async (args) => {
        const result = await next(args)
        hearing.note(result.response)
        return result
      },
      { step: "deserialize", priority: "low", name: "effect-aws-cache.answer", override: true }
    )
  }
  return {
    requests: () => requests,
    ask: (operation, key, send) =>
      Effect.suspend(() => {
        requests++
        const target = `s3://${bucket}/${key}`
        const sent = Effect.tryPromise({
          try: send,
          catch: (cause) => cause
        }).pipe(Effect.catchAll((cause) =>
          Effect.flatMap(
            clientRegionOf(clients[0]),
            (region) => Effect.fail(toObjectStoreError(operation, target, bucket, cause, region))
          )
        ))
        return hearing.answered(withinLimit(operation, target, sent))
      })
  }
}

const codeOf = (error: ObjectStoreError): string | undefined => {
  const code = nameOf(error.cause)
  return isCode(code) ? code : undefined
}

const statusCodeOf = (response: unknown): number | undefined =>
  Predicate.hasProperty(response, "statusCode") && typeof response.statusCode === "number"
    ? response.statusCode
    : undefined

const headersOf = (response: unknown): Readonly<Record<string, string>> => {
  const headers = Predicate.hasProperty(response, "headers") ? response.headers : undefined
  return Object.fromEntries(
    Predicate.isRecord(headers)
      ? Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])
      : []
  )
}

/** The reason of a failed request. */
export const reasonOf = (answer: Answer<unknown> | undefined): ObjectStoreError["reason"] | undefined =>
  answer === undefined || answer.isDone ? undefined : answer.error.reason

/** What was said of a failed request, and what to do. */
export const detailOf = (answer: Answer<unknown> | undefined): string =>
  answer === undefined || answer.isDone ? "" : answer.error.detail

/** What the server said of a failed request, without what is needed: that is told as a statement. */
export const saidOf = (answer: Answer<unknown> | undefined): string => {
  const detail = detailOf(answer)
  return detail.slice(Math.max(0, detail.search(/(?:S3|DynamoDB) answered/)))
}

/** Whether a server did not know what it was asked: it has no such feature. */
export const isUnknownToServer = (answer: Answer<unknown>): boolean =>
  !answer.isDone &&
  (answer.status === 501 || answer.status === 405 || answer.status === 400 || answer.code === "NotImplemented")
