/**
 * What a cache of clients has counted.
 *
 * @since 1.0.0
 */
import type { CacheStats } from "../../Cache/common/CacheStats.js"
import type { TransportFigures } from "../transport/ConnectionPool.js"

/**
 * A client in a cache: its leases and its connections.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientFigures extends TransportFigures {
  /** Its key, printed. */
  readonly key: string
  /** How many leases there are; a scope has one at most. */
  readonly leases: number
  /**
   * Whether its connections are somebody else's: of a client that was put in, or of a request handler or an agent that was
   * there before the client. They are not counted, and never closed. That an extension has put in such a handler shows
   * after the first request.
   */
  readonly borrowed: boolean
}

/**
 * What a cache of clients has counted since it was made, and what it holds now. The connections are those of all
 * clients it built, clients that have left it included; those of borrowed handlers and of HTTP/2 are not known to it.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientCacheStats extends CacheStats, TransportFigures {
  /** Clients in the cache that are leased. */
  readonly leased: number
  /** Clients that are not in the cache any more, but leased. */
  readonly retired: number
  /** Clients that nobody leases, that are not in the cache any more, and that still have connections open. */
  readonly draining: number
  /** Each client in the cache, the next victim first. */
  readonly clients: ReadonlyArray<ClientFigures>
}
