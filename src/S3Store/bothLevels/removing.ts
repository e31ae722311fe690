/**
 * How an `S3Cache` removes.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import type { EntryHead } from "../entry/EntryHeader.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import type { CacheDecodeError, ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { Prepared } from "../stored/entryCodec.js"
import type { LateWrites } from "../stored/LateWrites.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { CacheLevels } from "./CacheLevels.js"
import type { LevelChanges } from "./changeBothLevels.js"
import type { Loaded } from "./loading.js"
import type { Reading } from "./reading.js"
import { makeStoredObjects, mayBeDamage } from "./storedObjects.js"

/** The removing operations of a cache. */
export interface Removing extends Pick<S3CacheService, "remove" | "pop" | "invalidate"> {
  /** Removes the object of a key, whatever it is; only within a change. */
  readonly removeObject: (key: AnyKey) => Effect.Effect<void, ObjectStoreError>
  /** The same, but only the object with this etag: whether it is gone. */
  readonly removeThis: (key: AnyKey, etag: string) => Effect.Effect<boolean, ObjectStoreError>
  /**
   * Lets an old value not be written any more. Whether no newer one waits.
   *
   * @param stale the old value
   */
  readonly withdrawStale: (key: AnyKey, stale: MemoryEntry | undefined) => Effect.Effect<boolean>
  /** Removes an old value from the second level, and no other; only for whoever holds the key's lock. */
  readonly removeStale: (key: AnyKey, stale: MemoryEntry) => Effect.Effect<void, ObjectStoreError>
}

