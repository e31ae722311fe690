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
import { credentialDigest, printDigest, saltedDigest, type StaticCredentials } from "./credentialDigest.js"
import { acceptedEndpoint, normaliseEndpoint, printEndpoint } from "./endpointUrl.js"
import { referenceId, referenceTag } from "./referenceId.js"
import { acceptedRegion, normaliseRegion } from "./regionName.js"

/**
 * A normalised configuration.
 *
 * @since 0.1.0
 * @category models
 */
export interface NormalConfig {
  /** The client is built from this. It holds the secrets, so it lives only until the client is built. */
  readonly config: Readonly<Record<string, unknown>>
  /** Equal for equal configurations, different for different ones; a salted digest, from which nothing can be read. */
  readonly digest: string
  /** The fields as they may be shown. */
  readonly shown: ReadonlyMap<string, string>
  /** The strings that no message may contain. */
  readonly secrets: ReadonlySet<string>
}

/**
 * Normalises a configuration.
 *
 * Every field of its own is read once. Fields that are `undefined` are left out, so that `{ logger: undefined }` is
 * `{}`. Region and endpoint are normalised, a FIPS region name becomes the region and `useFipsEndpoint: true`, static
 * credentials are digested, everything else is taken by `canonicalValue`.
 *
 * Throws `CacheKeyError`, and what a getter of the configuration throws.
 *
 * @param input the configuration, as the caller gave it; `undefined` is `{}`
 * @param cache the name of the kind of key, for errors
 * @since 0.1.0
 * @category constructors
 */
export const normaliseConfig = (input: unknown, cache: string): NormalConfig => {
  const secrets = new Set<string>()
  const context: CanonicalContext = { cache, secrets }
  if (input !== undefined && (typeof input !== "object" || input === null || Array.isArray(input))) {
    throw new CacheKeyError({
      cache,
      field: "config",
      value: describeType(input),
      accepted: "an object with the fields of the client's configuration"
    })
  }
  const fields = new Map<string, Canonical>()
  const shown = new Map<string, string>()
  for (const [name, value] of Object.entries(input ?? {})) {
    if (value === undefined) continue
    const normal = normaliseField(name, value, context)
    for (const [field, canonical] of normal.fields) {
      // What a region name says of FIPS wins over an explicit `useFipsEndpoint`, as it does in the SDK.
      if (field === "useFipsEndpoint" && name !== "region" && fields.has(field)) continue
      fields.set(field, canonical)
      shown.set(field, normal.shown ?? showPlain(field, canonical.value, value))
    }
  }
  const whole = canonicalStruct([...fields])
  return {
    config: isPlainObject(whole.value) ? whole.value : {},
    digest: saltedDigest(whole.text),
    shown,
    secrets
  }
}

/**
 * The shown fields as one text: the ones that tell clients apart best first, the others by name, credentials last.
 *
 * @since 0.1.0
 * @category formatting
 */
export const printShown = (shown: ReadonlyMap<string, string>): string =>
  [...shown].toSorted(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1))
    .map(([name, text]) => `${name}=${text}`)
    .join(", ")

interface NormalField {
  readonly fields: ReadonlyArray<readonly [name: string, Canonical]>
  /** How it is shown, where that is not decided by its name and type. */
  readonly shown?: string
}

const normaliseField = (name: string, value: unknown, context: CanonicalContext): NormalField => {
  switch (name) {
    case "region":
      return normaliseRegionField(value, context)
    case "endpoint":
      return normaliseEndpointField(value, context)
    case "credentials":
      return normaliseCredentials(value, context)
    case "token":
      rememberSecrets(value, context.secrets)
      return one(name, canonicalValue(value, name, context))
    case "requestHandler":
      return one(name, canonicalHandler(value, context))
    default:
      return one(name, canonicalValue(value, name, context))
  }
}

const one = (name: string, canonical: Canonical, shown?: string): NormalField =>
  shown === undefined ? { fields: [[name, canonical]] } : { fields: [[name, canonical]], shown }

const normaliseRegionField = (value: unknown, context: CanonicalContext): NormalField => {
  if (typeof value === "function") return one("region", canonicalValue(value, "region", context))
  const region = Option.getOrThrowWith(normaliseRegion(value), () =>
    new CacheKeyError({
      cache: context.cache,
      field: "region",
      value: typeof value === "string" ? printKey(value) : describeType(value),
      accepted: acceptedRegion
    }))
  const name = ["region", canonicalValue(region.name, "region", context)] as const
  return { fields: region.fips ? [name, ["useFipsEndpoint", canonicalValue(true, "", context)]] : [name] }
}

