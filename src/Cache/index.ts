/**
 * Bounded stores: limits by entries, weight and time; one computation per key at a time.
 *
 * @since 0.1.0
 */
export * from "./CacheErrors.js"
export * from "./engine/BoundedMap.js"
export * from "./engine/BoundedMapOptions.js"
export { type EvictionPolicyName, evictionPolicyNames } from "./engine/EvictionPolicy.js"
export type { KeyEquality } from "./engine/KeyEquality.js"
export type { RemovalReason } from "./engine/RemovalReason.js"
export type { EntryInfo } from "./EntryInfo.js"
export type { ErrorGuard } from "./errorGuard.js"
export type { FreshnessOptions } from "./Freshness.js"
export { keyEquality } from "./keyEquality.js"

/** @since 0.1.0 */
export * as LeasedStore from "./LeasedStore.js"

export { isStoreError, type StoreError } from "./StoreError.js"
export type { LeasedStoreEvent, StoreEvent } from "./StoreEvent.js"

/** @since 0.1.0 */
export * as CacheMetrics from "./CacheMetrics.js"

/** @since 0.1.0 */
export * as Store from "./Store.js"
