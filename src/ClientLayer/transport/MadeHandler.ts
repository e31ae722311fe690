/**
 * A request handler that came into being with its client, where the cache could not hand it one.
 */
import * as Http from "node:http"
import { Readable } from "node:stream"
import { fieldOf } from "../values/fieldOf.js"
import { agentsOf, protocolOf } from "./handlerOf.js"
import { afterTurns } from "./machineTime.js"

/**
 * The agents that the handlers of a class have in common: they were there before any client of it, and are somebody
 * else's. They show in another handler that the class has made, of which nothing else is used.
 */
export class CommonAgents {
  #known: ReadonlySet<unknown> | undefined

  constructor(handler: unknown) {
    const unknown = () => {}
    Promise.resolve(fieldOf(handler, "configProvider")).then(async (config) => {
      const provide = fieldOf(config, "httpAgentProvider")
      // A handler has made the agent for `http:` only after its first request.
      const provided: unknown = typeof provide === "function" ? await Reflect.apply(provide, config, []) : undefined
      if (config !== undefined) {
        this.#known = new Set([provided, fieldOf(config, "httpAgent"), fieldOf(config, "httpsAgent")])
      }
    }).catch(unknown)
  }

  /** Whether it is known that an agent is none of them. */
  isWithout(agent: unknown): boolean {
    return this.#known !== undefined && !this.#known.has(agent)
  }
}

/** Such a handler: what is under way on it, and the agents that it has made. */
export class MadeHandler {
  readonly #handler: object
  readonly #common: CommonAgents
  readonly #waiting = new Set<() => void>()
  #busy = 0

  /**
   * @param onRequest called when the agents of a request can be known
   */
  constructor(handler: object, common: CommonAgents, onRequest: () => void) {
    this.#handler = handler
    this.#common = common
    const handle = fieldOf(handler, "handle")
    if (typeof handle !== "function") return
    const value = (...args: ReadonlyArray<unknown>): unknown => {
      this.#busy += 1
      afterTurns(1, onRequest)
      try {
        const answer: unknown = Reflect.apply(handle, handler, args)
        Promise.resolve(answer).then((answer) => this.#answered(answer), () => this.#end())
        return answer
      } catch (error) {
        this.#end()
        throw error
      }
    }
    // What cannot be changed stays as its class made it.
    Reflect.defineProperty(handler, "handle", { value, configurable: true, writable: true })
  }

  /** Whether its connections are those of agents of Node's. */
  get hasAgents(): boolean {
    return protocolOf(this.#handler) === "http/1.1" && fieldOf(this.#handler, "configProvider") instanceof Promise
  }

  /** How many requests have no answer, or a body that has not been read to its end. */
  get busy(): number {
    return this.#busy
  }

  /** The agents that it has made until now. */
  agents(): ReadonlyArray<Http.Agent> {
    const { httpAgent, httpsAgent } = agentsOf(this.#handler)
    return [httpAgent, httpsAgent].filter((agent) => agent instanceof Http.Agent).filter((agent) =>
      this.#common.isWithout(agent)
    )
  }

  /**
   * Calls back as soon as nothing is under way.
   *
   * @returns what ends the waiting
   */
  whenQuiet(callback: () => void): () => void {
    if (this.#busy === 0) callback()
    else this.#waiting.add(callback)
    return () => {
      this.#waiting.delete(callback)
    }
  }

  #answered(answer: unknown): void {
    const body = bodyOf(answer)
    if (body instanceof Readable && !body.closed) body.once("close", () => this.#end())
    else this.#end()
  }

  #end(): void {
    this.#busy -= 1
    if (this.#busy > 0) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const callback of waiting) callback()
  }
}

// What the class answers may throw when it is read: whoever asked finds out.
const bodyOf = (answer: unknown): unknown => {
  try {
    return fieldOf(fieldOf(answer, "response"), "body")
  } catch {
    return undefined
  }
}
