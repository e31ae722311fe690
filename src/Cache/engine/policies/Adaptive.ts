/**
 * The Adaptive eviction policy, by count or by weight.
 */
import { keyHash } from "../structures/keyHash.js"
import { AdaptiveByCount } from "./AdaptiveByCount.js"
import { AdaptiveByWeight } from "./AdaptiveByWeight.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"

/**
 * Adaptive: by when entries are expected to be used again, in shares that follow the hits. It is `AdaptiveByCount` where
 * only the number of entries is limited, and `AdaptiveByWeight` where their weight is. Where a limit by weight comes or
 * goes, what it holds is taken over in the order in which it would leave, and the rest is learnt anew.
 */
export class Adaptive implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = keyHash
  private readonly weightOf: (slot: number) => number
  private inner: AdaptiveByCount | AdaptiveByWeight = new AdaptiveByCount()
  private slots = 0
  private most: number | undefined = undefined

  /** @param weightOf the weight of an entry, a whole number; one without weight is taken to weigh 1 */
  constructor(weightOf: (slot: number) => number) {
    this.weightOf = weightOf
  }

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.slots = slots
    this.most = most
    this.inner.grow(slots, most)
  }

  /** @inheritdoc */
  expect(entries: number): void {
    const isByWeight = entries === Number.POSITIVE_INFINITY
    const held = this.inner
    if (isByWeight !== held instanceof AdaptiveByWeight) {
      this.inner = isByWeight ? new AdaptiveByWeight(this.weightOf) : new AdaptiveByCount()
      this.inner.grow(this.slots, this.most)
      this.inner.expect(entries)
      held.forEach((slot) => this.inner.insert(slot, held.hashAt(slot)))
    }
    this.inner.expect(entries)
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    this.inner.insert(slot, hash)
  }

  /** @inheritdoc */
  access(slot: number): void {
    this.inner.access(slot)
  }

  /** @inheritdoc */
  remove(slot: number, evicted: boolean): void {
    this.inner.remove(slot, evicted)
  }

  /** @inheritdoc */
  replace(slot: number, hash: number): void {
    this.inner.replace(slot, hash)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    return this.inner.victim(excluded)
  }

  /** @inheritdoc */
  emptied(weightOf: (slot: number) => number): EvictionPolicy {
    const empty = new Adaptive(weightOf)
    empty.inner = this.inner.emptied(weightOf)
    return empty
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    this.inner.forEach(visit)
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    return this.inner.violations()
  }
}
