/**
 * Programs that write what does not fit each other's schema, under one version of a keyspace.
 */
import { putNewest } from "../../Cache/common/putNewest.js"
import type { AnyKey } from "../keyspace/Keyspace.js"

/** How many objects are known that are left alone. */
const mostLeft = 10_000

/** What is known of a keyspace. */
interface Clash {
  /** When a value that does not fit was first met, in milliseconds since the epoch. */
  readonly since: number
  isTold: boolean
}

/**
 * Tells leftovers of an earlier program from what a program writes that runs now. What was written before the first value
 * was met that does not fit is a leftover: what is computed takes its place. What was written later is left alone, or the
 * two programs would overwrite each other for ever: what is computed stays in memory.
 */
export class SchemaClashes {
  private readonly clashes = new WeakMap<object, Clash>()
  private readonly left = new Map<string, object>()

  /**
   * A value was met that does not fit the schema of a keyspace. Whether it is the first that is left alone.
   *
   * @param space the keyspace
   * @param written when it was written, in milliseconds since the epoch
   */
  meet({ objectName }: AnyKey, space: object, written: number, now: number): boolean {
    const clash = this.clashes.get(space) ?? { since: now, isTold: false }
    this.clashes.set(space, clash)
    if (written <= clash.since) {
      this.left.delete(objectName)
      return false
    }
    putNewest(this.left, objectName, space, mostLeft)
    const isNews = !clash.isTold
    clash.isTold = true
    return isNews
  }

  /** Something else lies there now, or nothing. */
  forget({ objectName }: AnyKey): void {
    if (this.left.size > 0) this.left.delete(objectName)
  }

  /** Whether what lies there is left alone. */
  leaves({ objectName }: AnyKey, space: object): boolean {
    return this.left.size > 0 && this.left.get(objectName) === space
  }
}
