/**
 * A map and its computations, measured.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { GuardedMap } from "../common/GuardedMap.js"
import type { BoundedMap } from "../engine/BoundedMap.js"
import { makeMeter, type Metrics } from "./makeMeter.js"
import { MapMetrics, withMetrics } from "./MapMetrics.js"
import type { Meter } from "./Meter.js"
import { type ComputationHub, meteredHub } from "./meteredHub.js"

/** What is measured of it. */
export interface MeasuredMap<in out K, in out V> {
  readonly meter: Meter | undefined
  /** Tells what is measured and has not been told. */
  readonly flush: Effect.Effect<void> | undefined
  readonly guarded: GuardedMap<K, V>
  /** Who is told of computations. */
  readonly computations: ComputationHub<K>
  /** To be called after what changed the map outside of `guarded`. */
  readonly update: (map: BoundedMap<K, V>, now: number) => void
}

/**
 * A map whose lookups are those of a cache, and its computations, measured if that is wanted.
 *
 * @param name of the cache
 * @param weight what the weight of entries is
 */
export const measuredMap = <K, V>(
  name: string,
  metrics: Metrics | undefined,
  weight: "bytes" | "weight" | "none",
  guarded: GuardedMap<K, V>,
  hub: ComputationHub<K>
): Effect.Effect<MeasuredMap<K, V>, never, Scope.Scope> =>
  Effect.map(makeMeter(name, metrics), (meter) => {
    if (meter === undefined) return { meter, flush: undefined, guarded, computations: hub, update: () => {} }
    const measures = new MapMetrics(meter, { lookups: true, weight })
    return {
      meter,
      flush: meter.flush,
      guarded: withMetrics(guarded, measures),
      computations: meteredHub(hub, meter),
      update: (map, now) => measures.update(map, now)
    }
  })
