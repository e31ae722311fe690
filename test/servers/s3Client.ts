import type { S3ClientConfig } from "@aws-sdk/client-s3"
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** What a refused call told the client. */
export class S3Refusal extends Data.TaggedError("S3Refusal")<{
  readonly code: string
  readonly status: number | undefined
}> {}

/** A real client that makes one attempt per call, destroyed with the scope. */
export const makeClient = (config: S3ClientConfig): Effect.Effect<S3Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new S3Client({ maxAttempts: 1, ...config })),
    (client) => Effect.sync(() => client.destroy())
  )

/** A call that may be refused by the server; anything else that goes wrong is a defect. */
export const call = <A>(promise: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, S3Refusal> =>
  Effect.catchAll(
    Effect.tryPromise({ try: promise, catch: (cause) => cause }),
    (cause) =>
      cause instanceof S3ServiceException
        ? new S3Refusal({ code: cause.name, status: cause.$metadata.httpStatusCode })
        : Effect.die(cause)
  )

/** The status and error name of a call that must be refused. */
export const refusal = (promise: (signal: AbortSignal) => Promise<unknown>): Effect.Effect<string> =>
  Effect.match(call(promise), {
    onFailure: ({ code, status }) => `${status} ${code}`,
    onSuccess: () => "not refused"
  })
