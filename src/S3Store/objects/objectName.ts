/**
 * Names of objects.
 */
import { createHash } from "node:crypto"

/**
 * Whether a name is one that every object store takes: segments of ASCII letters, digits, `.`, `_` and `-`, separated
 * by `/`; no segment is `.` or `..`, nor longer than 240 characters, and the name has at most 320.
 */
export const isObjectName = (name: string): boolean => name.length <= 320 && names.test(name)

/**
 * Whether an object is one of the entries, or their leases, right under a prefix that ends with `/`. What lies deeper, or
 * has another name, is somebody else's: a keyspace named `a/1` lies under the prefix of version `1` of the keyspace `a`.
 */
export const isEntryOrLeaseUnder = (prefix: string) => ({ name }: { readonly name: string }): boolean =>
  name.startsWith(prefix) && entryNames.test(name.slice(prefix.length))

/** Whether an object is an entry of some keyspace and version; not a lease, the marker of a tag, or somebody else's. */
export const isEntryName = (name: string): boolean => anyEntry.test(name)

/** The folder of objects that are written to try a store, and removed again. */
export const probeFolder = ".probe/"

/** The name of the entry whose lease an object is; nothing for another object. */
export const leasedEntryOf = (name: string): string | undefined => {
  const entry = isLeaseName(name) ? name.slice(0, -4) : ""
  return isEntryName(entry) ? entry : undefined
}

/** The name of an object that is called by a text of any length and characters: its SHA-256 in hexadecimal. */
export const digestName = (text: string): string => createHash("sha256").update(text).digest("hex")

/** The name of the lease beside an entry. */
export const leaseNameOf = (entryName: string): string => `${entryName}.run`

/** Whether the name of an entry or a lease is that of a lease. */
export const isLeaseName = (name: string): boolean => name.endsWith(".run")

const anyEntry = /^[^.].*\/[0-9a-f]{64}$/

const entryNames = /^[0-9a-f]{64}(?:\.run)?$/

const names = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,240}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,240})*$/
