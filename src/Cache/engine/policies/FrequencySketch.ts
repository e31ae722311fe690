/**
 * How often keys were seen lately, approximately.
 */

const wordsPerBlock = 16
const wordsPerRow = 4
const rows = 4
const slotsPerBlock = 8
// So that all are copied long before there are twice as many slots.
const blocksPerSlot = 1
const fewestBlocks = 8
const mostSeen = 15

interface Counters {
  readonly words: Int32Array<ArrayBuffer>
  readonly epochs: Int32Array<ArrayBuffer>
}

/**
 * A count-min sketch of four-bit counters: four rows, sixteen counters per slot, aged by halving all of them from time
 * to time. Graham Cormode, S. Muthukrishnan, "An improved data stream summary: the count-min sketch and its
 * applications", 2005; four bits and halving: Gil Einziger, Roy Friedman, Ben Manes, "TinyLFU: a highly efficient cache
 * admission policy", ACM Transactions on Storage 13(4), 2017.
 *
 * The counters of one key lie in one block of 64 bytes, a cache line, four words a row. Halving is not a pass over the
 * table: a block remembers how often it was halved, and catches up when it is next touched. Where the table doubles,
 * each half is a copy of what there was, so that every estimate stays as it is; a block is copied when it is first
 * touched, or when the table grows on, and until all are the smaller table is kept.
 */
export class FrequencySketch {
  private words = new Int32Array(fewestBlocks * wordsPerBlock)
  // 0 for a block that was not touched yet.
  private epochs = new Int32Array(fewestBlocks)
  private epoch = 1
  // What it grows into, made some time before.
  private spare: ArrayBuffer | undefined = undefined
  // What it was before it doubled, as long as not all is copied.
  private smaller: Counters | undefined = undefined
  // The blocks before it have been touched.
  private copied = 0

  /**
   * Makes room for the keys of as many slots, rounded up to a power of two. It is to be told of each one as it is added.
   */
  grow(slots: number): void {
    if (this.smaller !== undefined) this.copy(blocksPerSlot)
    const room = this.epochs.length * slotsPerBlock
    // Sooner than an index of as many keys grows: see `Column`.
    if (this.spare === undefined && room < slots + (slots >>> 4)) this.spare = this.doubled()
    while (this.epochs.length * slotsPerBlock < slots) this.double()
  }

  /**
   * Takes note that a key was seen so often, 15 times at the most, if less is known. Counters that are as high already,
   * because of other keys, stay.
   */
  raise(hash: number, seen: number): void {
    const base = this.block(hash)
    for (let row = 0, place = spread(hash); row < rows; row++, place >>>= 8) {
      const word = base + row * wordsPerRow + (place & 3)
      const value = this.words[word] as number
      const missing = seen - ((value >>> (place & 28)) & mostSeen)
      if (missing > 0) this.words[word] = value + (missing << (place & 28))
    }
  }

  /** How often a key was seen, 0 to 15; never less than it was. */
  estimate(hash: number): number {
    const base = this.block(hash)
    let least = mostSeen
    for (let row = 0, place = spread(hash); row < rows; row++, place >>>= 8) {
      const word = base + row * wordsPerRow + (place & 3)
      const count = ((this.words[word] as number) >>> (place & 28)) & mostSeen
      if (count < least) least = count
    }
    return least
  }

  /** Halves every counter, in constant time. */
  halve(): void {
    this.epoch = (this.epoch + 1) | 0 || 1
  }

  /** The same counters once more, sharing nothing with these. */
  clone(): FrequencySketch {
    const clone = new FrequencySketch()
    clone.words = this.words.slice()
    clone.epochs = this.epochs.slice()
    clone.epoch = this.epoch
    // What it was before it doubled is only read.
    clone.smaller = this.smaller
    clone.copied = this.copied
    return clone
  }

  // The first word of a key's block, brought up to date.
  private block(hash: number): number {
    const block = hash & (this.epochs.length - 1)
    if (this.epochs[block] === 0) this.begin(block)
    const base = block * wordsPerBlock
    const behind = (this.epoch - (this.epochs[block] as number)) | 0
    if (behind !== 0) {
      this.epochs[block] = this.epoch
      for (let word = base; word < base + wordsPerBlock; word++) {
        let value = this.words[word] as number
        for (let times = Math.min(behind >>> 0, 4); times > 0; times--) value = (value >>> 1) & 0x77777777
        this.words[word] = value
      }
    }
    return base
  }

  private double(): void {
    if (this.smaller !== undefined) this.copy(this.epochs.length)
    this.smaller = { words: this.words, epochs: this.epochs }
    const cells = this.spare ?? this.doubled()
    this.spare = undefined
    this.words = new Int32Array(cells, 0, 2 * this.words.length)
    this.epochs = new Int32Array(cells, 4 * this.words.length, 2 * this.epochs.length)
    this.copied = 0
  }

  private doubled(): ArrayBuffer {
    return new ArrayBuffer(2 * 4 * (this.words.length + this.epochs.length))
  }

  private begin(block: number): void {
    this.epochs[block] = this.epoch
    const smaller = this.smaller
    if (smaller === undefined) return
    const from = block & (smaller.epochs.length - 1)
    // One that nobody touched is empty.
    if (smaller.epochs[from] === 0) return
    this.epochs[block] = smaller.epochs[from] as number
    for (let word = 0; word < wordsPerBlock; word++) {
      this.words[block * wordsPerBlock + word] = smaller.words[from * wordsPerBlock + word] as number
    }
  }

  private copy(count: number): void {
    const to = Math.min(this.epochs.length, this.copied + count)
    for (; this.copied < to; this.copied++) if (this.epochs[this.copied] === 0) this.begin(this.copied)
    if (to === this.epochs.length) this.smaller = undefined
  }
}

// The block is chosen by the low bits of the hash, the counters by bits that do not follow from them: five of each byte,
// two for the word of the row and three for the counter in it.
const spread = (hash: number): number => {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 12)
}
