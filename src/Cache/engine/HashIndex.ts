/**
 * From hashes to slots, in as many tables as it takes.
 *
 * @since 0.1.0
 */
import { HashTable } from "./HashTable.js"
import { fullSegment, mostBits } from "./segments.js"

/**
 * An index from well-mixed 32-bit hashes to slots, in which a hash may be more than once. It begins as one `HashTable`,
 * and one that is full becomes two; so no operation ever moves more than what one table holds. Ronald Fagin et al.,
 * "Extendible hashing: a fast access method for dynamic files", 1979.
 *
 * Invariants: the directory has a power of two of places, and a hash is in the table at the place that its low bits say;
 * a table of depth `d` is at all places with the same `d` low bits.
 *
 * @since 0.1.0
 * @category models
 */
export class HashIndex {
  private only: HashTable | undefined = new HashTable()
  private directory: Array<HashTable> = [new HashTable()]
  private depths: Array<number> = [0]
  private used = 0

  /**
   * How many hashes there are.
   *
   * @since 0.1.0
   */
  get size(): number {
    return this.used
  }

  /**
   * The table that holds a hash, if any does.
   *
   * @since 0.1.0
   */
  tableOf(hash: number): HashTable {
    return this.only ?? this.directory[hash & (this.directory.length - 1)] as HashTable
  }

  /**
   * Puts in a slot with its hash, whether there is one with that hash or not. It throws only where there is no memory, and
   * has changed nothing then.
   *
   * @since 0.1.0
   */
  add(hash: number, slot: number): void {
    let table = this.tableOf(hash)
    while (table.size >= fullSegment && this.split(hash)) table = this.tableOf(hash)
    table.add(hash, slot)
    this.used++
  }

  /**
   * Takes out a hash by its slot; does nothing when the two are not there.
   *
   * @since 0.1.0
   */
  delete(hash: number, slot: number): void {
    const table = this.tableOf(hash)
    const before = table.size
    table.delete(hash, slot)
    this.used += table.size - before
  }

  /**
   * Takes out a hash that is there once at the most.
   *
   * @since 0.1.0
   */
  deleteOnly(hash: number): void {
    const table = this.tableOf(hash)
    const before = table.size
    table.deleteOnly(hash)
    this.used += table.size - before
  }

  // Whether there are two tables now in place of the one that holds a hash.
  private split(hash: number): boolean {
    const place = hash & (this.directory.length - 1)
    const depth = this.only === undefined ? this.depths[place] as number : 0
    if (depth === mostBits) return false
    const [without, having] = this.tableOf(hash).split(1 << depth)
    if (1 << depth === this.directory.length) {
      this.directory = [...this.directory, ...this.directory]
      this.depths = [...this.depths, ...this.depths]
    }
    const step = 1 << depth
    for (let at = place & (step - 1); at < this.directory.length; at += step) {
      this.directory[at] = (at & step) === 0 ? without : having
      this.depths[at] = depth + 1
    }
    this.only = undefined
    return true
  }
}
