/**
 * What changes in memory while something older is brought into it.
 */
import type { AnyKey } from "../keyspace/Keyspace.js"

/** Who has to know of what changes. */
export interface ChangeWatcher {
  /** The entry of a key was written, removed, or looked for in the second level. */
  readonly changed: (key: AnyKey) => void
  /** All entries that a predicate picks were removed. */
  readonly removedAll: (which: (key: AnyKey) => boolean) => void
  /** Whether the entry of a key has changed since this watches. */
  readonly hasChanged: (key: AnyKey) => boolean
}

/** Whether one object has changed, whose key nobody knows before it is loaded. */
export class ChangedObject implements ChangeWatcher {
  private readonly name: string
  private isChanged = false

  constructor(name: string) {
    this.name = name
  }

  changed({ objectName }: AnyKey): void {
    if (objectName === this.name) this.isChanged = true
  }

  removedAll(): void {
    this.isChanged = true
  }

  hasChanged(): boolean {
    return this.isChanged
  }
}

/** Of how many entries it is known that they have changed, and of how many removals of many: after more, all count as changed. */
const mostNames = 10_000
const mostRemovals = 100

/** Which entries have changed, as far as a bounded number of them goes. */
export class ChangedEntries implements ChangeWatcher {
  private readonly names = new Set<string>()
  private readonly removals = new Set<(key: AnyKey) => boolean>()
  private isAll = false

  changed({ objectName }: AnyKey): void {
    if (this.isAll) return
    this.names.add(objectName)
    if (this.names.size > mostNames) this.giveUp()
  }

  removedAll(which: (key: AnyKey) => boolean): void {
    if (this.isAll) return
    this.removals.add(which)
    if (this.removals.size > mostRemovals) this.giveUp()
  }

  hasChanged(key: AnyKey): boolean {
    if (this.isAll || this.names.has(key.objectName)) return true
    for (const which of this.removals) if (which(key)) return true
    return false
  }

  private giveUp(): void {
    this.isAll = true
    this.names.clear()
    this.removals.clear()
  }
}
