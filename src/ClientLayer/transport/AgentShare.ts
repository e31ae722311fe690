/**
 * One client's share of the connections of many.
 */
import { AsyncResource } from "node:async_hooks"
import * as Http from "node:http"
import { nextTick } from "node:process"
import { addTo, type ConnectionPool, refuse } from "./ConnectionPool.js"

/**
 * What a client gets as its agent: at most so many connections of a pool for each host. Whoever leaves bodies unread
 * keeps their connections, and would otherwise keep all of them from everybody else.
 *
 * Requests beyond the limit wait here, in the order in which they came, and not in the pool's queue.
 */
export class AgentShare extends Http.Agent {
  readonly #pool: ConnectionPool
  readonly #limit: number
  // Requests that have a connection or wait for one in the pool, and those that wait here, by host.
  readonly #hosts = new Map<string, Host>()
  #queued = 0

  /**
   * @param limit the most connections for each host
   */
  constructor(pool: ConnectionPool, limit: number) {
    super({ maxSockets: limit })
    this.#pool = pool
    this.#limit = limit
    // What Node and the SDK look at.
    for (const name of ["protocol", "defaultPort", "keepAlive", "keepAliveMsecs", "options"]) {
      Reflect.set(this, name, Reflect.get(pool.agent, name))
    }
    // From these the SDK tells that a client is at its limit, and warns of it.
    Object.defineProperties(this, {
      sockets: { get: () => this.#byHost(({ running }) => [...running].flatMap(({ socket }) => socket ?? [])) },
      requests: {
        get: () =>
          this.#byHost(({ running, waiting }) => [
            ...[...running].filter(({ socket }) => socket === null),
            ...waiting.map(({ request }) => request)
          ])
      }
    })
  }

  /** How many requests have a connection, or are about to get one. */
  get used(): number {
    let used = 0
    for (const host of this.#hosts.values()) used += host.running.size
    return used
  }

  /** How many requests wait here. */
  get queued(): number {
    return this.#queued
  }

  /** Called by Node for each request. */
  addRequest(...args: Arrival): void {
    const name = this.#pool.agent.getName(isOptions(args[1]) ? args[1] : undefined)
    const host = this.#hosts.get(name) ?? { running: new Set(), waiting: [], sweepAt: firstSweep }
    this.#hosts.set(name, host)
    if (host.running.size < this.#limit) {
      this.#start(name, host, args)
    } else {
      if (host.waiting.length >= host.sweepAt) this.#sweep(host)
      // It goes on in the asynchronous context it came in, not in that of the request it waited for.
      host.waiting.push({ request: args[0], start: AsyncResource.bind(() => this.#start(name, host, args)) })
      this.#queued++
      this.#pool.crowded.add(this)
    }
  }

  /** Lets the requests that wait here fail. */
  cutOff(closed: Error): void {
    for (const host of this.#hosts.values()) {
      for (const { request } of host.waiting.splice(0)) refuse(request, closed)
    }
    this.#queued = 0
    this.#pool.crowded.delete(this)
  }

  /** Does nothing: the connections are not this client's alone. */
  override destroy(): void {}

  #byHost<A>(list: (host: Host) => ReadonlyArray<A>): Readonly<Record<string, ReadonlyArray<A>>> {
    return Object.fromEntries([...this.#hosts].map(([name, host]) => [name, list(host)]))
  }

  #start(name: string, host: Host, args: Arrival): void {
    const [request] = args
    host.running.add(request)
    // After the response has been read to its end, or when the connection is gone. The connection is free right after.
    request.once("close", () => nextTick(() => this.#end(name, host, request)))
    addTo(this.#pool.agent, args)
  }

  #end(name: string, host: Host, request: Http.ClientRequest): void {
    host.running.delete(request)
    let next = host.waiting.shift()
    while (next?.request.destroyed === true) {
      this.#left(1)
      refuse(next.request, gone())
      next = host.waiting.shift()
    }
    if (next !== undefined) {
      this.#left(1)
      next.start()
    } else if (host.running.size === 0) {
      this.#hosts.delete(name)
    }
  }

  // Whoever gives up a request that waits says so to nobody. Where no connection comes free, there would be ever more.
  #sweep(host: Host): void {
    const dead = host.waiting.filter(({ request }) => request.destroyed)
    const alive = host.waiting.filter(({ request }) => !request.destroyed)
    host.waiting = alive
    host.sweepAt = Math.max(firstSweep, 2 * alive.length)
    this.#left(dead.length)
    for (const { request } of dead) refuse(request, gone())
  }

  #left(count: number): void {
    this.#queued -= count
    if (this.#queued === 0) this.#pool.crowded.delete(this)
  }
}

const firstSweep = 64

const gone = (): Error => new Error("the request was destroyed while it waited for a connection")

type Arrival = readonly [request: Http.ClientRequest, options: unknown, ...ReadonlyArray<unknown>]

interface Host {
  readonly running: Set<Http.ClientRequest>
  waiting: Array<{ readonly request: Http.ClientRequest; readonly start: () => void }>
  /** How many wait when those that were given up are let go. */
  sweepAt: number
}

const isOptions = (u: unknown): u is Http.ClientRequestArgs => typeof u === "object" && u !== null
