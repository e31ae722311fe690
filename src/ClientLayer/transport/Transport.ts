/**
 * The connections of one client, and who may close them.
 */
import type * as Https from "node:https"
import { ClientClosedError, type ClientClosedReason } from "../errors/ClientErrors.js"
import type { AwsClient } from "../sdk/AwsClient.js"
import { AgentShare } from "./AgentShare.js"
import { ConnectionPool, type TransportFigures } from "./ConnectionPool.js"
import { connectionTimeout } from "./defaultsMode.js"
import { agentsOf, destroyHandler, handlerOf } from "./handlerOf.js"
import { agentOptions, type Agents, isAgent, isHandler, type OfferedHandler, offerOptions } from "./handlerOptions.js"
import { type CommonAgents, MadeHandler } from "./MadeHandler.js"

/** What the clients of a session share. */
export interface SharedConnections {
  /** Pools of the session's, or agents of the caller's. */
  readonly agents: { readonly httpAgent: unknown; readonly httpsAgent: unknown }
  /** Options of the request handler that all clients get, if there are any. */
  readonly options: Readonly<Record<string, unknown>> | undefined
  /** The most connections of a pool that one client gets, for each host. */
  readonly limit: number
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
 * Whose a connection is, is not guessed. What is closed are the agents that were made here, and a handler that came into
 * being together with the client, but for agents that it shares with others. Everything else is borrowed, whoever put
 * it in: the configuration, a class, an extension or a customization. It is never drained and never destroyed.
 *
 * What speaks HTTP/2 cannot be drained. It is destroyed instead, and therefore only when nobody can have a request on it
 * any more: when all who had the client leased it. Once it was handed out without a lease, it is left alone.
 *
 * A transport counts its holders, the entries of caches. It is drained when the last one lets go.
 */
export class Transport {
  #kind: "own" | "client's" | "lent" | "borrowed"
  readonly #pools: Array<ConnectionPool> = []
  readonly #shares: Array<AgentShare> = []
  #offered: OfferedHandler
  #onAttach: (client: AwsClient) => void = () => {}
  #client: AwsClient | undefined
  #handler: unknown
  #common: CommonAgents | undefined
  #made: MadeHandler | undefined
  #destroyClient: () => void = () => {}
  #holders = 0
  #generation = 0
  #handedOut = false
  #drained = false
  #destroyed = false

  private constructor(kind: "own" | "client's" | "lent" | "borrowed", requestHandler?: unknown) {
    this.#kind = kind
    this.#offered = { requestHandler, isTakenBy: (handler) => handler === requestHandler }
  }

