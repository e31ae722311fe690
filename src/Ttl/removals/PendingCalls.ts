/**
 * Calls of users' functions that have not ended, without Effect.
 */

/** Those that were pending at one moment. */
export interface PendingAt {
  /** How many of them are pending now. */
  readonly left: () => number
  /** Waits until they have ended. */
  readonly ended: () => Promise<void>
}

/** Calls whose promises are pending. */
export class PendingCalls {
  private readonly calls = new Set<object>()
  private readonly watchers = new Set<() => void>()

  /** How many there are. */
  get size(): number {
    return this.calls.size
  }

  /** One begins. Returns what ends it, once. */
  begin(): () => void {
    const call = {}
    this.calls.add(call)
    return () => {
      if (!this.calls.delete(call)) return
      for (const watcher of this.watchers) watcher()
    }
  }

  /** Those that are pending now. */
  now(): PendingAt {
    const calls = [...this.calls]
    const left = () => calls.filter((call) => this.calls.has(call)).length
    const ended = () =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (left() > 0) return
          this.watchers.delete(look)
          resolve()
        }
        this.watchers.add(look)
        look()
      })
    return { left, ended }
  }
}
