/**
 * About how many keys there are.
 */

// So many bits are two megabytes: of a hundred million keys the number is known to a thousandth.
const bitsShift = 24

/**
 * Counts keys in no more room than a bit for each of so many hashes: from how many bits are still unset follows how many keys
 * there were. K. Whang, B. Vander-Zanden, H. Taylor, "A linear-time probabilistic counting algorithm for database
 * applications", ACM TODS 15(2), 1990.
 */
export class KeyCount {
  private readonly words = new Int32Array(2 ** (bitsShift - 5))
  private set = 0

  /** Counts a key, by a hash of it. */
  add(hash: number): void {
    const place = hash >>> (32 - bitsShift)
    const word = this.words[place >>> 5] as number
    const bit = 1 << (place & 31)
    if ((word & bit) !== 0) return
    this.words[place >>> 5] = word | bit
    this.set++
  }

  /** How many there were, about. */
  get count(): number {
    const bits = 2 ** bitsShift
    return -bits * Math.log(1 - Math.min(this.set, bits - 1) / bits)
  }
}
