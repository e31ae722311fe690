/**
 * An HTTP agent that this library made, and can let go of.
 */
import { AsyncResource } from "node:async_hooks"
import * as Http from "node:http"
import * as Https from "node:https"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { afterTurns } from "./machineTime.js"
import { hasPausedSince, isStale, type Moment, momentOf } from "./staleSockets.js"

/** How many connections there are, as plain numbers. */
export interface TransportFigures {
  /** Open sockets, in use or idle. */
  readonly openSockets: number
  /** Open sockets that are idle. */
  readonly freeSockets: number
  /** Requests that wait for a socket. */
  readonly queuedRequests: number
}

/**
 * An agent of Node for one client, or for many, that can be drained and closed by whoever made it, and by nobody else:
 * its `destroy`, which `client.destroy()` calls, does nothing.
 *
 * A connection that was idle is looked at before it is used again, once the event loop has taken what lies in the
 * sockets: after a process was stopped or frozen (`SIGSTOP`, AWS Lambda between two invocations) the server has closed
 * it, and a request that is not idempotent must not find that out. So is a connection whose announced time to live
 * (`Keep-Alive: timeout=5`) is over.
 */
export class ConnectionPool {
  /** What clients are built with. */
  readonly agent: Http.Agent
  /** The shares of it in which requests wait. */
  readonly crowded = new Set<WaitingRequests>()
  private readonly maxFreeSockets: number
  private readonly idle = new WeakMap<Duplex, Moment>()
  private entering: Array<Entrant> | undefined
  private lookedAt: Moment = momentOf()
  // Whether one has become idle since.
  private hasNew = false

  private constructor(agent: Http.Agent) {
    this.agent = agent
    this.maxFreeSockets = agent.maxFreeSockets
    const keepAsNode = agent.keepSocketAlive.bind(agent)
    const own: unknown = Reflect.get(agent, "addRequest")
    Object.assign(agent, {
      addRequest: (...args: Arrival) => this.enter(args[0], () => addAsNode(agent, own, args)),
      keepSocketAlive: (socket: Duplex) => {
        this.freed(socket)
        // Node takes what it returns for whether the connection may be kept.
        return keepAsNode(socket)
      },
      destroy: () => {}
    })
  }

  /** A pool for `http:`. */
  static http(options: Http.AgentOptions): ConnectionPool {
    return new ConnectionPool(new Http.Agent(options))
  }

  /** A pool for `https:`. */
  static https(options: Https.AgentOptions): ConnectionPool {
    return new ConnectionPool(new Https.Agent(options))
  }

  /** The pool of an agent that is there already, with the connections it has. */
  static of(agent: Http.Agent): ConnectionPool {
    return new ConnectionPool(agent)
  }

  /**
   * Lets a request in. If connections are idle, it first waits until the event loop has heard of those that are closed.
   * Whoever waited goes on in the asynchronous context it came in (`AsyncLocalStorage`), not in that of another request.
   *
   * @param add what gives the request a connection, or makes it wait for one
   */
  enter(request: Http.ClientRequest, add: () => void): void {
    if (this.entering !== undefined) {
      this.entering.push({ request, add: AsyncResource.bind(add) })
    } else if (isEmpty(this.agent.freeSockets) || !(this.hasNew || hasPausedSince(this.lookedAt))) {
      add()
    } else {
      this.entering = [{ request, add: AsyncResource.bind(add) }]
      // One turn may be under way already: what it polled for was asked before the process stood still.
      afterTurns(2, () => this.look())
    }
  }

  /** A connection has become idle. */
  freed(socket: Duplex): void {
    this.idle.set(socket, momentOf(socket))
    this.hasNew = true
  }

  /** Closes the idle connections, and lets every other one close when it becomes idle. Cuts nothing off. */
  drain(): void {
    this.agent.maxFreeSockets = 0
    for (const socket of idleSockets(this.agent)) socket.destroy()
  }

  /** Keeps connections alive again, after it was drained. */
  revive(): void {
    this.agent.maxFreeSockets = this.maxFreeSockets
  }

  /** Closes every connection. Requests on them, and those that wait for one, fail with an error. */
  cutOff(closed: Error): void {
    this.drain()
    for (const share of this.crowded) share.cutOff(closed)
    // The queue first: each connection that ends would make one for a request that waits. The agent takes an empty queue
    // for one with requests, so it goes altogether.
    for (const { request } of this.entering?.splice(0) ?? []) refuse(request, closed)
    for (const [host, queue] of Object.entries<ReadonlyArray<object> | undefined>(this.agent.requests)) {
      Reflect.deleteProperty(this.agent.requests, host)
      for (const request of queue ?? []) if (request instanceof Http.ClientRequest) refuse(request, closed)
    }
    for (const socket of usedSockets(this.agent)) {
      // One that has no request at this moment has nobody to listen.
      socket.once("error", () => {})
      socket.destroy(closed)
    }
    Http.Agent.prototype.destroy.call(this.agent)
  }

