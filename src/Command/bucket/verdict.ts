/**
 * What a reader would say to an entry, by its header and the marks of its tags.
 */
import { credibleTime } from "../../S3Store/coordination/tagMarker.js"
import { lateFor } from "../../S3Store/entry/EntryHeader.js"
import type { LoadedHead } from "../../S3Store/stored/loadHead.js"
import type { TagMarks } from "./tagMarks.js"

/**
 * What a reader would say:
 *
 * - `Fresh`: it is given out;
 * - `Expired`: it is given out only where values may be stale (`staleWhileRevalidate`, `staleIfError`, `staleIfSlow`), for so
 *   long after `since`: by its writer, until `until`, where that is later; `tag` is the one that let it expire;
 * - `Invalidated`: a miss, since the tag was invalidated after it was made;
 * - `TagUnknown`: a miss as long as the marker of the tag cannot be read;
 * - `Foreign`: a miss, since the object is not called by its key.
 */
export type Verdict =
  | { readonly _tag: "Fresh"; readonly until: number }
  | { readonly _tag: "Expired"; readonly since: number; readonly until: number; readonly tag: string | undefined }
  | { readonly _tag: "Invalidated"; readonly tag: string; readonly at: number }
  | { readonly _tag: "TagUnknown"; readonly tag: string }
  | { readonly _tag: "Foreign" }

/** When the value of an entry was made, as far as the clock of its writer can be believed. */
const madeAt = (head: LoadedHead, modified: number | undefined): number => credibleTime(head.created, modified)

/** What a reader would say at a moment. Which object it is, is not looked at. */
export const verdictOf = (
  head: LoadedHead,
  modified: number | undefined,
  marks: TagMarks,
  now: number
): Verdict => {
  const made = madeAt(head, modified)
  const { expired, invalidated, unknown } = marks
  if (invalidated !== undefined && made <= invalidated.at) return { _tag: "Invalidated", ...invalidated }
  if (unknown !== undefined) return { _tag: "TagUnknown", tag: unknown }
  if (expired !== undefined && made <= expired.at) {
    return expiredSince(head, Math.min(head.expires, expired.at, now), expired.tag)
  }
  return head.expires > now ? { _tag: "Fresh", until: head.expires } : expiredSince(head, head.expires, undefined)
}

const expiredSince = (head: LoadedHead, since: number, tag: string | undefined): Verdict => ({
  _tag: "Expired",
  since,
  until: since + lateFor(head),
  tag
})

/** Whether it has expired, and its writer may still give it out: what it promises to readers. */
export const isStale = (verdict: Verdict, now: number): boolean => verdict._tag === "Expired" && verdict.until > now
