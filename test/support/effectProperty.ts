import { it } from "@effect/vitest"
import type * as Effect from "effect/Effect"
import type * as fc from "fast-check"

/** A test whose effect holds for all drawn values, each time with a clock of tests of its own. */
export const effectProperty = <Values extends Array<unknown>, A, E>(
  name: string,
  arbitraries: { [K in keyof Values]: fc.Arbitrary<Values[K]> },
  check: (values: Values) => Effect.Effect<A, E>,
  parameters: fc.Parameters<unknown>
): void =>
  it.effect.prop(name, arbitraries, (values) => check(values as Values), {
    // The drawn values are what the arbitraries draw.
    fastCheck: parameters as never
  })
