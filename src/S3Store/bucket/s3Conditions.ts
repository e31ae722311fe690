/**
 * What a store makes of conditions.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import * as Store from "../../Cache/Store.js"
import { ConditionalOutcome } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { S3ObjectStoreOptions } from "./S3ObjectStoreOptions.js"
import { isNoSuchObject, nameOf, statusOf } from "./toObjectStoreError.js"

/** Whether a store honours conditions, asked as seldom as can be. */
export interface S3Conditions {
  readonly onWrites: Effect.Effect<boolean, ObjectStoreError>
  readonly onDeletes: Effect.Effect<boolean, ObjectStoreError>
}

/** The requests it takes to find out. */
export interface ConditionRequests {
  readonly add: (key: string) => Effect.Effect<unknown, ObjectStoreError>
  readonly save: (key: string) => Effect.Effect<unknown, ObjectStoreError>
  readonly removeIfMatch: (key: string, etag: string) => Effect.Effect<unknown, ObjectStoreError>
  readonly remove: (key: string) => Effect.Effect<unknown, ObjectStoreError>
}

/**
 * Finds out what a store makes of conditions, where the options leave it open: once, by objects named
 * `{keyPrefix}.probe/{UUID}` which are removed again. A failure is not remembered.
 */
export const makeS3Conditions = (
  { bucket, conditionalDeletes, conditionalWrites, keyPrefix }:
    & Pick<S3ObjectStoreOptions, "bucket" | "conditionalDeletes" | "conditionalWrites">
    & { readonly keyPrefix: string },
  requests: ConditionRequests
): Effect.Effect<S3Conditions, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    // Before the findings, so that it is closed after them: what a probe leaves when they are closed is removed, too.
    const removals = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const findings = yield* Store.make<"writes" | "deletes", boolean, ObjectStoreError>({
      name: `s3://${bucket}`,
      // Whoever waits for a probe that fails does not probe by himself.
      failure: (error) => error instanceof ObjectStoreError
    })

    // Who was interrupted, or has failed, does not wait for the removal, which may take as long as the probe did.
    const removing = (key: string) => <A>(probe: Effect.Effect<A, ObjectStoreError>) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Effect.exit(restore(probe)), (exit) =>
          Effect.flatMap(Effect.forkIn(Effect.ignore(requests.remove(key)), removals), (removal) =>
            Exit.isSuccess(exit) ? Effect.zipRight(restore(Fiber.await(removal)), exit) : exit))
      )

    const probing = (probe: (key: string) => Effect.Effect<boolean, ObjectStoreError>) =>
      Effect.suspend(() => {
        const key = `${keyPrefix}.probe/${randomUUID()}`
        return probe(key).pipe(
          removing(key),
          Effect.catchIf(
            (error) =>
              statusOf(error.cause) === 501 || nameOf(error.cause) === "NotImplemented",
            () =>
              Effect.succeed(false)
          )
        )
      })

    // Two writes of one new name, both only if absent: a store that lets both through ignores the condition.
    const probeWrites = probing((key) => {
      const add = refusable(requests.add(key))
      return Effect.zipRight(add, Effect.map(add, (outcome) => outcome._tag !== "Written"))
    })

    // A removal of another content than there is: a store that does it ignores the condition.
    const probeDeletes = probing((key) =>
      Effect.zipRight(
        requests.save(key),
        Effect.map(
          refusable(requests.removeIfMatch(key, `"${"0".repeat(32)}"`)),
          (outcome) => outcome._tag !== "Written"
        )
      )
    )

    const decided = (
      mode: "auto" | "required" | "off" | undefined,
      question: "writes" | "deletes",
      probe: Effect.Effect<boolean, ObjectStoreError>
    ) =>
      mode === undefined || mode === "auto"
        ? findings.getOrCompute(question, probe)
        : Effect.succeed(mode === "required")

    return {
      onWrites: decided(conditionalWrites, "writes", probeWrites),
      onDeletes: decided(conditionalDeletes, "deletes", probeDeletes)
    }
  })

/** What became of a request on a condition; failures that say nothing about the condition stay failures. */
export const refusable = <A>(
  request: Effect.Effect<A, ObjectStoreError>
): Effect.Effect<{ readonly _tag: "Written"; readonly answer: A } | NotWritten, ObjectStoreError> =>
  Effect.matchEffect(request, {
    onSuccess: (answer) => Effect.succeed({ _tag: "Written", answer } as const),
    onFailure: (error) => {
      const outcome = outcomeOf(error.cause)
      return outcome === undefined ? Effect.fail(error) : Effect.succeed(outcome)
    }
  })

type NotWritten = Exclude<ConditionalOutcome, { readonly _tag: "Written" }>

// AWS answers 412 when the condition does not hold, 404 to If-Match on an absent object, 409 when writers race; Ceph's
// gateway answers 500 to some losers of a race.
const outcomeOf = (cause: unknown): NotWritten | undefined => {
  if (isNoSuchObject(cause)) return ConditionalOutcome.Refused()
  switch (statusOf(cause)) {
    case 412:
      return ConditionalOutcome.Refused()
    case 409:
    case 500:
      return ConditionalOutcome.Unknown()
    default:
      return undefined
  }
}
