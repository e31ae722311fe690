/**
 * Removals whose hook is due.
 */
import type { Removal } from "../../Cache/engine/RemovalReason.js"
import { deepest } from "../../Cache/engine/Removals.js"
import { keyText } from "../../Cache/printing/keyText.js"

/** What to say when hooks are dropped. */
export const droppedWarning = "onRemoval is slower than entries leave: calls of it are dropped, and counted in stats"

/**
 * What to say when a hook fails.
 *
 * @param name of the dictionary
 */
export const failedWarning = (
  name: string,
  { key, reason }: Pick<Removal<unknown, unknown>, "key" | "reason">
): string => `${name}: onRemoval failed for ${keyText(key)} (${reason})`

/** An entry that left, and how many hooks, each run for what the one before had removed, led to it. */
export interface DueRemoval<out K, out V> extends Removal<K, V> {
  readonly depth: number
}

/** How much may wait in a queue of removals, and what becomes of the rest. */
export interface RemovalQueueLimits {
  /** The most removals. */
  readonly maxSize: () => number
  /** The most weight of what has left, together. */
  readonly maxBytes: () => number
  /**
   * Whether the oldest make room when it is full. Otherwise only what hooks remove is limited, by itself being dropped, and
   * everybody else sees to it that there is room.
   */
  readonly dropsOldest: boolean
}

/**
 * The removals whose hook is due, in the order in which the entries left, each once. Those that hooks cause are added to
 * the end, whatever their number: there is no recursion. Deeper than 100 they are skipped, or two entries that put
 * each other out would go on for ever.
 */
export class RemovalQueue<in out K, in out V> {
  /** How many removals were skipped. */
  skipped = 0
  /** How many removals were dropped because there were too many. */
  dropped = 0
  /** How many removals have come in, those that were skipped, or dropped at once, not counted. */
  pushed = 0
  private readonly limits: RemovalQueueLimits
  private readonly onDrop: (removal: DueRemoval<K, V>) => void
  private due: Array<DueRemoval<K, V> | undefined> = []
  private next = 0
  private weight = 0
  private depth = 0

  /** @param onDrop told of each that is dropped */
  constructor(limits: RemovalQueueLimits, onDrop: (removal: DueRemoval<K, V>) => void = () => {}) {
    this.limits = limits
    this.onDrop = onDrop
  }

  /** How many hooks are due. */
  get size(): number {
    return this.due.length - this.next
  }

  /** Whether it is a hook that removes at this moment. */
  get isNested(): boolean {
    return this.depth > 0
  }

  /** Whether there is room for no more. */
  get isFull(): boolean {
    return this.size >= this.limits.maxSize() || this.weight >= this.limits.maxBytes()
  }

  /** An entry has left. */
  push({ key, reason, value, weight }: Removal<K, V>): void {
    if (this.depth >= deepest) {
      this.skipped++
      return
    }
    const removal = { key, value, reason, weight, depth: this.depth }
    if (!this.limits.dropsOldest && this.depth > 0 && this.isFull) return this.drop(removal)
    this.due.push(removal)
    this.pushed++
    this.weight += weight
    if (!this.limits.dropsOldest) return
    while (this.size > this.limits.maxSize() || this.weight > this.limits.maxBytes()) {
      const oldest = this.shift()
      if (oldest === undefined) return
      this.drop(oldest)
    }
  }

  /** The removal whose hook is next, or `undefined`. */
  shift(): DueRemoval<K, V> | undefined {
    const removal = this.due[this.next]
    if (removal === undefined) return undefined
    this.due[this.next++] = undefined
    this.weight -= removal.weight
    // What has gone is cut off now and then, so that each costs the same.
    if (this.next * 2 > this.due.length) {
      this.due = this.due.slice(this.next)
      this.next = 0
    }
    return removal
  }

  /** Drops all. */
  clear(): void {
    for (let removal = this.shift(); removal !== undefined; removal = this.shift()) this.drop(removal)
  }

  /**
   * Runs something synchronous that may remove entries, on behalf of a hook.
   *
   * @param depth one more than that of the removal the hook is run for, `0` for nobody's hook
   */
  onBehalf<A>(depth: number, f: () => A): A {
    const before = this.depth
    this.depth = depth
    try {
      return f()
    } finally {
      this.depth = before
    }
  }

  private drop(removal: DueRemoval<K, V>): void {
    this.dropped++
    this.onDrop(removal)
  }
}
