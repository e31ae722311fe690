/**
 * Static credentials in a configuration.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import { types } from "node:util"
import { CacheKeyError } from "../Cache/CacheErrors.js"
import { type Canonical, type CanonicalContext, canonicalStruct, canonicalValue } from "./canonicalValue.js"
import { describeType } from "./describeType.js"
import { hasAccessors, isPlainObject } from "./plainData.js"
import { saltedDigest } from "./saltedDigest.js"

/**
 * The canonical form of static credentials: `Redacted` parts unwrapped, everything else as it was given. A session token
 * that is empty or `null` is left out, because the SDK signs with it as with none, and so is any other optional part that
 * is `null`.
 *
 * The text covers every part that makes them other credentials; a key that covers the access key id alone hands out a
 * client with a wrong secret or an old session token. When they expire is no such part. Each part carries its length,
 * so that no two different credentials have the same text. What else is there counts as data; the SDK tells the server
 * where credentials come from (`$source`).
 *
 * Throws `CacheKeyError` for credentials without an access key id or secret, and for parts that are blank or no text.
 *
 * @since 0.1.0
 * @category constructors
 */
export const canonicalCredentials = (
  credentials: Readonly<Record<string, unknown>>,
  context: CanonicalContext
): Canonical => {
  const value: Record<string, unknown> = {}
  let text = "Credentials:"
  for (const name of parts) {
    const part = unwrap(credentials[name])
    if (part === undefined || part === null || (part === "" && name === "sessionToken")) {
      if (isRequired(name)) throw wrongPart(name, part === null ? "null" : "missing", context)
      text += "-|"
    } else {
      if (typeof part !== "string") throw wrongPart(name, describeType(part), context)
      if (part.trim() === "" && (part !== "" || isRequired(name))) throw wrongPart(name, "blank", context)
      value[name] = part
      text += `${part.length}:${part}|`
    }
  }
  const { expiration } = credentials
  if (expiration !== undefined && expiration !== null) {
    value["expiration"] = types.isDate(expiration) ? new Date(expiration) : expiration
  }
  const others = Object.keys(credentials).filter((name) => !isKnown(name)).map((name) =>
    [name, canonicalValue(withoutMark(name, credentials[name]), `credentials.${name}`, context)] as const
  )
  if (others.length === 0) return { text, value }
  const rest = canonicalStruct(others)
  return { text: rest.text === "{}" ? text : text + rest.text, value: Object.assign(value, rest.value) }
}

// What the SDK itself notes on static credentials, when it has used them.
const withoutMark = (name: string, other: unknown): unknown => {
  if (name !== "$source" || !isPlainObject(other)) return other
  const { CREDENTIALS_CODE: _, ...sources } = other
  return Object.keys(sources).length === 0 ? undefined : sources
}

/**
 * A digest of static credentials that are asked for again and again by the same object, `undefined` when they were not
 * asked for before or are no credentials. It is worked out once for an object, and again when one of its parts has
 * changed. What is remembered does not outlive the object.
 *
 * @since 0.1.0
 * @category digests
 */
export const credentialsDigest = (credentials: Readonly<Record<string, unknown>>): string | undefined => {
  const { accessKeyId, accountId, credentialScope, secretAccessKey, sessionToken } = credentials
  const size = Object.keys(credentials).length
  const known = remembered.get(credentials)
  if (
    known !== undefined && known.accessKeyId === accessKeyId && known.secretAccessKey === secretAccessKey
    && known.sessionToken === sessionToken && known.credentialScope === credentialScope
    && known.accountId === accountId && known.size === size
  ) {
    known.digest ??= saltedDigest(canonicalCredentials(credentials, { cache: "" }).text)
    return known.digest
  }
  if (!hasKnownPartsOnly(credentials)) {
    remembered.delete(credentials)
    return undefined
  }
  // A digest costs as much as a whole key: objects that are made for a single use are spared it.
  remembered.set(credentials, {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    credentialScope,
    accountId,
    size,
    digest: undefined
  })
  return undefined
}

// Only these are compared. What behaves is told by its identity.
const hasKnownPartsOnly = (credentials: object): boolean =>
  Reflect.ownKeys(credentials).every((name) => typeof name === "string" && isKnown(name)) && !hasAccessors(credentials)

interface Remembered {
  readonly accessKeyId: unknown
  readonly secretAccessKey: unknown
  readonly sessionToken: unknown
  readonly credentialScope: unknown
  readonly accountId: unknown
  readonly size: number
  digest: string | undefined
}

const remembered = new WeakMap<object, Remembered>()

const parts = ["accessKeyId", "secretAccessKey", "sessionToken", "credentialScope", "accountId"] as const

const knownNames: ReadonlySet<string> = new Set([...parts, "expiration"])

const isKnown = (name: string): boolean => knownNames.has(name)

const isRequired = (name: string): boolean => name === "accessKeyId" || name === "secretAccessKey"

const unwrap = (part: unknown): unknown => Redacted.isRedacted(part) ? Redacted.value(part) : part

const wrongPart = (name: string, value: string, context: CanonicalContext): CacheKeyError =>
  new CacheKeyError({
    cache: context.cache,
    field: `credentials.${name}`,
    value,
    accepted: "a string that is not blank"
  })
