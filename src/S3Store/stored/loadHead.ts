/**
 * The header of an entry, by as few of its bytes as hold it.
 */
import type * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type { EntryError } from "../entry/EntryError.js"
import { disassembleHeader, headerNeeds } from "../entry/entryFrame.js"
import type { EntryHead, PayloadHeader } from "../entry/EntryHeader.js"
import type { LoadOutcome, ObjectStore } from "../objects/ObjectStore.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"

/** Of an entry, the bytes that mostly hold its header. */
export const usualHead = 4096

/** What has been removed or replaced meanwhile. */
export const gone = "gone"
/** Its type. */
export type Gone = typeof gone

/** What was loaded. */
type Found = Data.TaggedEnum.Value<LoadOutcome, "Found">

/** What an entry says about itself and its payload, without a key that is neither in its header nor in the bytes behind it. */
export type LoadedHead = EntryHead & PayloadHeader

/** It is longer than what the store reads, or than it says itself. */
const unreadable = Either.left("unreadable" as const)

/**
 * The header of an entry with its key, of its first bytes, or of more where those are not enough: of those that hold
 * the header, and then, where the key is behind it, of those that hold the key.
 */
export const completeHead = (
  store: Pick<ObjectStore, "load">,
  name: string,
  found: Found,
  more = 2
): Effect.Effect<Either.Either<LoadedHead, EntryError | "unreadable"> | Gone, ObjectStoreError> =>
  Effect.suspend(() => {
    const head = disassembleHeader(found.body)
    const isKnown = Either.isRight(head) && head.right.key !== undefined
    const needed = isKnown || found.body.length >= found.size ? undefined : headerNeeds(found.body)
    if (needed === undefined) return Exit.succeed(head)
    if (more === 0 || (needed !== Number.POSITIVE_INFINITY && needed > found.size)) return Effect.succeed(unreadable)
    const again = store.load(name, needed === Number.POSITIVE_INFINITY ? {} : { firstBytes: needed })
    return Effect.flatMap(again, (longer) => {
      // What was replaced meanwhile is fresh.
      if (longer._tag === "TooLarge") return Effect.succeed(unreadable)
      return longer._tag === "Found" && longer.etag === found.etag
        ? completeHead(store, name, longer, more - 1)
        : Effect.succeed(gone)
    })
  })
