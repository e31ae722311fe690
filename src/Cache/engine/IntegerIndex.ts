/**
 * From whole numbers to slots.
 *
 * @since 0.1.0
 */
import { mixed } from "./keyHash.js"

// So a search looks at no more than one and a half of them on average when it finds its key, and at two and a half when
// there is none.
const cellsPerKey = 2
const fewestCells = 16

/**
 * An index from 32-bit whole numbers to slots: a hash table with linear probing in one typed array, a key and a slot
 * side by side in a cell. Where a `Map` of V8 takes 28 to 56 bytes for an entry it takes 16 to 32, it is read in a
 * third of the time, and nothing is left behind where a key was: so a full cache, which takes out a key for each that it
 * puts in, never stops to rebuild it. Donald E. Knuth, "The Art of Computer Programming", volume 3, section 6.4,
 * algorithms L and R.
 *
 * Invariants: the number of cells is a power of two; a cell whose second half is 0 is empty, any other holds the slot
 * plus 1; between the cell a key hashes to and the one that holds it, none is empty.
 *
 * @since 0.1.0
 * @category models
 */
export class IntegerIndex {
  private cells = new Int32Array(2)
  private used = 0

  /**
   * How many keys there are.
   *
   * @since 0.1.0
   */
  get size(): number {
    return this.used
  }

  /**
   * Makes room for as many keys.
   *
   * @since 0.1.0
   */
  reserve(keys: number): void {
    let cells = Math.max(fewestCells, this.cells.length / 2)
    while (cells < cellsPerKey * keys) cells *= 2
    if (2 * cells > this.cells.length) this.rebuild(cells)
  }

  /**
   * The slot of a key, or `-1`.
   *
   * @since 0.1.0
   */
  get(key: number): number {
    return (this.cells[this.find(key) + 1] as number) - 1
  }

  /**
   * Puts in a key that is not there.
   *
   * @since 0.1.0
   */
  set(key: number, slot: number): void {
    this.reserve(++this.used)
    this.put(key, slot + 1)
  }

  /**
   * Takes out a key; does nothing when it is not there.
   *
   * @since 0.1.0
   */
  delete(key: number): void {
    const cells = this.cells
    const wrap = cells.length - 2
    let hole = this.find(key)
    if (cells[hole + 1] === 0) return
    this.used--
    // What was pushed past the hole by a collision moves up into it, and leaves the next one.
    for (let at = (hole + 2) & wrap; cells[at + 1] !== 0; at = (at + 2) & wrap) {
      const home = (mixed(cells[at] as number) << 1) & wrap
      if (((at - home) & wrap) >= ((at - hole) & wrap)) {
        cells[hole] = cells[at] as number
        cells[hole + 1] = cells[at + 1] as number
        hole = at
      }
    }
    cells[hole + 1] = 0
  }

  // Where a key is, or the empty cell at which the search for it ends.
  private find(key: number): number {
    const cells = this.cells
    const wrap = cells.length - 2
    let at = (mixed(key) << 1) & wrap
    while (cells[at + 1] !== 0 && cells[at] !== key) at = (at + 2) & wrap
    return at
  }

  private put(key: number, place: number): void {
    const at = this.find(key)
    this.cells[at] = key
    this.cells[at + 1] = place
  }

  private rebuild(cells: number): void {
    const before = this.cells
    this.cells = new Int32Array(2 * cells)
    for (let at = 0; at < before.length; at += 2) {
      const place = before[at + 1] as number
      if (place !== 0) this.put(before[at] as number, place)
    }
  }
}
