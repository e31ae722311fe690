/**
 * How secrets take part in a key without being kept in it.
 *
 * @since 0.1.0
 */
import { createHmac, randomBytes } from "node:crypto"

let processSalt: Buffer | undefined

/**
 * HMAC-SHA-256 (RFC 2104) under a salt of 32 random bytes that is made once in each process and never leaves it: equal
 * texts have equal digests in this process, and the digest says nothing about the text to anyone without the salt.
 * Returns 64 hexadecimal digits.
 *
 * @since 0.1.0
 * @category digests
 */
export const saltedDigest = (text: string): string => {
  processSalt ??= randomBytes(32)
  return createHmac("sha256", processSalt).update(text).digest("hex")
}

/**
 * Static credentials, unwrapped.
 *
 * @since 0.1.0
 * @category models
 */
export interface StaticCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly credentialScope?: string | undefined
  readonly accountId?: string | undefined
}

/**
 * The digest of static credentials. It covers every part that makes them other credentials (a key that covers the
 * access key id alone hands out a client with a wrong secret or an old session token). Each part carries its length,
 * so that no two different sets of parts make the same text; an absent part is not an empty one.
 *
 * @since 0.1.0
 * @category digests
 */
export const credentialDigest = (credentials: StaticCredentials): string =>
  saltedDigest(
    part(credentials.accessKeyId) + part(credentials.secretAccessKey) + part(credentials.sessionToken)
      + part(credentials.credentialScope) + part(credentials.accountId)
  )

const part = (text: string | undefined): string => text === undefined ? "-|" : `${text.length}:${text}|`

/**
 * What of a digest is shown to people, so that they can tell two credentials apart: `#` and 4 hexadecimal digits. Two
 * credentials can show the same (1 in 65,536).
 *
 * @since 0.1.0
 * @category formatting
 */
export const printDigest = (digest: string): string => `#${digest.slice(0, 4)}`
