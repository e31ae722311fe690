/**
 * An object store in two others, by the size of objects.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import { putNewest } from "../../Cache/common/putNewest.js"
import { consequences } from "../bucket/s3Answers.js"
import { describedStore } from "../objects/describedStore.js"
import { isEntryName, probeFolder } from "../objects/objectName.js"
import {
  ConditionalOutcome,
  type ListedObject,
  type LoadOptions,
  LoadOutcome,
  type ObjectStore
} from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { partsOf } from "../objects/partsOf.js"
import {
  contentFolder,
  contentNameOf,
  type ContentPointer,
  decodePointer,
  encodePointer,
  generationLength,
  isPointerLength,
  longestPointer,
  mayPoint
} from "./contentPointer.js"

/** What was seen of the pointer of an object. */
interface Seen {
  readonly etag: string
  readonly content: string
}

/** A content that was written, and what points to it. */
interface Content {
  readonly name: string
  readonly generation: string
  readonly pointer: Uint8Array
}

/** How many objects are known that are large. */
const mostSeen = 10_000

/** How often a load follows a pointer to what has just been replaced. */
const mostPointers = 8

/** How long a write waits until what it has replaced is gone, in milliseconds. */
const longestRemoval = 1000

/**
 * Objects in a small store; of large ones the content is in the large store, each under a name of its own that is never
 * written again, and the small store has a pointer to it. A content is written before its pointer and removed after it: so
 * the small store alone decides what there is, and whoever dies in between leaves a content that nobody points to.
 */
