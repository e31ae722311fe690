/**
 * The clocks of fibers.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { AnyFiber } from "./fibers.js"

/** The clock that effects of a fiber read. For use within `Effect.withFiberRuntime`, where it saves an instruction. */
export const clockOf = (fiber: AnyFiber): Clock.Clock =>
  Context.get(fiber.getFiberRef(DefaultServices.currentServices), Clock.Clock)

/** The clock of the fiber that runs, `undefined` outside of any effect. */
export const currentClock = (): Clock.Clock | undefined =>
  Option.getOrUndefined(Option.map(Fiber.getCurrentFiber(), clockOf))

/** The clock of the machine. */
export const liveClock: Clock.Clock = Context.get(DefaultServices.liveServices, Clock.Clock)

/** Runs by the clock of the machine, whatever clock a test has set. */
export const byLiveClock = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withClock(effect, liveClock)

/** Whether a clock tells the time of the machine, as Effect's own does. */
export const isLiveClock = (clock: Clock.Clock): boolean =>
  Object.getPrototypeOf(clock) === Object.getPrototypeOf(liveClock)
