/**
 * Which number each key has.
 */

/** Keys by their two hashes, numbered from 0 on in the order in which they came. A table with open addressing. */
export class KeyTable {
  private firsts = new Int32Array(1024)
  private seconds = new Int32Array(1024)
  // By hash: the number of a key and one more, 0 where there is none.
  private cells = new Int32Array(2048)
  private count = 0

  /** How many keys there are. */
  get size(): number {
    return this.count
  }

  /** The first hash of a key. */
  firstOf(key: number): number {
    return this.firsts[key] as number
  }

  /** The second one. */
  secondOf(key: number): number {
    return this.seconds[key] as number
  }

  /** The number of a key, a new one where it was not there. */
  numberOf(first: number, second: number): number {
    if (this.count === this.firsts.length) this.grow()
    const { cells, firsts, seconds } = this
    const mask = cells.length - 1
    let cell = second & mask
    for (;;) {
      const key = (cells[cell] as number) - 1
      if (key === -1) break
      if (seconds[key] === second && firsts[key] === first) return key
      cell = (cell + 1) & mask
    }
    const key = this.count++
    cells[cell] = key + 1
    firsts[key] = first
    seconds[key] = second
    return key
  }

  private grow(): void {
    const { firsts, seconds } = this
    this.firsts = new Int32Array(2 * firsts.length)
    this.firsts.set(firsts)
    this.seconds = new Int32Array(2 * seconds.length)
    this.seconds.set(seconds)
    const cells = new Int32Array(2 * this.cells.length)
    const mask = cells.length - 1
    for (let key = 0; key < this.count; key++) {
      let cell = (seconds[key] as number) & mask
      while (cells[cell] !== 0) cell = (cell + 1) & mask
      cells[cell] = key + 1
    }
    this.cells = cells
  }
}
