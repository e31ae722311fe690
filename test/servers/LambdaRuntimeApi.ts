/**
 * The side of AWS Lambda that a function's process talks to: its Runtime API over HTTP, on 127.0.0.1, for one process that
 * handles one invocation at a time.
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ServerResponse } from "node:http"
import * as LocalHttp from "./LocalHttp.js"
import type { ServerError } from "./ScopedServer.js"

/** The function told of an error: of one invocation, or that it could not start. */
class FunctionError extends Data.TaggedError("FunctionError")<{
  /** What it sent, as a rule JSON with `errorType` and `errorMessage`. */
  readonly body: string
}> {
  override get message(): string {
    return this.body
  }
}

/** A running Runtime API. */
export interface LambdaRuntimeApi {
  /** For the process's environment variable `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string
  /**
   * Invokes the function, and succeeds with what it answered.
   *
   * @param headers are handed to the process with the event
   */
  readonly invoke: (
    event: unknown,
    headers?: Readonly<Record<string, string>>
  ) => Effect.Effect<unknown, FunctionError>
  /** Whether the process waits for an event: it has started, and has nothing to do. */
  readonly isIdle: () => boolean
}

interface Invocation {
  readonly id: string
  readonly event: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly answer: Deferred.Deferred<unknown, FunctionError>
}

/**
 * The header of an event that moves the clock of the process: by how many milliseconds it is ahead of the real one from
 * then on, as if the process had been frozen meanwhile. Lambda has no such thing.
 */
export const clockAheadHeader = "test-clock-ahead-ms"

const root = "/2018-06-01/runtime"
const outcomePath = new RegExp(`^${root}/invocation/([^/]+)/(response|error)$`)
const timeout = 60_000

/** Starts a Runtime API that lives as long as the scope. */
export const make: Effect.Effect<LambdaRuntimeApi, ServerError, Scope.Scope> = Effect.gen(function*() {
  const due: Array<Invocation> = []
  const running = new Map<string, Invocation>()
  let waiting: ServerResponse | undefined
  let failedStart: FunctionError | undefined
  let count = 0

  // Hands the next event to the process, once both are there.
  const deliver = () => {
    if (waiting === undefined) return
    const next = due.shift()
    if (next === undefined) return
    running.set(next.id, next)
    waiting.writeHead(200, {
      ...next.headers,
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": next.id,
      "lambda-runtime-deadline-ms": String(Date.now() + timeout),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-west-2:123456789012:function:test"
    }).end(JSON.stringify(next.event))
    waiting = undefined
  }

  const settle = (id: string, outcome: Effect.Effect<unknown, FunctionError>): boolean => {
    const invocation = running.get(id)
    running.delete(id)
    if (invocation !== undefined) Deferred.unsafeDone(invocation.answer, outcome)
    return invocation !== undefined
  }

  const server = yield* LocalHttp.make(({ method, url = "" }, response, body) => {
    const accepted = (known: boolean) => response.writeHead(known ? 202 : 400).end()
    if (method === "GET" && url === `${root}/invocation/next`) {
      waiting = response
      // A process that is killed while it waits must not be given an event.
      response.on("close", () => {
        if (waiting === response) waiting = undefined
      })
      return deliver()
    }
    const text = body.toString("utf8")
    const [, id = "", outcome] = outcomePath.exec(url) ?? []
    if (method === "POST" && outcome === "response") {
      accepted(settle(id, Effect.sync((): unknown => JSON.parse(text))))
    } else if (method === "POST" && outcome === "error") {
      accepted(settle(id, new FunctionError({ body: text })))
    } else if (method === "POST" && url === `${root}/init/error`) {
      failedStart = new FunctionError({ body: text })
      for (const { answer } of due.splice(0)) Deferred.unsafeDone(answer, failedStart)
      accepted(true)
    } else {
      response.writeHead(404).end()
    }
  })

  return {
    address: new URL(server.url).host,
    invoke: (event, headers = {}) =>
      Effect.gen(function*() {
        if (failedStart !== undefined) return yield* failedStart
        const answer = yield* Deferred.make<unknown, FunctionError>()
        due.push({ id: `request-${++count}`, event, headers, answer })
        deliver()
        return yield* Deferred.await(answer)
      }),
    isIdle: () => waiting !== undefined
  }
})