/** Makes the removing operations. */
export const makeRemoving = (
  levels: CacheLevels,
  reading: Reading,
  late: LateWrites,
  { changeBothLevelsOf }: LevelChanges
): Removing => {
  const { behind, clashes, ledger, name, policyOf, store } = levels
  const storedObjects = makeStoredObjects(levels, reading)

  const removed = (key: AnyKey) =>
    Effect.suspend(() => {
      clashes.forget(key)
      ledger.record({ _tag: "Removed", key, reason: "deleted" })
      return late.changed(key, undefined)
    })

  const removeObject: Removing["removeObject"] = (key) => Effect.zipRight(store.remove(key.objectName), removed(key))

  const removeThis: Removing["removeThis"] = (key, etag) =>
    Effect.flatMap(store.removeIfMatch(key.objectName, etag), (outcome) => {
      switch (outcome) {
        case "removed":
          return Effect.as(removed(key), true)
        case "unsupported":
          return Effect.as(removeObject(key), true)
        default:
          return Effect.succeed(false)
      }
    })

  const invalidate: Removing["invalidate"] = (key) =>
    changeBothLevelsOf(key, Effect.zipRight(behind.withdraw(key), removeObject(key)), () => undefined)

  const withdrawStale: Removing["withdrawStale"] = (key, stale) =>
    Effect.suspend(() => {
      const waiting = behind.waiting(key)?.held
      return waiting !== undefined && waiting.isValue && waiting.made > (stale?.made ?? Number.NEGATIVE_INFINITY)
        ? Effect.succeed(false)
        : Effect.as(behind.withdraw(key), true)
    })

  const removeStale: Removing["removeStale"] = (key, stale) =>
    Effect.gen(function*() {
      if (!(yield* withdrawStale(key, stale))) return
      if (stale.etag !== undefined && (yield* removeThis(key, stale.etag))) return
      const there = yield* storedObjects.readHeader(key)
      if (there?.header !== undefined && isOld(stale, there.header)) yield* removeThis(key, there.etag)
    })

  /** What a removal found absent must not come to life by a write that was given up before. */
  const cancelLateToo = <A>(
    key: AnyKey,
    removal: Effect.Effect<A, CacheNotFoundError | ObjectStoreError>
  ): Effect.Effect<A, CacheNotFoundError | ObjectStoreError> =>
    Effect.tapErrorTag(removal, "CacheNotFoundError", () => late.changed(key, undefined))

  const notFound = (key: AnyKey, unreadable?: CacheDecodeError) =>
    new CacheNotFoundError({
      cache: name,
      key: String(key),
      ...(unreadable === undefined
        ? {}
        : { detail: `what lay there was removed, and could not be read: ${unreadable.detail} (${unreadable.reason})` })
    })

  /** The fresh value of what is held, as its tags leave it, if it has one. */
  const freshContentOf = <K, V, F>(
    key: CacheKey<K, V, F>,
    held: MemoryEntry | undefined
  ): Effect.Effect<Exit.Exit<V, F> | undefined> =>
    Effect.map(
      Clock.currentTimeMillis,
      (now) => held === undefined || held.freshUntil <= now ? undefined : held.contentFor(key.space)
    )

  /** Removes the object below what waits, and then what waits: so nothing is lost when the former fails. */
  const removeWith = (key: AnyKey, waiting: Prepared) =>
    Effect.zipRight(
      removeObject(key),
      Effect.suspend(() => behind.waiting(key) === waiting ? behind.withdraw(key) : Effect.succeed(undefined))
    )

  const pop: Removing["pop"] = (key) =>
    changeBothLevelsOf(
      key,
      cancelLateToo(
        key,
        Effect.gen(function*() {
          const waiting = behind.waiting(key)
          const loaded = waiting === undefined ? yield* loadForPop(key) : undefined
          if (waiting !== undefined) yield* removeWith(key, waiting)
          else if (loaded?.held !== undefined || loaded?.unreadable !== undefined || loaded?.isUnknown === true) {
            yield* removeObject(key)
          } else if (loaded?.promised?.etag !== undefined) yield* removeThis(key, loaded.promised.etag)
          const content = yield* freshContentOf(
            key,
            waiting === undefined ? loaded?.held : yield* reading.usableByTags(waiting.held)
          )
          return content === undefined || Exit.isFailure(content)
            ? yield* notFound(key, loaded?.unreadable)
            : content.value
        })
      ),
      () => undefined
    )

  /** What looks damaged is loaded again: one bad answer must not cost the value. */
  const loadForPop = <K, V, F>(key: CacheKey<K, V, F>): Effect.Effect<Loaded, ObjectStoreError> => {
    const load = reading.load(key, { ...policyOf(key.space), onUnreadable: "miss" })
    return Effect.flatMap(load, (loaded) => mayBeDamage(loaded.unreadable?.reason) ? load : Effect.succeed(loaded))
  }

  // It does not depend on reading: the look only tells whether there was something to remove.
  const remove: Removing["remove"] = (key) =>
    changeBothLevelsOf(
      key,
      cancelLateToo(
        key,
        Effect.gen(function*() {
          const waiting = yield* behind.withdraw(key)
          if (waiting !== undefined) {
            yield* removeObject(key)
            const content = yield* freshContentOf(key, yield* reading.usableByTags(waiting.held))
            return content === undefined ? yield* notFound(key) : undefined
          }
          const there = yield* Effect.either(storedObjects.readHeader(key))
          if (Either.isRight(there) && there.right === undefined) return yield* notFound(key)
          const header = Either.isRight(there) ? there.right?.header : undefined
          const isOver = Either.isRight(there) && header !== undefined &&
            (yield* Effect.catchAll(storedObjects.isOver(key, header), () => Effect.succeed(false)))
          if (!isOver || there.right === undefined) return yield* removeObject(key)
          // A fresh one that was written in its place meanwhile stays.
          const outcome = yield* Effect.catchAll(store.removeIfMatch(key.objectName, there.right.etag), Effect.succeed)
          if (outcome === "unsupported") yield* Effect.ignore(removeObject(key))
          return yield* notFound(key)
        })
      ),
      () => undefined
    )

  return { removeObject, removeThis, withdrawStale, removeStale, invalidate, pop, remove }
}

/**
 * Whether what lies there is an old value. Where its etag is known, anything else was written later, whatever the clock of
 * its writer says: but for one that has only got another time to live.
 */
export const isOld = (stale: MemoryEntry | undefined, there: EntryHead | undefined): boolean =>
  stale !== undefined && there !== undefined &&
  (stale.etag === undefined ? there.created <= stale.made : there.created === stale.made)
