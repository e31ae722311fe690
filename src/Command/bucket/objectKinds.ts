/**
 * What an object of a store is, by its name.
 */
import { type EntryHead, folderOf } from "../../S3Store/entry/EntryHeader.js"
import { isLeaseName, isObjectName } from "../../S3Store/objects/objectName.js"

/** What an object is: an entry or the lease of one, in a space; the marker of a tag; or somebody else's. */
export type ObjectKind =
  | { readonly _tag: "Entry" | "Lease"; readonly space: string }
  | { readonly _tag: "Marker" }
  | { readonly _tag: "Other" }

const marker: ObjectKind = { _tag: "Marker" }
const other: ObjectKind = { _tag: "Other" }

const inSpace = /^(.+)\/[0-9a-f]{64}(?:\.run)?$/
/** The folders of markers, leases and probes: of this cache, or of one whose prefix lies further down. */
const hidden = /^\.|\/\.(?:tags|leases|notice|probe)(?:\/|$)/
const inTags = /^\.tags\/[0-9a-f]{64}(?:\.invalidated|\.expired)?$/

/** The kind of an object. A space is the folder that entries lie in: the name of a keyspace and its version. */
export const objectKind = (name: string): ObjectKind => {
  if (inTags.test(name)) return marker
  const space = inSpace.exec(name)?.[1]
  if (space === undefined || hidden.test(space) || !isObjectName(name)) return other
  return { _tag: isLeaseName(name) ? "Lease" : "Entry", space }
}

/** The name of the keyspace and the version of a space: the version is its last segment. */
export const partsOfSpace = (space: string): { readonly keyspace: string; readonly version: string } => {
  const at = space.lastIndexOf("/")
  return at < 0 ? { keyspace: space, version: "" } : { keyspace: space.slice(0, at), version: space.slice(at + 1) }
}

/** What an entry says of where it belongs. */
type PlacedHead = Pick<EntryHead, "keyspace" | "version" | "folder">

/**
 * What a space is, by the header of an entry in it: a version of a keyspace, or a folder of another library's entries.
 * Either may lie under the prefix of another cache. Nothing where the entry belongs elsewhere.
 */
export const kindOfSpace = (
  space: string,
  { keyspace, ...head }: PlacedHead
): "version" | "folder" | undefined => {
  const isIn = (own: string) => space === own || space.endsWith(`/${own}`)
  return isIn(`${keyspace}/${folderOf(head)}`) ? "version" : isIn(keyspace) ? "folder" : undefined
}

/**
 * Whether an object is called as the entry of a cache right here: one that lies under the prefix of another cache is asked
 * for there, and that one's markers of tags count.
 */
export const isAtItsPlace = (
  name: string,
  { keyspace, ...head }: PlacedHead
): boolean => {
  const kind = objectKind(name)
  return kind._tag === "Entry" && (kind.space === `${keyspace}/${folderOf(head)}` || kind.space === keyspace)
}
