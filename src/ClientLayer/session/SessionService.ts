/**
 * A session, as a value.
 *
 * @since 1.0.0
 */
import type { SessionCaches } from "./SessionCaches.js"
import type { SessionVerbs } from "./SessionVerbs.js"

/**
 * A session: clients that share a profile, a region, credentials and connections, each built once.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionService extends SessionVerbs<never> {
  /** The name in errors, spans and logs. Optional so that mocks need none. */
  readonly name?: string | undefined
  /**
   * The caches themselves, which belong to this session alone. What is asked of them directly is completed by the session
   * as well, but keys that are made without it (`ClientCacheKey.make`) are not: `clientKey` and `resourceKey` make those.
   */
  readonly caches: SessionCaches
}
