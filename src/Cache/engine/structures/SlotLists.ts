/**
 * Doubly linked lists of slot numbers, kept in a typed array.
 */

import { Ints } from "./columns.js"

/**
 * A fixed number of circular doubly linked lists over slot numbers `0, 1, 2, ...`. A slot is in at most one of the
 * lists at a time, so one column of links serves them all: eight bytes per slot, no objects, no garbage.
 *
 * Invariants: list `l` has its sentinel at node `l`; slot `s` is node `lists + s`. A node is the place of its two
 * links, side by side because both are nearly always needed: `links[2 * node]` is the node after it and
 * `links[2 * node + 1]` the one before it. The node before the one after it is the node itself; a slot on no list links
 * to itself.
 */
export class SlotLists {
  /** How many lists there are. */
  readonly lists: number
  private readonly links = new Ints()
  private nodes = 0

  /** @param lists how many lists share the slots */
  constructor(lists: number) {
    this.lists = lists
    this.grow(0)
  }

  /**
   * Makes room for slots `0` to `slots - 1`. It is to be told of each one as it is added.
   *
   * @param most how many slots there will ever be, where that is known
   */
  grow(slots: number, most = Number.POSITIVE_INFINITY): void {
    const nodes = this.lists + slots
    this.links.grow(2 * nodes, 2 * (this.lists + most))
    for (; this.nodes < nodes; this.nodes++) this.put(this.nodes, this.nodes, this.nodes)
  }

  /** Appends a slot that is on no list to the end of a list. */
  append(list: number, slot: number): void {
    this.link(this.lists + slot, this.links.cells[2 * list + 1] as number, list)
  }

  /** Puts a slot that is on no list at the start of a list. */
  prepend(list: number, slot: number): void {
    this.link(this.lists + slot, list, this.links.cells[2 * list] as number)
  }

  /** Puts a slot that is on no list directly after one that is. */
  insertAfter(position: number, slot: number): void {
    const before = this.lists + position
    this.link(this.lists + slot, before, this.links.cells[2 * before] as number)
  }

  /** Takes a slot off whatever list it is on; does nothing when it is on none. */
  unlink(slot: number): void {
    const links = this.links
    const node = this.lists + slot
    const after = links.cells[2 * node] as number
    const before = links.cells[2 * node + 1] as number
    links.put(2 * before, after)
    links.put(2 * after + 1, before)
    this.put(node, node, node)
  }

  /** Moves a slot from wherever it is to the end of a list. */
  moveToEnd(list: number, slot: number): void {
    // While the column grows, what is written is written twice.
    if (this.links.copied !== 0) return this.moveSlowly(list, slot)
    const links = this.links.cells
    const node = this.lists + slot
    const after = links[2 * node] as number
    if (after === list) return
    const before = links[2 * node + 1] as number
    links[2 * before] = after
    links[2 * after + 1] = before
    const last = links[2 * list + 1] as number
    links[2 * last] = node
    links[2 * node] = list
    links[2 * node + 1] = last
    links[2 * list + 1] = node
  }

  /** The first slot of a list, or `-1` when the list is empty. */
  first(list: number): number {
    return this.slotAt(this.links.cells[2 * list] as number)
  }

  /** The first slot of a list other than a given one, or `-1` when there is none. */
  firstBut(list: number, excluded: number): number {
    const first = this.first(list)
    return first === excluded && first !== -1 ? this.after(first) : first
  }

  /** The last slot of a list, or `-1` when the list is empty. */
  last(list: number): number {
    return this.slotAt(this.links.cells[2 * list + 1] as number)
  }

  /** The slot after the given one on the same list, or `-1` at the end. */
  after(slot: number): number {
    return this.slotAt(this.links.cells[2 * (this.lists + slot)] as number)
  }

  /** The slot before the given one on the same list, or `-1` at the start. */
  before(slot: number): number {
    return this.slotAt(this.links.cells[2 * (this.lists + slot) + 1] as number)
  }

  /** The same lists once more, sharing nothing with these. */
  copy(): SlotLists {
    const copy = new SlotLists(this.lists)
    copy.grow(this.nodes - this.lists)
    for (let at = 0; at < 2 * this.nodes; at++) copy.links.put(at, this.links.cells[at] as number)
    return copy
  }

  private slotAt(node: number): number {
    return node < this.lists ? -1 : node - this.lists
  }

  private link(node: number, before: number, after: number): void {
    this.links.put(2 * before, node)
    this.put(node, after, before)
    this.links.put(2 * after + 1, node)
  }

  private put(node: number, after: number, before: number): void {
    this.links.put(2 * node, after)
    this.links.put(2 * node + 1, before)
  }

  private moveSlowly(list: number, slot: number): void {
    this.unlink(slot)
    this.append(list, slot)
  }
}
