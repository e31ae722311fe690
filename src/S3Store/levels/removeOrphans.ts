/**
 * Contents of a large store that nothing points to.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ListedObject, ObjectStore } from "../objects/ObjectStore.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { contentFolder, decodePointer, longestPointer, ownerOfContent } from "./contentPointer.js"
import type { RemovedOrphans } from "./ObjectStoreBySizePolicy.js"

/** Which contents to look at. */
export interface OrphanSearch {
  /** How long ago they were written at least, in milliseconds. */
  readonly olderThan: number
  /** What the names of their objects begin with. Default: all. */
  readonly prefix?: string
  /** Whether an object is meant, by its name. Default: all are. */
  readonly isMeant?: (name: string) => boolean
}

/** Longer than any write takes, in milliseconds: what is younger may not be taken for an orphan. */
export const shortestOrphanAge = 3_600_000

/** Contents that were looked at, and which of them are orphans. */
export interface SearchedContents {
  readonly examined: number
  readonly orphans: ReadonlyArray<ListedObject>
}

/**
 * The contents that are older than so many milliseconds, and that no pointer in the small store names, a page at a time. A
 * younger one may be of a write whose pointer is still to come; an older one never gets a pointer again.
 */
export const orphansOf = (
  small: ObjectStore,
  large: ObjectStore,
  { isMeant = () => true, olderThan, prefix = "" }: OrphanSearch
): Stream.Stream<SearchedContents, ObjectStoreError> =>
  Stream.unwrap(Effect.map(Clock.currentTimeMillis, (now) => {
    const before = now - olderThan

    /** A content, where it is an orphan. */
    const orphan = (object: ListedObject): Effect.Effect<ReadonlyArray<ListedObject>, ObjectStoreError> => {
      const owner = ownerOfContent(object.name)
      if (owner === undefined || object.modified > before) return Effect.succeed([])
      return Effect.map(small.load(owner.name, { firstBytes: longestPointer, isCertain: true }), (loaded) => {
        const isPointedTo = loaded._tag === "Found" && loaded.body.length === loaded.size &&
          decodePointer(loaded.body)?.generation === owner.generation
        return isPointedTo ? [] : [object]
      })
    }

    return large.list(contentFolder + prefix).pipe(
      Stream.filter(({ name }) => isMeant(ownerOfContent(name)?.name ?? name)),
      Stream.grouped(1000),
      Stream.mapEffect((objects) =>
        Effect.map(Effect.forEach(objects, orphan, { concurrency: 16 }), (found) => ({
          examined: objects.length,
          orphans: found.flat()
        }))
      )
    )
  }))

/** Removes them. */
export const removeOrphans = (
  small: ObjectStore,
  large: ObjectStore,
  olderThan: number
): Effect.Effect<RemovedOrphans, ObjectStoreError> =>
  Effect.gen(function*() {
    let examined = 0
    let removed = 0
    yield* Stream.runForEach(orphansOf(small, large, { olderThan }), (searched) => {
      examined += searched.examined
      removed += searched.orphans.length
      return searched.orphans.length === 0
        ? Effect.void
        : large.removeAll(searched.orphans.map(({ name }) => name))
    })
    return { examined, removed }
  })
