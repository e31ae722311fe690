/**
 * From hashes to slots.
 */

// So a search looks at no more than one and a half cells on average when it finds its hash, and at two and a half when it
// does not.
const cellsPerSlot = 2
const fewestCells = 16
// A search that passes more cells of other hashes than this is bad luck with the multiplier, and gets another one.
const longestSearch = 96
// One of some hundred passes as many where the multiplier is good. One of eight is bad luck as well.
const longSearch = 16
const mostLong = 64
const mostTries = 3
// Fewer are moved all at once, in a fraction of a millisecond.
const fewestInSteps = 8192
// So that all have been moved long before the table is full again.
const movedPerStep = 64

/**
 * A table from 32-bit hashes to slots, in which a hash may be more than once: linear probing in one typed array, a hash
 * and a slot side by side in a cell. Where a `Map` of V8 takes 28 to 56 bytes for an entry it takes 16 to 32, it is read
 * in a third of the time, and nothing is left behind where a hash was: so a full cache, which takes out a key for each
 * that it puts in, never stops to rebuild it. Donald E. Knuth, "The Art of Computer Programming", volume 3, section 6.4,
 * algorithms L and R.
 *
 * Where a hash belongs is told by the high bits of its product with a random odd number (Martin Dietzfelbinger et al., "A
 * reliable randomized algorithm for the closest-pair problem", 1997); a table in which a search is long draws another.
 *
 * A table that grows moves 64 cells with each hash that is put in, so that no operation takes longer the more there are.
 * Until all have been moved there are two arrays, and what is not in the new one is looked for in the old one, where a
 * cell before the first one that is to be moved counts for nothing.
 *
 * Invariants: the number of cells is a power of two; a cell whose second half is 0 is empty, any other holds the slot
 * plus 1, or -1 in the old array for one that was taken out; between the cell a hash belongs to and the one that holds
 * it, none is empty.
 */
export class HashTable {
  private cells = new Int32Array(2 * fewestCells)
  private shift = shiftFor(fewestCells)
  private multiplier = randomOdd()
  private used = 0
  private tries = 0
  private long = 0
  private old: Int32Array<ArrayBuffer> | undefined = undefined
  private oldShift = 0
  private oldMultiplier = 1
  // What is before it in the old array has been moved.
  private oldFrom = 0

  /** How many hashes there are. */
  get size(): number {
    return this.used
  }

  /** A slot with a hash, or `-1`. */
  get(hash: number): number {
    const cells = this.cells
    const wrap = cells.length - 2
    let at = (Math.imul(hash, this.multiplier) >>> this.shift) << 1
    let content = cells[at + 1] as number
    while (content !== 0 && cells[at] !== hash) {
      at = (at + 2) & wrap
      content = cells[at + 1] as number
    }
    return content === 0 && this.old !== undefined ? this.getOld(hash) : content - 1
  }

  /** The place of a slot with a hash, or `-1`. Places are good until the table changes. */
  first(hash: number): number {
    const cells = this.cells
    const wrap = cells.length - 2
    let at = (Math.imul(hash, this.multiplier) >>> this.shift) << 1
    while (cells[at + 1] !== 0 && cells[at] !== hash) at = (at + 2) & wrap
    return cells[at + 1] === 0 ? this.firstOld(hash) : at
  }

  /** The next place with the same hash, or `-1`. */
  next(place: number, hash: number): number {
    if (place < 0) return this.searchOld(after(placeIn(place), this.old), hash)
    const cells = this.cells
    const wrap = cells.length - 2
    let at = (place + 2) & wrap
    while (cells[at + 1] !== 0 && cells[at] !== hash) at = (at + 2) & wrap
    return cells[at + 1] === 0 ? this.firstOld(hash) : at
  }

  /** How many slots have a hash. */
  count(hash: number): number {
    let count = 0
    for (let place = this.first(hash); place !== -1; place = this.next(place, hash)) count++
    return count
  }

  /** The slot at a place; `-1` for none. */
  slotAt(place: number): number {
    if (place >= 0) return (this.cells[place + 1] as number) - 1
    return place === -1 || this.old === undefined ? -1 : (this.old[placeIn(place) + 1] as number) - 1
  }

  /**
   * Puts in a slot with its hash, whether there is one with that hash or not. It throws only where there is no memory, and
   * has changed nothing then.
   */
  add(hash: number, slot: number): void {
    if (this.old !== undefined) this.move(movedPerStep)
    if (cellsPerSlot * (this.used + 1) > this.cells.length / 2) this.rebuild(this.cells.length)
    const searched = this.put(hash, slot + 1)
    this.used++
    if (searched > longSearch) this.mend(searched)
  }

