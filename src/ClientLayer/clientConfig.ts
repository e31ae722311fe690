/**
 * The configuration of a client, normalised: what its key is made from and what it is built from.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { CacheKeyError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"
import {
  type Canonical,
  type CanonicalContext,
  canonicalStruct,
  canonicalValue,
  isPlainObject,
  rememberSecrets
} from "./canonicalValue.js"
import { describeType } from "./describeType.js"
import { acceptedEndpoint, normaliseEndpoint, printEndpoint } from "./endpointUrl.js"
import { printFields } from "./printFields.js"
import { acceptedRegion, normaliseRegion } from "./regionName.js"
import { saltedDigest } from "./saltedDigest.js"
import { canonicalCredentials } from "./staticCredentials.js"

/**
 * A normalised configuration. It holds the secrets, so it lives only until the client is built.
 *
 * @since 0.1.0
 * @category models
 */
export interface NormalConfig {
  /** The client is built from this. */
  readonly config: Readonly<Record<string, unknown>>
  /** Equal for equal configurations, different for different ones; a salted digest, from which nothing can be read. */
  readonly digest: string
  /** The fields as they may be shown. Worked out only when asked for: a hit in a cache shows nothing. */
  readonly print: () => string
  /** The strings that no message may contain. */
  readonly secrets: ReadonlySet<string>
}

/**
 * Normalises a configuration.
 *
 * Every field of its own is read once. Fields that are `undefined` are left out, so that `{ logger: undefined }` is
 * `{}`. Region and endpoint are normalised, a FIPS region name becomes the region and `useFipsEndpoint: true`;
 * everything else is taken as `canonicalValue` and `canonicalCredentials` say.
 *
 * Throws `CacheKeyError`, and what a getter of the configuration throws.
 *
 * @param input the configuration, as the caller gave it; `undefined` is `{}`
 * @param cache the name of the kind of key, for errors
 * @param more what else is digested and shown, after the configuration
 * @since 0.1.0
 * @category constructors
 */
export const normaliseConfig = (
  input: unknown,
  cache: string,
  more: { readonly text: string; readonly printed: () => ReadonlyArray<string> } = { text: "", printed: () => [] }
): NormalConfig => {
  if (input !== undefined && (typeof input !== "object" || input === null || Array.isArray(input))) {
    throw new CacheKeyError({
      cache,
      field: "config",
      value: describeType(input),
      accepted: "an object with the fields of the client's configuration"
    })
  }
  const context: CanonicalContext = { cache, secrets: new Set<string>() }
  const given = Object.entries(input ?? {})
  const fields = new Map<string, Canonical>()
  for (const [name, value] of given) {
    if (value === undefined) continue
    if (name === "region") {
      putRegion(fields, value, context)
    } else if (name !== "useFipsEndpoint" || !fields.has(name)) {
      // What a region name says of FIPS wins over an explicit `useFipsEndpoint`, as it does in the SDK.
      fields.set(name, canonicalField(name, value, context))
    }
  }
  const whole = canonicalStruct(fields)
  return {
    config: isPlainObject(whole.value) ? whole.value : {},
    digest: saltedDigest(whole.text + more.text),
    print: () => [...printFields(fields, new Map(given)), ...more.printed()].join(", "),
    secrets: context.secrets
  }
}

const putRegion = (fields: Map<string, Canonical>, value: unknown, context: CanonicalContext): void => {
  if (typeof value === "function") {
    fields.set("region", canonicalValue(value, "region", context))
    return
  }
  const region = Option.getOrThrowWith(
    normaliseRegion(value),
    () => wrong("region", typeof value === "string" ? printKey(value) : describeType(value), acceptedRegion, context)
  )
  fields.set("region", canonicalValue(region.name, "region", context))
  if (region.fips) fields.set("useFipsEndpoint", canonicalValue(true, "useFipsEndpoint", context))
}

const canonicalField = (name: string, value: unknown, context: CanonicalContext): Canonical => {
  switch (name) {
    case "endpoint":
      return canonicalEndpoint(value, context)
    case "credentials":
      return canonicalIdentity(value, context)
    case "requestHandler":
      return canonicalHandler(value, context)
    case "token":
      rememberSecrets(value, context.secrets)
      return canonicalValue(value, name, context)
    default:
      return canonicalValue(value, name, context)
  }
}

const canonicalEndpoint = (value: unknown, context: CanonicalContext): Canonical => {
  const isUrl = typeof value === "string" || value instanceof URL
  if (!isUrl && (typeof value === "function" || Predicate.isRecord(value))) {
    return canonicalValue(value, "endpoint", context, { live: false })
  }
  const href = Option.getOrThrowWith(normaliseEndpoint(value), () => {
    const printed = isUrl ? printKey(printEndpoint(String(value))) : describeType(value)
    return wrong("endpoint", printed, acceptedEndpoint, context)
  })
  if (href.includes("@")) {
    const { password, username } = new URL(href)
    for (const secret of [username, password]) rememberSecrets(secret, context.secrets)
  }
  return canonicalValue(href, "endpoint", context)
}

const canonicalIdentity = (input: unknown, context: CanonicalContext): Canonical => {
  const value = Redacted.isRedacted(input) ? Redacted.value(input) : input
  if (isPlainObject(value)) return canonicalCredentials(value, context)
  // A provider is a function; an instance may refresh itself, and a copy of its present fields would not.
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
  if (!isPlainObject(value) || "handle" in value) return canonicalValue(value, "requestHandler", context)
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
