/**
 * How an `S3Cache` writes.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { CacheExistsError, CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import type { EntryHead } from "../entry/EntryHeader.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import { type CacheDecodeError, ObjectStoreError, type ObjectStoreReason } from "../objects/ObjectStoreErrors.js"
import type { S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import { type Prepared, prepareValue } from "../stored/entryCodec.js"
import type { LateWrites } from "../stored/LateWrites.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { CacheLevels } from "./CacheLevels.js"
import type { Loaded, Reading } from "./reading.js"
import { isCorrupt, makeStoredObjects, mayBeDamage, type StoredObject } from "./storedObjects.js"

/** What became of a write that takes the place of one particular object, or of none. */
export type PutOutcome =
  | { readonly _tag: "Written"; readonly held: MemoryEntry }
  /** There is another object. One that looked damaged was loaded twice, unless others replaced it meanwhile. */
  | { readonly _tag: "InTheWay"; readonly stored: StoredObject; readonly isSeenTwice: boolean }
  /** The object whose place it was to take is gone. */
  | { readonly _tag: "Gone" }

/** The writing operations of a cache. */
export interface Writing extends Pick<S3CacheService, "set" | "add" | "remove" | "pop" | "invalidate"> {
  /**
   * Changes the second level, then the memory level: what `change` returns is kept there. Changes of one key go one at a
   * time, so that both levels see them in the same order. While one runs, and when it fails with its effect unknown, the
   * memory level holds nothing under the key; loads and computations under way are not kept.
   */
  readonly changeBothLevels: <A, E>(
    key: AnyKey,
    change: Effect.Effect<A, E>,
    toEntry: (result: A) => MemoryEntry | undefined
  ) => Effect.Effect<A, E>
  /** The same for whoever holds the key's lock. */
  readonly changeLocked: Writing["changeBothLevels"]
  /** Removes the object of a key, whatever it is; only within a change. */
  readonly removeObject: (key: AnyKey) => Effect.Effect<void, ObjectStoreError>
  /** The same, but only the object with this etag: whether it is gone. */
  readonly removeThis: (key: AnyKey, etag: string) => Effect.Effect<boolean, ObjectStoreError>
  /** Writes an entry whether there was one or not. What memory is to keep. */
  readonly save: (
    key: AnyKey,
    entry: Prepared,
    seen?: string
  ) => Effect.Effect<MemoryEntry | undefined, ObjectStoreError>
  /** Writes an entry only in place of the object with this etag, or of none. */
  readonly putInPlaceOf: <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    etag: string | undefined
  ) => Effect.Effect<PutOutcome, ObjectStoreError>
  /**
   * Writes an entry that holds a failure, where no live value is, or none but an old one; only for whoever holds the key's
   * lock. What memory is to keep, if anything. Where conditions are not honoured, where something lies that cannot be
   * read, and in a store that is only read, it is not written, and memory keeps it; the old value is removed.
   *
   * @param stale the old value
   */
  readonly addFailure: <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    stale: MemoryEntry | undefined
  ) => Effect.Effect<MemoryEntry | undefined, ObjectStoreError>
  /** Removes an old value from the second level, and no other; only for whoever holds the key's lock. */
  readonly removeStale: (key: AnyKey, stale: MemoryEntry) => Effect.Effect<void, ObjectStoreError>
}

const attempts = 4

/** Why a failure that was not written is kept in memory all the same. */
const keepsFailure: ReadonlySet<ObjectStoreReason> = new Set(["ConditionalWritesUnsupported", "Unreadable", "ReadOnly"])

