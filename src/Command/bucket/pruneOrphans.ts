/**
 * Removing the contents of large entries that nothing points to any more.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { contentFolder } from "../../S3Store/levels/contentPointer.js"
import { orphansOf, type SearchedContents } from "../../S3Store/levels/removeOrphans.js"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { isWanted, prefixOf, type Wanted } from "./entriesOf.js"
import { objectKind } from "./objectKinds.js"
import type { Amount } from "./prune.js"

/** The two stores of one by size. */
export interface SmallAndLarge {
  readonly small: ObjectStore
  readonly large: ObjectStore
}

/** What was looked at, and what was removed of it, or would be. */
export interface SearchedOrphans {
  readonly examined: number
  readonly removed: Amount
}

/** How to do it. */
export interface PruneOrphansOptions {
  /** Whether nothing is removed: it is counted what would be. */
  readonly isDry: boolean
  /** How long ago they were written at least, in milliseconds. */
  readonly olderThan: number
  /** Only those of the entries of this keyspace. */
  readonly wanted?: Wanted | undefined
  /** Runs for so many that were removed. */
  readonly onRemoved?: (count: number) => Effect.Effect<void>
  readonly onProgress?: (searched: SearchedOrphans) => Effect.Effect<void>
}

/** Removes contents that no pointer in the small store names. Nobody writes one again under the name of another. */
export const pruneOrphans = (
  { large, small }: SmallAndLarge,
  { isDry, olderThan, onProgress = () => Effect.void, onRemoved = () => Effect.void, wanted }: PruneOrphansOptions
): Effect.Effect<SearchedOrphans, ObjectStoreError> => {
  const isMeant = (name: string) => {
    if (wanted === undefined) return true
    const kind = objectKind(name)
    return kind._tag === "Entry" && isWanted(wanted, kind.space)
  }
  const found = orphansOf(small, large, { olderThan, prefix: prefixOf(wanted), isMeant })
  return Effect.suspend(() => {
    let sum: SearchedOrphans = { examined: 0, removed: { entries: 0, bytes: 0 } }
    const meet = ({ examined, orphans }: SearchedContents) => {
      sum = {
        examined: sum.examined + examined,
        removed: {
          entries: sum.removed.entries + orphans.length,
          bytes: sum.removed.bytes + orphans.reduce((bytes, { size }) => bytes + size, 0)
        }
      }
      return onProgress(sum)
    }
    const remove = (orphans: SearchedContents["orphans"]) =>
      isDry || orphans.length === 0
        ? Effect.void
        : Effect.zipRight(large.removeAll(orphans.map(({ name }) => name)), onRemoved(orphans.length))
    return Effect.map(
      Stream.runForEach(
        found,
        (searched) => Effect.zipRight(remove(searched.orphans), Effect.suspend(() => meet(searched)))
      ),
      () => sum
    )
  })
}

/** How many objects tell whether a store finds what it lists. */
const sampled = 20

/**
 * What speaks against a small store being the one that contents belong to, for all or most of them would go: it has nothing at
 * all; or it does not find what it lists, as it looks for names elsewhere than programs write them.
 */
export const doubtOf = (
  { large, small }: SmallAndLarge
): Effect.Effect<"nothing" | "elsewhere" | undefined, ObjectStoreError> =>
  Effect.gen(function*() {
    const some = Array.from(yield* Stream.runCollect(Stream.take(small.list(""), sampled)))
    if (some.length === 0) {
      return Option.isSome(yield* Stream.runHead(large.list(contentFolder))) ? "nothing" : undefined
    }
    const found = yield* Effect.forEach(some, ({ name }) => small.load(name, { firstBytes: 1, isCertain: true }))
    // Some may have been removed just now.
    return found.filter(({ _tag }) => _tag === "Absent").length > some.length / 2 ? "elsewhere" : undefined
  })
