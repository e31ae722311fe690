/**
 * What becomes of entries that leave.
 */
import type { BoundedMapOptions, Counters } from "./BoundedMapOptions.js"
import { handleRejection } from "./handleRejection.js"
import type { Removal, RemovalReason } from "./RemovalReason.js"

/**
 * Counts the entries that leave, and tells a listener of them: in order, and not before it is asked to, when the map is
 * consistent again. A listener that uses the map adds to the end of the queue. What it throws is swallowed and counted.
 */
export class Removals<in out K, in out V> {
  private readonly counters: Counters
  private readonly listener: BoundedMapOptions<K, V>["onRemoval"]
  private pending: Array<Removal<K, V>> = []
  private telling = false
  private readonly failed = () => {
    this.counters.listenerFailures++
  }

  /**
   * @param counters counts up those of its numbers that are about removals
   * @param listener is told
   */
  constructor(counters: Counters, listener: BoundedMapOptions<K, V>["onRemoval"]) {
    this.counters = counters
    this.listener = listener
  }

  /** An entry leaves. */
  add(key: K, value: V, reason: RemovalReason, weight: number): void {
    // One property each: a name that is computed costs more than all the rest of an eviction's bookkeeping.
    switch (reason) {
      case "evicted":
        this.counters.evicted++
        break
      case "expired":
        this.counters.expired++
        break
      case "replaced":
        this.counters.replaced++
        break
      case "deleted":
        this.counters.deleted++
        break
      case "cleared":
        this.counters.cleared++
        break
    }
    if (this.listener !== undefined) this.pending.push({ key, value, reason, weight })
  }

  /** Whether somebody is told. */
  get hasListener(): boolean {
    return this.listener !== undefined
  }

  /** An entry has left that is counted already. */
  addCounted(removal: Removal<K, V>): void {
    this.pending.push(removal)
  }

  /**
   * Tells the listener of all that has left. Within a call of the listener it does nothing: the outermost call tells
   * everything.
   */
  tell(): void {
    if (this.telling || this.listener === undefined || this.pending.length === 0) return
    this.telling = true
    for (let at = 0; at < this.pending.length; at++) {
      const removal = this.pending[at] as Removal<K, V>
      try {
        const told: unknown = this.listener(removal.key, removal.value, removal.reason, removal.weight)
        if (told !== undefined) handleRejection(told, this.failed)
      } catch {
        this.counters.listenerFailures++
      }
    }
    this.pending = []
    this.telling = false
  }
}
