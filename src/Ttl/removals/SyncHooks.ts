/**
 * Runs the hook of a dictionary without Effect for the entries that left it.
 */
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import type { Removal, RemovalReason } from "../../Cache/engine/RemovalReason.js"
import { skippedWarning } from "../../Cache/engine/Removals.js"
import { FailureWarnings } from "../../Cache/events/FailureWarnings.js"
import { PendingCalls } from "./PendingCalls.js"
import {
  droppedWarning,
  type DueRemoval,
  failedWarning,
  RemovalQueue,
  type RemovalQueueLimits
} from "./RemovalQueue.js"

/** Runs a hook for every entry that left, one after the other, at the end of the call that made it leave. */
export class SyncHooks<in out K, in out V> {
  private readonly name: string
  private readonly hook: (key: K, value: V, reason: RemovalReason) => void
  private readonly most: RemovalQueueLimits
  private readonly queue: RemovalQueue<K, V>
  private readonly warnings = new FailureWarnings("TtlDictWarning")
  /** The calls of `async` hooks that have not ended. */
  readonly calls = new PendingCalls()
  private bytesUnderWay = 0
  private isTelling = false
  private saidSkipped = false
  private saidDropped = false

  /**
   * @param name of the dictionary, for warnings
   * @param most how much may be under way
   */
  constructor(
    name: string,
    hook: (key: K, value: V, reason: RemovalReason) => void,
    most: Omit<RemovalQueueLimits, "dropsOldest">
  ) {
    this.name = name
    this.hook = hook
    this.most = { ...most, dropsOldest: false }
    this.queue = new RemovalQueue(this.most)
  }

  /** What was counted, and what is due or under way. */
  get counted(): {
    readonly pending: number
    readonly failed: number
    readonly skipped: number
    readonly dropped: number
  } {
    const { dropped, size, skipped } = this.queue
    return { pending: size + this.calls.size, failed: this.warnings.failures, skipped, dropped }
  }

  /** An entry has left. */
  push(removal: Removal<K, V>): void {
    this.queue.push(removal)
  }

  /**
   * Tells of what has left. A hook that uses the dictionary adds to the end of the queue: the outermost call tells
   * everything, in order.
   */
  tell(): void {
    if (this.isTelling) return
    this.isTelling = true
    try {
      for (let removal = this.queue.shift(); removal !== undefined; removal = this.queue.shift()) this.tellOf(removal)
    } finally {
      this.isTelling = false
    }
    if (this.queue.skipped > 0 && !this.saidSkipped) {
      this.saidSkipped = true
      this.warnings.warn(`${this.name}: ${skippedWarning}`)
    }
    if (this.queue.dropped > 0 && !this.saidDropped) {
      this.saidDropped = true
      this.warnings.warn(`${this.name}: ${droppedWarning}`)
    }
  }

  private tellOf(removal: DueRemoval<K, V>): void {
    const { depth, key, reason, value, weight } = removal
    // What the promise of an `async` hook waits for may hold the value.
    if (this.calls.size >= this.most.maxSize() || this.bytesUnderWay >= this.most.maxBytes()) {
      this.queue.dropped++
      return
    }
    const failed = (error: unknown): void => this.warnings.failed(() => failedWarning(this.name, removal), error)
    try {
      const told: unknown = this.queue.onBehalf(depth + 1, () => this.hook(key, value, reason))
      if (told === undefined) return
      const end = this.calls.begin()
      const ended = (): void => {
        end()
        this.bytesUnderWay -= weight
      }
      const isPending = handleRejection(told, (error) => {
        ended()
        failed(error)
      }, ended)
      if (isPending) this.bytesUnderWay += weight
      else end()
    } catch (error) {
      failed(error)
    }
  }
}
