/**
 * What every test file is set up with: a `TestClock` does not warn. It would, five seconds after something waits for a time
 * that no test has set, through the logger of the test: one that counts what is logged would fail on a slow machine.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as TestClock from "effect/TestClock"

const made: unknown = Reflect.get(TestClock, "TestClockImpl")
const prototype: unknown = Predicate.isFunction(made) ? made.prototype : undefined
if (!Predicate.hasProperty(prototype, "warningStart") || !Predicate.hasProperty(prototype, "suspendedWarningStart")) {
  throw new Error("a TestClock warns in another way than it did")
}
prototype.warningStart = prototype.suspendedWarningStart = () => Effect.void
