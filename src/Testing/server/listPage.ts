/**
 * Lists of objects, a page at a time.
 */
import { Buffer } from "node:buffer"
import type { S3Object } from "./S3Objects.js"

/** What is asked of a list. */
interface ListQuery {
  readonly prefix: string
  /** Empty for none. */
  readonly delimiter: string
  /** The key or the common prefix that the page comes after; empty for the first page. */
  readonly after: string
  readonly limit: number
}

/** A page, in the order of the bytes of names. */
interface ListPage {
  readonly objects: ReadonlyArray<readonly [key: string, object: S3Object]>
  readonly commonPrefixes: ReadonlyArray<string>
  /** The last name on it, where more follow. */
  readonly next: string | undefined
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** A page of these objects. */
export const listPage = (
  all: ReadonlyMap<string, S3Object>,
  { after, delimiter, limit, prefix }: ListQuery
): ListPage => {
  const sorted = [...all].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => byteOrder(a, b))
  const objects: Array<readonly [string, S3Object]> = []
  const commonPrefixes = new Set<string>()
  let last = ""
  for (const [key, object] of sorted) {
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length)
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length)
    const name = common ?? key
    if ((after !== "" && byteOrder(name, after) <= 0) || (common !== undefined && commonPrefixes.has(common))) continue
    if (objects.length + commonPrefixes.size >= limit) {
      return { objects, commonPrefixes: [...commonPrefixes], next: limit === 0 ? undefined : last }
    }
    last = name
    if (common === undefined) objects.push([key, object])
    else commonPrefixes.add(common)
  }
  return { objects, commonPrefixes: [...commonPrefixes], next: undefined }
}
