/**
 * The keys of what memory holds, by the names of their objects.
 */
import type { AnyKey } from "../keyspace/Keyspace.js"

/** How many names are known at least before those are let go whose entries have left. */
const least = 256

/** Names of all that a map holds, and at most as many again that it has held. */
export class NamedKeys {
  private readonly keys = new Map<string, AnyKey>()
  private most = least

  /** The key whose object has a name, if its entry is held, or was. */
  of(name: string): AnyKey | undefined {
    return this.keys.get(name)
  }

  /**
   * An entry came.
   *
   * @param held what is held, with this one
   */
  came(key: AnyKey, held: () => Iterable<AnyKey>): void {
    this.keys.set(key.objectName, key)
    if (this.keys.size <= this.most) return
    this.keys.clear()
    for (const each of held()) this.keys.set(each.objectName, each)
    this.most = Math.max(least, 2 * this.keys.size)
  }
}
