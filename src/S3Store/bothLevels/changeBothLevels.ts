/**
 * Changes of one key, in the same order in both levels of an `S3Cache`.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import type { CacheLevels } from "./CacheLevels.js"

/** What changes both levels. */
export interface LevelChanges {
  /**
   * Changes the second level, then the memory level: what `change` returns is kept there. Changes of one key go one at a
   * time, so that both levels see them in the same order. While one runs, and when it fails with its effect unknown, the
   * memory level holds nothing under the key; loads and computations under way are not kept.
   */
  readonly changeBothLevels: <A, E>(
    key: AnyKey,
    change: Effect.Effect<A, E>,
    toEntry: (result: A) => MemoryEntry | undefined
  ) => Effect.Effect<A, E>
  /** The same for whoever holds the key's lock. */
  readonly changeLocked: LevelChanges["changeBothLevels"]
  /** The same, where nothing else has asked how the keyspace is heard of. */
  readonly changeBothLevelsOf: <K, V, F, A, E>(
    key: CacheKey<K, V, F>,
    change: Effect.Effect<A, E>,
    toEntry: (result: A) => MemoryEntry | undefined
  ) => Effect.Effect<A, E>
}

/** Makes what changes both levels. */
export const makeLevelChanges = ({ memory, policyOf, writes }: CacheLevels): LevelChanges => {
  const changeLocked: LevelChanges["changeLocked"] = (key, change, toEntry) =>
    Effect.acquireUseRelease(
      Effect.map(memory.forget(key), () => memory.moment(key)),
      () => change,
      (began, exit) => memory.replace(key, Exit.isSuccess(exit) ? toEntry(exit.value) : undefined, began)
    )

  const changeBothLevels: LevelChanges["changeBothLevels"] = (key, change, toEntry) =>
    Effect.zipRight(memory.forget(key), writes.withLock(key, changeLocked(key, change, toEntry)))

  const changeBothLevelsOf: LevelChanges["changeBothLevelsOf"] = (key, change, toEntry) =>
    Effect.suspend(() => {
      policyOf(key.space)
      return changeBothLevels(key, change, toEntry)
    })

  return { changeLocked, changeBothLevels, changeBothLevelsOf }
}
