/**
 * An object store that only reads.
 */
import * as Effect from "effect/Effect"
import { describedStore, descriptionOf } from "../objects/describedStore.js"
import type { ObjectStore } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"

/** The store behind, of which nothing is written or removed: no such request is made. The log says so once, now. */
export const makeReadOnlyObjectStore = (behind: ObjectStore): Effect.Effect<ObjectStore> =>
  Effect.as(
    Effect.logInfo(
      `${
        descriptionOf(behind)
      } is only read: nothing is written or removed there, and nobody waits for what another process computes`
    ),
    readOnly(behind)
  )

const readOnly = (behind: ObjectStore): ObjectStore => {
  const { description, list, load, maxObjectBytes, parts, place } = describedStore(behind)

  const refused = (operation: string, name: string): Effect.Effect<never, ObjectStoreError> =>
    Effect.suspend(() =>
      new ObjectStoreError({
        reason: "ReadOnly",
        operation,
        target: description + name,
        detail: "this process only reads here: nothing was written or removed"
      })
    )

  return {
    description: `${description} (read only)`,
    place,
    maxObjectBytes,
    parts: parts === undefined
      ? undefined
      : { ...parts, others: parts.others.map((part) => ({ ...readOnly(part), name: part.name, folder: part.folder })) },
    load,
    list,
    save: (name) => refused("save", name),
    add: (name) => refused("add", name),
    replace: (name) => refused("replace", name),
    remove: (name) => refused("remove", name),
    removeIfMatch: (name) => refused("remove", name),
    removeAll: ([name]) => name === undefined ? Effect.void : refused("remove", name)
  }
}