  /** Takes out a hash by its slot; returns whether the two were there. */
  delete(hash: number, slot: number): boolean {
    let place = this.first(hash)
    while (place !== -1 && this.slotAt(place) !== slot) place = this.next(place, hash)
    if (place !== -1) this.empty(place)
    return place !== -1
  }

  /** Takes out a hash that is there once at the most. */
  deleteOnly(hash: number): void {
    const place = this.first(hash)
    if (place !== -1) this.empty(place)
  }

  private getOld(hash: number): number {
    return this.slotAt(this.firstOld(hash))
  }

  private firstOld(hash: number): number {
    return this.old === undefined
      ? -1
      : this.searchOld((Math.imul(hash, this.oldMultiplier) >>> this.oldShift) << 1, hash)
  }

  private searchOld(from: number, hash: number): number {
    const old = this.old
    if (old === undefined) return -1
    let at = from
    for (; old[at + 1] !== 0; at = after(at, old)) {
      if (old[at] === hash && old[at + 1] !== takenOut && at >= this.oldFrom) return placeIn(at)
    }
    return -1
  }

  // How many cells of other hashes it passed.
  private put(hash: number, content: number): number {
    const cells = this.cells
    const wrap = cells.length - 2
    let passed = 0
    let at = (Math.imul(hash, this.multiplier) >>> this.shift) << 1
    for (; cells[at + 1] !== 0; at = (at + 2) & wrap) if (cells[at] !== hash) passed++
    cells[at] = hash
    cells[at + 1] = content
    return passed
  }

  private empty(place: number): void {
    this.used--
    if (place < 0) {
      if (this.old !== undefined) this.old[placeIn(place) + 1] = takenOut
      return
    }
    const cells = this.cells
    const wrap = cells.length - 2
    let hole = place
    // What was pushed past the hole by a collision moves up into it, and leaves the next one.
    for (let at = (hole + 2) & wrap; cells[at + 1] !== 0; at = (at + 2) & wrap) {
      const home = (Math.imul(cells[at] as number, this.multiplier) >>> this.shift) << 1
      if (((at - home) & wrap) >= ((at - hole) & wrap)) {
        cells[hole] = cells[at] as number
        cells[hole + 1] = cells[at + 1] as number
        hole = at
      }
    }
    cells[hole + 1] = 0
  }

  private mend(searched: number): void {
    this.long++
    const isBad = searched > longestSearch || this.long > mostLong + (this.used >>> 3)
    if (!isBad || this.tries === mostTries || this.old !== undefined) return
    this.tries++
    this.rebuild(this.cells.length / 2)
  }

  private rebuild(cells: number): void {
    const before = this.cells
    const next = new Int32Array(2 * cells)
    if (this.old !== undefined) this.move(Number.POSITIVE_INFINITY)
    if (next.length !== before.length) this.tries = 0
    const isSmall = before.length < 2 * fewestInSteps
    if (!isSmall) {
      this.old = before
      this.oldShift = this.shift
      this.oldMultiplier = this.multiplier
      this.oldFrom = 0
    }
    this.long = 0
    this.cells = next
    this.shift = shiftFor(cells)
    this.multiplier = randomOdd()
    if (isSmall) forEach(before, (hash, content) => this.put(hash, content))
  }

  private move(count: number): void {
    const old = this.old
    if (old === undefined) return
    const to = Math.min(old.length, this.oldFrom + 2 * count)
    for (let at = this.oldFrom; at < to; at += 2) {
      const content = old[at + 1] as number
      if (content > 0) this.put(old[at] as number, content)
    }
    this.oldFrom = to
    if (to === old.length) this.old = undefined
  }
}

const takenOut = -1

// A place in the old array is told by a number below -1, and the other way round.
const placeIn = (place: number): number => -2 - place

const after = (at: number, cells: Int32Array<ArrayBuffer> | undefined): number =>
  cells === undefined ? at : (at + 2) & (cells.length - 2)

// From behind an empty cell on, so that slots of one hash stay in the order in which they came.
const forEach = (cells: Int32Array<ArrayBuffer>, visit: (hash: number, content: number) => void): void => {
  const wrap = cells.length - 2
  let from = 0
  while (cells[from + 1] !== 0) from += 2
  for (let at = (from + 2) & wrap; at !== from; at = (at + 2) & wrap) {
    const content = cells[at + 1] as number
    if (content !== 0) visit(cells[at] as number, content)
  }
}

const randomOdd = (): number => (Math.random() * 2 ** 32) | 1

const shiftFor = (cells: number): number => Math.clz32(cells) + 1
