/**
 * The entries of a store, one after the other.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ListedObject, ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { isAtItsPlace, objectKind, partsOfSpace } from "./objectKinds.js"
import { type ReadHead, readHead } from "./readHead.js"
import type { MarksOf } from "./tagMarks.js"
import { type Verdict, verdictOf } from "./verdict.js"

/** An entry with its header, and what a reader would say; or an object that is in the place of one. */
export type Looked =
  | Exclude<ReadHead, { readonly _tag: "Head" }>
  | (Extract<ReadHead, { readonly _tag: "Head" }> & { readonly verdict: Verdict })

/** Looks at one. */
export const lookAt = (
  store: ObjectStore,
  marksOf: MarksOf,
  object: ListedObject
): Effect.Effect<Looked, ObjectStoreError> =>
  Effect.flatMap(readHead(store, object), (read): Effect.Effect<Looked, ObjectStoreError> =>
    read._tag !== "Head"
      ? Effect.succeed(read)
      : Effect.zipWith(
        // Tags of an entry under the prefix of another cache are marked there.
        marksOf(isAtItsPlace(object.name, read.head) ? read.head.tags : []),
        Clock.currentTimeMillis,
        (marks, now) => ({ ...read, verdict: verdictOf(read.head, read.modified, marks, now) })
      ))

/** Which keyspace is meant, and which version of it; all of them where none is named. */
export interface Wanted {
  readonly keyspace: string
  readonly version: string | undefined
}

/** `users:2`, or `users` for all versions. */
export const parseWanted = (text: string): Wanted => {
  const at = text.lastIndexOf(":")
  return at < 0
    ? { keyspace: text, version: undefined }
    : { keyspace: text.slice(0, at), version: text.slice(at + 1) }
}

/** Whether a space is meant. A folder of other libraries' entries has no version: it goes by its name. */
export const isWanted = (wanted: Wanted | undefined, space: string): boolean => {
  if (wanted === undefined) return true
  const parts = partsOfSpace(space)
  return wanted.version === undefined
    ? parts.keyspace === wanted.keyspace || space === wanted.keyspace
    : space === `${wanted.keyspace}/${wanted.version}`
}

/** What the names of the objects begin with that may be meant. */
export const prefixOf = (wanted: Wanted | undefined): string =>
  wanted === undefined ? "" : `${wanted.keyspace}/${wanted.version === undefined ? "" : `${wanted.version}/`}`

/**
 * The entries of a store, by groups: of a group so many headers are read at the same time.
 *
 * @param limit how many entries are looked at
 */
export const entriesOf = (
  store: ObjectStore,
  marksOf: MarksOf,
  wanted: Wanted | undefined,
  concurrency: number,
  limit = Number.POSITIVE_INFINITY
): Stream.Stream<ReadonlyArray<Looked>, ObjectStoreError> =>
  store.list(prefixOf(wanted)).pipe(
    Stream.filter((object) => {
      const kind = objectKind(object.name)
      return kind._tag === "Entry" && isWanted(wanted, kind.space)
    }),
    (entries) => limit === Number.POSITIVE_INFINITY ? entries : Stream.take(entries, limit),
    Stream.grouped(Math.max(128, concurrency)),
    Stream.mapEffect((objects) =>
      Effect.forEach(Array.from(objects), (object) => lookAt(store, marksOf, object), { concurrency })
    )
  )
