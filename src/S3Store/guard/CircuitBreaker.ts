/**
 * Stops asking what does not answer.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"

/** How a circuit breaker decides. */
export interface CircuitBreakerParts<in E, out E2> {
  /** After how many failures in a row it opens: a whole number above 0. */
  readonly failures: number
  /** How long it stays open before a request may try again, in milliseconds. */
  readonly resetAfter: number
  /** Whether an error says that the other side is unavailable. Other errors are answers of a healthy one. */
  readonly counts: (error: E) => boolean
  /**
   * What requests fail with that are not made: after the last error, after how many failures in a row, and how many
   * milliseconds before the next try (0 or less: one is trying).
   */
  readonly refusal: (last: E, failures: number, wait: number) => E2
  /** Run when it opens, with the error that did it. */
  readonly onOpen: (error: E) => Effect.Effect<void>
  /** Run when it closes. */
  readonly onClose: Effect.Effect<void>
}

/**
 * A circuit breaker (M. T. Nygard, "Release It!"): after some failures in a row it is *open* and requests fail at once;
 * after a while it is *half open*, and one request, the probe, may try: its success closes it, its failure opens it for
 * as long again.
 */
export class CircuitBreaker<in out E, out E2> {
  private readonly parts: CircuitBreakerParts<E, E2>
  private failuresInARow = 0
  /** When a probe may go, in milliseconds since the epoch; `undefined` while it is closed. */
  private probeFrom: number | undefined
  private probing = false
  private last: Option.Option<E> = Option.none()

  constructor(parts: CircuitBreakerParts<E, E2>) {
    this.parts = parts
  }

  /** What it does with a request that comes now. */
  get state(): "closed" | "open" | "halfOpen" {
    if (this.probeFrom === undefined) return "closed"
    return this.probing ? "halfOpen" : "open"
  }

  /**
   * Whether a request may be made now: what it fails with at once, or whether it is the probe. One that may be made must
   * `settle`.
   *
   * @param now milliseconds since the epoch
   */
  admit(now: number): Either.Either<boolean, E2> {
    if (this.probeFrom === undefined) return notProbe
    const wait = this.probeFrom - now
    if ((this.probing || wait > 0) && Option.isSome(this.last)) {
      return Either.left(this.parts.refusal(this.last.value, this.failuresInARow, this.probing ? 0 : wait))
    }
    this.probing = true
    return isProbe
  }

  /**
   * A request has ended. One synchronous step, so that of many that fail together exactly one opens it. What is to be
   * run then, if anything.
   */
  settle(exit: Exit.Exit<unknown, E>, isProbe: boolean, now: number): Effect.Effect<void> | undefined {
    if (isProbe) this.probing = false
    // A request from before it opened tells nothing new.
    else if (this.probeFrom !== undefined) return undefined
    const error = Exit.isSuccess(exit) ? Option.none() : Cause.failureOption(exit.cause)
    if (Option.isSome(error) && this.parts.counts(error.value)) {
      this.failuresInARow++
      this.last = error
      if (!isProbe && this.failuresInARow < this.parts.failures) return undefined
      this.probeFrom = now + this.parts.resetAfter
      return isProbe ? undefined : this.parts.onOpen(error.value)
    }
    // Interrupted requests and defects tell nothing of the other side.
    if (Exit.isFailure(exit) && Option.isNone(error)) return undefined
    this.failuresInARow = 0
    this.probeFrom = undefined
    this.last = Option.none()
    return isProbe ? this.parts.onClose : undefined
  }
}

const notProbe = Either.right(false)
const isProbe = Either.right(true)

/**
 * When something is tried again, in words.
 *
 * @param millis from now on; 0 or less: it is being tried
 */
export const formatWait = (millis: number): string =>
  millis <= 0
    ? "when the request that tries it now has worked"
    : `in ${Duration.format(Duration.millis(millis < 1000 ? Math.ceil(millis) : 1000 * Math.ceil(millis / 1000)))}`
