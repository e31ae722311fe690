/**
 * Keys of a log as 64 bits each: logs have more keys than there is room for their texts.
 */

/** Bits of a 32-bit number, each of which depends on all of another. The finalizer of MurmurHash3 (Austin Appleby). */
const mixed = (value: number): number => {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/**
 * Two hashes of the bytes of a key, the same in every process. Among four million keys the chance that any two have the same
 * 64 bits is below one in a million.
 */
export class KeyHash {
  /** The one by which keys are sampled, once the key is complete. */
  first = 0
  /** The one by which they are found. */
  second = 0

  /** Begins another key. */
  start(): void {
    this.first = 0x811c9dc5 | 0
    this.second = 0x9e3779b9 | 0
  }

  /** Adds some bytes to it. */
  add(bytes: Uint8Array, from: number, to: number): void {
    let { first, second } = this
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number
      first = Math.imul(first ^ byte, 0x01000193)
      first ^= first >>> 15
      second = Math.imul(second + byte, 0x2c1b3c6d)
      second = (second << 13) | (second >>> 19)
    }
    this.first = first
    this.second = second
  }

  /** Adds a byte to it. */
  addByte(byte: number): void {
    this.first = Math.imul(this.first ^ byte, 0x01000193)
    this.first ^= this.first >>> 15
    this.second = Math.imul(this.second + byte, 0x2c1b3c6d)
    this.second = (this.second << 13) | (this.second >>> 19)
  }

  /** The key is complete. */
  end(): void {
    this.first = mixed(this.first ^ Math.imul(this.second, 0x297a2d39))
    this.second = mixed(this.second + Math.imul(this.first, 0x1b873593))
  }
}
