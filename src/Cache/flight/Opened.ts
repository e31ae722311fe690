/**
 * Computations that do not run yet, and how they are let go.
 */
import type * as Exit from "effect/Exit"
import type { AnyFiber } from "../../effect/fibers.js"
import type { Flight } from "./FlightGroup.js"
import type { Outcome } from "./Outcome.js"

/** What is filed under its key, until its result is not to be kept any more. */
export type Detachable = Pick<Flight<unknown, unknown>, "detach" | "nth">

type Errands = Pick<Outcome<never, never>, "send" | "withdraw">

/** A flight that does not run yet. */
export interface Opened<in out A, in out E> {
  readonly flight: Flight<A, E>
  readonly errands: Errands
  readonly isAttached: () => boolean
  /** Ends it, and tells with what. */
  readonly settle: (exit: Exit.Exit<A, E>, now: number) => Exit.Exit<A, E>
  /** Lets a fiber of its own run it. */
  readonly launch: (caller: AnyFiber, immediate: boolean) => void
}
