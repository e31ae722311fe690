import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestContext from "effect/TestContext"
import * as fc from "fast-check"

/** A test whose effect holds for all drawn values, each time with a clock of tests of its own. */
export const effectProperty = <Values extends Array<unknown>, A, E>(
  name: string,
  arbitraries: { [K in keyof Values]: fc.Arbitrary<Values[K]> },
  check: (values: Values) => Effect.Effect<A, E>,
  parameters: fc.Parameters<[Values]>
): void =>
  it(`${name}`, () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple<Values>(...arbitraries),
        (values) => Effect.runPromise(Effect.asVoid(Effect.provide(check(values), TestContext.TestContext)))
      ),
      parameters
    ))
