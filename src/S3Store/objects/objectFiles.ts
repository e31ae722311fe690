/**
 * The files of an object store in a folder.
 */
import type * as Path from "@effect/platform/Path"
import { createHash } from "node:crypto"

/** Where the files of an object are: a folder it shares with others, and what their names begin with. */
export interface ObjectPlace {
  readonly folder: string
  readonly last: string
}

/**
 * The place of an object. The segments of its name but the last are folders, whose names end in `.d`; in the innermost
 * the objects are spread over 256 folders by a hash of the last segment, so that none of them grows large. Nothing of
 * a name that `isObjectName` accepts can lead out of the root.
 */
export const placeOf = (path: Path.Path, root: string, name: string): ObjectPlace => {
  const segments = name.split("/")
  const last = segments.at(-1) ?? ""
  const bucket = createHash("sha256").update(last).digest("hex").slice(0, 2)
  return { folder: path.join(root, ...segments.slice(0, -1).map((segment) => `${segment}.d`), bucket), last }
}

/** The name of the file that holds a version of an object. */
export const versionFile = (last: string, version: number): string => `${last}.${version}`

/**
 * The highest number of a version: no object is ever written so often. Whoever plants a higher one has made no version.
 */
export const lastVersion = 9_999_999_999_999

/**
 * What the name of a file says: the last segment of its object's name, and the version; nothing for a temporary file.
 */
export const parseVersionFile = (file: string): { readonly last: string; readonly version: number } | undefined => {
  const match = /^([A-Za-z0-9._-]+)\.(\d{1,13})$/.exec(file)
  const [, last, version] = match ?? []
  return last === undefined || version === undefined ? undefined : { last, version: Number(version) }
}

/** What the names of temporary files begin with: no name of a version does. */
export const temporaryPrefix = "~"

/** The name of a segment by the name of its folder; nothing for another folder. */
export const parseFolder = (folder: string): string | undefined =>
  folder.endsWith(".d") ? folder.slice(0, -2) : undefined
