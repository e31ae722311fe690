/**
 * Bounded stores, AWS client caches, an S3 second level and a RAM-bounded TTL dictionary, as Effect services.
 *
 * @since 1.0.0
 */
import "./effect/needsEffect3.js"

export * from "./Cache/index.js"
export * from "./ClientLayer/index.js"
export * from "./S3Store/index.js"
export * from "./Ttl/index.js"
