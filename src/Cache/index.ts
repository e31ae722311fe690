/**
 * Bounded stores: limits by entries, weight and time; one computation per key at a time.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export { Background, type BackgroundService } from "./background/Background.js"
export type { Settled, SettleOptions } from "./background/Settled.js"
export { type CacheError, isCacheError } from "./CacheError.js"
export type { CacheStats } from "./common/CacheStats.js"
export type { EntryInfo } from "./common/EntryInfo.js"
export * from "./engine/BoundedMap.js"
export * from "./engine/BoundedMapOptions.js"
export { type EvictionPolicyName, evictionPolicyNames } from "./engine/policies/EvictionPolicy.js"
export type { RemovalReason } from "./engine/RemovalReason.js"
export type { KeyEquality } from "./engine/structures/KeyEquality.js"
export * from "./errors/CacheErrors.js"
export type { ErrorGuard } from "./errors/errorGuard.js"
export { keyEquality } from "./keys/keyEquality.js"
export type { FreshnessOptions } from "./store/FreshnessOptions.js"

/** @since 1.0.0 */
export * as LeasedStore from "./LeasedStore.js"

export type { LeasedStoreEvent, StoreEvent } from "./events/StoreEvent.js"
export { isStoreError, type StoreError } from "./StoreError.js"

export type { Metrics } from "./metrics/makeMeter.js"

/** @since 1.0.0 */
export * as CacheMetrics from "./metrics/CacheMetrics.js"

export type { LookupTracing, Tracing, TracingOptions } from "./tracing/Tracing.js"

/** @since 1.0.0 */
export * as Store from "./Store.js"
