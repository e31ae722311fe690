/**
 * How an `S3Cache` writes.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { CacheExistsError } from "../../Cache/errors/CacheErrors.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import { ObjectStoreError, type ObjectStoreReason } from "../objects/ObjectStoreErrors.js"
import type { S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import { type Prepared, prepareValue } from "../stored/entryCodec.js"
import type { LateWrites } from "../stored/LateWrites.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { CacheLevels } from "./CacheLevels.js"
import { type LevelChanges, makeLevelChanges } from "./changeBothLevels.js"
import type { Reading } from "./reading.js"
import { isOld, makeRemoving, type Removing } from "./removing.js"
import { isCorrupt, makeStoredObjects, mayBeDamage, type StoredObject } from "./storedObjects.js"

/** What became of a write that takes the place of one particular object, or of none. */
export type PutOutcome =
  | { readonly _tag: "Written"; readonly held: MemoryEntry }
  /** There is another object. One that looked damaged was loaded twice, unless others replaced it meanwhile. */
  | { readonly _tag: "InTheWay"; readonly stored: StoredObject; readonly isSeenTwice: boolean }
  /** The object whose place it was to take is gone. */
  | { readonly _tag: "Gone" }

/** What was there when a computation began. */
export interface Before {
  /** The etag of the object; `undefined`: there was none. */
  readonly etag: string | undefined
  /** Until when that is promised to some, if it is known: whoever looks may remove it then. Before that, it is removed on purpose. */
  readonly promisedUntil: number | undefined
}

/** The writing operations of a cache. */
export interface Writing extends LevelChanges, Removing, Pick<S3CacheService, "set" | "add"> {
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
   * @param before where one process of all computes: it is not written where what was there has been removed
   */
  readonly addFailure: <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    stale: MemoryEntry | undefined,
    before?: Before
  ) => Effect.Effect<MemoryEntry | undefined, ObjectStoreError>
}

const attempts = 4

/** Why a failure that was not written is kept in memory all the same. */
const keepsFailure: ReadonlySet<ObjectStoreReason> = new Set(["ConditionalWritesUnsupported", "Unreadable", "ReadOnly"])

/** Makes the writing operations. */
export const makeWriting = (levels: CacheLevels, reading: Reading, late: LateWrites): Writing => {
  const { behind, clashes, format, ledger, markers, memory, name, policyOf, store } = levels
  const storedObjects = makeStoredObjects(levels, reading)
  const changes = makeLevelChanges(levels)
  const { changeBothLevels } = changes
  const removing = makeRemoving(levels, reading, late, changes)
  const { invalidate, removeStale, withdrawStale } = removing

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

  const set: Writing["set"] = (key, value, options) =>
    Effect.flatMap(prepare(key, value, options), ({ entry, isKept }) => {
      if (!isKept) return invalidate(key)
      return Effect.flatMap(memory.peek(key), ({ held }) => {
        entry.held.costAs(held)
        return policyOf(key.space).write === "behind"
          ? Effect.zipRight(behind.offer(key, entry), memory.replace(key, entry.held))
          : Effect.asVoid(
            changeBothLevels(key, Effect.zipRight(behind.withdraw(key), save(key, entry, held?.etag)), (held) => held)
          )
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
    stale?: MemoryEntry,
    before?: Before
  ): Effect.Effect<MemoryEntry, CacheExistsError | ObjectStoreError> =>
    Effect.gen(function*() {
      const isHidden = before?.etag !== undefined && etag === undefined && attempt === 1
      const outcome = isHidden ? yield* inspect(key, entry) : yield* putInPlaceOf(key, entry, etag)
      if (outcome._tag === "Written") return outcome.held
      if (outcome._tag === "Gone" && before?.etag !== undefined) {
        const now = yield* Clock.currentTimeMillis
        if (before.promisedUntil === undefined || before.promisedUntil > now) return yield* exists(key)
      }
      const next = outcome._tag === "Gone"
        ? undefined
        : isOld(stale, outcome.stored.header)
        ? outcome.stored.etag
        : yield* requireGivingWay(key, outcome.stored, outcome.isSeenTwice)
      return attempt < attempts
        ? yield* addOnce(key, entry, next, attempt + 1, stale, before)
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

  const addFailure: Writing["addFailure"] = (key, entry, stale, before) =>
    Effect.flatMap(
      withdrawStale(key, stale),
      (isNewest) => isNewest ? addOnce(key, entry, stale?.etag, 1, stale, before) : exists(key)
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

  return { ...changes, ...removing, save, putInPlaceOf, addFailure, set, add }
}