/** Makes the writing operations. */
export const makeWriting = (levels: CacheLevels, reading: Reading, late: LateWrites): Writing => {
  const { behind, clashes, format, ledger, markers, memory, name, policyOf, store, writes } = levels
  const storedObjects = makeStoredObjects(levels, reading)

  const changeLocked: Writing["changeLocked"] = (key, change, toEntry) =>
    Effect.acquireUseRelease(
      Effect.map(memory.forget(key), () => memory.moment(key)),
      () => change,
      (began, exit) => memory.replace(key, Exit.isSuccess(exit) ? toEntry(exit.value) : undefined, began)
    )

  const changeBothLevels: Writing["changeBothLevels"] = (key, change, toEntry) =>
    Effect.zipRight(memory.forget(key), writes.withLock(key, changeLocked(key, change, toEntry)))

  /** The same, where nothing else has asked how the keyspace is heard of. */
  const changeBothLevelsOf = <K, V, F, A, E>(
    key: CacheKey<K, V, F>,
    change: Effect.Effect<A, E>,
    toEntry: (result: A) => MemoryEntry | undefined
  ): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      policyOf(key.space)
      return changeBothLevels(key, change, toEntry)
    })

  const recordWrite = (key: AnyKey, entry: Prepared, etag: Option.Option<string>): MemoryEntry => {
    clashes.forget(key)
    ledger.record({ _tag: "Inserted", key })
    return Option.match(etag, { onNone: () => entry.held, onSome: (etag) => entry.held.withEtag(etag) })
  }

  const save: Writing["save"] = (key, entry, seen) =>
    late.writing(
      key,
      entry,
      store.saveOnce === undefined
        ? saveAgain(key, entry)
        : Effect.flatMap(
          store.saveOnce(key.objectName, entry.body),
          (outcome) =>
            outcome._tag === "Written"
              ? Effect.succeed(recordWrite(key, entry, outcome.etag))
              : resolve(key, entry, seen, attempts)
        )
    )

  const saveAgain = (key: AnyKey, entry: Prepared): Effect.Effect<MemoryEntry, ObjectStoreError> =>
    Effect.map(store.save(key.objectName, entry.body), (etag) => recordWrite(key, entry, etag))

  /**
   * After a write whose answer was lost: it is done where it lies there, or was followed by a newer one, and is done
   * again only in place of what is older. So the repetition never brings an old value back. What this process had seen
   * before is older, whatever the clock of its maker says.
   *
   * @param seen the etag of the entry that memory held before
   */
  const resolve = (
    key: AnyKey,
    entry: Prepared,
    seen: string | undefined,
    left: number
  ): Effect.Effect<MemoryEntry | undefined, ObjectStoreError> =>
    Effect.gen(function*() {
      const there = yield* Effect.mapError(
        store.load(key.objectName, { firstBytes: 4096 }),
        ({ cause, detail, reason, target }) =>
          new ObjectStoreError({
            reason,
            operation: "save",
            target,
            detail: `no answer to it, nor to a look whether it was done. ${detail}`,
            ...(cause === undefined ? {} : { cause })
          })
      )
      const header = there._tag === "Found" ? Option.getRight(format.decodeHeader(there.body)) : Option.none()
      if (there._tag === "Found" && Option.isSome(header)) {
        if (header.value.writeId === entry.writeId) return recordWrite(key, entry, Option.some(there.etag))
        if (header.value.created > entry.held.made && there.etag !== seen) return undefined
      }
      const outcome = there._tag === "Found"
        ? yield* store.replace(key.objectName, entry.body, there.etag)
        : yield* store.add(key.objectName, entry.body)
      if (outcome._tag === "Written") return recordWrite(key, entry, outcome.etag)
      return left > 1 ? yield* resolve(key, entry, seen, left - 1) : yield* saveAgain(key, entry)
    }).pipe(
      Effect.catchIf(({ reason }) => reason === "ConditionalWritesUnsupported", () => saveAgain(key, entry))
    )

  const removed = (key: AnyKey) =>
    Effect.suspend(() => {
      clashes.forget(key)
      ledger.record({ _tag: "Removed", key, reason: "deleted" })
      return late.changed(key, undefined)
    })

  const removeObject: Writing["removeObject"] = (key) => Effect.zipRight(store.remove(key.objectName), removed(key))

  const removeThis: Writing["removeThis"] = (key, etag) =>
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

  // After a refusal, or an answer that leaves it open: whose object is it? After a lost reply it may be this very write.
  const inspect = <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    suspect?: string
  ): Effect.Effect<PutOutcome, ObjectStoreError> =>
    Effect.gen(function*() {
      const object = yield* store.load(key.objectName, { isCertain: true })
      if (object._tag === "Absent" || object._tag === "Unchanged") return { _tag: "Gone" }
      const there = yield* storedObjects.inspect(key, object)
      if (there.header?.writeId === entry.writeId) {
        return { _tag: "Written", held: recordWrite(key, entry, Option.some(object.etag)) }
      }
      return suspect === undefined && mayBeDamage(there.error?.reason)
        ? yield* inspect(key, entry, object.etag)
        // Another object than the one that was suspect was looked at only once.
        : { _tag: "InTheWay", stored: there, isSeenTwice: suspect === object.etag }
    })

  const putInPlaceOf: Writing["putInPlaceOf"] = (key, entry, etag) =>
    Effect.flatMap(
      etag === undefined ? store.add(key.objectName, entry.body) : store.replace(key.objectName, entry.body, etag),
      (outcome) =>
        outcome._tag === "Written"
          ? Effect.succeed<PutOutcome>({ _tag: "Written", held: recordWrite(key, entry, outcome.etag) })
          : inspect(key, entry)
    )

  const prepare = <K, V, F>(key: CacheKey<K, V, F>, value: V, options: S3CacheWriteOptions = {}) =>
    Effect.flatMap(markers.moment, (moment) =>
      Effect.map(
        prepareValue(format, key, value, policyOf(key.space), options, moment),
        (entry) => ({ entry, isKept: entry.held.freshUntil > moment.now })
      ))

  const withdrawAnd = <A, E>(key: AnyKey, change: Effect.Effect<A, E>) => Effect.zipRight(behind.withdraw(key), change)

  const invalidate: Writing["invalidate"] = (key) =>
    changeBothLevelsOf(key, withdrawAnd(key, removeObject(key)), () => undefined)

  const set: Writing["set"] = (key, value, options) =>
    Effect.flatMap(prepare(key, value, options), ({ entry, isKept }) => {
      if (!isKept) return invalidate(key)
      return Effect.flatMap(memory.peek(key), ({ held }) => {
        entry.held.costAs(held)
        return policyOf(key.space).write === "behind"
          ? Effect.zipRight(behind.offer(key, entry), memory.replace(key, entry.held))
          : Effect.asVoid(changeBothLevels(key, withdrawAnd(key, save(key, entry, held?.etag)), (held) => held))
      })
    })

  const exists = (key: AnyKey) => new CacheExistsError({ cache: name, key: String(key) })

  /**
   * The etag of what an `add` may take the place of: nobody can use it. What others may be able to use stays: a newer
   * version of the library, who has another key or another schema.
   *
   * @returns `undefined`: it is to be looked at again
   */
  const requireGivingWay = <K, V, F>(
    key: CacheKey<K, V, F>,
    { error, etag, header }: StoredObject,
    isSeenTwice: boolean
  ): Effect.Effect<string | undefined, CacheExistsError | ObjectStoreError> =>
    Effect.gen(function*() {
      if (error !== undefined && isCorrupt(error.reason)) return isSeenTwice ? etag : undefined
      if (
        header !== undefined && (header.outcome === "failure" || (yield* storedObjects.isOver(key, header)))
      ) return etag
      return yield* error === undefined ? exists(key) : new ObjectStoreError({
        reason: "Unreadable",
        operation: "add",
        target: store.description + key.objectName,
        detail: `something is there already that this process cannot read (${error.reason}): ${error.detail}. ` +
          "Others may be able to: add leaves it. Use remove, or set, to replace it",
        cause: error
      })
    })

  const addOnce = <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    etag: string | undefined,
    attempt: number,
    // An old value gives way, too.
    stale?: MemoryEntry
  ): Effect.Effect<MemoryEntry, CacheExistsError | ObjectStoreError> =>
    Effect.gen(function*() {
      const outcome = yield* putInPlaceOf(key, entry, etag)
      if (outcome._tag === "Written") return outcome.held
      const next = outcome._tag === "Gone"
        ? undefined
        : isOld(stale, outcome.stored.header)
        ? outcome.stored.etag
        : yield* requireGivingWay(key, outcome.stored, outcome.isSeenTwice)
      return attempt < attempts
        ? yield* addOnce(key, entry, next, attempt + 1, stale)
        : yield* new ObjectStoreError({
          reason: "Conflict",
          operation: "add",
          target: store.description + key.objectName,
          detail: `other writers were faster ${attempts} times in a row`
        })
    })

  const requireBytesGivingWay = <K, V, F>(key: CacheKey<K, V, F>, body: Uint8Array) =>
    Effect.flatMap(
      storedObjects.inspect(key, { _tag: "Found", body, size: body.length, etag: "" }),
      (there) => requireGivingWay(key, there, true)
    )

  /** Fails as `add` does, and writes nothing. */
  const requireAbsent = <K, V, F>(key: CacheKey<K, V, F>): Effect.Effect<void, CacheExistsError | ObjectStoreError> =>
    Effect.gen(function*() {
      const policy = policyOf(key.space)
      const held = yield* reading.readMemory(key, policy, reading.loadShared)
      if (held?.isValue === true && held.freshUntil > (yield* Clock.currentTimeMillis)) return yield* exists(key)
      if (behind.waiting(key) !== undefined) return
      const object = yield* store.load(key.objectName)
      if (object._tag !== "Found" && object._tag !== "TooLarge") return
      yield* requireGivingWay(key, yield* storedObjects.inspect(key, object), true)
    })

  /**
   * Lets an old value not be written any more. Whether no newer one waits.
   *
   * @param stale the old value
   */
  const withdrawStale = (key: AnyKey, stale: MemoryEntry | undefined): Effect.Effect<boolean> =>
    Effect.suspend(() => {
      const waiting = behind.waiting(key)?.held
      return waiting !== undefined && waiting.isValue && waiting.made > (stale?.made ?? Number.NEGATIVE_INFINITY)
        ? Effect.succeed(false)
        : Effect.as(behind.withdraw(key), true)
    })

  const removeStale: Writing["removeStale"] = (key, stale) =>
    Effect.gen(function*() {
      if (!(yield* withdrawStale(key, stale))) return
      if (stale.etag !== undefined && (yield* removeThis(key, stale.etag))) return
      const there = yield* storedObjects.readHeader(key)
      if (there?.header !== undefined && isOld(stale, there.header)) yield* removeThis(key, there.etag)
    })

  const addFailure: Writing["addFailure"] = (key, entry, stale) =>
    Effect.flatMap(
      withdrawStale(key, stale),
      (isNewest) => isNewest ? addOnce(key, entry, stale?.etag, 1, stale) : exists(key)
    ).pipe(
      Effect.catchAll((error): Effect.Effect<MemoryEntry | undefined, ObjectStoreError> => {
        // Somebody has written a newer value.
        if (error._tag === "CacheExistsError") {
          return Effect.as(stale === undefined ? Effect.void : memory.drop(key, stale), undefined)
        }
        if (!keepsFailure.has(error.reason)) return Effect.fail(error)
        return Effect.as(stale === undefined ? Effect.void : Effect.ignore(removeStale(key, stale)), entry.held)
      })
    )

  const add: Writing["add"] = (key, value, options) =>
    Effect.flatMap(
      prepare(key, value, options),
      ({ entry, isKept }): Effect.Effect<void, CacheExistsError | ObjectStoreError> =>
        isKept
          ? Effect.asVoid(changeBothLevels(
            key,
            Effect.suspend(() => {
              const waiting = behind.waiting(key)
              if (waiting === undefined) return addOnce(key, entry, undefined, 1)
              return Effect.flatMap(
                Effect.either(requireBytesGivingWay(key, waiting.body)),
                // Written all the same: without it an older object would come to life again.
                (outcome) =>
                  Either.isLeft(outcome)
                    ? Effect.fail(outcome.left)
                    : Effect.zipRight(behind.writeNow(key), addOnce(key, entry, undefined, 1))
              )
            }),
            (held) => held
          ))
          : requireAbsent(key)
    )

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

  const pop: Writing["pop"] = (key) =>
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
          }
          const content = yield* freshContentOf(
            key,
            waiting === undefined ? loaded?.held : yield* reading.applyKnownTags(waiting.held)
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
  const remove: Writing["remove"] = (key) =>
    changeBothLevelsOf(
      key,
      cancelLateToo(
        key,
        Effect.gen(function*() {
          const waiting = yield* behind.withdraw(key)
          if (waiting !== undefined) {
            yield* removeObject(key)
            const content = yield* freshContentOf(key, yield* reading.applyKnownTags(waiting.held))
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

  return {
    save,
    putInPlaceOf,
    addFailure,
    removeStale,
    changeBothLevels,
    changeLocked,
    removeObject,
    removeThis,
    set,
    add,
    pop,
    remove,
    invalidate
  }
}

/**
 * Whether what lies there is an old value. Where its etag is known, anything else was written later, whatever the clock of
 * its writer says: but for one that has only got another time to live.
 */
const isOld = (stale: MemoryEntry | undefined, there: EntryHead | undefined): boolean =>
  stale !== undefined && there !== undefined &&
  (stale.etag === undefined ? there.created <= stale.made : there.created === stale.made)
