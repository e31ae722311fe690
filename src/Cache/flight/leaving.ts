/**
 * Waiting no longer.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { AnyFiber } from "../../effect/fibers.js"
import type { Flight } from "./FlightGroup.js"

/** Leaves a flight: it is interrupted if nobody waits for it any more. */
export const leave = (flight: Flight<unknown, unknown>): Effect.Effect<void> =>
  Effect.withFiberRuntime<void>((caller) => {
    flight.waiters--
    if (flight.fiber === undefined) return Exit.void
    if (flight.waiters > 0) {
      flight.proceed(caller)
      return Exit.void
    }
    flight.detach()
    flight.node.abandon()
    return Effect.asVoid(Fiber.interrupt(flight.fiber))
  })

/** Nobody may wait for it any more, and it goes on. */
export const leaveAlone = (flight: Flight<unknown, unknown>, caller: AnyFiber): void => {
  if (flight.unattended) flight.waiters--
  flight.unattended = true
  flight.proceed(caller)
}
