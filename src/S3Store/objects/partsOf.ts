/**
 * What a store over two others is made of.
 */
import type { ObjectStore, ObjectStorePart, ObjectStoreParts } from "./ObjectStore.js"

/** What a store is called in one that is over it: by what it is called itself, if it is over others, too. */
const nameIn = ({ name, store }: { readonly name: string; readonly store: ObjectStore }): string =>
  store.parts === undefined ? name : `${store.parts.name} of ${name}`

const othersIn = (
  { name, store }: { readonly name: string; readonly store: ObjectStore }
): ReadonlyArray<ObjectStorePart> =>
  (store.parts?.others ?? []).map((part) => ({ ...part, name: `${part.name} of ${name}` }))

/**
 * The parts of a store that asks one of two for most, and the other for some.
 *
 * @param most the one that is asked wherever the store itself is
 */
export const partsOf = (
  most: { readonly name: string; readonly store: ObjectStore },
  some: ObjectStorePart
): ObjectStoreParts => ({
  name: nameIn(most),
  others: [...othersIn(most), { ...some, name: nameIn(some) }, ...othersIn(some)]
})
