/**
 * The clock of a fiber.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import type * as Fiber from "effect/Fiber"

/**
 * The clock that effects of a fiber read. For use within `Effect.withFiberRuntime`, where it saves an instruction.
 *
 * @since 0.1.0
 * @category accessors
 */
export const clockOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): Clock.Clock =>
  Context.get(fiber.getFiberRef(DefaultServices.currentServices), Clock.Clock)
