/**
 * The configuration of a client, normalised: what its key is made from and what it is built from.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { acceptedRegion, normaliseRegion } from "../regions/regionName.js"
import { type HiddenTexts, hiddenTexts } from "../secrets/hiddenTexts.js"
import {
  type Canonical,
  type CanonicalContext,
  canonicalStruct,
  canonicalValue,
  symbolText
} from "../values/canonicalValue.js"
import { acceptedEndpoint, normaliseEndpoint, printEndpoint } from "../values/endpointUrl.js"
import { hasAccessors, hasOnlyPlainFields, isPlainObject, isUrl } from "../values/plainData.js"
import { printFields } from "../values/printFields.js"
import { saltedDigest } from "../values/saltedDigest.js"
import { canonicalCredentials } from "../values/staticCredentials.js"
import { configFields } from "./configFields.js"

/** A normalised configuration. It holds the secrets, so it lives only until the client is built. */
export interface NormalConfig {
  /** The client is built from this. */
  readonly config: Readonly<Record<string, unknown>>
  /** Equal for equal configurations, different for different ones; a salted digest, from which nothing can be read. */
  readonly digest: string
  /** The fields as they may be shown. Worked out only when asked for: a hit in a cache shows nothing. */
  readonly print: () => string
  /** The texts that no message may contain. Worked out only when asked for: most clients are built without an error. */
  readonly secrets: () => HiddenTexts
}

/**
 * Normalises a configuration.
 *
 * Every field is read once, as `configFields` says. Fields that are `undefined` are left out, so that
 * `{ logger: undefined }` is `{}`, and so is a region, endpoint, request handler or credentials of `null`. The client
 * is built from what the caller gave, and everything that two callers can write in different ways is normalised for the
 * key alone: the region, the endpoint, FIPS names. But the names of AWS's own regions are given to clients in lower
 * case. Everything else is taken as `canonicalValue` and `canonicalCredentials` say.
 *
 * Throws `CacheKeyError`, and what a getter of the configuration throws.
 *
 * @param input the configuration, as the caller gave it; `undefined` is `{}`
 * @param cache the name of the kind of key, for errors
 * @param more what else is digested and shown, after the configuration
 */
export const normaliseConfig = (
  input: unknown,
  cache: string,
  more: { readonly text: string; readonly printed: () => ReadonlyArray<string> } = { text: "", printed: () => [] }
): NormalConfig => {
  const context: CanonicalContext = { cache }
  const { named, symbols } = configFields(input, cache)
  const fields = new Map<string, Canonical>()
  for (const [name, value] of named) {
    if (!isAbsent(name, value)) fields.set(name, canonicalField(name, value, context))
  }
  const whole = canonicalStruct(inKey(fields, context))
  const config: Record<PropertyKey, unknown> = Object.fromEntries([...fields].map(([name, { value }]) => [name, value]))
  let symbolsText = ""
  for (const [name, value] of symbols) {
    const part = canonicalValue(value, "a symbol of config", context)
    config[name] = part.value
    symbolsText += `${symbolText(name)}:${part.text},`
  }
  return {
    config,
    digest: saltedDigest(whole.text + symbolsText + more.text),
    print: () => [...printFields(inKey(fields, context), new Map(named)), ...more.printed()].join(", "),
    secrets: () => hiddenTexts(named, symbols)
  }
}

/** What counts in a key, which is not always what the client is built with: a FIPS name is a region and an option. */
const inKey = (fields: ReadonlyMap<string, Canonical>, context: CanonicalContext): ReadonlyMap<string, Canonical> => {
  const counting = new Map(fields)
  const region = Option.flatMap(stringOf(fields, "region"), normaliseRegion)
  if (Option.isSome(region)) counting.set("region", canonicalValue(region.value.name, "region", context))
  // What a region name says of FIPS wins over an explicit `useFipsEndpoint`, as it does in the SDK.
  if (Option.isSome(region) && region.value.fips) {
    counting.set("useFipsEndpoint", canonicalValue(true, "useFipsEndpoint", context))
  }
  const endpoint = Option.flatMap(stringOf(fields, "endpoint"), normaliseEndpoint)
  if (Option.isSome(endpoint)) counting.set("endpoint", canonicalValue(endpoint.value, "endpoint", context))
  return counting
}

