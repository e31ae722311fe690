/**
 * Loading from the second level: joined by all who load a key, judged by its tags and its time; what has expired is removed
 * there.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { clockOf } from "../../effect/clocks.js"
import { credibleTime } from "../coordination/tagMarker.js"
import type { TagMark } from "../coordination/TagStates.js"
import { lateFor } from "../entry/EntryHeader.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import { MemoryEntry } from "../memory/MemoryEntry.js"
import type { StoredObject } from "../objects/ObjectStore.js"
import { type CacheDecodeError, ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import { decodeEntry, tooLarge } from "../stored/entryCodec.js"
import { type CacheLevels, logProblem } from "./CacheLevels.js"

/** What a load from the second level found. */
export interface Loaded {
  /** The entry, if it is of any use. */
  readonly held: MemoryEntry | undefined
  /** The entry with the etag that was given is still there. */
  readonly unchanged: boolean
  /** The etag of what lies there now, whatever it is; `undefined` for nothing. */
  readonly etag: string | undefined
  /** The entry, if it is of no use here, and stays: its writer promises it to others, who may have it late for longer. */
  readonly promised?: MemoryEntry
  /** Why what lies there cannot be read, if it cannot. */
  readonly unreadable?: CacheDecodeError
  /** An entry is there, but one of its tags cannot be asked for. */
  readonly isUnknown?: boolean
  /** When it began, of what something is heard. */
  readonly began?: number
  /** When it was made, if it does not fit the schema and is left alone, as its program runs: `SchemaClashes`. */
  readonly leftSince?: number | undefined
}

/** Loads the entry of a key from the second level. */
export type Load = <K, V, F>(
  key: CacheKey<K, V, F>,
  policy: EntryPolicy,
  ifNoneMatch?: string
) => Effect.Effect<Loaded, ObjectStoreError>

/** The loading operations of a cache. */
export interface Loading {
  /**
   * The entry in the second level. One that is of no use to anybody any more is removed there, but never a fresh one in its
   * place.
   *
   * @param ifNoneMatch an etag that need not be transferred again
   */
  readonly load: Load
  /** The same, shared by all who load it at the same time, and kept in memory: in a flight of its own. */
  readonly loadShared: Load
  /** The same for the code of a flight: a part of that flight, unless such a load is under way, which is joined. */
  readonly loadInside: Load
  /** The entry in the second level, of this very keyspace; also one that is of use to others only. */
  readonly loadEntry: <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy,
    load: Load
  ) => Effect.Effect<MemoryEntry | undefined, ObjectStoreError>
  /**
   * An entry as its tags leave it: nothing when one was invalidated since it was made; `unknown` when one cannot be asked
   * for, and what is known of it is too old to go by.
   */
  readonly applyTags: (held: MemoryEntry) => Effect.Effect<MemoryEntry | undefined | "unknown">
  /** The same, and nothing for an unknown tag. */
  readonly usableByTags: (held: MemoryEntry) => Effect.Effect<MemoryEntry | undefined>
}

/** How often an entry is loaded while something is heard of it. */
const mostLoads = 3

const clashMessage = ({ keyspace, version }: AnyKey, detail: string): string =>
  `${keyspace}/${version}: a program that runs now writes what does not fit the schema of this one, so what this one ` +
  `computes is kept in its memory only: ${detail}. Raise the version of the keyspace with its schema, and name the old one ` +
  "in previous"

