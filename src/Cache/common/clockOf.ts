/**
 * The clock of a fiber.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

/** The clock that effects of a fiber read. For use within `Effect.withFiberRuntime`, where it saves an instruction. */
export const clockOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): Clock.Clock =>
  Context.get(fiber.getFiberRef(DefaultServices.currentServices), Clock.Clock)

/** The clock of the fiber that runs, `undefined` outside of any effect. */
export const currentClock = (): Clock.Clock | undefined =>
  Option.getOrUndefined(Option.map(Fiber.getCurrentFiber(), clockOf))
