/**
 * What a store over two others is made of.
 */
import type { DescribedStore } from "./describedStore.js"
import type { ObjectStorePart, ObjectStoreParts } from "./ObjectStore.js"

/** One of the two, and what it is called in the store over them. */
interface Named {
  readonly name: string
  readonly store: DescribedStore
}

/** What a store is called in one that is over it: by what it is called itself, if it is over others, too. */
const nameIn = ({ name, store }: Named): string => store.parts === undefined ? name : `${store.parts.name} of ${name}`

const othersIn = ({ name, store }: Named): ReadonlyArray<ObjectStorePart> =>
  (store.parts?.others ?? []).map((part) => ({ ...part, name: `${part.name} of ${name}` }))

/**
 * The parts of a store that asks one of two for most, and the other for some.
 *
 * @param most the one that is asked wherever the store itself is
 */
export const partsOf = (most: Named, some: Named & { readonly folder: string }): ObjectStoreParts => ({
  name: nameIn(most),
  others: [...othersIn(most), { ...some.store, name: nameIn(some), folder: some.folder }, ...othersIn(some)]
})
