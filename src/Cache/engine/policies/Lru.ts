/**
 * The least-recently-used eviction policy.
 */
import { SlotLists } from "../structures/SlotLists.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"

/**
 * LRU: the entry whose last use lies furthest back goes first. One list in order of use; a use moves the slot to its
 * end, the victim is its head. Exactly predictable, and the best choice for small caches whose hot set fits.
 */
export class Lru implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = undefined
  /** @inheritdoc */
  readonly byUse = new SlotLists(1)

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.byUse.grow(slots, most)
  }

  /** @inheritdoc */
  expect(): void {}

  /** @inheritdoc */
  insert(slot: number): void {
    this.byUse.append(0, slot)
  }

  /** @inheritdoc */
  access(slot: number): void {
    this.byUse.moveToEnd(0, slot)
  }

  /** @inheritdoc */
  remove(slot: number): void {
    this.byUse.unlink(slot)
  }

  /** @inheritdoc */
  replace(slot: number): void {
    this.byUse.moveToEnd(0, slot)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    const first = this.byUse.first(0)
    return first === excluded && first !== -1 ? this.byUse.after(first) : first
  }

  /** @inheritdoc */
  emptied(): EvictionPolicy {
    return new Lru()
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    for (let slot = this.byUse.first(0); slot !== -1; slot = this.byUse.after(slot)) visit(slot)
  }

  /** @inheritdoc */
  demote(slot: number): void {
    this.byUse.unlink(slot)
    this.byUse.prepend(0, slot)
  }

  /** @inheritdoc */
  newest(): number {
    return this.byUse.last(0)
  }
}
