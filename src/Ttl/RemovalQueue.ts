/**
 * Removals whose hook is due.
 *
 * @since 0.1.0
 */
import * as MutableQueue from "effect/MutableQueue"
import type { Removal, RemovalReason } from "../Cache/engine/RemovalReason.js"
import { printKey } from "../Cache/printKey.js"

/** How deep removals may cause each other before their hooks are skipped. */
const deepest = 100

/**
 * What to say when hooks are skipped.
 *
 * @since 0.1.0
 * @category constants
 */
export const skippedWarning = "onRemove removes entries, whose onRemove removes entries, and so on: " +
  `deeper than ${deepest}, it is skipped`

/**
 * What to say when a hook fails.
 *
 * @param name of the dictionary
 * @since 0.1.0
 * @category formatting
 */
export const failedWarning = (name: string, { key, reason }: Omit<Removal<unknown, unknown>, "value">): string =>
  `${name}: onRemove failed for ${printKey(key)} (${reason})`

/**
 * An entry that left, and how many hooks, each run for what the one before had removed, led to it.
 *
 * @since 0.1.0
 * @category models
 */
export interface DueRemoval<out K, out V> extends Removal<K, V> {
  readonly depth: number
}

/**
 * The removals whose hook is due, in the order in which the entries left, each once. Those that hooks cause are added to
 * the end, whatever their number: there is no recursion. Deeper than 100 they are skipped, or two entries that put
 * each other out would go on for ever.
 *
 * @since 0.1.0
 * @category models
 */
export class RemovalQueue<in out K, in out V> {
  /**
   * How many removals were skipped.
   *
   * @since 0.1.0
   */
  skipped = 0
  private readonly due = MutableQueue.unbounded<DueRemoval<K, V>>()
  private depth = 0

  /**
   * How many hooks are due.
   *
   * @since 0.1.0
   */
  get size(): number {
    return MutableQueue.length(this.due)
  }

  /**
   * An entry has left.
   *
   * @since 0.1.0
   */
  push(key: K, value: V, reason: RemovalReason): void {
    if (this.depth < deepest) MutableQueue.offer(this.due, { key, value, reason, depth: this.depth })
    else this.skipped++
  }

  /**
   * The removal whose hook is next, or `undefined`.
   *
   * @since 0.1.0
   */
  shift(): DueRemoval<K, V> | undefined {
    return MutableQueue.poll(this.due, undefined)
  }

  /**
   * Runs something synchronous that may remove entries, on behalf of a hook.
   *
   * @param depth one more than that of the removal the hook is run for, `0` for nobody's hook
   * @since 0.1.0
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
}