/** Makes the loading operations. */
export const makeLoading = (levels: CacheLevels): Loading => {
  const { beliefsOf, clashes, format, ledger, markers, memory, name, store } = levels
  const loads = memory.flights.group<Loaded, ObjectStoreError>("effect-aws-cache.S3Cache.load")

  const removeOver = (key: AnyKey, etag: string, isExpired: boolean): Effect.Effect<Loaded> =>
    Effect.match(store.removeIfMatch(key.objectName, etag), {
      onFailure: () => ({ held: undefined, unchanged: false, etag }),
      onSuccess: (outcome) => {
        if (outcome !== "removed") return { held: undefined, unchanged: false, etag }
        if (isExpired) ledger.record({ _tag: "Removed", key, reason: "expired" })
        return { held: undefined, unchanged: false, etag: undefined }
      }
    })

  const reportUnreadable = (
    key: AnyKey,
    policy: EntryPolicy,
    error: CacheDecodeError,
    etag: string,
    leftSince?: number
  ): Effect.Effect<Loaded, ObjectStoreError> => {
    if (leftSince === undefined) clashes.forget(key)
    ledger.record({ _tag: "Unreadable", key, reason: error.reason, detail: error.detail })
    ledger.record({ _tag: "Miss", key })
    return policy.onUnreadable === "fail"
      ? new ObjectStoreError({
        reason: "Unreadable",
        operation: "load",
        target: store.description + key.objectName,
        detail: error.detail,
        cause: error
      })
      : Effect.as(
        // Of those the log has told once.
        leftSince === undefined ? logProblem(levels, key, error) : Effect.void,
        { held: undefined, unchanged: false, etag, unreadable: error, leftSince }
      )
  }

  /** A value of another schema may be that of a program that runs. */
  const reportMisfit = <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy,
    error: CacheDecodeError,
    { body, etag, modified }: StoredObject,
    now: number
  ): Effect.Effect<Loaded, ObjectStoreError> =>
    Effect.gen(function*() {
      const header = Either.getOrUndefined(format.decodeHeader(body))
      const made = header === undefined ? now : credibleTime(header.created, modified)
      const held = header && (yield* applyTags(MemoryEntry.ofHeader(header.outcome === "success", {
        policy,
        made,
        came: now,
        freshUntil: header.expires,
        late: lateFor(header),
        tags: header.tags,
        etag,
        bytes: body.length,
        took: undefined,
        lead: 0,
        isOwn: false,
        ahead: 0
      })))
      // What is over gives way to anything.
      const isOver = held === undefined || (held !== "unknown" && isOfNoUse(held, now))
      if (isOver) return yield* reportUnreadable(key, policy, error, etag)
      if (clashes.meet(key, key.space, made, now)) {
        ledger.record({ _tag: "SchemaClash", key, detail: error.detail })
        yield* logProblem(levels, key, { message: clashMessage(key, error.detail) })
      }
      const isLeft = clashes.leaves(key, key.space)
      return yield* reportUnreadable(key, policy, error, etag, isLeft ? made : undefined)
    })

  const applyTags: Loading["applyTags"] = (held) =>
    held.tags.length === 0
      ? Effect.succeed(held)
      : Effect.zipWith(markers.of(held), Clock.currentTimeMillis, (mark, now) => applyMark(held, mark, now))

  const usableByTags: Loading["usableByTags"] = (held) =>
    Effect.map(applyTags(held), (held) => held === "unknown" ? undefined : held)

  const loadOnce: Load = (key, policy, ifNoneMatch) =>
    Effect.flatMap(
      store.load(key.objectName, { ifNoneMatch }),
      (object): Effect.Effect<Loaded, ObjectStoreError> => {
        switch (object._tag) {
          case "Unchanged":
            clashes.forget(key)
            return Effect.succeed({ held: undefined, unchanged: true, etag: ifNoneMatch })
          case "Absent": {
            clashes.forget(key)
            ledger.record({ _tag: "Miss", key })
            return Effect.succeed({ held: undefined, unchanged: false, etag: undefined })
          }
          case "TooLarge":
            return reportUnreadable(key, policy, tooLarge(name, key, object.size), object.etag)
          case "Found":
            return Effect.withFiberRuntime((fiber) => {
              const now = clockOf(fiber).unsafeCurrentTimeMillis()
              return Effect.matchEffect(decodeEntry(format, key, policy, object, now), {
                onFailure: (error) =>
                  error.reason === "Schema"
                    ? reportMisfit(key, policy, error, object, now)
                    : reportUnreadable(key, policy, error, object.etag),
                onSuccess: (entry) => judge(key, entry, object.etag, now)
              })
            })
        }
      }
    )

  const load: Load = (key, policy, ifNoneMatch) => {
    const beliefs = beliefsOf(key)
    if (beliefs === undefined) return loadOnce(key, policy, ifNoneMatch)
    const loadHeard = (left: number): Effect.Effect<Loaded, ObjectStoreError> =>
      Effect.suspend(() => {
        const began = beliefs.moment()
        return Effect.flatMap(loadOnce(key, policy, ifNoneMatch), (loaded) =>
          // Who joined it meanwhile may know better.
          left > 1 && beliefs.isOutdated(key, began, loaded.etag)
            ? loadHeard(left - 1)
            : Effect.succeed({ ...loaded, began }))
      })
    return loadHeard(mostLoads)
  }

  /** What becomes of an entry that was read, by its tags and its time. */
  const judge = (key: AnyKey, entry: MemoryEntry, etag: string, now: number): Effect.Effect<Loaded> => {
    if (entry.ahead > 0) ledger.record({ _tag: "ClockSkewed", name: key.objectName, millis: entry.ahead })
    clashes.forget(key)
    markers.meetEntry(entry, now)
    return Effect.flatMap(applyTags(entry), (held): Effect.Effect<Loaded> => {
      if (held === "unknown") {
        // It may be valid: it stays, for when its tags can be asked for.
        ledger.record({ _tag: "Miss", key })
        return Effect.succeed({ held: undefined, unchanged: false, etag, isUnknown: true })
      }
      if (held === undefined || held.uselessFrom <= now) {
        if (held === undefined) ledger.record({ _tag: "Invalidated", key })
        ledger.record({ _tag: "Miss", key })
        return held !== undefined && held.promisedUntil > now
          ? Effect.succeed({ held: undefined, unchanged: false, etag, promised: held })
          : removeOver(key, etag, held !== undefined)
      }
      ledger.record({ _tag: "StoreHit", key })
      return Effect.succeed({ held, unchanged: false, etag })
    })
  }

  const loadShared: Load = (key, policy, ifNoneMatch) =>
    memory.coalesce(key, loads, () => load(key, policy, ifNoneMatch), ({ held }) => held)

  const loadInside: Load = (key, policy, ifNoneMatch) =>
    memory.coalesceInside(key, loads, () => load(key, policy, ifNoneMatch), ({ held }) => held)

  const loadEntry: Loading["loadEntry"] = (key, policy, shared) =>
    Effect.flatMap(shared(key, policy), ({ held, promised, unchanged }) => {
      const entry = held ?? promised
      // Another keyspace of the same name and version loaded it, with a schema and windows of its own, or had it already.
      return unchanged || (entry !== undefined && !entry.isOf(key.space))
        ? Effect.map(load(key, policy), ({ held, promised }) => held ?? promised)
        : Effect.succeed(entry)
    })

  return { load, loadShared, loadInside, loadEntry, applyTags, usableByTags }
}

/** Whether an entry of the second level is over, here and for others. */
export const isOfNoUse = (held: MemoryEntry, now: number): boolean =>
  Math.max(held.uselessFrom, held.promisedUntil) <= now

/** An entry as its tags leave it: nothing when one was invalidated since it was made. */
export const applyMark = (
  held: MemoryEntry,
  mark: TagMark | undefined,
  now: number
): MemoryEntry | undefined | "unknown" => {
  if (mark === undefined) return "unknown"
  if (held.made <= mark.invalidated) return undefined
  // Marks may be ahead of the clock.
  return held.made <= mark.expired ? held.freshOnlyUntil(Math.min(mark.expired, now)) : held
}