/** Clients take `null` for nothing in these fields; what it is in others, they decide. */
const isAbsent = (name: string, value: unknown): boolean =>
  value === undefined || (value === null && nullable.has(name))

const nullable: ReadonlySet<string> = new Set(["region", "endpoint", "credentials", "requestHandler"])

const stringOf = (fields: ReadonlyMap<string, Canonical>, name: string): Option.Option<string> =>
  Option.filter(Option.fromNullable(fields.get(name)?.value), (value) => typeof value === "string")

const canonicalField = (name: string, value: unknown, context: CanonicalContext): Canonical => {
  switch (name) {
    case "region":
      return canonicalRegion(value, context)
    case "endpoint":
      return canonicalEndpoint(value, context)
    case "credentials":
      return canonicalIdentity(value, context)
    case "requestHandler":
      return canonicalHandler(value, context)
    default:
      return canonicalValue(value, name, context)
  }
}

const canonicalRegion = (value: unknown, context: CanonicalContext): Canonical => {
  if (typeof value === "function") return canonicalValue(value, "region", context)
  const region = Option.getOrThrowWith(
    normaliseRegion(value),
    () => wrong("region", typeof value === "string" ? printKey(value) : describeType(value), acceptedRegion, context)
  )
  return canonicalValue(region.given, "region", context)
}

const canonicalEndpoint = (value: unknown, context: CanonicalContext): Canonical => {
  const isText = typeof value === "string" || isUrl(value)
  if (!isText && (typeof value === "function" || Predicate.isRecord(value))) {
    return canonicalValue(value, "endpoint", context, { live: false })
  }
  const href = Option.getOrThrowWith(normaliseEndpoint(value), () => {
    const printed = isText ? printKey(printEndpoint(String(value))) : describeType(value)
    return wrong("endpoint", printed, acceptedEndpoint, context)
  })
  // Of a `URL` clients would make nothing.
  return canonicalValue(typeof value === "string" ? value : href, "endpoint", context)
}

const canonicalIdentity = (input: unknown, context: CanonicalContext): Canonical => {
  const value = Redacted.isRedacted(input) ? Redacted.value(input) : input
  // What refreshes itself is told by its identity, a copy of its present fields would not be it: a provider, an instance,
  // an object with getters.
  if (isPlainObject(value) && hasOnlyPlainFields(value) && !hasAccessors(value)) {
    return canonicalCredentials(value, context)
  }
  if (typeof value === "function" || Predicate.isRecord(value)) return canonicalValue(value, "credentials", context)
  throw wrong(
    "credentials",
    describeType(value),
    "static credentials with accessKeyId and secretAccessKey, or a function that provides them",
    context
  )
}

/** Options for the SDK's own HTTP handler are data, also where they hold functions (`lookup`, `checkServerIdentity`). */
const canonicalHandler = (value: unknown, context: CanonicalContext): Canonical => {
  if (!isPlainObject(value) || "handle" in value || !hasOnlyPlainFields(value)) {
    return canonicalValue(value, "requestHandler", context)
  }
  return canonicalStruct(
    Object.entries(value).map(([name, option]) => [
      name,
      canonicalValue(option, `requestHandler.${name}`, context, {
        live: (name !== "httpAgent" && name !== "httpsAgent") || isPlainAgent(option)
      })
    ])
  )
}

const isPlainAgent = (option: unknown): boolean => isPlainObject(option) && typeof option["destroy"] === "function"

const wrong = (field: string, value: string, accepted: string, context: CanonicalContext): CacheKeyError =>
  new CacheKeyError({ cache: context.cache, field, value, accepted })
