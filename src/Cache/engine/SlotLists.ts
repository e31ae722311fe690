/**
 * Doubly linked lists of slot numbers, kept in a typed array.
 *
 * @since 0.1.0
 */

import { extendedInts } from "./columns.js"

const initialSlots = 16

/**
 * A fixed number of circular doubly linked lists over slot numbers `0, 1, 2, ...`. A slot is in at most one of the
 * lists at a time, so one column of links serves them all: eight bytes per slot, no objects, no garbage.
 *
 * Invariants: list `l` has its sentinel at node `l`; slot `s` is node `lists + s`. A node is the place of its two
 * links, side by side because both are nearly always needed: `links[2 * node]` is the node after it and
 * `links[2 * node + 1]` the one before it. The node before the one after it is the node itself; a slot on no list links
 * to itself.
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
  private links: Int32Array<ArrayBuffer>

  /** @param lists how many lists share the slots */
  constructor(lists: number) {
    this.lists = lists
    this.links = selfLinked(new Int32Array(2 * (lists + initialSlots)), 0)
  }

  /**
   * Makes room for slots `0` to `slots - 1`. The column grows to exactly this size: the owner decides the steps.
   *
   * @since 0.1.0
   */
  grow(slots: number): void {
    const nodes = this.links.length / 2
    this.links = selfLinked(extendedInts(this.links, 2 * (this.lists + slots)), nodes)
  }

  /**
   * Appends a slot that is on no list to the end of a list.
   *
   * @since 0.1.0
   */
  append(list: number, slot: number): void {
    const links = this.links
    this.link(links, this.lists + slot, links[2 * list + 1] as number, list)
  }

  /**
   * Puts a slot that is on no list at the start of a list.
   *
   * @since 0.1.0
   */
  prepend(list: number, slot: number): void {
    const links = this.links
    this.link(links, this.lists + slot, list, links[2 * list] as number)
  }

  /**
   * Puts a slot that is on no list directly after one that is.
   *
   * @since 0.1.0
   */
  insertAfter(position: number, slot: number): void {
    const links = this.links
    const before = this.lists + position
    this.link(links, this.lists + slot, before, links[2 * before] as number)
  }

  /**
   * Takes a slot off whatever list it is on; does nothing when it is on none.
   *
   * @since 0.1.0
   */
  unlink(slot: number): void {
    const links = this.links
    const node = this.lists + slot
    const after = links[2 * node] as number
    const before = links[2 * node + 1] as number
    links[2 * before] = after
    links[2 * after + 1] = before
    links[2 * node] = node
    links[2 * node + 1] = node
  }

  /**
   * Moves a slot from wherever it is to the end of a list.
   *
   * @since 0.1.0
   */
  moveToEnd(list: number, slot: number): void {
    const links = this.links
    const node = this.lists + slot
    const after = links[2 * node] as number
    if (after === list) return
    const before = links[2 * node + 1] as number
    links[2 * before] = after
    links[2 * after + 1] = before
    this.link(links, node, links[2 * list + 1] as number, list)
  }

  /**
   * The first slot of a list, or `-1` when the list is empty.
   *
   * @since 0.1.0
   */
  first(list: number): number {
    return this.slotAt(this.links[2 * list] as number)
  }

  /**
   * The last slot of a list, or `-1` when the list is empty.
   *
   * @since 0.1.0
   */
  last(list: number): number {
    return this.slotAt(this.links[2 * list + 1] as number)
  }

  /**
   * The slot after the given one on the same list, or `-1` at the end.
   *
   * @since 0.1.0
   */
  after(slot: number): number {
    return this.slotAt(this.links[2 * (this.lists + slot)] as number)
  }

  /**
   * The slot before the given one on the same list, or `-1` at the start.
   *
   * @since 0.1.0
   */
  before(slot: number): number {
    return this.slotAt(this.links[2 * (this.lists + slot) + 1] as number)
  }

  /**
   * Whether a slot is on some list.
   *
   * @since 0.1.0
   */
  isLinked(slot: number): boolean {
    const node = this.lists + slot
    return this.links[2 * node] !== node
  }

  /**
   * Empties every list.
   *
   * @since 0.1.0
   */
  clear(): void {
    selfLinked(this.links, 0)
  }

  /**
   * The same lists once more, sharing nothing with these.
   *
   * @since 0.1.0
   */
  copy(): SlotLists {
    const copy = new SlotLists(this.lists)
    copy.links = this.links.slice()
    return copy
  }

  private slotAt(node: number): number {
    return node < this.lists ? -1 : node - this.lists
  }

  private link(links: Int32Array<ArrayBuffer>, node: number, before: number, after: number): void {
    links[2 * before] = node
    links[2 * node] = after
    links[2 * node + 1] = before
    links[2 * after + 1] = node
  }
}

const selfLinked = (links: Int32Array<ArrayBuffer>, from: number): Int32Array<ArrayBuffer> => {
  for (let node = from; node < links.length / 2; node++) {
    links[2 * node] = node
    links[2 * node + 1] = node
  }
  return links
}
