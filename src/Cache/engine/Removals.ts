/**
 * What becomes of entries that leave.
 */
import type { BoundedMapOptions, Counters } from "./BoundedMapOptions.js"
import { handleRejection } from "./handleRejection.js"
import type { Removal, RemovalReason } from "./RemovalReason.js"

/** How deep removals may cause each other before nobody is told of them. */
export const deepest = 100

/** How many may wait before nobody is told of what removals cause that were caused themselves: each may cause several. */
const mostCaused = 100_000

/** What to say when somebody is not told. */
export const skippedWarning = "onRemoval removes entries, whose onRemoval removes entries, and so on: " +
  `deeper than ${deepest}, it is skipped`

/** An entry that left, and of how many calls of the listener, each for what the one before had removed, that came. */
interface DueRemoval<out K, out V> extends Removal<K, V> {
  readonly depth: number
}

/**
 * Counts the entries that leave, and tells a listener of them: in order, and not before it is asked to, when the map is
 * consistent again. A listener that uses the map adds to the end of the queue, up to 100 deep: two entries that put each
 * other out would go on for ever. What it throws is swallowed and counted.
 */
export class Removals<in out K, in out V> {
  private readonly counters: Counters
  private readonly listener: BoundedMapOptions<K, V>["onRemoval"]
  private pending: Array<DueRemoval<K, V>> = []
  private depth = 0
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
    if (this.listener !== undefined) this.addCounted({ key, value, reason, weight })
  }

  /** Whether somebody is told. */
  get hasListener(): boolean {
    return this.listener !== undefined
  }

  /** An entry has left that is counted already. */
  addCounted({ key, reason, value, weight }: Removal<K, V>): void {
    const isTooMuch = this.depth > deepest || this.depth > 1 && this.pending.length >= mostCaused
    if (isTooMuch) this.counters.listenerSkips++
    else this.pending.push({ key, value, reason, weight, depth: this.depth })
  }

  /** Whether the listener is told of an entry that is as deep as any is told of. */
  get isDeepest(): boolean {
    return this.depth > deepest
  }

  /**
   * Tells the listener of all that has left. Within a call of the listener it does nothing: the outermost call tells
   * everything.
   */
  tell(): void {
    if (this.telling || this.listener === undefined || this.pending.length === 0) return
    this.telling = true
    for (let at = 0; at < this.pending.length; at++) {
      const removal = this.pending[at] as DueRemoval<K, V>
      this.depth = removal.depth + 1
      try {
        const told: unknown = this.listener(removal.key, removal.value, removal.reason, removal.weight)
        if (told !== undefined) handleRejection(told, this.failed)
      } catch {
        this.counters.listenerFailures++
      }
    }
    this.pending = []
    this.depth = 0
    this.telling = false
  }
}
