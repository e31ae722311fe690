/**
 * The connections that all clients of a session share.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { borrowedHandler } from "../transport/borrowedHandler.js"
import { ConnectionPool, type TransportFigures } from "../transport/ConnectionPool.js"
import { drainTransports } from "../transport/drainTransports.js"
import { agentOptions, isAgent, isHandler } from "../transport/handlerOptions.js"
import { Transport } from "../transport/Transport.js"
import { isPlainObject } from "../values/plainData.js"

/** What a session takes as `requestHandler`: plain options of the SDK's HTTP handler, or a handler. */
export interface SessionTransportOptions {
  /**
   * Options of the SDK's HTTP handler, for the connections that the clients of the session share, or a handler or agents,
   * which are borrowed and never destroyed.
   */
  readonly requestHandler?: object | undefined
  /** The most connections for each host, for all clients together, a whole number or `Infinity`. Default 256. */
  readonly maxSockets?: number | undefined
  /**
   * The most connections for each host that one client gets of those, a whole number or `Infinity`. Further requests of
   * that client wait, and nobody else does: a body that nobody reads keeps its connection. Default 50, as the SDK's.
   */
  readonly maxSocketsPerClient?: number | undefined
}

// The SDK's 50 are meant for one client. Here one host serves the clients of all tenants, so there are more, but still
// far fewer than the 1,024 files that most systems let a process open.
const defaultMaxSockets = 256
const defaultMaxSocketsPerClient = 50

/**
 * One HTTP and one HTTPS agent for all clients of a session, for the clients of its credential providers among them. A
 * connection carries no identity, each request is signed, so tenants can share connections.
 *
 * No client can close them: the `destroy` of these agents, which `client.destroy()` calls, does nothing. The session
 * closes them when its scope closes: requests in flight then fail with `ClientClosedError`, and are not sent again.
 *
 * A handler of the caller's is borrowed: clients use it, and neither they nor the session destroy it. So is an agent,
 * but there `client.destroy()` does what it does everywhere.
 */
export interface SessionTransport {
  /** What to build a client on, for the `requestHandler` of its configuration. */
  readonly forClient: (requestHandler: unknown) => Transport
  /** The handler of the session, if it was given one: clients are to have this as their `requestHandler` instead. */
  readonly borrowed: object | undefined
  /** What clients inside credential providers are to be built on. */
  readonly innerHandler: unknown
  /** The connections now. Those of a borrowed handler are not known. */
  readonly figures: () => TransportFigures
}

/**
 * Makes the connections of a session. They are closed with the scope.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @param session the name of the session, for errors
 * @param timeLeft for how many milliseconds the closing of the scope still waits for requests and bodies to end
 */
export const makeSessionTransport = (
  session: string,
  options: SessionTransportOptions,
  timeLeft: Effect.Effect<number>
): Effect.Effect<SessionTransport, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const { maxSockets, maxSocketsPerClient, requestHandler } = options
    const limit = maxSockets ?? defaultMaxSockets
    const share = maxSocketsPerClient ?? defaultMaxSocketsPerClient
    if (isHandler(requestHandler)) return borrowing(requestHandler)
    if (requestHandler !== undefined && !isPlainObject(requestHandler)) {
      const accepted = "plain options of the SDK's HTTP handler, or a request handler"
      const value = describeType(requestHandler)
      return yield* new CacheConfigError({ cache: session, option: "requestHandler", value, accepted })
    }
    const { httpAgent: givenHttp, httpsAgent: givenHttps } = requestHandler ?? {}
    const defaults = { keepAlive: true, maxSockets: limit }
    const http = isAgent(givenHttp) ? undefined : ConnectionPool.http(agentOptions(defaults, givenHttp))
    const https = isAgent(givenHttps) ? undefined : ConnectionPool.https(agentOptions(defaults, givenHttps))
    const transport = yield* Effect.acquireRelease(
      Effect.sync(() => Transport.over([http, https].filter((pool) => pool !== undefined))),
      (transport) =>
        Effect.zipRight(
          Effect.flatMap(timeLeft, (millis) => drainTransports([transport], millis)),
          Effect.sync(() => transport.destroy("Closed"))
        )
    )
    const shared = {
      agents: { httpAgent: http ?? givenHttp, httpsAgent: https ?? givenHttps },
      options: requestHandler,
      limit: share
    }
    return {
      forClient: (requestHandler) => Transport.lent(requestHandler, shared),
      borrowed: undefined,
      innerHandler: {
        ...requestHandler,
        httpAgent: http?.agent ?? givenHttp,
        httpsAgent: https?.agent ?? givenHttps
      },
      figures: () => transport.figures()
    }
  })

const borrowing = (handler: object): SessionTransport => {
  const requestHandler = borrowedHandler(handler)
  return {
    forClient: Transport.make,
    borrowed: requestHandler,
    innerHandler: requestHandler,
    figures: () => ({ openSockets: 0, freeSockets: 0, queuedRequests: 0 })
  }
}