  /**
   * The transport for the `requestHandler` of a configuration:
   *
   * - none: own agents with the SDK's settings (keep alive, at most 50 sockets per host), and the time limit for
   *   connecting that the client's `defaultsMode` sets;
   * - options, plain, of a class or given by a function: own agents, made from `httpAgent` and `httpsAgent` where these
   *   are options too; what is an agent already is borrowed;
   * - a request handler: borrowed as a whole.
   */
  static make(requestHandler: unknown): Transport {
    if (isHandler(requestHandler)) return Transport.borrowed(requestHandler)
    const transport = new Transport("own")
    transport.#offerOptions(requestHandler, undefined, (options) => ({
      httpAgent: transport.#ownAgent(ConnectionPool.http, options["httpAgent"]),
      httpsAgent: transport.#ownAgent(ConnectionPool.https, options["httpsAgent"])
    }))
    return transport
  }

  /** The transport of many clients together, over pools of which each is lent a share. */
  static over(pools: ReadonlyArray<ConnectionPool>): Transport {
    const transport = new Transport("own")
    for (const pool of pools) transport.#own(pool)
    return transport
  }

  /**
   * The transport of a client that is lent a share of what many use: nothing of it is the cache's to close. Options that
   * name an agent get connections of their own.
   *
   * @param requestHandler of the client's configuration
   */
  static lent(requestHandler: unknown, shared: SharedConnections): Transport {
    if (isHandler(requestHandler)) return Transport.borrowed(requestHandler)
    if (namesAgent(requestHandler)) return Transport.make(requestHandler)
    const transport = new Transport("lent")
    transport.#offerOptions(requestHandler, shared.options, (options) => ({
      httpAgent: options["httpAgent"] ?? transport.#share(shared.agents.httpAgent, shared.limit),
      httpsAgent: options["httpsAgent"] ?? transport.#share(shared.agents.httpsAgent, shared.limit)
    }))
    return transport
  }

  /** A transport that is not the cache's to close. */
  static borrowed(requestHandler?: unknown): Transport {
    return new Transport("borrowed", requestHandler)
  }

  /**
   * A transport that came into being with its client, where the cache could not hand it one. Agents that its handler has
   * made are drained, and those it has of somebody else are not touched. Without agents (HTTP/2, above all) it cannot be
   * drained, only destroyed, with its client.
   *
   * @param common agents that are somebody else's
   */
  static clientMade(common: CommonAgents): Transport {
    const transport = new Transport("client's")
    transport.#common = common
    return transport
  }

  /** Says that it is somebody else's after all, because clients take turns at its handler. */
  disown(): void {
    for (const pool of this.#pools.splice(0)) pool.revive()
    this.#made = undefined
    this.#kind = "borrowed"
  }

  /** The transport that a request handler belongs to, if it came into being with a client that was built here. */
  static ofHandler(handler: unknown): Transport | undefined {
    const transport = typeof handler === "object" && handler !== null ? handlers.get(handler) : undefined
    return transport === undefined || transport.isDestroyed ? undefined : transport
  }

  /** What the client is to be built with as its `requestHandler`. */
  get requestHandler(): unknown {
    return this.#offered.requestHandler
  }

  /**
   * Whether a client has taken what it was given, if this is its handler; if not, its class has brought another one.
   */
  isTakenBy(handler: unknown): boolean {
    return this.#offered.isTakenBy(handler)
  }

  /** Whether it can be drained: whether agents of it were made here, or with its client. */
  get isDrainable(): boolean {
    return this.#kind === "own" || this.#made?.hasAgents === true
  }

  /** Whether it is a share of what many clients use. */
  get isLent(): boolean {
    return this.#kind === "lent"
  }

  /** Whether anything of it is the cache's to close. */
  get isOwned(): boolean {
    return this.#kind === "own" || this.#kind === "client's"
  }

  /**
   * Whether its connections are somebody else's. That an extension or a customization has put in a handler of its own
   * can show after the first request only.
   */
  get isBorrowed(): boolean {
    if (this.#kind === "borrowed" || this.#hasOtherHandler) return true
    if (!this.isDrainable && this.#kind === "client's") return false
    this.#adopt()
    const { httpAgent, httpsAgent } = agentsOf(this.#handler)
    return (httpAgent !== undefined || httpsAgent !== undefined) && !this.#owns(httpAgent) && !this.#owns(httpsAgent)
  }

  /** Whether it has been destroyed. */
  get isDestroyed(): boolean {
    return this.#destroyed
  }

  /** Whether it has a holder. */
  get isHeld(): boolean {
    return this.#holders > 0
  }

  /** Whether it had holders, and has none now. */
  get isReleased(): boolean {
    return this.#holders === 0 && this.#generation > 0
  }

  /** How often it went from no holder to one, which tells one release of it from the next. */
  get generation(): number {
    return this.#generation
  }

  /**
   * Says that a client was built on it; right after its constructor returned. From then on the client's `destroy` does
   * nothing as long as a cache has the client or somebody leases it, and nothing ever where it would reach what is
   * borrowed.
   */
  attach(client: AwsClient): void {
    const destroy = client.destroy.bind(client)
    const guarded = () => {
      if (this.isReleased && this.#isAlone) destroy()
    }
    // What cannot be changed stays as its class made it.
    Reflect.defineProperty(client, "destroy", { value: guarded, configurable: true, writable: true })
    if (this.#client !== undefined) return
    this.#client = client
    this.#destroyClient = destroy
    this.#handler = handlerOf(client)
    if (this.isOwned && typeof this.#handler === "object" && this.#handler !== null) {
      handlers.set(this.#handler, this)
      if (this.#common !== undefined) {
        this.#made = new MadeHandler(this.#handler, this.#common, () => this.#adopt())
      }
    }
    this.#onAttach(client)
  }

  /** The client is given to someone who will not say when they are done with it. */
  handOut(): void {
    this.#handedOut = true
  }

  /** One holder more. A drained transport keeps connections alive again. */
  hold(): void {
    this.#holders += 1
    if (this.#holders === 1) {
      this.#generation += 1
      this.#destroyed = false
      this.#drained = false
      for (const pool of this.#pools) pool.revive()
    }
  }

  /**
   * One holder less. The last one drains the transport; one that cannot be drained is destroyed, unless its client was
   * handed out.
   */
  release(): void {
    this.#holders -= 1
    if (this.#holders > 0) return
    if (this.isDrainable || this.#handedOut) this.drain()
    else this.destroy("Closed")
  }

  /** Closes the idle connections, and lets every other one close when it becomes idle. Cuts nothing off. */
  drain(): void {
    this.#adopt()
    this.#drained = true
    for (const pool of this.#pools) pool.drain()
  }

  /**
   * Closes every connection. Requests in flight, and those that wait for a connection, fail with `ClientClosedError`:
   * with the error that `client.destroy()` alone causes, the SDK would send them again. What is borrowed stays as it is.
   */
  destroy(reason: ClientClosedReason): void {
    this.#adopt()
    this.#destroyed = true
    this.#drained = true
    for (const pool of this.#pools) pool.cutOff(new ClientClosedError({ reason }))
    if (this.#isAlone) this.#destroyClient()
    else if (this.#kind === "client's" && !this.isDrainable) destroyHandler(this.#handler)
  }

  /** Whether something is under way on it, or a connection is left that is the cache's to close. */
  get isBusy(): boolean {
    const { openSockets, queuedRequests } = this.figures()
    return openSockets + queuedRequests > 0 || (this.#made?.busy ?? 0) > 0
  }

  /**
   * Calls back as soon as no connection that is the cache's to close is left, and nothing is under way.
   *
   * @returns what ends the waiting
   */
  whenQuiet(callback: () => void): () => void {
    const parts = this.#made === undefined ? this.#pools : [...this.#pools, this.#made]
    let busy = parts.length
    if (busy === 0) callback()
    const ends = parts.map((part) =>
      part.whenQuiet(() => {
        busy -= 1
        if (busy === 0) callback()
      })
    )
    return () => {
      for (const end of ends) end()
    }
  }

  /**
   * How many connections there are now; of a share those that its client uses. Those of borrowed agents and of HTTP/2 are
   * not counted.
   */
  figures(): TransportFigures {
    this.#adopt()
    let openSockets = 0
    let freeSockets = 0
    let queuedRequests = 0
    for (const pool of this.#pools) {
      const figures = pool.figures()
      openSockets += figures.openSockets
      freeSockets += figures.freeSockets
      queuedRequests += figures.queuedRequests
    }
    for (const share of this.#shares) {
      openSockets += share.used
      queuedRequests += share.queued
    }
    return { openSockets, freeSockets, queuedRequests }
  }

  #offerOptions(
    given: unknown,
    base: Readonly<Record<string, unknown>> | undefined,
    agentsFor: (options: Readonly<Record<string, unknown>>) => Agents
  ): void {
    if (given !== undefined || base !== undefined) {
      this.#offered = offerOptions(given, base ?? {}, agentsFor)
      return
    }
    const agents = agentsFor({})
    const attached = new Promise<AwsClient>((resolve) => {
      this.#onAttach = resolve
    })
    // A function, as the SDK itself uses one: an options object would replace the time limit that the client's defaults
    // mode sets.
    const smart = () =>
      attached.then(connectionTimeout).then((timeout) => (timeout === undefined ? {} : { connectionTimeout: timeout }))
    this.#offered = offerOptions(smart, {}, () => agents)
  }

  #ownAgent(make: (options: Https.AgentOptions) => ConnectionPool, given: unknown): unknown {
    if (isAgent(given)) return given
    return this.#own(make(agentOptions(agentDefaults, given))).agent
  }

  #own(pool: ConnectionPool): ConnectionPool {
    this.#pools.push(pool)
    transports.set(pool.agent, this)
    if (this.#drained) pool.drain()
    return pool
  }

  // The agents of a handler show after its first request.
  #adopt(): void {
    for (const agent of this.#made?.agents() ?? []) {
      if (!transports.has(agent)) this.#own(ConnectionPool.of(agent))
    }
  }

  #share(shared: unknown, limit: number): unknown {
    if (!(shared instanceof ConnectionPool)) return shared
    const share = new AgentShare(shared, limit)
    this.#shares.push(share)
    transports.set(share, this)
    return share
  }

  #owns(agent: unknown): boolean {
    return this.#pools.some((pool) => pool.agent === agent) || this.#shares.some((share) => share === agent)
  }

  get #hasOtherHandler(): boolean {
    return this.#client !== undefined && handlerOf(this.#client) !== this.#handler
  }

  // Whether it is known that the client's own `destroy` reaches nothing that is somebody else's.
  get #isAlone(): boolean {
    if (!this.isOwned || this.#hasOtherHandler) return false
    if (!this.isDrainable) return true
    const { httpAgent, httpsAgent } = agentsOf(this.#handler)
    return this.#owns(httpsAgent) && (httpAgent === undefined || this.#owns(httpAgent))
  }
}

// A transport lives as long as its agents, and these as long as they have sockets or a client: so whoever remembers
// transports weakly can still find those that have something to close.
const transports = new WeakMap<object, Transport>()

const handlers = new WeakMap<object, Transport>()

// The SDK's own settings (@smithy/node-http-handler).
const agentDefaults = { keepAlive: true, maxSockets: 50 }

const namesAgent = (options: unknown): boolean =>
  typeof options === "object" && options !== null
  && ["httpAgent", "httpsAgent"].some((name) => {
    const agent: unknown = Reflect.get(options, name)
    return agent !== undefined && agent !== null
  })
