/**
 * What the markers of tags say, each asked for once.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import * as Store from "../../Cache/Store.js"
import { loadMarker } from "../../S3Store/coordination/loadMarker.js"
import type { TagMarker } from "../../S3Store/coordination/tagMarker.js"
import { describedStore } from "../../S3Store/objects/describedStore.js"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"

/** What the tags of an entry say: which of them was invalidated last, and which had its entries expire last. */
export interface TagMarks {
  readonly invalidated: { readonly tag: string; readonly at: number } | undefined
  readonly expired: { readonly tag: string; readonly at: number } | undefined
  /** A tag whose marker cannot be read: readers do not go by such an entry. */
  readonly unknown: string | undefined
}

/** The marks of some tags. */
export type MarksOf = (tags: ReadonlyArray<string>) => Effect.Effect<TagMarks, ObjectStoreError>

const none: TagMarks = { invalidated: undefined, expired: undefined, unknown: undefined }

/** How many tags are known at the same time. */
const mostTags = 10_000

type Known = TagMarker | "unreadable"

/** Asks for markers, and remembers them while the scope lives. */
export const makeTagMarks = (store: ObjectStore): Effect.Effect<MarksOf, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const described = describedStore(store)
    const known = yield* Store.make<string, Known, ObjectStoreError>({
      name: "tag markers",
      maxSize: mostTags,
      failure: (error): error is ObjectStoreError => error instanceof ObjectStoreError
    })
    const load = (tag: string): Effect.Effect<Known, ObjectStoreError> =>
      Effect.catchAll(
        loadMarker(described, tag),
        (error) => error.reason === "Unreadable" ? Effect.succeed<Known>("unreadable") : Effect.fail(error)
      )
    return (tags) =>
      tags.length === 0
        ? Effect.succeed(none)
        : Effect.map(
          Effect.forEach(tags, (tag) => Effect.map(known.getOrCompute(tag, load(tag)), (marker) => ({ tag, marker }))),
          (found) => {
            const latest = (how: "invalidated" | "expired") =>
              found.reduce<TagMarks["expired"]>((last, { marker, tag }) => {
                const at = marker === "unreadable" ? Number.NEGATIVE_INFINITY : marker[how].at
                return at > (last?.at ?? Number.NEGATIVE_INFINITY) ? { tag, at } : last
              }, undefined)
            return {
              invalidated: latest("invalidated"),
              expired: latest("expired"),
              unknown: found.find(({ marker }) => marker === "unreadable")?.tag
            }
          }
        )
  })
