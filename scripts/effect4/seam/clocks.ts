/**
 * The clocks of fibers.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { AnyFiber } from "./fibers.js"

export const clockOf = (fiber: AnyFiber): Clock.Clock => fiber.getRef(Clock.Clock)

export const currentClock = (): Clock.Clock | undefined => {
  const fiber = Fiber.getCurrent()
  return fiber === undefined ? undefined : clockOf(fiber)
}

export const liveClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)

export const byLiveClock = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, Clock.Clock, liveClock)

export const isLiveClock = (clock: Clock.Clock): boolean =>
  Object.getPrototypeOf(clock) === Object.getPrototypeOf(liveClock)
