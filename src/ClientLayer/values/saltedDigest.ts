/**
 * How configurations and secrets take part in a key without being kept in it.
 */
import { createHmac, randomBytes } from "node:crypto"

let processSalt: Buffer | undefined

/**
 * HMAC-SHA-256 (RFC 2104) under a salt of 32 random bytes that is made once in each process and never leaves it: equal
 * texts have equal digests in this process, and a digest says nothing about its text to anyone without the salt.
 * Returns 64 hexadecimal digits.
 */
export const saltedDigest = (text: string): string => {
  processSalt ??= randomBytes(32)
  return createHmac("sha256", processSalt).update(text).digest("hex")
}

/**
 * What of a text's digest is shown to people, so that they can tell two credentials apart: `#` and 4 hexadecimal
 * digits. Two credentials can show the same (1 in 65,536).
 */
export const printDigest = (text: string): string => `#${saltedDigest(text).slice(0, 4)}`
