/**
 * From hashes to slots.
 *
 * @since 0.1.0
 */

// So a search looks at no more than one and a half cells on average when it finds its hash, and at two and a half when it
// does not.
const cellsPerSlot = 2
const fewestCells = 16
// A search that passes more cells of other hashes than this is bad luck with the multiplier, and gets another one.
const longestSearch = 96
const mostTries = 3

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
 * Invariants: the number of cells is a power of two; a cell whose second half is 0 is empty, any other holds the slot
 * plus 1; between the cell a hash belongs to and the one that holds it, none is empty.
 *
 * @since 0.1.0
 * @category models
 */
export class HashTable {
  private cells: Int32Array<ArrayBuffer>
  private shift: number
  private multiplier = randomOdd()
  private used = 0
  private tries = 0

  /** @param slots how many there is to be room for */
  constructor(slots = 0) {
    const cells = cellsFor(slots)
    this.cells = new Int32Array(2 * cells)
    this.shift = shiftFor(cells)
  }

  /**
   * How many hashes there are.
   *
   * @since 0.1.0
   */
  get size(): number {
    return this.used
  }

  /**
   * The slot that was put in first with a hash, or `-1`.
   *
   * @since 0.1.0
   */
  get(hash: number): number {
    return (this.cells[this.find(hash) + 1] as number) - 1
  }

  /**
   * The place of the first slot with a hash, or `-1`. Places are good until the table changes.
   *
   * @since 0.1.0
   */
  first(hash: number): number {
    const at = this.find(hash)
    return this.cells[at + 1] === 0 ? -1 : at
  }

  /**
   * The next place with the same hash, or `-1`.
   *
   * @since 0.1.0
   */
  next(place: number, hash: number): number {
    const cells = this.cells
    const wrap = cells.length - 2
    let at = (place + 2) & wrap
    while (cells[at + 1] !== 0 && cells[at] !== hash) at = (at + 2) & wrap
    return cells[at + 1] === 0 ? -1 : at
  }

  /**
   * The slot at a place.
   *
   * @since 0.1.0
   */
  slotAt(place: number): number {
    return (this.cells[place + 1] as number) - 1
  }

  /**
   * Puts in a slot with its hash, whether there is one with that hash or not. It throws only where there is no memory, and
   * has changed nothing then.
   *
   * @since 0.1.0
   */
  add(hash: number, slot: number): void {
    if (cellsPerSlot * (this.used + 1) > this.cells.length / 2) this.rebuild(this.cells.length)
    const searched = this.put(hash, slot + 1)
    this.used++
    if (searched > longestSearch && this.tries < mostTries) {
      this.tries++
      this.rebuild(this.cells.length / 2)
    }
  }

  /**
   * Takes out a hash by its slot; does nothing when the two are not there.
   *
   * @since 0.1.0
   */
  delete(hash: number, slot: number): void {
    let place = this.first(hash)
    while (place !== -1 && this.slotAt(place) !== slot) place = this.next(place, hash)
    if (place !== -1) this.empty(place)
  }

  /**
   * Takes out a hash that is there once at the most.
   *
   * @since 0.1.0
   */
  deleteOnly(hash: number): void {
    const place = this.first(hash)
    if (place !== -1) this.empty(place)
  }

  /**
   * The same in two tables: of the hashes without a bit, and of those with it.
   *
   * @since 0.1.0
   */
  split(bit: number): readonly [without: HashTable, having: HashTable] {
    const parts = [new HashTable(this.used / 2), new HashTable(this.used / 2)] as const
    forEach(this.cells, (hash, content) => parts[(hash & bit) === 0 ? 0 : 1].add(hash, content - 1))
    return parts
  }

  // Where a hash is, or the empty cell at which the search for it ends.
  private find(hash: number): number {
    const cells = this.cells
    const wrap = cells.length - 2
    let at = (Math.imul(hash, this.multiplier) >>> this.shift) << 1
    while (cells[at + 1] !== 0 && cells[at] !== hash) at = (at + 2) & wrap
    return at
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
    const cells = this.cells
    const wrap = cells.length - 2
    let hole = place
    this.used--
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

  private rebuild(cells: number): void {
    const before = this.cells
    const after = new Int32Array(2 * cells)
    if (after.length !== before.length) this.tries = 0
    this.cells = after
    this.shift = shiftFor(cells)
    this.multiplier = randomOdd()
    forEach(before, (hash, content) => this.put(hash, content))
  }
}

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

const cellsFor = (slots: number): number => {
  let cells = fewestCells
  while (cells < cellsPerSlot * slots) cells *= 2
  return cells
}
