/**
 * A second level as whoever uses it takes it.
 */
import * as Effect from "effect/Effect"
import type { ObjectStore } from "./ObjectStore.js"

/** An object store that says where its objects are. */
export interface DescribedStore extends ObjectStore {
  readonly description: string
}

/** Where the objects of a store are, for messages. */
export const descriptionOf = ({ description }: ObjectStore): string =>
  typeof description === "string" ? description : "second level/"

/**
 * The store, with what it may leave out either of its kind or absent. So a mock of some methods is a store: what it was
 * not given is absent where it may be, and dies where it may not.
 */
export const describedStore = (store: ObjectStore): DescribedStore => ({
  description: descriptionOf(store),
  place: typeof store.place === "string" ? store.place : undefined,
  maxObjectBytes: typeof store.maxObjectBytes === "number" ? store.maxObjectBytes : undefined,
  parts: typeof store.parts === "object" ? store.parts : undefined,
  load: (name, options) => store.load(name, options),
  save: (name, body) => store.save(name, body),
  // `Layer.mock` has a function for everything; those that it was not given are effects as well.
  saveOnce: typeof store.saveOnce === "function" && !Effect.isEffect(store.saveOnce)
    ? store.saveOnce.bind(store)
    : undefined,
  add: (name, body) => store.add(name, body),
  replace: (name, body, etag) => store.replace(name, body, etag),
  remove: (name) => store.remove(name),
  removeIfMatch: (name, etag) => store.removeIfMatch(name, etag),
  removeAll: (names) => store.removeAll(names),
  list: (prefix) => store.list(prefix)
})