const normaliseEndpointField = (value: unknown, context: CanonicalContext): NormalField => {
  const isUrl = typeof value === "string" || value instanceof URL
  if (!isUrl && (typeof value === "function" || Predicate.isRecord(value))) {
    return one("endpoint", canonicalValue(value, "endpoint", context, { live: false }))
  }
  const href = Option.getOrThrowWith(normaliseEndpoint(value), () =>
    new CacheKeyError({
      cache: context.cache,
      field: "endpoint",
      value: isUrl ? printKey(printEndpoint(String(value))) : describeType(value),
      accepted: acceptedEndpoint
    }))
  const { password, username } = new URL(href)
  for (const secret of [username, password]) rememberSecrets(secret, context.secrets)
  return one("endpoint", canonicalValue(href, "endpoint", context), printEndpoint(href))
}

const normaliseCredentials = (input: unknown, context: CanonicalContext): NormalField => {
  const value = Redacted.isRedacted(input) ? Redacted.value(input) : input
  if (typeof value === "function") return one("credentials", canonicalValue(value, "credentials", context))
  const isInstance = Predicate.isRecord(value) && !isPlainObject(value)
  // An instance may refresh itself: copying its present fields would freeze them.
  if (isInstance) return one("credentials", canonicalValue(value, "credentials", context))
  if (!isPlainObject(value)) {
    throw credentialError(
      "credentials",
      describeType(value),
      "static credentials, or a function that provides them",
      context
    )
  }
  const unwrapped = unwrapCredentials(value)
  const credentials: StaticCredentials = {
    accessKeyId: required(unwrapped, "accessKeyId", context),
    secretAccessKey: required(unwrapped, "secretAccessKey", context),
    sessionToken: optional(unwrapped, "sessionToken", context),
    credentialScope: optional(unwrapped, "credentialScope", context),
    accountId: optional(unwrapped, "accountId", context)
  }
  for (const secret of [credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken]) {
    rememberSecrets(secret, context.secrets)
  }
  const digest = credentialDigest(credentials)
  return one("credentials", { text: `HMAC(${digest})`, value: unwrapped }, printDigest(digest))
}

const unwrapCredentials = (credentials: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const unwrapped: Record<string, unknown> = {}
  for (const name of credentialFields) {
    const field = credentials[name]
    const part = Redacted.isRedacted(field) ? Redacted.value(field) : field
    // The SDK signs with an empty session token as with none; configurations made from the environment have it.
    if (part !== undefined && (part !== "" || isRequired(name))) {
      unwrapped[name] = part instanceof Date ? new Date(part) : part
    }
  }
  return unwrapped
}

const credentialFields = [
  "accessKeyId",
  "secretAccessKey",
  "sessionToken",
  "credentialScope",
  "accountId",
  "expiration"
] as const

const required = (
  credentials: Readonly<Record<string, unknown>>,
  name: string,
  context: CanonicalContext
): string => {
  const value = optional(credentials, name, context)
  if (value !== undefined) return value
  throw credentialError(`credentials.${name}`, "missing", "a string that is not blank", context)
}

const isRequired = (name: string): boolean => name === "accessKeyId" || name === "secretAccessKey"

const optional = (
  credentials: Readonly<Record<string, unknown>>,
  name: string,
  context: CanonicalContext
): string | undefined => {
  const value = credentials[name]
  if (value === undefined) return undefined
  if (typeof value === "string" && value.trim() !== "") return value
  throw credentialError(
    `credentials.${name}`,
    typeof value === "string" ? "blank" : describeType(value),
    "a string that is not blank",
    context
  )
}

const credentialError = (field: string, value: string, accepted: string, context: CanonicalContext): CacheKeyError =>
  new CacheKeyError({ cache: context.cache, field, value, accepted })

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

// Strings are shown of these fields only: in any other a secret may stand.
const shownStrings = new Set([
  "region",
  "profile",
  "retryMode",
  "defaultsMode",
  "accountIdEndpointMode",
  "requestChecksumCalculation",
  "responseChecksumValidation",
  "apiVersion"
])

const showPlain = (name: string, value: unknown, original: unknown): string => {
  if (Redacted.isRedacted(original)) return "***"
  if (typeof value === "boolean" || typeof value === "number") return String(value)
  if (typeof value === "string") return shownStrings.has(name) ? value.slice(0, 64) : "***"
  if (typeof value !== "object" || value === null || value !== original) {
    return typeof value === "function" ? showReference(value) : "***"
  }
  return showReference(value)
}

const showReference = (value: object): string => `#${referenceTag(value) ?? referenceId(value)}`

const rank = (name: string): number => {
  const first = ["region", "endpoint", "profile"].indexOf(name)
  if (first !== -1) return first - 3
  return name === "credentials" || name === "token" ? 1 : 0
}

const describeType = (value: unknown): string => {
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") {
    return String(value)
  }
  if (Array.isArray(value)) return "an array"
  return typeof value === "object" ? "an object" : `a ${typeof value}`
}
