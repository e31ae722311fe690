/**
 * The fields of a configuration, whatever kind of object it is.
 */
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { isObjectPrototype, isPlainObject } from "../values/plainData.js"

/** What a configuration says, each field read once. */
export interface ConfigFields {
  readonly named: ReadonlyArray<readonly [name: string, value: unknown]>
  readonly symbols: ReadonlyArray<readonly [name: symbol, value: unknown]>
}

/**
 * Reads a configuration as the constructors of the SDK do. These copy the enumerable fields of the object's own, and ask
 * for some by name, so that a getter of its class, too, can say the region. A field that is inherited or not enumerable,
 * and that they would pass over, is refused: a client without it would be another one than was asked for. Methods of the
 * class, and names that begin with `_`, are no fields.
 *
 * Throws `CacheKeyError`, and what a getter of the configuration throws.
 *
 * @param input the configuration, as the caller gave it; `undefined` is `{}`
 * @param cache the name of the kind of key, for errors
 */
export const configFields = (input: unknown, cache: string): ConfigFields => {
  if (input === undefined) return { named: [], symbols: [] }
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new CacheKeyError({
      cache,
      field: "config",
      value: describeType(input),
      accepted: "an object with the fields of the client's configuration"
    })
  }
  const named: Array<readonly [string, unknown]> = Object.entries(input)
  const symbols: Array<readonly [symbol, unknown]> = []
  for (const name of Object.getOwnPropertySymbols(input)) {
    if (Object.prototype.propertyIsEnumerable.call(input, name)) symbols.push([name, Reflect.get(input, name)])
  }
  if (saysAllItself(input)) return { named, symbols }
  const seen = new Set(named.map(([name]) => name))
  for (let at: object | null = input; at !== null && !isObjectPrototype(at); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (seen.has(name) || name === "constructor" || name === "__proto__") continue
      seen.add(name)
      const { get, value } = Object.getOwnPropertyDescriptor(at, name) ?? {}
      const isMethod = typeof value === "function"
      if (askedByName.has(name)) named.push([name, Reflect.get(input, name)])
      else if (passedOver.has(name) || (!isMethod && (get !== undefined || value !== undefined) && name[0] !== "_")) {
        throw new CacheKeyError({
          cache,
          field: /^[a-z]{1,40}$/i.test(name) ? name : "a field of config",
          value: at === input ? "not enumerable" : isMethod ? "a method of its class" : "inherited from its class",
          accepted:
            "a field of the object's own, because clients copy no others: give them { ...config, and the field }"
        })
      }
    }
  }
  return { named, symbols }
}

/** A configuration as a plain object. Throws as `configFields` does. */
export const copyOfConfig = (config: object | undefined): Record<PropertyKey, unknown> => {
  if (config === undefined || saysAllItself(config)) return { ...config }
  const { named, symbols } = configFields(config, "config")
  return Object.fromEntries<unknown>([...named, ...symbols])
}

const saysAllItself = (config: object): boolean =>
  isPlainObject(config) && Object.getOwnPropertyNames(config).length === Object.keys(config).length

// What every client of the SDK asks its configuration for by name, and for nothing else of the same meaning.
const askedByName: ReadonlySet<string> = new Set([
  "bodyLengthChecker",
  "credentialDefaultProvider",
  "defaultUserAgentProvider",
  "defaultsMode",
  "disableHostPrefix",
  "endpointProvider",
  "extensions",
  "httpAuthSchemeProvider",
  "httpAuthSchemes",
  "logger",
  "maxAttempts",
  "region",
  "requestHandler",
  "retryMode",
  "serviceId",
  "streamCollector",
  "urlParser",
  "useDualstackEndpoint",
  "useFipsEndpoint"
])

// What can be a function, and is only copied.
const passedOver: ReadonlySet<string> = new Set([
  "accountIdEndpointMode",
  "credentials",
  "customUserAgent",
  "endpoint",
  "profile",
  "retryStrategy",
  "signer",
  "token",
  "userAgentAppId"
])
