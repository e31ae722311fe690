/**
 * Removing what was looked at, and nothing else.
 */
import * as Effect from "effect/Effect"
import type { ListedObject, ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"

/** What became of it: it is gone, or was written again since it was looked at, and stays. */
export type Removal = "removed" | "rewritten"

/**
 * Removes an object only if it is still the one that was listed, or that has this etag. Where the store honours no
 * conditions on removals, a look right before it takes their place.
 *
 * @param seen the etag of what was looked at, where that is known
 */
export const removeSeen = (
  store: ObjectStore,
  object: ListedObject,
  seen: string = object.etag
): Effect.Effect<Removal, ObjectStoreError> =>
  Effect.gen(function*() {
    const etag = seen === "" ? yield* etagOf(store, object) : seen
    if (etag === undefined) return "rewritten"
    switch (yield* store.removeIfMatch(object.name, etag)) {
      case "removed":
        return "removed"
      case "refused":
        return "rewritten"
      case "unsupported": {
        const there = yield* store.load(object.name, { firstBytes: 1 })
        if (there._tag !== "Found" || there.etag !== etag) return "rewritten"
        yield* store.remove(object.name)
        return "removed"
      }
      case "unknown": {
        const there = yield* store.load(object.name, { firstBytes: 1 })
        return there._tag === "Absent" ? "removed" : "rewritten"
      }
    }
  })

/** The etag of what was listed, by a store whose lists have none; nothing if it was written again since. */
const etagOf = (store: ObjectStore, { modified, name }: ListedObject) =>
  Effect.map(
    store.load(name, { firstBytes: 1 }),
    (there) => there._tag === "Found" && there.modified === modified ? there.etag : undefined
  )
