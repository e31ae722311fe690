/**
 * The connections of one client, and who may close them.
 *
 * @since 0.1.0
 */
import type { EventEmitter } from "node:events"
import * as Http from "node:http"
import * as Https from "node:https"
import type { AwsClient } from "./AwsClient.js"
import { ClientClosedError } from "./ClientErrors.js"
import { connectionTimeout } from "./defaultsMode.js"
import { isPlainObject } from "./plainData.js"

/**
 * How many connections there are, as plain numbers.
 *
 * @since 0.1.0
 * @category models
 */
export interface TransportFigures {
  /** Open sockets, in use or idle. */
  readonly openSockets: number
  /** Open sockets that are idle. */
  readonly freeSockets: number
  /** Requests that wait for a socket. */
  readonly queuedRequests: number
}

/**
 * The connections of one client.
 *
 * `client.destroy()` is no way to let a client go: it cuts off the requests in flight, the SDK silently sends them
 * again, and the new connection is never closed. So the HTTP agents of a client are made here and handed to it. On an
 * agent of one's own, connections can be *drained*: none is kept alive any more, the idle ones are closed at once, and
 * each of the others when its request, or the body it streams, has ended. Requests that wait for a connection still
 * get one. A drained client goes on working, with a connection for each request.
 *
 * What the caller made (a request handler, an agent) is borrowed: never drained, never destroyed.
 *
 * What speaks HTTP/2 cannot be drained. It is destroyed instead, and therefore only when nobody can have a request on it
 * any more: when all who had the client leased it. Once it was handed out without a lease, it is left alone.
 *
 * A transport counts its holders, the entries of caches. It is drained when the last one lets go.
 *
 * @since 0.1.0
 * @category models
 */
export class Transport {
  /**
   * What the client is to be built with as its `requestHandler`.
   *
   * @since 0.1.0
   */
  readonly requestHandler: unknown
  private readonly owned: ReadonlyArray<OwnedAgent>
  private readonly ownsClient: boolean
  private readonly isWanted: () => boolean
  private readonly onAttach: (client: AwsClient) => void
  private client: AwsClient | undefined
  private holders = 0
  private holds = 0
  private handedOut = false
  private destroyed = false

  private constructor(options: {
    readonly requestHandler: unknown
    readonly agents?: ReadonlyArray<Http.Agent>
    readonly ownsClient: boolean
    readonly isTaken?: () => boolean
    readonly onAttach?: (client: AwsClient) => void
  }) {
    this.requestHandler = options.requestHandler
    this.owned = (options.agents ?? []).map((agent) => ({ agent, maxFreeSockets: agent.maxFreeSockets }))
    this.ownsClient = options.ownsClient
    this.isWanted = options.isTaken ?? (() => true)
    this.onAttach = options.onAttach ?? (() => {})
    for (const { agent } of this.owned) transports.set(agent, this)
  }

  /**
   * The transport for the `requestHandler` of a configuration:
   *
   * - none: own agents with the SDK's settings (keep alive, at most 50 sockets per host), and the time limit for
   *   connecting that the client's `defaultsMode` sets;
   * - plain options: own agents, made from `httpAgent` and `httpsAgent` where these are options too; what is an agent
   *   already is borrowed;
   * - anything else, a request handler above all: borrowed as a whole.
   *
   * @since 0.1.0
   */
  static make(requestHandler: unknown): Transport {
    if (requestHandler === undefined) {
      const httpAgent = new Http.Agent(agentDefaults)
      const httpsAgent = new Https.Agent(agentDefaults)
      const smart = smartHandler({ httpAgent, httpsAgent })
      return new Transport({ ...smart, agents: [httpAgent, httpsAgent], ownsClient: true })
    }
    if (!isPlainObject(requestHandler) || typeof requestHandler["handle"] === "function") {
      return Transport.borrowed(requestHandler)
    }
    const { httpAgent, httpsAgent } = requestHandler
    const http = isAgent(httpAgent) ? undefined : new Http.Agent(agentOptions(httpAgent))
    const https = isAgent(httpsAgent) ? undefined : new Https.Agent(agentOptions(httpsAgent))
    return new Transport({
      requestHandler: { ...requestHandler, httpAgent: http ?? httpAgent, httpsAgent: https ?? httpsAgent },
      agents: [http, https].filter((agent) => agent !== undefined),
      ownsClient: http !== undefined && https !== undefined
    })
  }

