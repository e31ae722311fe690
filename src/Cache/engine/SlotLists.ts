/**
 * Doubly linked lists of slot numbers, kept in two typed arrays.
 *
 * @since 0.1.0
 */

const initialSlots = 16

/**
 * A fixed number of circular doubly linked lists over slot numbers `0, 1, 2, ...`. A slot is in at most one of the
 * lists at a time, so one pair of link columns serves them all: eight bytes per slot, no objects, no garbage.
 *
 * Invariants: list `l` has its sentinel at node `l`; slot `s` is node `lists + s`; for every node on a list
 * `next[previous[node]] === node`; a slot on no list links to itself.
 *
 * @since 0.1.0
 * @category models
 */
export class SlotLists {
  /**
   * How many lists there are.
   *
   * @since 0.1.0
   */
  readonly lists: number
  private next: Int32Array
  private previous: Int32Array

  /** @param lists how many lists share the slots */
  constructor(lists: number) {
    this.lists = lists
    this.next = identity(lists + initialSlots)
    this.previous = identity(lists + initialSlots)
  }

  /**
   * Makes room for slots `0` to `slots - 1`. Columns grow to exactly this size: the owner decides the steps.
   *
   * @since 0.1.0
   */
  grow(slots: number): void {
    const length = this.lists + slots
    if (length <= this.next.length) return
    this.next = extend(this.next, length)
    this.previous = extend(this.previous, length)
  }

  /**
   * Appends a slot that is on no list to the end of a list.
   *
   * @since 0.1.0
   */
  append(list: number, slot: number): void {
    const node = this.lists + slot
    const last = this.previous[list] as number
    this.next[last] = node
    this.previous[node] = last
    this.next[node] = list
    this.previous[list] = node
  }

  /**
   * Puts a slot that is on no list at the start of a list.
   *
   * @since 0.1.0
   */
  prepend(list: number, slot: number): void {
    this.link(this.lists + slot, list)
  }

  /**
   * Puts a slot that is on no list directly after one that is.
   *
   * @since 0.1.0
   */
  insertAfter(position: number, slot: number): void {
    this.link(this.lists + slot, this.lists + position)
  }

  /**
   * Takes a slot off whatever list it is on; does nothing when it is on none.
   *
   * @since 0.1.0
   */
  unlink(slot: number): void {
    const node = this.lists + slot
    const before = this.previous[node] as number
    const after = this.next[node] as number
    this.next[before] = after
    this.previous[after] = before
    this.next[node] = node
    this.previous[node] = node
  }

  /**
   * Moves a slot from wherever it is to the end of a list.
   *
   * @since 0.1.0
   */
  moveToEnd(list: number, slot: number): void {
    const node = this.lists + slot
    const after = this.next[node] as number
    if (after === list) return
    const before = this.previous[node] as number
    this.next[before] = after
    this.previous[after] = before
    const last = this.previous[list] as number
    this.next[last] = node
    this.previous[node] = last
    this.next[node] = list
    this.previous[list] = node
  }

  /**
   * The first slot of a list, or `-1` when the list is empty.
   *
   * @since 0.1.0
   */
  first(list: number): number {
    const node = this.next[list] as number
    return node < this.lists ? -1 : node - this.lists
  }

  /**
   * The last slot of a list, or `-1` when the list is empty.
   *
   * @since 0.1.0
   */
  last(list: number): number {
    const node = this.previous[list] as number
    return node < this.lists ? -1 : node - this.lists
  }

  /**
   * The slot after the given one on the same list, or `-1` at the end.
   *
   * @since 0.1.0
   */
  after(slot: number): number {
    const node = this.next[this.lists + slot] as number
    return node < this.lists ? -1 : node - this.lists
  }

  /**
   * The slot before the given one on the same list, or `-1` at the start.
   *
   * @since 0.1.0
   */
  before(slot: number): number {
    const node = this.previous[this.lists + slot] as number
    return node < this.lists ? -1 : node - this.lists
  }

  /**
   * Whether a slot is on some list.
   *
   * @since 0.1.0
   */
  isLinked(slot: number): boolean {
    const node = this.lists + slot
    return this.next[node] !== node
  }

  /**
   * Empties every list.
   *
   * @since 0.1.0
   */
  clear(): void {
    for (let node = 0; node < this.next.length; node++) {
      this.next[node] = node
      this.previous[node] = node
    }
  }

  /**
   * The same lists once more, sharing nothing with these.
   *
   * @since 0.1.0
   */
  copy(): SlotLists {
    const copy = new SlotLists(this.lists)
    copy.next = this.next.slice()
    copy.previous = this.previous.slice()
    return copy
  }

  /**
   * Walks every list and returns what is wrong with the links, an empty array when nothing is. For tests.
   *
   * @since 0.1.0
   */
  violations(): Array<string> {
    const found: Array<string> = []
    const seen = new Set<number>()
    for (let list = 0; list < this.lists; list++) {
      let node = list
      do {
        const after = this.next[node] as number
        if (this.previous[after] !== node) found.push(`list ${list}: previous of node ${after} is not node ${node}`)
        if (after >= this.lists) {
          if (seen.has(after)) {
            found.push(`list ${list}: node ${after} is met twice`)
            break
          }
          seen.add(after)
        } else if (after !== list) {
          found.push(`list ${list}: runs into the sentinel of list ${after}`)
          break
        }
        node = after
      } while (node !== list)
    }
    for (let node = this.lists; node < this.next.length; node++) {
      if (this.next[node] !== node && !seen.has(node)) found.push(`node ${node} is linked but on no list`)
    }
    return found
  }

  private link(node: number, before: number): void {
    const after = this.next[before] as number
    this.next[before] = node
    this.previous[node] = before
    this.next[node] = after
    this.previous[after] = node
  }
}

const identity = (length: number): Int32Array => {
  const column = new Int32Array(length)
  for (let index = 0; index < length; index++) column[index] = index
  return column
}

const extend = (column: Int32Array, length: number): Int32Array => {
  const extended = new Int32Array(length)
  extended.set(column)
  for (let index = column.length; index < length; index++) extended[index] = index
  return extended
}
