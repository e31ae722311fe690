/**
 * Faults of the set-up: what every request meets until somebody repairs it.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { putNewest } from "../../Cache/common/putNewest.js"
import { consequences } from "../bucket/s3Answers.js"
import { nameOf } from "../bucket/toObjectStoreError.js"
import { ObjectStoreError, type ObjectStoreReason } from "../objects/ObjectStoreErrors.js"
import { formatWait } from "./CircuitBreaker.js"

/** How faults of the set-up are dealt with. */
export interface SetupFaultsParts {
  /** What the requests go to. */
  readonly target: string
  /** After how many such faults of an operation in a row it is suspended; `Infinity` for never. */
  readonly failures: number
  /** How long it is suspended before a request may try again, in milliseconds. */
  readonly resetAfter: number
  /** Run for each request that is not made. */
  readonly onRefuse: (operation: string) => void
  /** Run when an operation is suspended by a fault that the log has not told. */
  readonly onSuspend: (error: ObjectStoreError) => Effect.Effect<void>
  /** Run when a fault that the log has told is repaired. */
  readonly onRepair: (reason: ObjectStoreReason) => Effect.Effect<void>
}

/** The faults that one operation met in a row, all of one reason. */
interface Standing {
  readonly error: ObjectStoreError
  readonly inARow: number
  /** When a request may try again, in milliseconds since the epoch; `undefined` while all may. */
  readonly probeFrom: number | undefined
  readonly isProbing: boolean
}

/** What the log told of. */
interface Told {
  readonly at: number
  /** Whether it went well since, for faults of single objects. */
  isOver: boolean
}

const minute = 60_000
const mostTold = 100

/**
 * Keeps requests back that would meet the same fault of the set-up again (no bucket, no credentials, another region, a
 * wrong clock), and says what the log has not told yet.
 *
 * After some such faults in a row an operation is *suspended*: its requests fail at once, with the reason of the fault;
 * now and then one may try, and the first success ends it for all operations that met the fault. It is not the circuit:
 * a store that answers is well, and other operations, as those of a role that may only read, go on.
 */
export class SetupFaults {
  private readonly parts: SetupFaultsParts
  private readonly standing = new Map<string, Standing>()
  private readonly met = new Map<ObjectStoreReason, Set<string>>()
  private readonly told = new Map<string, Told>()

  constructor(parts: SetupFaultsParts) {
    this.parts = parts
  }

  /**
   * Whether a request may be made now: what it fails with at once, or whether it is the one that tries. One that may be
   * made must `settle`.
   *
   * @param now milliseconds since the epoch
   */
  admit(operation: string, now: number): Either.Either<boolean, ObjectStoreError> {
    const before = this.standing.get(operation)
    if (before?.probeFrom === undefined) return notProbe
    const wait = before.probeFrom - now
    if (before.isProbing || wait > 0) {
      this.parts.onRefuse(operation)
      return Either.left(this.refusal(operation, before.error, before.isProbing ? 0 : wait))
    }
    this.standing.set(operation, { ...before, isProbing: true })
    return isProbe
  }

  /**
   * A request has ended. One synchronous step, so that of many that fail together exactly one suspends. What is to be run
   * then, if anything.
   */
  settle(
    operation: string,
    exit: Exit.Exit<unknown, ObjectStoreError>,
    isProbe: boolean,
    now: number
  ): Effect.Effect<void> | undefined {
    if (Exit.isSuccess(exit)) return this.worked(operation)
    const before = this.standing.get(operation)
    const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
    // An interrupted request, or one that was not made, tells nothing.
    if (error === undefined || error.reason === "CircuitOpen") {
      if (isProbe && before !== undefined) this.standing.set(operation, { ...before, isProbing: false })
      return undefined
    }
    if (!consequences[error.reason].isSetup) {
      // Another answer is the news now. A request from before the suspension has an old one.
      if (isProbe || before?.probeFrom === undefined) this.standing.delete(operation)
      return undefined
    }
    const isOpen = before?.probeFrom !== undefined
    if (isOpen && !isProbe) return undefined
    const inARow = before?.error.reason === error.reason ? before.inARow + 1 : 1
    const suspends = isProbe || inARow >= this.parts.failures
    const probeFrom = suspends ? now + this.parts.resetAfter : undefined
    this.standing.set(operation, { error, inARow, probeFrom, isProbing: false })
    this.met.set(error.reason, (this.met.get(error.reason) ?? new Set()).add(operation))
    return suspends && !isProbe
      ? Effect.flatMap(this.isNews(error), (isNews) => isNews ? this.parts.onSuspend(error) : Effect.void)
      : undefined
  }

  /**
   * Whether the log is to tell of an error: of what stands until it is repaired only once, of what single objects are
   * refused with at most once a minute for each operation and code, and only if the operation has worked since.
   */
  readonly isNews = (error: ObjectStoreError): Effect.Effect<boolean> =>
    Effect.clockWith((clock) =>
      Effect.sync(() => {
        const { isSetup, isToldOnce } = consequences[error.reason]
        if (!isToldOnce) return true
        const now = clock.unsafeCurrentTimeMillis()
        const fault = isSetup ? error.reason : `${error.operation} ${error.reason} ${nameOf(error.cause)}`
        const before = this.told.get(fault)
        if (before !== undefined && !(before.isOver && now - before.at >= minute)) return false
        putNewest(this.told, fault, { at: now, isOver: false }, mostTold)
        return true
      })
    )

  private refusal(operation: string, error: ObjectStoreError, wait: number): ObjectStoreError {
    return new ObjectStoreError({
      reason: error.reason,
      operation,
      target: this.parts.target,
      detail: `not asked, since the last requests failed; it is asked again ${formatWait(wait)}. ${error.detail}`,
      cause: error
    })
  }

  private worked(operation: string): Effect.Effect<void> | undefined {
    if (this.told.size === 0 && this.met.size === 0) return undefined
    this.standing.delete(operation)
    for (const [fault, told] of this.told) if (fault.startsWith(`${operation} `)) told.isOver = true
    const repaired = [...this.met].filter(([, operations]) => operations.has(operation)).map(([reason]) => reason)
    if (repaired.length === 0) return undefined
    for (const [other, { error }] of this.standing) if (repaired.includes(error.reason)) this.standing.delete(other)
    for (const reason of repaired) this.met.delete(reason)
    return Effect.forEach(repaired.filter((reason) => this.told.delete(reason)), this.parts.onRepair, { discard: true })
  }
}

const notProbe = Either.right(false)
const isProbe = Either.right(true)
