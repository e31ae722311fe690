/**
 * The header of an object that is an entry, as far as one can say.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ListedObject, ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { completeHead, gone, type LoadedHead, usualHead } from "../../S3Store/stored/loadHead.js"

/**
 * What the first bytes of an object say:
 *
 * - `Head`: it is an entry;
 * - `Unreadable`: it is none that this version can read, and why;
 * - `Gone`: it was removed or replaced meanwhile.
 */
export type ReadHead =
  | {
    readonly _tag: "Head"
    readonly object: ListedObject
    readonly head: LoadedHead
    readonly etag: string
    readonly modified: number | undefined
  }
  | {
    readonly _tag: "Unreadable"
    readonly object: ListedObject
    readonly etag: string
    readonly why: string
    /** Whether another version of the library may be able to. */
    readonly isForOthers: boolean
    /** Whether it begins as entries do. Names of 64 hexadecimal digits are what others give to their objects, too. */
    readonly isEntry: boolean
  }
  | { readonly _tag: "Gone"; readonly object: ListedObject }

/** Reads the header of an object, with as few bytes as hold it. */
export const readHead = (
  store: ObjectStore,
  object: ListedObject
): Effect.Effect<ReadHead, ObjectStoreError> => {
  const unreadable = (etag: string, why: string, { isEntry = true, isForOthers = false } = {}): ReadHead => ({
    _tag: "Unreadable",
    ...{ object, etag, why, isForOthers, isEntry }
  })
  const read = Effect.flatMap(
    store.load(object.name, { firstBytes: usualHead }),
    (found): Effect.Effect<ReadHead, ObjectStoreError> => {
      if (found._tag === "TooLarge") {
        return Effect.succeed(unreadable(found.etag, "it is too large", { isEntry: false }))
      }
      if (found._tag !== "Found") return Effect.succeed({ _tag: "Gone", object })
      const { etag, modified } = found
      return Effect.map(completeHead(store, object.name, found), (head): ReadHead => {
        if (head === gone) return { _tag: "Gone", object }
        return Either.match(head, {
          onLeft: (fault) =>
            fault === "unreadable"
              ? unreadable(etag, "it is cut off")
              : unreadable(etag, fault.detail, {
                isForOthers: fault.reason === "UnknownVersion",
                isEntry: fault.reason !== "NotAnEntry"
              }),
          onRight: (head) => ({ _tag: "Head", object, head, etag, modified })
        })
      })
    }
  )
  // One object that S3 refuses to give out, archived or under another key of KMS, is no reason to give up the rest.
  return Effect.catchAll(read, (error) =>
    error.reason === "Rejected" || error.reason === "Encryption"
      ? Effect.succeed(unreadable(object.etag, error.detail, { isForOthers: true, isEntry: false }))
      : Effect.fail(error))
}
