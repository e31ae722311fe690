/**
 * Objects of any name under names of entries.
 */
import { Stream } from "effect"
import type { ObjectStore } from "effect-aws-cache/S3Store"
import { createHash } from "node:crypto"

/** The name of an entry. */
export const entryName = (name: string): string => `names/1/${createHash("sha256").update(name).digest("hex")}`

/** A store that has its objects in another one, each under the name of an entry. */
export const asEntries = (store: ObjectStore): ObjectStore => {
  const names = new Map<string, string>()
  const entry = (name: string) => {
    const hidden = entryName(name)
    names.set(hidden, name)
    return hidden
  }
  return {
    ...store,
    load: (name, options) => store.load(entry(name), options),
    save: (name, body) => store.save(entry(name), body),
    saveOnce: undefined,
    add: (name, body) => store.add(entry(name), body),
    replace: (name, body, etag) => store.replace(entry(name), body, etag),
    remove: (name) => store.remove(entry(name)),
    removeIfMatch: (name, etag) => store.removeIfMatch(entry(name), etag),
    removeAll: (all) => store.removeAll(all.map(entry)),
    list: (prefix) =>
      Stream.filter(
        Stream.map(store.list("names/"), (object) => ({ ...object, name: names.get(object.name) ?? object.name })),
        ({ name }) => name.startsWith(prefix)
      )
  }
}
