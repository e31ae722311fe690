/**
 * What keeps requests back that would fail, for an `S3Cache`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { consequences } from "../bucket/s3Answers.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { CircuitBreaker, formatWait } from "./CircuitBreaker.js"
import type { Ledger } from "./Ledger.js"
import { SetupFaults } from "./SetupFaults.js"

/** What keeps requests back. */
export interface Guards {
  /** Against a second level that is unavailable. Nothing: requests are always made. */
  readonly breaker: CircuitBreaker<ObjectStoreError, ObjectStoreError> | undefined
  /** Against a set-up that is wrong. */
  readonly faults: SetupFaults
}

/** Fewer than for the circuit: these faults do not go away by themselves. */
const mostSetupFaults = 3

/**
 * Makes what keeps requests back, and tells the log and the ledger of it.
 *
 * @param limits when to keep back, and for how many milliseconds; nothing for never
 */
export const makeGuards = (
  name: string,
  store: DescribedStore,
  ledger: Ledger,
  limits: { readonly failures: number; readonly resetAfter: number } | undefined
): Guards => {
  const annotated = <A>(effect: Effect.Effect<A>) => Effect.annotateLogs(effect, { cache: name })

  const faults = new SetupFaults({
    target: store.description,
    failures: limits === undefined ? Number.POSITIVE_INFINITY : Math.min(limits.failures, mostSetupFaults),
    resetAfter: limits?.resetAfter ?? Number.POSITIVE_INFINITY,
    onRefuse: (operation) => ledger.record({ _tag: "RequestRefused", operation }),
    onSuspend: (error) => annotated(Effect.logWarning(error.message)),
    onRepair: (reason) => annotated(Effect.logInfo(`${store.description} works again, after ${reason}`))
  })
  if (limits === undefined) return { breaker: undefined, faults }

  const again = Duration.format(Duration.millis(limits.resetAfter))
  const breaker = new CircuitBreaker<ObjectStoreError, ObjectStoreError>({
    ...limits,
    counts: ({ reason }) => consequences[reason].counts,
    refusal: (last, failures, wait) =>
      new ObjectStoreError({
        reason: "CircuitOpen",
        operation: "request",
        target: store.description,
        detail: `${failures} requests failed in a row, so it is asked again only ${formatWait(wait)}. ` +
          `The last failed with ${last.reason}: ${last.detail}`,
        cause: last
      }),
    onOpen: (error) =>
      Effect.suspend(() => {
        ledger.record({ _tag: "CircuitOpened" })
        return annotated(Effect.logWarning(
          `${store.description} is unavailable: ${limits.failures} requests failed in a row, the last with: ` +
            `${error.message}. It is asked again in ${again}`
        ))
      }),
    onClose: Effect.suspend(() => {
      ledger.record({ _tag: "CircuitClosed" })
      return annotated(Effect.logInfo(`${store.description} answers again`))
    })
  })
  return { breaker, faults }
}
