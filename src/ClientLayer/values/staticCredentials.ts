/**
 * Static credentials in a configuration.
 */
import * as Redacted from "effect/Redacted"
import { types } from "node:util"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { type Canonical, type CanonicalContext, canonicalStruct, canonicalValue } from "./canonicalValue.js"
import { hasAccessors, hasOnlyNames, isPlainObject } from "./plainData.js"
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
 * A digest of static credentials that are asked for again and again, `undefined` when they were not asked for before or
 * are no credentials. It is worked out once for an object, and again when one of its parts has changed, and once for all
 * objects that say what a client was built with (`holdCredentials`). What is remembered does not outlive the object, or
 * what the client was built with.
 */
export const credentialsDigest = (credentials: Readonly<Record<string, unknown>>): string | undefined => {
  const known = remembered.get(credentials)
  if (known !== undefined && isSame(known, credentials) && hasNames(credentials, known.names)) {
    known.digest ??= digestOf(credentials)
    return known.digest
  }
  if (!hasKnownPartsOnly(credentials)) {
    remembered.delete(credentials)
    return undefined
  }
  const held = heldAs(credentials)
  if (held !== undefined) {
    held.digest ??= digestOf(credentials)
    // An object that is used again and again is soon known by itself; one that is made for each use seldom is.
    held.recognised += 1
    if (held.recognised % 8 === 0) remembered.set(credentials, { ...held, names: namesOf(credentials) })
    return held.digest
  }
  // A digest costs as much as a whole key: objects that are made for a single use are spared it.
  remembered.set(credentials, remember(credentials))
  return undefined
}

/**
 * Recognises static credentials from now on that say the same as these, in whatever object, for as long as these live. They
 * are the ones that a client was built with, so no secret is held for longer than the client holds it. Of the last 16.
 *
 * @param credentials as `canonicalCredentials` made them; anything else is passed over
 */
export const holdCredentials = (credentials: unknown): void => {
  if (!isPlainObject(credentials) || !hasKnownPartsOnly(credentials) || heldAs(credentials) !== undefined) return
  remembered.set(credentials, remember(credentials))
  held.unshift(new WeakRef(credentials))
  held.length = Math.min(held.length, mostHeld)
}

const heldAs = (credentials: Readonly<Record<string, unknown>>): Remembered | undefined => {
  for (const each of held) {
    const owner = each.deref()
    const known = owner === undefined ? undefined : remembered.get(owner)
    if (known !== undefined && isSame(known, credentials)) return known
  }
  return undefined
}

const mostHeld = 16
const held: Array<WeakRef<object>> = []

const digestOf = (credentials: Readonly<Record<string, unknown>>): string =>
  saltedDigest(canonicalCredentials(credentials, { cache: "" }).text)

const namesOf = (credentials: object): ReadonlyArray<string> => Object.getOwnPropertyNames(credentials)

// An object may have been given other fields meanwhile. It is asked at every hit: in its names nothing is looked up.
const hasNames = (credentials: object, names: ReadonlyArray<string>): boolean => {
  const found = namesOf(credentials)
  if (found.length !== names.length) return false
  for (let at = 0; at < found.length; at++) if (found[at] !== names[at]) return false
  return true
}

const remember = (credentials: Readonly<Record<string, unknown>>): Remembered => ({
  accessKeyId: unwrap(credentials["accessKeyId"]),
  secretAccessKey: unwrap(credentials["secretAccessKey"]),
  sessionToken: unwrap(credentials["sessionToken"]),
  credentialScope: unwrap(credentials["credentialScope"]),
  accountId: unwrap(credentials["accountId"]),
  names: namesOf(credentials),
  digest: undefined,
  recognised: 0
})

const isSame = (known: Remembered, credentials: Readonly<Record<string, unknown>>): boolean =>
  known.accessKeyId === unwrap(credentials["accessKeyId"])
  && known.secretAccessKey === unwrap(credentials["secretAccessKey"])
  && known.sessionToken === unwrap(credentials["sessionToken"])
  && known.credentialScope === unwrap(credentials["credentialScope"])
  && known.accountId === unwrap(credentials["accountId"])

// Only these are compared. What behaves is told by its identity.
const hasKnownPartsOnly = (credentials: object): boolean => {
  const names = Object.keys(credentials)
  return names.every(isKnown) && hasOnlyNames(credentials, names.length) && !hasAccessors(credentials)
}

interface Remembered {
  readonly accessKeyId: unknown
  readonly secretAccessKey: unknown
  readonly sessionToken: unknown
  readonly credentialScope: unknown
  readonly accountId: unknown
  readonly names: ReadonlyArray<string>
  digest: string | undefined
  recognised: number
}

const remembered = new WeakMap<object, Remembered>()

const parts = ["accessKeyId", "secretAccessKey", "sessionToken", "credentialScope", "accountId"] as const

const knownNames: ReadonlySet<string> = new Set([...parts, "expiration"])

const isKnown = (name: string): boolean => knownNames.has(name)

const isRequired = (name: string): boolean => name === "accessKeyId" || name === "secretAccessKey"

const unwrap = (part: unknown): unknown =>
  typeof part === "object" && Redacted.isRedacted(part) ? Redacted.value(part) : part

const wrongPart = (name: string, value: string, context: CanonicalContext): CacheKeyError =>
  new CacheKeyError({
    cache: context.cache,
    field: `credentials.${name}`,
    value,
    accepted: "a string that is not blank"
  })
