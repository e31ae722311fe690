/**
 * Refreshing ahead by chance.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { acceptedAs, isOfKind, type SpecialKind } from "../engine/options/optionKinds.js"
import { showValue } from "../engine/options/showValue.js"
import type { FreshnessTimes } from "./Freshness.js"

/** When entries are refreshed ahead. */
export const refreshAheadKind: SpecialKind = {
  accepted: `${acceptedAs("share")}, "probabilistic", or an object with beta, a number above 0`,
  accepts: (value) => value === "probabilistic" || isOfKind(value, "share") || hasBeta(value),
  describe: showValue
}

const hasBeta = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null || !Object.keys(value).every((name) => name === "beta")) return false
  const beta: unknown = Reflect.get(value, "beta")
  return typeof beta === "number" && beta > 0 && beta < Number.POSITIVE_INFINITY
}

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