  /**
   * The transport of many clients together, over agents of which each is lent a handler.
   *
   * @since 0.1.0
   */
  static over(agents: ReadonlyArray<Http.Agent>): Transport {
    return new Transport({ requestHandler: undefined, agents, ownsClient: false })
  }

  /**
   * The transport of a client that is lent a handler over connections it shares with others: nothing of it is the
   * cache's to close.
   *
   * @since 0.1.0
   */
  static lent(handler: LentHandler): Transport {
    return new Transport({ ...handler, ownsClient: false })
  }

  /**
   * A transport that is not the cache's to close.
   *
   * @since 0.1.0
   */
  static borrowed(requestHandler?: unknown): Transport {
    return new Transport({ requestHandler, ownsClient: false })
  }

  /**
   * A transport that the client makes for itself, where the cache cannot hand it one: HTTP/2. It cannot be drained, only
   * destroyed, with its client.
   *
   * @since 0.1.0
   */
  static clientMade(): Transport {
    return new Transport({ requestHandler: undefined, ownsClient: true })
  }

  /**
   * Whether it can be drained: whether it has agents of its own.
   *
   * @since 0.1.0
   */
  get isDrainable(): boolean {
    return this.owned.length > 0
  }

  /**
   * Whether anything of it is the cache's to close.
   *
   * @since 0.1.0
   */
  get isOwned(): boolean {
    return this.ownsClient || this.isDrainable
  }

  /**
   * Whether the constructor of the client has taken what it was given, as far as can be told; if not, the client has
   * made a request handler of its own.
   *
   * @since 0.1.0
   */
  get isTaken(): boolean {
    return this.isWanted()
  }

  /**
   * Whether it has been destroyed.
   *
   * @since 0.1.0
   */
  get isDestroyed(): boolean {
    return this.destroyed
  }

  /**
   * Whether it had holders, and has none now.
   *
   * @since 0.1.0
   */
  get isReleased(): boolean {
    return this.holders === 0 && this.holds > 0
  }

  /**
   * How often it went from no holder to one, which tells one release of it from the next.
   *
   * @since 0.1.0
   */
  get generation(): number {
    return this.holds
  }

  /**
   * Says which client was built on it; once, right after its constructor returned.
   *
   * @since 0.1.0
   */
  attach(client: AwsClient): void {
    this.client = client
    this.onAttach(client)
  }

  /**
   * The client is given to someone who will not say when they are done with it.
   *
   * @since 0.1.0
   */
  handOut(): void {
    this.handedOut = true
  }

  /**
   * One holder more. A drained transport keeps connections alive again.
   *
   * @since 0.1.0
   */
  hold(): void {
    this.holders += 1
    if (this.holders === 1) {
      this.holds += 1
      this.destroyed = false
      for (const { agent, maxFreeSockets } of this.owned) {
        agent.maxFreeSockets = maxFreeSockets
      }
    }
  }

  /**
   * One holder less. The last one drains the transport; one that cannot be drained is destroyed, unless its client was
   * handed out.
   *
   * @since 0.1.0
   */
  release(): void {
    this.holders -= 1
    if (this.holders > 0) return
    if (this.isDrainable || this.handedOut) this.drain()
    else this.destroy("closed")
  }

