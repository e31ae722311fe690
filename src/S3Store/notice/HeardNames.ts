/**
 * What was heard of the changes of a keyspace.
 */
import { putNewest } from "../../Cache/common/putNewest.js"

/** Of how many names it is known when they were heard of. */
const mostNames = 10_000

/** When which names were heard of, as far as a bounded number of them goes. */
export class HeardNames {
  private readonly names = new Map<string, number>()
  /** When all were heard of, or more than are known. */
  private all = Number.NEGATIVE_INFINITY

  /** Names were heard of at a time. */
  heard(names: Iterable<string> | "all", time: number): void {
    if (names === "all") {
      this.all = time
      this.names.clear()
      return
    }
    for (const name of names) {
      const [oldest] = this.names.values()
      if (oldest !== undefined && this.names.size === mostNames && !this.names.has(name)) {
        this.all = Math.max(this.all, oldest)
      }
      putNewest(this.names, name, time, mostNames)
    }
  }

  /** When a name was heard of last, or may have been. */
  of(name: string): number {
    return Math.max(this.all, this.names.get(name) ?? Number.NEGATIVE_INFINITY)
  }
}
