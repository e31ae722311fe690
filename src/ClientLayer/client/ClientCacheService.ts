/**
 * A cache of clients, as a value.
 *
 * @since 1.0.0
 */
import type { ClientCacheVerbs } from "./ClientCacheVerbs.js"

/**
 * A cache of clients.
 *
 * A client is out of the cache at once when it leaves it, for whatever reason. When nobody leases it any more, it is
 * *drained*: its idle connections are closed at once, the others when their requests and bodies have ended. Nothing in
 * flight fails, and whoever still holds the client can use it, with a connection for each request. Clients that callers
 * made (`add`, `set`) are not touched.
 *
 * `withClient` and `lease` say when they are done with a client; so it keeps its connections while they use it.
 * `client`, `get` and the like give a handle that nobody gives back: the client is drained as soon as it leaves the
 * cache, which the handle survives.
 *
 * All who ask for a client have the same one: what somebody changes in its `config` or adds to its `middlewareStack`, all
 * of them have. Whoever wants it otherwise asks with a `ClientCustomization`, which is part of the key.
 *
 * What speaks HTTP/2 cannot be drained, only destroyed, with its requests in flight. So it is destroyed after its last
 * lease, unless it was given out without one as well: then it is left alone until `drainTimeout` is over, or the cache's
 * scope closes. Lease such clients.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientCacheService extends ClientCacheVerbs<never> {
  /** The name in errors, spans and logs. Optional so that mocks need none. */
  readonly name?: string | undefined
}
