/**
 * A set of whole numbers of which the largest is found at once.
 */

const bitsPerWord = 32

/**
 * Whole numbers below a limit: a bit for each, and above every 32 words a word with a bit for each that is not empty, up to
 * a single one. So all it does takes some five steps, however many numbers there are.
 */
export class Places {
  private readonly levels: ReadonlyArray<Int32Array>

  /** @param limit above all numbers */
  constructor(limit: number) {
    const levels: Array<Int32Array> = []
    for (let bits = limit; levels.length === 0 || bits > 1;) {
      bits = Math.max(1, Math.ceil(bits / bitsPerWord))
      levels.push(new Int32Array(bits))
    }
    this.levels = levels
  }

  /** Whether a number is in it. */
  has(place: number): boolean {
    return (((this.levels[0] as Int32Array)[place >>> 5] as number) & (1 << (place & 31))) !== 0
  }

  /** Puts a number in that is not in it. */
  add(place: number): void {
    let bit = place
    for (const level of this.levels) {
      const word = bit >>> 5
      const before = level[word] as number
      level[word] = before | (1 << (bit & 31))
      if (before !== 0) return
      bit = word
    }
  }

  /** Takes a number out that is in it. */
  delete(place: number): void {
    let bit = place
    for (const level of this.levels) {
      const word = bit >>> 5
      const left = (level[word] as number) & ~(1 << (bit & 31))
      level[word] = left
      if (left !== 0) return
      bit = word
    }
  }

  /** The largest of them, `-1` when there is none. */
  largest(): number {
    let place = 0
    for (let level = this.levels.length - 1; level >= 0; level--) {
      const word = (this.levels[level] as Int32Array)[place] as number
      if (word === 0) return -1
      place = place * bitsPerWord + (bitsPerWord - 1 - Math.clz32(word))
    }
    return place
  }
}
