/**
 * Encrypting payloads before they leave the process.
 *
 * @since 1.0.0
 */
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { Buffer } from "node:buffer"
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto"
import { describeType } from "../../Cache/engine/options/describeType.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { checkNested } from "../../Cache/options/checkOptions.js"
import { printKey } from "../../Cache/printing/printKey.js"

/**
 * A key for AES-256-GCM.
 *
 * @since 1.0.0
 * @category models
 */
export interface EncryptionKey {
  /** Its name, which is written into entries: 1 to 64 letters, digits, `.`, `_` and `-`. No secret. */
  readonly id: string
  /** 32 bytes, or their Base64. */
  readonly key: Redacted.Redacted<Uint8Array | string>
}

/**
 * How payloads are encrypted: with the first key. The others are for what was written before; a key that is left out is
 * forgotten, and what it encrypted are misses.
 *
 * To rotate, let readers go first, one deployment after the other: add the new key after the old one everywhere; then
 * put it first everywhere; leave the old one out when the longest time to live has passed. A new key that is first at
 * once is one that processes of the deployment before cannot read.
 *
 * The payload is encrypted, not the header: keyspace, version, key, tags and times stay readable, and cannot be changed
 * without being noticed (they are authenticated). With encryption, an entry that is not encrypted is a miss.
 *
 * An entry belongs to the place it was written for: one that was copied into another bucket, under another prefix or to
 * another name is a miss. What a writer of the bucket can still do: put back an older entry of the same key, until that
 * one's time to live ends; remove entries; and write markers of tags and leases, which are not authenticated: so he can
 * make entries misses, or callers wait, but never make them get a value that nobody with a key wrote.
 *
 * Nonces are random: use a key for 2^32 writes at most (NIST SP 800-38D, 8.3).
 *
 * @since 1.0.0
 * @category models
 */
export interface EncryptionOptions {
  /** Keys of 32 bytes with their names: the first encrypts, all decrypt. */
  readonly keys: readonly [EncryptionKey, ...ReadonlyArray<EncryptionKey>]
}

/** What was done to a payload, as its header tells. */
interface Sealed {
  readonly algorithm: string
  readonly keyId: string
  /** 12 bytes in Base64. */
  readonly nonce: string
}

/** Encrypts and decrypts. Its keys cannot be printed. */
export interface PayloadCipher {
  /** What a header is to tell of the next payload. */
  readonly next: () => Sealed
  /** The ciphertext, with the tag of 16 bytes after it. */
  readonly seal: (sealed: Sealed, payload: Uint8Array, header: Uint8Array) => Uint8Array
  /** The payload; or why there is none. */
  readonly open: (
    sealed: Sealed,
    ciphertext: Uint8Array,
    header: Uint8Array
  ) => Either.Either<
    Uint8Array,
    { readonly reason: "KeyUnknown" | "KeyWrong" | "Unsupported"; readonly detail: string }
  >
}

const algorithm = "AES-256-GCM"
const nonceLength = 12
const tagLength = 16

/**
 * A cipher with some keys, or what is wrong with them; no message shows a key.
 *
 * @param cache for messages
 */
export const makePayloadCipher = (
  cache: string,
  options: EncryptionOptions
): Either.Either<PayloadCipher, CacheConfigError> => {
  const checked = checkNested(cache, "encryption", options, encryptionKinds)
  if (Either.isLeft(checked)) return Either.left(checked.left)
  const { keys } = options
  const refused = (option: string, value: string, accepted: string) =>
    Either.left(new CacheConfigError({ cache, option: `encryption.${option}`, value, accepted }))
  // Of what may hold a key, no message shows more than the type.
  const given: unknown = keys
  if (!Array.isArray(given) || given.length === 0) {
    const value = Array.isArray(given) ? "empty" : describeType(given)
    return refused("keys", value, "an array of one key or more, each { id, key }")
  }
  const table = new Map<string, KeyObject>()
  for (const [at, each] of keys.entries()) {
    const wrong = checkNested(cache, `encryption.keys[${at}]`, each ?? null, keyKinds)
    if (Either.isLeft(wrong)) return Either.left(wrong.left)
    const { id, key } = each
    if (typeof id !== "string" || !/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
      const value = typeof id === "string" ? printKey(id) : describeType(id)
      return refused(`keys[${at}].id`, value, "1 to 64 letters, digits, \".\", \"_\" and \"-\"")
    }
    if (table.has(id)) return refused(`keys[${at}].id`, printKey(id), "an id that no other key has")
    const value: unknown = Redacted.isRedacted(key) ? Redacted.value(key) : undefined
    const bytes = typeof value === "string" ? Buffer.from(value, "base64") : value
    if (!(bytes instanceof Uint8Array) || bytes.length !== 32) {
      const found = bytes instanceof Uint8Array ? `of ${bytes.length} bytes` : describeType(key)
      return refused(`keys[${at}].key`, found, "32 bytes, or their Base64, made Redacted by Redacted.make")
    }
    table.set(id, createSecretKey(bytes))
  }
  const [first] = keys
  const encryptingKey = table.get(first.id)
  if (encryptingKey === undefined) return refused("keys", "empty", "one key or more")

  return Either.right({
    next: () => ({ algorithm, keyId: first.id, nonce: randomBytes(nonceLength).toString("base64") }),
    seal: ({ nonce }, payload, header) => {
      const cipher = createCipheriv("aes-256-gcm", encryptingKey, Buffer.from(nonce, "base64"))
      cipher.setAAD(header)
      return Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed, ciphertext, header) => {
      if (sealed.algorithm !== algorithm) {
        return unopened("Unsupported", `it is encrypted by ${printKey(sealed.algorithm)}, not by ${algorithm}`)
      }
      const key = table.get(sealed.keyId)
      if (key === undefined) {
        return unopened("KeyUnknown", `it is encrypted with the key ${printKey(sealed.keyId)}, which is not given`)
      }
      const nonce = Buffer.from(sealed.nonce, "base64")
      const end = ciphertext.length - tagLength
      const wrong = unopened("KeyWrong", `the key ${printKey(sealed.keyId)} does not decrypt it`)
      if (nonce.length !== nonceLength || end < 0) return wrong
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength })
      decipher.setAAD(header).setAuthTag(ciphertext.subarray(end))
      const payload = decipher.update(ciphertext.subarray(0, end))
      try {
        decipher.final()
      } catch {
        return wrong
      }
      return Either.right(payload)
    }
  })
}

const unopened = (reason: "KeyUnknown" | "KeyWrong" | "Unsupported", detail: string) => Either.left({ reason, detail })

const encryptionKinds: OptionKinds<EncryptionOptions> = { keys: "any" }
const keyKinds: OptionKinds<EncryptionKey> = { id: "any", key: "any" }
