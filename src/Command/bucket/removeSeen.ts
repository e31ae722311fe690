/**
 * Removing what was looked at, and nothing else.
 */
import * as Effect from "effect/Effect"
import type { ListedObject, ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"

/** What became of it: it is gone, somebody else had removed it, or it was written again since it was looked at, and stays. */
export type Removal = "removed" | "gone" | "rewritten"

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
    const look = store.load(object.name, { firstBytes: 1 })
    let etag = seen
    if (etag === "") {
      // The lists of the store have none.
      const there = yield* look
      if (there._tag === "Absent") return "gone"
      if (there._tag !== "Found" || there.modified !== object.modified) return "rewritten"
      etag = there.etag
    }
    switch (yield* store.removeIfMatch(object.name, etag)) {
      case "removed":
        return "removed"
      case "refused":
        return (yield* look)._tag === "Absent" ? "gone" : "rewritten"
      case "unsupported": {
        const there = yield* look
        if (there._tag === "Absent") return "gone"
        if (there._tag !== "Found" || there.etag !== etag) return "rewritten"
        yield* store.remove(object.name)
        return "removed"
      }
      case "unknown":
        return (yield* look)._tag === "Absent" ? "removed" : "rewritten"
    }
  })
