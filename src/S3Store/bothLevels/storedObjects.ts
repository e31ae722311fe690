/**
 * What lies under the name of an entry, whatever it is.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { credibleTime } from "../coordination/tagMarker.js"
import { longestHeader } from "../entry/entryFrame.js"
import type { EntryHead } from "../entry/EntryHeader.js"
import type { CacheKey } from "../keyspace/Keyspace.js"
import { MemoryEntry } from "../memory/MemoryEntry.js"
import type { LoadOutcome } from "../objects/ObjectStore.js"
import type { CacheDecodeError, CacheDecodeReason, ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { decodeEntry, tooLarge } from "../stored/entryCodec.js"
import type { CacheLevels } from "./CacheLevels.js"
import type { Loading } from "./loading.js"

/** An object under the name of an entry. */
export interface StoredObject {
  readonly etag: string
  /** What it says about itself; nothing where not even that can be read. */
  readonly header: EntryHead | undefined
  /** Why it is not the entry that belongs there, where that was looked at. */
  readonly error: CacheDecodeError | undefined
}

/** Looks at objects under the names of entries. */
export interface StoredObjects {
  /** What says of itself what lies there, of its first bytes: at most 4 KiB, or 64 KiB where its header is long. */
  readonly readHeader: (
    key: { readonly objectName: string }
  ) => Effect.Effect<StoredObject | undefined, ObjectStoreError>
  /** The same of an object that was loaded, with what a look at all of it tells. */
  readonly inspect: <K, V, F>(
    key: CacheKey<K, V, F>,
    object: Extract<LoadOutcome, { readonly _tag: "Found" | "TooLarge" }>
  ) => Effect.Effect<StoredObject, ObjectStoreError>
  /** Whether its time is over, or one of its tags was invalidated since it was made. */
  readonly isOver: <K, V, F>(key: CacheKey<K, V, F>, header: EntryHead) => Effect.Effect<boolean, ObjectStoreError>
}

/**
 * Whether an object that looks like this may have been damaged on its way, so that a second look is worth it. The first
 * five bytes are under no checksum.
 */
export const mayBeDamage = (reason: CacheDecodeReason | undefined): boolean =>
  reason === "UnknownVersion" || isCorrupt(reason)

/** Whether nobody can use an object that is like this, now or later. */
export const isCorrupt = (reason: CacheDecodeReason | undefined): boolean =>
  reason === "Damaged" || reason === "NotAnEntry"

const unseenContent = Exit.die("its content was not looked at")
const unseen = { value: unseenContent, copy: undefined }
const firstBytes = 4096
/** The longest header, and what stands before. */
const mostFirstBytes = longestHeader + 128

/** Makes what looks at objects under the names of entries. */
export const makeStoredObjects = ({ format, name, policyOf, store }: CacheLevels, loading: Loading): StoredObjects => {
  const loadHeader = (name: string, firstBytes: number): Effect.Effect<StoredObject | undefined, ObjectStoreError> =>
    Effect.flatMap(store.load(name, { firstBytes, isCertain: true }), (object) => {
      if (object._tag === "Absent" || object._tag === "Unchanged") return Effect.succeed(undefined)
      if (object._tag === "TooLarge") return Effect.succeed({ etag: object.etag, header: undefined, error: undefined })
      const header = format.decodeHeader(object.body)
      return Either.isLeft(header) && header.left.reason === "Damaged" && object.body.length < object.size &&
          firstBytes < mostFirstBytes
        ? loadHeader(name, mostFirstBytes)
        : Effect.succeed({
          etag: object.etag,
          header: Either.getOrUndefined(withCredibleTime(header, object.modified)),
          error: undefined
        })
    })

  return {
    readHeader: (key) => loadHeader(key.objectName, firstBytes),
    inspect: (key, object) =>
      Effect.gen(function*() {
        if (object._tag === "TooLarge") {
          const first = yield* loadHeader(key.objectName, firstBytes)
          const header = first?.etag === object.etag ? first.header : undefined
          return { etag: object.etag, header, error: tooLarge(name, key, object.size) }
        }
        const header = Either.getOrUndefined(withCredibleTime(format.decodeHeader(object.body), object.modified))
        const now = yield* Clock.currentTimeMillis
        const held = yield* Effect.either(decodeEntry(format, key, policyOf(key.space), object, now))
        return { etag: object.etag, header, error: Either.isLeft(held) ? held.left : undefined }
      }),
    isOver: (key, { created, expires, tags }) =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        if (expires <= now) return true
        const unread = MemoryEntry.of(key.space, unseen, {
          policy: policyOf(key.space),
          made: created,
          came: now,
          freshUntil: expires,
          tags,
          etag: undefined,
          bytes: 0,
          isOwn: false,
          ahead: 0,
          took: undefined,
          lead: 0
        })
        const held = yield* loading.applyTags(unread)
        // Of what is unknown nobody can say that it need not stay.
        return held === undefined || (held !== "unknown" && held.freshUntil <= now)
      })
  }
}

/** The header with a time that can be believed. */
const withCredibleTime = <E>(
  header: Either.Either<EntryHead, E>,
  modified: number | undefined
): Either.Either<EntryHead, E> =>
  Either.map(header, (header) => ({ ...header, created: credibleTime(header.created, modified) }))