  /**
   * Closes the idle connections, and lets every other one close when it becomes idle. Cuts nothing off.
   *
   * @since 0.1.0
   */
  drain(): void {
    for (const { agent } of this.owned) {
      agent.maxFreeSockets = 0
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of [...sockets ?? []]) socket.destroy()
      }
    }
  }

  /**
   * Closes every connection. Requests in flight, and those that wait for a connection, fail with `ClientClosedError`:
   * with the error that `client.destroy()` alone causes, the SDK would send them again. What is borrowed stays as it is.
   *
   * @since 0.1.0
   */
  destroy(reason: ClientClosedError["reason"]): void {
    this.destroyed = true
    this.drain()
    for (const { agent } of this.owned) cutOff(agent, new ClientClosedError({ reason }))
    if (this.ownsClient) this.client?.destroy()
  }

  /**
   * How many connections there are now. Those of borrowed agents and of HTTP/2 are not counted.
   *
   * @since 0.1.0
   */
  figures(): TransportFigures {
    let used = 0
    let free = 0
    let queued = 0
    for (const { agent } of this.owned) {
      used += count(agent.sockets)
      free += count(agent.freeSockets)
      queued += count(agent.requests)
    }
    return { openSockets: used + free, freeSockets: free, queuedRequests: queued }
  }
}

/**
 * A `requestHandler` that a client is to be built with.
 *
 * @since 0.1.0
 * @category models
 */
export interface LentHandler {
  readonly requestHandler: unknown
  /** Whether a client has taken it, as far as can be told; known right after the client was built. */
  readonly isTaken: () => boolean
  /** Called with the client that was built with it. */
  readonly onAttach: (client: AwsClient) => void
}

interface OwnedAgent {
  readonly agent: Http.Agent
  readonly maxFreeSockets: number
}

// A transport lives as long as its agents, and these as long as they have sockets or a client: so whoever remembers
// transports weakly can still find those that have something to close.
const transports = new WeakMap<Http.Agent, Transport>()

// The SDK's own settings (@smithy/node-http-handler).
const agentDefaults = { keepAlive: true, maxSockets: 50 }

const agentOptions = (options: unknown): Https.AgentOptions => ({
  ...agentDefaults,
  ...(isPlainObject(options) ? options : {})
})

/**
 * A `requestHandler` over agents, with the time limit for connecting that the client's `defaultsMode` sets.
 *
 * @since 0.1.0
 * @category constructors
 */
export const smartHandler = (agents: { readonly httpAgent: unknown; readonly httpsAgent: unknown }): LentHandler => {
  let attach = (_client: AwsClient): void => {}
  let isTaken = false
  const attached = new Promise<AwsClient>((resolve) => {
    attach = resolve
  })
  return {
    // Request handlers take a function for their options, which the SDK uses for the same purpose: an options object
    // would replace the time limit that the client's defaults mode sets.
    requestHandler: () => {
      isTaken = true
      return attached.then(connectionTimeout).then((timeout) => ({
        ...(timeout === undefined ? {} : { connectionTimeout: timeout }),
        ...agents
      }))
    },
    isTaken: () => isTaken,
    onAttach: attach
  }
}

const cutOff = (agent: Http.Agent, closed: ClientClosedError): void => {
  // The queue first: each connection that ends would make one for a request that waits. The agent takes an empty queue
  // for one with requests, so it goes altogether.
  for (const [host, queue] of Object.entries<ReadonlyArray<EventEmitter> | undefined>(agent.requests)) {
    Reflect.deleteProperty(agent.requests, host)
    for (const request of queue ?? []) request.emit("error", closed)
  }
  for (const sockets of Object.values(agent.sockets)) {
    for (const socket of [...sockets ?? []]) {
      // One that has no request at this moment has nobody to listen.
      socket.once("error", () => {})
      socket.destroy(closed)
    }
  }
  agent.destroy()
}

/**
 * The SDK's test for an agent, which holds for agents of other libraries too (proxy agents).
 *
 * @since 0.1.0
 * @category guards
 */
export const isAgent = (u: unknown): boolean =>
  u instanceof Http.Agent || (typeof u === "object" && u !== null && "destroy" in u && typeof u.destroy === "function")

const count = (byHost: NodeJS.ReadOnlyDict<ReadonlyArray<unknown>>): number =>
  Object.values(byHost).reduce((sum, list) => sum + (list?.length ?? 0), 0)
