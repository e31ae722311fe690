/**
 * A hash of text whose collisions nobody can choose.
 */
import * as Hash from "effect/Hash"
import { randomInt } from "node:crypto"

let processSalt: readonly [number, number] | undefined

const half = (): number => randomInt(2 ** 32) | 0

/**
 * The hash of a text under a salt: HalfSipHash-1-3 (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input
 * PRF", 2012) over its UTF-16 code units. Who does not know the salt cannot choose texts that have the same hash.
 *
 * @param salt by default one that is made once in each process and never leaves it
 */
export const saltedHash = (
  text: string,
  salt: readonly [number, number] = processSalt ??= [half(), half()]
): number => {
  const [k0, k1] = salt
  let v0 = k0
  let v1 = k1
  let v2 = 0x6c796765 ^ k0
  let v3 = 0x74656462 ^ k1
  const words = text.length >> 1
  // What follows the text: its odd unit with its length, then three rounds for the end.
  for (let at = 0; at < words + 4; at++) {
    const word = at < words
      ? text.charCodeAt(2 * at) | (text.charCodeAt(2 * at + 1) << 16)
      : at === words
      ? ((text.length & 0xffff) << 16) | (text.length % 2 === 0 ? 0 : text.charCodeAt(text.length - 1))
      : 0
    if (at === words + 1) v2 ^= 0xff
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  return Hash.optimize(v1 ^ v3)
}
