/**
 * A cache of resources, as a value.
 *
 * @since 1.0.0
 */
import type { ResourceCacheVerbs } from "./ResourceCacheVerbs.js"

/**
 * A cache of resources.
 *
 * A resource holds a lease on its client, so a client stays usable as long as a resource over it is in the cache, or is
 * leased, whatever happens in the cache of clients. When a resource has left the cache and nobody leases it any more, it
 * is released, and then its client is let go. Resources that callers made (`add`, `set`) are not touched.
 *
 * A client that is evicted while a resource still holds it has no place in the cache of clients any more: who asks for
 * it then gets a second one. So let the cache of clients be at least as large as the cache of resources; there can be
 * as many clients as both together hold.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceCacheService extends ResourceCacheVerbs<never> {
  /** The name in errors, spans and logs. Optional so that mocks need none. */
  readonly name?: string | undefined
}
