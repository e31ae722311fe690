/**
 * Refreshing ahead by chance.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { FreshnessTimes } from "./Freshness.js"

/**
 * Draws how long before the end of its time an entry is refreshed: how many times its computation took that is. Where
 * nothing is drawn it is zero.
 *
 * By the rule of Vattani, Chierichetti and Lowenstein (Optimal Probabilistic Cache Stampede Prevention, VLDB 2015) each
 * lookup draws such a number, and computes if what it has would be over by then. To draw once for the entry is as good,
 * and costs a lookup nothing.
 */
export const withLead = <A, E, R>(
  { beta }: Pick<FreshnessTimes, "beta">,
  f: (times: number) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  // The number is below 1, so that there is a logarithm.
  beta === 0 ? f(0) : Effect.flatMap(Random.next, (drawn) => f(-beta * Math.log1p(-drawn)))
