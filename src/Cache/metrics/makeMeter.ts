/**
 * Whether a cache is measured, and where that goes.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SpecialKind } from "../engine/options/optionKinds.js"
import { showValue } from "../engine/options/showValue.js"
import { effectMeter } from "./effectMeter.js"
import { emfMeter } from "./EmfMeter.js"
import type { Meter } from "./Meter.js"

/**
 * Whether metrics are kept: Effect's `Metric`s (`true`), or lines of the log that CloudWatch makes metrics of (`"emf"`).
 *
 * @since 1.0.0
 * @category models
 */
export type Metrics = boolean | "emf"

/** What `metrics` may be. */
export const metricsKind: SpecialKind = {
  accepted: "true, false or \"emf\"",
  accepts: (value) => typeof value === "boolean" || value === "emf",
  describe: showValue
}

/**
 * The meter of a cache, if it is measured.
 *
 * @param cache its name
 */
export const makeMeter = (
  cache: string,
  metrics: Metrics | undefined
): Effect.Effect<Meter | undefined, never, Scope.Scope> => {
  if (metrics === "emf") return emfMeter(cache)
  return metrics === true ? effectMeter(cache) : Effect.succeed(undefined)
}
