/**
 * Static credentials in a configuration.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import { CacheKeyError } from "../Cache/CacheErrors.js"
import { type Canonical, type CanonicalContext, rememberSecrets } from "./canonicalValue.js"
import { describeType } from "./describeType.js"
import { saltedDigest } from "./saltedDigest.js"

/**
 * The canonical form of static credentials: `Redacted` parts unwrapped, optional parts that are empty or `null` left out,
 * because the SDK signs with an empty session token as with none.
 *
 * The text covers every part that makes them other credentials; a key that covers the access key id alone hands out a
 * client with a wrong secret or an old session token. When they expire is no such part. Each part carries its length,
 * so that no two different credentials have the same text.
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
    if (part === undefined || ((part === "" || part === null) && !isRequired(name))) {
      if (isRequired(name)) throw wrongPart(name, "missing", context)
      text += "-|"
    } else {
      if (typeof part !== "string") throw wrongPart(name, describeType(part), context)
      if (part.trim() === "") throw wrongPart(name, "blank", context)
      if (isSecret(name)) rememberSecrets(part, context.secrets)
      value[name] = part
      text += `${part.length}:${part}|`
    }
  }
  const { expiration } = credentials
  if (expiration !== undefined) value["expiration"] = expiration instanceof Date ? new Date(expiration) : expiration
  return { text, value }
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
  const known = remembered.get(credentials)
  if (
    known !== undefined && known.accessKeyId === accessKeyId && known.secretAccessKey === secretAccessKey
    && known.sessionToken === sessionToken && known.credentialScope === credentialScope
    && known.accountId === accountId
  ) {
    known.digest ??= saltedDigest(canonicalCredentials(known, { cache: "", secrets: new Set() }).text)
    return known.digest
  }
  // A digest costs as much as a whole key: objects that are made for a single use are spared it.
  remembered.set(credentials, {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    credentialScope,
    accountId,
    digest: undefined
  })
  return undefined
}

interface Remembered extends Readonly<Record<string, unknown>> {
  readonly accessKeyId: unknown
  readonly secretAccessKey: unknown
  readonly sessionToken: unknown
  readonly credentialScope: unknown
  readonly accountId: unknown
  digest: string | undefined
}

const remembered = new WeakMap<object, Remembered>()

const parts = ["accessKeyId", "secretAccessKey", "sessionToken", "credentialScope", "accountId"] as const

const isRequired = (name: string): boolean => name === "accessKeyId" || name === "secretAccessKey"

const isSecret = (name: string): boolean => isRequired(name) || name === "sessionToken"

const unwrap = (part: unknown): unknown => Redacted.isRedacted(part) ? Redacted.value(part) : part

const wrongPart = (name: string, value: string, context: CanonicalContext): CacheKeyError =>
  new CacheKeyError({
    cache: context.cache,
    field: `credentials.${name}`,
    value,
    accepted: "a string that is not blank"
  })
