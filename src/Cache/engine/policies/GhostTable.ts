/**
 * What was evicted lately, with the time of its last use.
 */

const cellsPerBucket = 4
const wordsPerCell = 3
const wordsPerBucket = cellsPerBucket * wordsPerCell
// Ghosts per slot: what comes back after longer is seldom worth more than a key that was never seen.
const ghostsPerSlot = 1.5
const fewestGhosts = 1024
// So that all are moved long before there are twice as many slots.
const movedPerCall = 4

/**
 * A table of the keys that were evicted, by their hashes: for each when it was used last, and a number other than 0 that
 * the policy gives it. Two keys of one hash are taken for each other, which costs a policy one wrong guess.
 *
 * A bucket has four cells, 48 bytes; the bucket follows from the hash. Where a bucket is full, the key that was used
 * longest ago is forgotten. There are cells for one and a half keys per slot, 1,024 at the least, 12 KB. Nothing is made
 * before the first key is evicted. A table that has become too small doubles: each bucket becomes two, some are moved
 * with each call, and until it has been, a bucket is where it was.
 */
export class GhostTable {
  /** When the key that was taken out last had been used last. */
  last = 0
  /** The number of the key that was taken out last. */
  number = 0
  private words = new Int32Array(0)
  private buckets = 0
  // What it was before it doubled, as long as not all is moved: its first buckets are.
  private smaller = new Int32Array(0)
  private moved = 0
  private slots = 0
  // The table that the bucket is in which was looked for last.
  private found = this.words

  /** Makes room for the ghosts of as many slots. It is to be told of each one as it is added. */
  grow(slots: number): void {
    if (slots > this.slots) this.slots = slots
    if (this.smaller.length > 0) this.move(movedPerCall)
    while (this.buckets > 0 && this.buckets < this.wanted()) this.double()
  }

  /** Adds a key, evicted at the time `now`. */
  add(hash: number, last: number, number: number, now: number): void {
    if (this.buckets === 0) {
      this.buckets = this.wanted()
      this.words = new Int32Array(this.buckets * wordsPerBucket)
    }
    const base = this.baseOf(hash)
    const words = this.found
    let at = base
    let oldest = -1
    for (let cell = base; cell < base + wordsPerBucket; cell += wordsPerCell) {
      if (words[cell + 2] === 0) {
        at = cell
        break
      }
      // Times run round: an age has no sign.
      const age = (now - (words[cell + 1] as number)) >>> 0
      if (age > oldest) {
        oldest = age
        at = cell
      }
    }
    words[at] = hash
    words[at + 1] = last
    words[at + 2] = number
  }

  /** Takes a key out, and returns whether it was there: then `last` and `number` are what was known of it. */
  take(hash: number): boolean {
    if (this.buckets === 0) return false
    const base = this.baseOf(hash)
    const words = this.found
    for (let cell = base; cell < base + wordsPerBucket; cell += wordsPerCell) {
      if (words[cell] !== hash || words[cell + 2] === 0) continue
      this.last = words[cell + 1] as number
      this.number = words[cell + 2] as number
      words[cell + 2] = 0
      return true
    }
    return false
  }

  // The first word of the bucket of a hash, in `found`.
  private baseOf(hash: number): number {
    const bucket = Math.floor((hash >>> 0) * this.buckets / 2 ** 32)
    if (this.smaller.length > 0 && bucket >>> 1 >= this.moved) {
      this.found = this.smaller
      return (bucket >>> 1) * wordsPerBucket
    }
    this.found = this.words
    return bucket * wordsPerBucket
  }

  private wanted(): number {
    return Math.ceil(Math.max(fewestGhosts, this.slots * ghostsPerSlot) / cellsPerBucket)
  }

  private double(): void {
    if (this.smaller.length > 0) this.move(this.buckets)
    this.smaller = this.words
    this.buckets *= 2
    this.words = new Int32Array(this.buckets * wordsPerBucket)
    this.moved = 0
  }

  private move(count: number): void {
    const { buckets, smaller, words } = this
    const to = Math.min(buckets / 2, this.moved + count)
    const filled = [0, 0]
    for (; this.moved < to; this.moved++) {
      filled.fill(0)
      const base = this.moved * wordsPerBucket
      for (let cell = base; cell < base + wordsPerBucket; cell += wordsPerCell) {
        if (smaller[cell + 2] === 0) continue
        const bucket = Math.floor(((smaller[cell] as number) >>> 0) * buckets / 2 ** 32)
        const half = bucket & 1
        const place = filled[half] as number
        filled[half] = place + wordsPerCell
        for (let word = 0; word < wordsPerCell; word++) {
          words[bucket * wordsPerBucket + place + word] = smaller[cell + word] as number
        }
      }
    }
    if (to === buckets / 2) this.smaller = new Int32Array(0)
  }
}
