/**
 * What memory believes while it is told of every change in the second level.
 */
import * as Effect from "effect/Effect"
import type { TagMarkers } from "../coordination/TagMarkers.js"
import type { Ledger } from "../guard/Ledger.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { Beliefs } from "../memory/Beliefs.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import type { MemoryLevel } from "../memory/MemoryLevel.js"
import type { Hearing } from "./NoticeSource.js"

/** Of how many objects it is known that they changed: what is under way for longer than this many changes is confirmed. */
const mostChanges = 10_000
/** How long an entry serves on that could not be confirmed, in milliseconds. */
const retryAfter = 1000

/** A change that was heard of. */
interface Change {
  readonly moment: number
  /** The etag it left, if that is known, and none is known of another change that may have been the later one. */
  readonly etag: string | undefined
}

/**
 * All in memory is believed until something is heard. Moments are counted: each change that is heard is one, so that
 * whatever began before it is told from what began later.
 */
export class PushedNotice implements Beliefs {
  private heard = 0
  private readonly changes = new Map<string, Change>()
  /** What began before this is confirmed. */
  private believedFrom = 0

  readonly moment = (): number => this.heard

  came(key: AnyKey, entry: MemoryEntry, began: number): void {
    entry.believe(this.hasChanged(key, began, entry.etag) ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
  }

  unconfirmed(entry: MemoryEntry, now: number): void {
    if (entry.isDoubted(now)) entry.believe(now + retryAfter, now)
  }

  readonly renew = (): Effect.Effect<void> => Effect.void

  isOutdated(key: AnyKey, began: number, etag: string | undefined): boolean {
    return this.hasChanged(key, began, etag)
  }

  /** What memory and tags are told. */
  hearing(memory: MemoryLevel, markers: TagMarkers, ledger: Ledger): Hearing {
    return {
      changed: (name, etag) =>
        Effect.suspend(() => {
          this.note(name, etag)
          ledger.record({ _tag: "Noticed", keyspace: undefined, changes: 1 })
          return Effect.map(Effect.zipRight(markers.changed(name), memory.named(name)), (held) => {
            if (etag === undefined || etag !== held?.etag) held?.believe(Number.NEGATIVE_INFINITY)
          })
        }),
      missed: Effect.suspend(() => {
        this.believedFrom = ++this.heard
        this.changes.clear()
        ledger.record({ _tag: "NoticeMissed", keyspace: undefined })
        return Effect.zipRight(
          markers.missed,
          memory.forEach((held) => held.believe(Number.NEGATIVE_INFINITY))
        )
      })
    }
  }

  private hasChanged(key: AnyKey, began: number, etag: string | undefined): boolean {
    if (began < this.believedFrom) return true
    const change = this.changes.get(key.objectName)
    return change !== undefined && change.moment > began && (etag === undefined || etag !== change.etag)
  }

  private note(name: string, etag: string | undefined): void {
    const before = this.changes.get(name)
    const moment = ++this.heard
    this.changes.delete(name)
    // In which order changes are heard of says nothing of the order in which they were made.
    this.changes.set(name, { moment, etag: before === undefined || before.etag === etag ? etag : undefined })
    if (this.changes.size <= mostChanges) return
    for (const [oldest, change] of this.changes) {
      this.changes.delete(oldest)
      this.believedFrom = change.moment
      return
    }
  }
}
