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

/**
 * Removes the contents that are older than so many milliseconds, and that no pointer in the small store names. A younger one
 * may be of a write whose pointer is still to come; an older one never gets a pointer again.
 */
export const removeOrphans = (
  small: ObjectStore,
  large: ObjectStore,
  olderThan: number
): Effect.Effect<RemovedOrphans, ObjectStoreError> =>
  Effect.gen(function*() {
    const before = (yield* Clock.currentTimeMillis) - olderThan
    let examined = 0
    let removed = 0

    /** The name of a content, where it is an orphan. */
    const orphan = ({ modified, name }: ListedObject): Effect.Effect<ReadonlyArray<string>, ObjectStoreError> => {
      const owner = ownerOfContent(name)
      if (owner === undefined || modified > before) return Effect.succeed([])
      return Effect.map(small.load(owner.name, { firstBytes: longestPointer, isCertain: true }), (loaded) => {
        const isPointedTo = loaded._tag === "Found" && loaded.body.length === loaded.size &&
          decodePointer(loaded.body)?.generation === owner.generation
        return isPointedTo ? [] : [name]
      })
    }

    yield* Stream.runForEach(Stream.grouped(large.list(contentFolder), 1000), (objects) =>
      Effect.flatMap(Effect.forEach(objects, orphan, { concurrency: 16 }), (found) => {
        const names = found.flat()
        examined += objects.length
        removed += names.length
        return names.length === 0 ? Effect.void : large.removeAll(names)
      }))
    return { examined, removed }
  })
