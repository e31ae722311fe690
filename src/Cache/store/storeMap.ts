/**
 * What a store holds, with all who look at it.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { makeGuardedMap, type OwnMap } from "../common/GuardedMap.js"
import { skippedWarning } from "../engine/Removals.js"
import { asExit } from "../errors/asExit.js"
import { CacheConfigError } from "../errors/CacheErrors.js"
import type { EventHub } from "../events/EventHub.js"
import type { StoreEvent } from "../events/StoreEvent.js"
import { warningListener } from "../events/warningListener.js"
import { weighRoughly } from "../memory/roughBytes.js"
import { type MeasuredMap, measuredMap } from "../metrics/measuredMap.js"
import { policyWith } from "../options/costPolicy.js"
import { idleMillis } from "../options/timeToLive.js"
import { LookupSpans } from "../tracing/LookupSpans.js"
import { adaptOptions, type Stored } from "./FreshMap.js"
import type { Options } from "./StoreOptions.js"

const defaultMaxSize = 1000

/** The map of a store. */
interface StoreMap<in out K, in out V, in out F> {
  readonly glance: OwnMap<K, Stored<V, F>>["glance"]
  readonly measured: MeasuredMap<K, Stored<V, F>>
  /** Makes the spans of lookups, if they have any. */
  readonly lookups: LookupSpans | undefined
}

/** Makes the map of a store by its options. */
export const makeStoreMap = <K, V, F>(
  name: string,
  options: Options<K, V, F>,
  hub: EventHub<StoreEvent<K>>
): Effect.Effect<StoreMap<K, V, F>, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const timeToIdle = yield* asExit(idleMillis(name, options.timeToIdle))
    const evictionPolicy = policyWith(name, options.cost, options.evictionPolicy, "LRU")
    if (evictionPolicy instanceof CacheConfigError) return yield* Effect.fail(evictionPolicy)
    const tell = options.onRemoval && warningListener(name, options.onRemoval)
    let saidSkipped = false
    const isSkipped = () =>
      guarded.unsafeStep(({ counters, isDeepest }) => {
        if (isDeepest) counters.listenerSkips++
        if (counters.listenerSkips > 0 && !saidSkipped) {
          saidSkipped = true
          process.emitWarning(`${name}: ${skippedWarning}`, { type: "StoreWarning" })
        }
        return isDeepest
      })
    const guarded = yield* makeGuardedMap<K, Stored<V, F>>(
      name,
      adaptOptions({
        evictionPolicy,
        costs: options.cost !== undefined,
        maxSize: options.maxSize ?? defaultMaxSize,
        maxWeight: options.maxWeight,
        timeToIdle,
        weigher: options.weigher,
        onRemoval: (key, value, reason, weight) => {
          hub.publish(() => ({ _tag: "Removed", key, reason }))
          return tell === undefined || isSkipped() ? undefined : tell(key, value, reason, weight)
        }
      }, options.failureWeigher ?? (options.weigher && weighRoughly))
    )
    const weight = options.weigher === undefined ? "none" : "weight"
    return {
      glance: guarded.glance,
      measured: yield* measuredMap(name, options.metrics, weight, guarded, hub),
      lookups: LookupSpans.make(name, options.tracing)
    }
  })
