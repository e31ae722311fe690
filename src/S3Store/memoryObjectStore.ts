/**
 * An object store in this process's memory.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ObjectStore, StoredObject } from "./ObjectStore.js"

/**
 * Objects in memory, for tests and for programs that have no bucket. It honours every condition, and hands out copies:
 * what a caller does with the bytes afterwards reaches nobody else.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeMemoryObjectStore: Effect.Effect<ObjectStore> = Effect.sync(() => {
  const objects = new Map<string, StoredObject>()
  let writes = 0
  const put = (name: string, body: Uint8Array) => {
    objects.set(name, { body: body.slice(), etag: `"${++writes}"` })
  }
  return {
    description: "memory",
    load: (name) =>
      Effect.sync(() =>
        Option.map(Option.fromNullable(objects.get(name)), ({ body, etag }) => ({ body: body.slice(), etag }))
      ),
    save: (name, body) => Effect.sync(() => put(name, body)),
    add: (name, body) =>
      Effect.sync(() => {
        if (objects.has(name)) return "refused"
        put(name, body)
        return "written"
      }),
    replace: (name, body, etag) =>
      Effect.sync(() => {
        if (objects.get(name)?.etag !== etag) return "refused"
        put(name, body)
        return "written"
      }),
    remove: (name) => Effect.sync(() => void objects.delete(name)),
    removeIfMatch: (name, etag) =>
      Effect.sync(() => {
        if (objects.get(name)?.etag === etag) objects.delete(name)
      })
  }
})
