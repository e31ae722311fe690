/**
 * What memory may believe without asking the second level, where it hears of changes there.
 */
import type * as Effect from "effect/Effect"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "./MemoryEntry.js"

/** Whether entries in memory are believed, by what is heard of the second level. */
export interface Beliefs {
  /** This moment, for what begins now: later moments are no smaller. Of no meaning elsewhere. */
  readonly moment: () => number
  /**
   * An entry came into memory, or was confirmed.
   *
   * @param began the moment at which the load, write or computation began that it is of
   * @param now milliseconds since the epoch
   */
  readonly came: (key: AnyKey, entry: MemoryEntry, began: number, now: number) => void
  /** The second level could not be asked: it serves on, and is to be confirmed soon. */
  readonly unconfirmed: (entry: MemoryEntry, now: number) => void
  /** The time of an entry is over until which it was believed: what is heard of it since, if that is to be asked for. */
  readonly renew: (key: AnyKey, entry: MemoryEntry) => Effect.Effect<void>
  /**
   * Whether what a load found is of no use to who asked for it while it ran.
   *
   * @param etag of what it found
   */
  readonly isOutdated: (key: AnyKey, began: number, etag: string | undefined) => boolean
}

/** What is believed of the entries of a key's keyspace; nothing where nothing is heard of it, and all is believed. */
export type BeliefsOf = (key: AnyKey) => Beliefs | undefined
