/**
 * The connections that all clients of a session share.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Https from "node:https"
import { CacheConfigError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"
import { borrowedHandler } from "./borrowedHandler.js"
import { describeType } from "./describeType.js"
import { isPlainObject } from "./plainData.js"
import { isAgent, smartHandler, Transport, type TransportFigures } from "./Transport.js"

/**
 * What a session takes as `requestHandler`: plain options of the SDK's HTTP handler, or a handler.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionTransportOptions {
  readonly requestHandler?: object | undefined
  readonly maxSockets?: number | undefined
}

// The SDK's 50 are meant for one client. Here one host serves the clients of all tenants, so there are more, but still
// far fewer than the 1,024 files that most systems let a process open.
const defaultMaxSockets = 256

/**
 * One HTTP and one HTTPS agent for all clients of a session, for the clients of its credential providers among them. A
 * connection carries no identity, each request is signed, so tenants can share connections.
 *
 * No client can close them: the `destroy` of these agents, which `client.destroy()` calls, does nothing. The session
 * closes them when its scope closes: requests in flight then fail with `ClientClosedError`, and are not sent again.
 *
 * A handler of the caller's is borrowed: clients use it, and neither they nor the session destroy it. So is an agent,
 * but there `client.destroy()` does what it does everywhere.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionTransport {
  /** What to build a client on. Each client has a handler of its own, over the same agents. */
  readonly forClient: () => Transport
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
 * @since 0.1.0
 * @category constructors
 */
export const makeSessionTransport = (
  session: string,
  options: SessionTransportOptions
): Effect.Effect<SessionTransport, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const { maxSockets = defaultMaxSockets, requestHandler } = options
    if (maxSockets !== Number.POSITIVE_INFINITY && (!Number.isSafeInteger(maxSockets) || maxSockets < 1)) {
      return yield* new CacheConfigError({
        cache: session,
        option: "maxSockets",
        value: printKey(maxSockets),
        accepted: "a whole number of sockets for each host, 1 or more, or Infinity"
      })
    }
    if (isHandler(requestHandler)) return borrowing(requestHandler)
    if (requestHandler !== undefined && !isPlainObject(requestHandler)) {
      return yield* new CacheConfigError({
        cache: session,
        option: "requestHandler",
        value: describeType(requestHandler),
        accepted: "plain options of the SDK's HTTP handler, or a request handler"
      })
    }
    const { httpAgent: givenHttp, httpsAgent: givenHttps } = requestHandler ?? {}
    const agentOptions = (given: unknown): Https.AgentOptions => ({
      keepAlive: true,
      maxSockets,
      ...(isPlainObject(given) ? given : {})
    })
    const http = isAgent(givenHttp) ? undefined : new SharedHttpAgent(agentOptions(givenHttp))
    const https = isAgent(givenHttps) ? undefined : new SharedHttpsAgent(agentOptions(givenHttps))
    const transport = yield* Effect.acquireRelease(
      Effect.sync(() => Transport.over([http, https].filter((agent) => agent !== undefined))),
      (transport) => Effect.sync(() => transport.destroy("closed"))
    )
    const agents = { httpAgent: http ?? givenHttp, httpsAgent: https ?? givenHttps }
    const given = requestHandler === undefined ? undefined : { ...requestHandler, ...agents }
    return {
      forClient: () => given === undefined ? Transport.lent(smartHandler(agents)) : Transport.borrowed(given),
      borrowed: undefined,
      innerHandler: given ?? agents,
      figures: () => transport.figures()
    }
  })

const isHandler = (requestHandler: unknown): requestHandler is { readonly handle: unknown } =>
  Predicate.isObject(requestHandler) && "handle" in requestHandler

const borrowing = (handler: object): SessionTransport => {
  const requestHandler = borrowedHandler(handler)
  return {
    forClient: () => Transport.borrowed(requestHandler),
    borrowed: requestHandler,
    innerHandler: requestHandler,
    figures: () => ({ openSockets: 0, freeSockets: 0, queuedRequests: 0 })
  }
}

class SharedHttpAgent extends Http.Agent {
  override destroy(): void {}
}

class SharedHttpsAgent extends Https.Agent {
  override destroy(): void {}
}