  /**
   * Calls back as soon as there is no connection, and no request that waits for one. A pool that is not drained keeps
   * idle connections.
   *
   * @returns what ends the waiting
   */
  whenQuiet(callback: () => void): () => void {
    let isWaiting = true
    const look = () => {
      if (!isWaiting) return
      const socket = usedSockets(this.agent)[0] ?? idleSockets(this.agent)[0]
      if (socket !== undefined) socket.once("close", look)
      // A connection is about to be made for them.
      else if (this.figures().queuedRequests > 0) afterTurns(1, look)
      else callback()
    }
    look()
    return () => {
      isWaiting = false
    }
  }

  /** How many connections there are now. */
  figures(): TransportFigures {
    const free = count(this.agent.freeSockets)
    let queued = count(this.agent.requests) + (this.entering?.length ?? 0)
    for (const share of this.crowded) queued += share.queued
    return { openSockets: count(this.agent.sockets) + free, freeSockets: free, queuedRequests: queued }
  }

  private look(): void {
    for (const socket of idleSockets(this.agent)) {
      if (isStale(socket, this.idle.get(socket))) socket.destroy()
    }
    this.lookedAt = momentOf()
    this.hasNew = false
    const entering = this.entering ?? []
    this.entering = undefined
    for (const { add } of entering) add()
  }
}

/** Requests that wait for a connection of a pool elsewhere. */
export interface WaitingRequests {
  /** How many there are. */
  readonly queued: number
  /** Lets them fail. */
  cutOff(closed: Error): void
}

interface Entrant {
  readonly request: Http.ClientRequest
  readonly add: () => void
}

/** Gives a request a connection of an agent, or makes it wait for one, as Node does. */
export const addTo = (agent: Http.Agent, args: ReadonlyArray<unknown>): void => {
  const own: unknown = Reflect.get(agent, "addRequest")
  if (typeof own === "function") Reflect.apply(own, agent, args)
}

type Arrival = readonly [request: Http.ClientRequest, ...ReadonlyArray<unknown>]

// Agents give requests their connections in this method, which Node's types do not tell; an agent of another runtime may
// have none, and does not call it either.
const addAsNode = (agent: Http.Agent, addRequest: unknown, args: Arrival): void => {
  try {
    if (typeof addRequest === "function") Reflect.apply(addRequest, agent, args)
  } catch (error) {
    // Options with which no connection can be made. Node throws it at whoever makes the request, who may have waited here.
    refuse(args[0], error instanceof Error ? error : new Error("no connection can be made"))
    return
  }
  makeRoom(agent)
}

/** Lets a request that has no connection fail, and end, as Node does where it can make none. */
export const refuse = (request: Http.ClientRequest, error: Error): void => {
  Reflect.apply(request.onSocket, request, [undefined, error])
}

/**
 * Where an agent has a limit for all hosts together, Node lets a request wait for a connection to its own host while idle
 * ones to others take all of the room, for as long as they are kept. One of them goes for it.
 */
const makeRoom = (agent: Http.Agent): void => {
  if (agent.maxTotalSockets === Number.POSITIVE_INFINITY || isEmpty(agent.requests)) return
  const idle = idleSockets(agent)
  if (idle.length + usedSockets(agent).length < agent.maxTotalSockets) return
  if (!idle.some(({ destroyed }) => destroyed)) idle[0]?.destroy()
}

const idleSockets = (agent: Http.Agent): ReadonlyArray<Socket> => all(agent.freeSockets)

const usedSockets = (agent: Http.Agent): ReadonlyArray<Socket> => all(agent.sockets)

const all = <A>(byHost: NodeJS.ReadOnlyDict<ReadonlyArray<A>>): ReadonlyArray<A> =>
  Object.values(byHost).flatMap((list) => list ?? [])

const count = (byHost: NodeJS.ReadOnlyDict<ReadonlyArray<unknown>>): number =>
  Object.values(byHost).reduce((sum, list) => sum + (list?.length ?? 0), 0)

const isEmpty = (byHost: NodeJS.ReadOnlyDict<ReadonlyArray<unknown>>): boolean => {
  for (const _ in byHost) return false
  return true
}
