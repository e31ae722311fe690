/**
 * Options of a request handler, with agents put in.
 */
import * as Http from "node:http"
import type * as Https from "node:https"
import { isPlainObject } from "../values/plainData.js"

/** Agents, for the two protocols; anything that the SDK takes for one. */
export interface Agents {
  readonly httpAgent: unknown
  readonly httpsAgent: unknown
}

/** A `requestHandler` for the constructor of a client. */
export interface OfferedHandler {
  readonly requestHandler: unknown
  /** Whether the handler of the client that was built with it is made of it, as far as can be told. */
  readonly isTakenBy: (handler: unknown) => boolean
}

/** Whether a `requestHandler` is a handler, and not options of one: the SDK's own test. */
export const isHandler = (u: unknown): u is { readonly handle: Function } =>
  (typeof u === "object" || typeof u === "function") && u !== null && "handle" in u && typeof u.handle === "function"

/** The SDK's test for an agent, which holds for agents of other libraries too (proxy agents). */
export const isAgent = (u: unknown): boolean =>
  u instanceof Http.Agent || (typeof u === "object" && u !== null && "destroy" in u && typeof u.destroy === "function")

/**
 * The options that an agent is made from, as the SDK reads them: the own fields of whatever object it is, also of an
 * instance of a class.
 *
 * @param defaults options that count where the caller's do not say
 * @param given what stands in the place of an agent, and is none
 */
export const agentOptions = (defaults: Https.AgentOptions, given: unknown): Https.AgentOptions => ({
  ...defaults,
  ...(typeof given === "object" ? given : undefined)
})

/**
 * Options of a request handler with agents put in, as a client is to be built with them. Options that a function gives,
 * as the SDK takes them too, stay a function.
 *
 * @param given the caller's options: plain, of a class, or a function that provides them
 * @param base options that count where the caller's do not say
 * @param agentsFor the agents for the options; called once for each handler that is made of them
 */
export const offerOptions = (
  given: unknown,
  base: Readonly<Record<string, unknown>>,
  agentsFor: (options: Readonly<Record<string, unknown>>) => Agents
): OfferedHandler => {
  let isTaken = false
  const take = () => {
    isTaken = true
  }
  if (typeof given === "function") {
    const provide = () => {
      take()
      return Promise.resolve(Reflect.apply(given, undefined, [])).then((options: unknown) =>
        merge(options, base, agentsFor(named(options)))
      )
    }
    return { requestHandler: provide, isTakenBy: () => isTaken }
  }
  return { requestHandler: merge(given, base, agentsFor(named(given)), take), isTakenBy: () => isTaken }
}

const named = (options: unknown): Readonly<Record<string, unknown>> =>
  typeof options === "object" && options !== null
    ? { httpAgent: Reflect.get(options, "httpAgent"), httpsAgent: Reflect.get(options, "httpsAgent") }
    : {}

/** @param take called when the constructor of the SDK's handler reads the options */
const merge = (
  given: unknown,
  base: Readonly<Record<string, unknown>>,
  { httpAgent, httpsAgent }: Agents,
  take: () => void = () => {}
): object => {
  const agents = {
    httpAgent,
    get httpsAgent() {
      take()
      return httpsAgent
    }
  }
  const put = (options: object): object => Object.defineProperties(options, Object.getOwnPropertyDescriptors(agents))
  if (typeof given !== "object" || given === null) return put({ ...base })
  if (isPlainObject(given)) return put({ ...base, ...given })
  // Getters and private fields of a class work on its own instances only. The proxy stands for an empty object, because
  // one that stands for a frozen instance must not say anything else than that.
  const get = (name: PropertyKey): unknown =>
    name in agents ? Reflect.get(agents, name) : name in given ? Reflect.get(given, name) : Reflect.get(base, name)
  const has = (name: PropertyKey): boolean => name in given || name in agents || name in base
  const names = (): Array<string | symbol> => [
    ...new Set([...Reflect.ownKeys(given), ...Object.keys(agents), ...Object.keys(base)])
  ]
  return new Proxy(Object.create(Object.getPrototypeOf(given)), {
    get: (_, name) => get(name),
    has: (_, name) => has(name),
    ownKeys: names,
    getOwnPropertyDescriptor: (_, name) =>
      names().includes(name) ? { value: get(name), enumerable: true, configurable: true, writable: true } : undefined
  })
}
