/**
 * A part of a store, by the beginning of names.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describedStore } from "../../S3Store/objects/describedStore.js"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"

/** The objects of a store whose names begin so, as a store; and what removes those that were written through it. */
export const inFolder = (
  behind: ObjectStore,
  folder: string
): { readonly store: ObjectStore; readonly cleanUp: Effect.Effect<void, ObjectStoreError> } => {
  const inner = describedStore(behind)
  const { saveOnce } = inner
  const names = new Set<string>()
  const noted = (name: string): string => {
    names.add(folder + name)
    return folder + name
  }
  return {
    store: {
      description: `${inner.description}${folder}`,
      place: inner.place,
      maxObjectBytes: inner.maxObjectBytes,
      load: (name, options) => inner.load(folder + name, options),
      save: (name, body) => inner.save(noted(name), body),
      saveOnce: saveOnce === undefined ? undefined : (name, body) => saveOnce(noted(name), body),
      add: (name, body) => inner.add(noted(name), body),
      replace: (name, body, etag) => inner.replace(noted(name), body, etag),
      remove: (name) => inner.remove(folder + name),
      removeIfMatch: (name, etag) => inner.removeIfMatch(folder + name, etag),
      removeAll: (names) => inner.removeAll(names.map((name) => folder + name)),
      // A name that a list should not have keeps its beginning, and is seen.
      list: (prefix) =>
        Stream.map(inner.list(folder + prefix), (object) => ({
          ...object,
          name: object.name.startsWith(folder) ? object.name.slice(folder.length) : object.name
        }))
    },
    cleanUp: Effect.suspend(() => inner.removeAll([...names]))
  }
}