export const makeBySizeObjectStore = (
  smallStore: ObjectStore,
  largeStore: ObjectStore,
  limit: number
): ObjectStore => {
  const small = describedStore(smallStore)
  const large = describedStore(largeStore)
  const mostBytes = small.maxObjectBytes ?? Number.POSITIVE_INFINITY
  const mostOfEntry = Math.min(limit, mostBytes)
  /** Pointers by name. Each was there before whatever is asked for now. */
  const known = new Map<string, Seen>()

  const isLarge = (name: string, body: Uint8Array): boolean =>
    mayPoint(name) &&
    // What looks like a pointer would be taken for one.
    (body.length > (isEntryName(name) ? mostOfEntry : mostBytes) || decodePointer(body) !== undefined)

  // Pointers --------------------------------------------------------------------------------------------------------

  const pointerIn = (name: string, loaded: LoadOutcome): ContentPointer | undefined => {
    if (loaded._tag !== "Found" || loaded.body.length < loaded.size || !mayPoint(name)) return undefined
    return decodePointer(loaded.body)
  }

  /** What a pointer that was just loaded points to. Nothing is known any more of what has none. */
  const note = (name: string, loaded: LoadOutcome): ContentPointer | undefined => {
    const pointer = pointerIn(name, loaded)
    if (pointer !== undefined && loaded._tag === "Found") {
      const content = contentNameOf(name, pointer.generation)
      putNewest(known, name, { etag: loaded.etag, content }, mostSeen)
    } else {
      known.delete(name)
    }
    return pointer
  }

  const lookAt = (name: string, isCertain: boolean) => small.load(name, { firstBytes: longestPointer, isCertain })

  /** The content that is replaced by a change that begins now. Where that cannot be told, it is left to a search for orphans. */
  const contentBefore = (name: string, etag?: string): Effect.Effect<string | undefined> =>
    Effect.suspend(() => {
      const seen = known.get(name)
      if (!isEntryName(name) || (seen !== undefined && seen.etag === etag)) return Effect.succeed(seen?.content)
      return Effect.match(lookAt(name, false), {
        onFailure: () => seen?.content,
        onSuccess: (loaded) => {
          note(name, loaded)
          return known.get(name)?.content
        }
      })
    })

  /** Where a removal fails, or takes long, what is left is left to a search for orphans. */
  const unlessLong = (removal: Effect.Effect<unknown, ObjectStoreError>): Effect.Effect<void> =>
    Effect.asVoid(Effect.exit(Effect.timeoutOption(removal, Duration.millis(longestRemoval))))

  /** Removes a content that nothing points to. */
  const drop = (content: string | undefined): Effect.Effect<void> =>
    content === undefined ? Effect.void : unlessLong(large.remove(content))

  const forget = (name: string, content: string | undefined): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (content !== undefined && known.get(name)?.content === content) known.delete(name)
      return drop(content)
    })

  // Loading ---------------------------------------------------------------------------------------------------------

  const load: ObjectStore["load"] = (name, options = {}) => follow(name, options, 1)

  const follow = (
    name: string,
    options: LoadOptions,
    nth: number,
    missed?: string
  ): Effect.Effect<LoadOutcome, ObjectStoreError> => {
    const { firstBytes, ifNoneMatch } = options
    const isCertain = options.isCertain === true || nth > 1
    const first = firstBytes === undefined ? undefined : Math.max(firstBytes, longestPointer)
    return Effect.flatMap(small.load(name, { ifNoneMatch, isCertain, firstBytes: first }), (loaded) => {
      if (loaded._tag === "Unchanged") return Effect.succeed(loaded)
      const pointer = note(name, loaded)
      if (pointer === undefined || loaded._tag !== "Found") return Effect.succeed(loaded)
      const { etag, modified } = loaded
      const { generation, head, size } = pointer
      if (firstBytes !== undefined && head.length >= firstBytes) {
        return Effect.succeed(LoadOutcome.Found({ body: head, size, etag, modified }))
      }
      // Nobody writes it again: it is lost.
      if (generation === missed) return Effect.succeed(LoadOutcome.Absent())
      const content = large.load(contentNameOf(name, generation), { firstBytes, isCertain: options.isCertain })
      return Effect.flatMap(content, (there): Effect.Effect<LoadOutcome, ObjectStoreError> => {
        switch (there._tag) {
          case "Found":
            return Effect.succeed(LoadOutcome.Found({ body: there.body, size: there.size, etag, modified }))
          case "TooLarge":
            return Effect.succeed(LoadOutcome.TooLarge({ size: there.size, etag }))
          default:
            return nth < mostPointers ? follow(name, options, nth + 1, generation) : tooFast("load", name)
        }
      })
    })
  }

  const tooFast = (operation: string, name: string) =>
    Effect.suspend(() =>
      new ObjectStoreError({
        reason: "Conflict",
        operation,
        target: small.description + name,
        detail: `its content was replaced ${mostPointers} times while it was loaded`
      })
    )

  // Changing --------------------------------------------------------------------------------------------------------

  /** Writes the content of a large object, under a name that nothing points to yet. */
  const saveContent = (name: string, body: Uint8Array): Effect.Effect<Content, ObjectStoreError> =>
    Effect.suspend(() => {
      const generation = randomBytes(generationLength / 2).toString("hex")
      const content = contentNameOf(name, generation)
      return Effect.as(large.save(content, body), {
        name: content,
        generation,
        pointer: encodePointer(body, generation)
      })
    })

  /**
   * Writes an object, and then removes what is replaced by it.
   *
   * @param before the content of a large object that may be there, which is asked for only when this one is large, too
   * @param write writes it in the small store, or a pointer to it
   */
  const writing = (
    name: string,
    body: Uint8Array,
    before: Effect.Effect<string | undefined>,
    write: (body: Uint8Array) => Effect.Effect<ConditionalOutcome, ObjectStoreError>
  ): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
    Effect.suspend(() => {
      if (!isLarge(name, body)) {
        const old = known.get(name)?.content
        return Effect.tap(write(body), ({ _tag }) => _tag === "Written" ? forget(name, old) : Effect.void)
      }
      return Effect.gen(function*() {
        const old = yield* before
        const content = yield* saveContent(name, body)
        // What failed may still come to the small store, but for what is refused.
        const written = yield* Effect.tapError(
          write(content.pointer),
          ({ reason }) => consequences[reason].counts || reason === "Conflict" ? Effect.void : drop(content.name)
        )
        switch (written._tag) {
          case "Written":
            return yield* pointed(name, content, Option.getOrUndefined(written.etag), old)
          case "Refused":
            return yield* refused(name, content, old)
          default:
            return written
        }
      })
    })

  const pointed = (
    name: string,
    content: Content,
    etag: string | undefined,
    old: string | undefined
  ): Effect.Effect<ConditionalOutcome> =>
    Effect.suspend(() => {
      if (etag === undefined) known.delete(name)
      else putNewest(known, name, { etag, content: content.name }, mostSeen)
      return Effect.as(drop(old), ConditionalOutcome.Written({ etag: Option.fromNullable(etag) }))
    })

  /** What is in the way may be this very pointer, which was sent twice. */
  const refused = (name: string, content: Content, old: string | undefined): Effect.Effect<ConditionalOutcome> =>
    Effect.matchEffect(lookAt(name, true), {
      onFailure: () => Effect.succeed(ConditionalOutcome.Refused()),
      onSuccess: (loaded) =>
        loaded._tag === "Found" && note(name, loaded)?.generation === content.generation
          ? pointed(name, content, loaded.etag, old)
          : Effect.as(drop(content.name), ConditionalOutcome.Refused())
    })

  const put = (name: string, body: Uint8Array): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
    Effect.map(small.save(name, body), (etag) => ConditionalOutcome.Written({ etag }))

  const save: ObjectStore["save"] = (name, body) =>
    Effect.map(
      writing(name, body, contentBefore(name), (body) => put(name, body)),
      (written) => written._tag === "Written" ? written.etag : Option.none()
    )

  /** What points to nothing is in nobody's way. */
  const addOverLost = (name: string, body: Uint8Array): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
    Effect.flatMap(small.add(name, body), (added) =>
      added._tag === "Refused" && isEntryName(name)
        ? Effect.flatMap(lostPointer(name), (etag) =>
          etag === undefined ? Effect.succeed(added) : small.replace(name, body, etag))
        : Effect.succeed(added))

  /** The etag of a pointer whose content is not there; nothing where that is not certain. */
  const lostPointer = (name: string): Effect.Effect<string | undefined> =>
    Effect.orElseSucceed(
      Effect.flatMap(lookAt(name, true), (loaded) => {
        const pointer = pointerIn(name, loaded)
        return pointer === undefined || loaded._tag !== "Found"
          ? Effect.succeed(undefined)
          : Effect.map(
            large.load(contentNameOf(name, pointer.generation), { firstBytes: 1, isCertain: true }),
            ({ _tag }) => _tag === "Absent" ? loaded.etag : undefined
          )
      }),
      () => undefined
    )

  const remove: ObjectStore["remove"] = (name) =>
    Effect.flatMap(contentBefore(name), (old) => Effect.zipRight(small.remove(name), forget(name, old)))

  const removeIfMatch: ObjectStore["removeIfMatch"] = (name, etag) =>
    Effect.flatMap(contentBefore(name, etag), (old) =>
      Effect.tap(
        small.removeIfMatch(name, etag),
        (outcome) => outcome === "removed" ? forget(name, old) : Effect.void
      ))

  /** Whoever removes many has listed them. */
  const removeAll: ObjectStore["removeAll"] = (names) =>
    Effect.suspend(() => {
      const old = names.flatMap((name) => {
        const seen = known.get(name)
        return seen === undefined ? [] : [seen.content]
      })
      return Effect.zipRight(
        small.removeAll(names),
        old.length === 0 ? Effect.void : unlessLong(large.removeAll(old))
      )
    })

  // Listing ---------------------------------------------------------------------------------------------------------

  /** An object as it is listed, with the size of its content; nothing for what was removed meanwhile. */
  const listed = (object: ListedObject): Effect.Effect<ReadonlyArray<ListedObject>, ObjectStoreError> => {
    if (!isPointerLength(object.size)) return Effect.succeed([object])
    return Effect.map(lookAt(object.name, true), (loaded) => {
      const pointer = note(object.name, loaded)
      if (loaded._tag === "Absent" || loaded._tag === "Unchanged") return []
      // It may have been replaced since it was listed.
      return [{ ...object, size: pointer?.size ?? loaded.size, etag: object.etag === "" ? "" : loaded.etag }]
    })
  }

  const list: ObjectStore["list"] = (prefix) =>
    small.list(prefix).pipe(
      Stream.grouped(1000),
      Stream.mapEffect((objects) => Effect.forEach(objects, listed, { concurrency: 16 })),
      Stream.flattenIterables,
      Stream.flattenIterables
    )

  const { saveOnce } = small
  return {
    description: small.description,
    place: small.place,
    maxObjectBytes: large.maxObjectBytes,
    parts: partsOf(
      { name: "small", store: small },
      { name: "large", store: large, folder: `${contentFolder}${probeFolder}` }
    ),
    load,
    save,
    saveOnce: saveOnce === undefined
      ? undefined
      : (name, body) => writing(name, body, contentBefore(name), (body) => saveOnce(name, body)),
    add: (name, body) => writing(name, body, Effect.succeed(undefined), (body) => addOverLost(name, body)),
    replace: (name, body, etag) =>
      writing(name, body, contentBefore(name, etag), (body) => small.replace(name, body, etag)),
    remove,
    removeIfMatch,
    removeAll,
    list
  }
}
