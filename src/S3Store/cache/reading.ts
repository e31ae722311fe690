/**
 * Loading from the second level: joined by all who read a key, checked against tags; what has expired is removed there.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { BoundedMap } from "../../Cache/engine/BoundedMap.js"
import { CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import { clockOf } from "../../effect/clocks.js"
import { credibleTime } from "../coordination/tagMarker.js"
import type { TagMark } from "../coordination/TagStates.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import { MemoryEntry } from "../memory/MemoryEntry.js"
import { knownTime, useIn } from "../memory/MemoryLevel.js"
import type { StoredObject } from "../objects/ObjectStore.js"
import { type CacheDecodeError, ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import { decodeEntry, tooLarge } from "../stored/entryCodec.js"
import type { S3EntryInfo } from "../verbs/S3CacheEntries.js"
import { type CacheLevels, logProblem } from "./CacheLevels.js"

/** What a load from the second level found. */
export interface Loaded {
  /** The entry, if it is of any use. */
  readonly held: MemoryEntry | undefined
  /** The entry with the etag that was given is still there. */
  readonly unchanged: boolean
  /** The etag of what lies there now, whatever it is; `undefined` for nothing. */
  readonly etag: string | undefined
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
type Load = <K, V, F>(
  key: CacheKey<K, V, F>,
  policy: EntryPolicy,
  ifNoneMatch?: string
) => Effect.Effect<Loaded, ObjectStoreError>

/** The reading operations of a cache. */
export interface Reading {
  /**
   * The entry in the second level. One that is of no use any more is removed there, but never a fresh one in its place.
   *
   * @param ifNoneMatch an etag that need not be transferred again
   */
  readonly load: Load
  /** The same, shared by all who load it at the same time, and kept in memory: in a flight of its own. */
  readonly loadShared: Load
  /** The same for the code of a flight: a part of that flight, unless such a load is under way, which is joined. */
  readonly loadInside: Load
  /** The entry in the second level, of this very keyspace. */
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
  readonly applyKnownTags: (held: MemoryEntry) => Effect.Effect<MemoryEntry | undefined>
  /**
   * What a look into memory found, or what waits to be written, fresh or stale: after a look at its tags and, if it is
   * time, into the second level. Nothing when it is of no use, or of another keyspace.
   */
  readonly validate: <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy,
    found: MemoryEntry | undefined,
    load: Load
  ) => Effect.Effect<MemoryEntry | undefined>
  /** Looks into memory, and validates what it finds. Does not count as a use. */
  readonly readMemory: <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy,
    load: Load
  ) => Effect.Effect<MemoryEntry | undefined>
  /** The entry in memory or else in the second level, fresh or stale. */
  readonly read: <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy
  ) => Effect.Effect<MemoryEntry | undefined, ObjectStoreError>
  /** The fresh value under a key, which must be there. */
  readonly get: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<V, CacheNotFoundError | ObjectStoreError>
  /** The fresh value under a key. */
  readonly getOption: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<Option.Option<V>, ObjectStoreError>
  /**
   * The same, and what the second level has in its place where that is an old value.
   *
   * @param onOld told of it
   */
  readonly getOptionOrOld: <K, V, F>(
    key: CacheKey<K, V, F>,
    onOld: (old: MemoryEntry) => void
  ) => Effect.Effect<Option.Option<V>, ObjectStoreError>
  /** The fresh value in memory, as far as is known there of its tags. */
  readonly peek: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<Option.Option<V>>
  /** The same with what there is to know of it. */
  readonly peekEntry: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<Option.Option<S3EntryInfo<V>>>
}

/** How often an entry is loaded while something is heard of it. */
const mostLoads = 3

const clashMessage = ({ keyspace, version }: AnyKey, detail: string): string =>
  `${keyspace}/${version}: a program that runs now writes what does not fit the schema of this one, so what this one ` +
  `computes is kept in its memory only: ${detail}. Raise the version of the keyspace with its schema, and name the old one ` +
  "in previous"

/** What spans say of a lookup. */
export const knownOf = ({ keyspace }: AnyKey, held?: Pick<MemoryEntry, "bytes">) => ({ keyspace, bytes: held?.bytes })

/** Makes the reading operations. */
export const makeReading = (levels: CacheLevels): Reading => {
  const { behind, beliefsOf, clashes, format, ledger, lookups, markers, memory, name, policyOf, store } = levels
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
        tags: header.tags,
        etag,
        bytes: body.length,
        took: undefined,
        lead: 0,
        isOwn: false,
        ahead: 0
      })))
      // What is over gives way to anything.
      const isOver = held === undefined || (held !== "unknown" && held.uselessFrom <= now)
      if (isOver) return yield* reportUnreadable(key, policy, error, etag)
      if (clashes.meet(key, key.space, made, now)) {
        ledger.record({ _tag: "SchemaClash", key, detail: error.detail })
        yield* logProblem(levels, key, { message: clashMessage(key, error.detail) })
      }
      const isLeft = clashes.leaves(key, key.space)
      return yield* reportUnreadable(key, policy, error, etag, isLeft ? made : undefined)
    })

  const applyTags: Reading["applyTags"] = (held) =>
    held.tags.length === 0
      ? Effect.succeed(held)
      : Effect.zipWith(markers.of(held), Clock.currentTimeMillis, (mark, now) => applyMark(held, mark, now))

  const applyKnownTags: Reading["applyKnownTags"] = (held) =>
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
        return removeOver(key, etag, held !== undefined)
      }
      ledger.record({ _tag: "StoreHit", key })
      return Effect.succeed({ held, unchanged: false, etag })
    })
  }

  const loadShared: Load = (key, policy, ifNoneMatch) =>
    memory.coalesce(key, loads, () => load(key, policy, ifNoneMatch), ({ held }) => held)

  const loadInside: Load = (key, policy, ifNoneMatch) =>
    memory.coalesceInside(key, loads, () => load(key, policy, ifNoneMatch), ({ held }) => held)

  const loadEntry: Reading["loadEntry"] = (key, policy, shared) =>
    Effect.flatMap(shared(key, policy), ({ held, unchanged }) =>
      // Another keyspace of the same name and version loaded it, with a schema of its own, or had it already.
      unchanged || (held !== undefined && !held.isOf(key.space))
        ? Effect.map(load(key, policy), ({ held }) => held)
        : Effect.succeed(held))

  const revalidate = <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy,
    held: MemoryEntry,
    now: number,
    load: Load
  ) =>
    Effect.matchEffect(load(key, policy, held.etag), {
      onFailure: (error) => {
        // Memory serves on. The next try is due when it would be had it worked.
        held.confirm(now)
        beliefsOf(key)?.unconfirmed(held, now)
        ledger.record({ _tag: "Revalidated", key, outcome: "failed" })
        return Effect.as(logProblem(levels, key, error), held)
      },
      onSuccess: (loaded): Effect.Effect<MemoryEntry | undefined> => {
        const outcome = loaded.unchanged ? "unchanged" : loaded.held === undefined ? "gone" : "changed"
        ledger.record({ _tag: "Revalidated", key, outcome })
        // What was computed and not written, since another schema's value lies there, is as good as before.
        const isLeft = held.etag === undefined && loaded.leftSince !== undefined && loaded.leftSince <= held.came
        if (loaded.unchanged || isLeft) {
          held.confirm(now)
          if (loaded.began !== undefined) beliefsOf(key)?.came(key, held, loaded.began, now)
          return Effect.succeed(held)
        }
        return loaded.held === undefined
          ? Effect.as(memory.drop(key, held), undefined)
          : Effect.succeed(loaded.held.isOf(key.space) ? loaded.held : undefined)
      }
    })

  const validate: Reading["validate"] = (key, policy, found, load) =>
    Effect.suspend(() => {
      const waiting = behind.waiting(key)
      const entry = found ?? waiting?.held
      if (entry === undefined || !entry.isOf(key.space)) return Exit.succeed(undefined)
      return Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const held = entry.tags.length === 0 ? entry : yield* applyTags(entry)
        if (held === "unknown") return undefined
        if (held === undefined || held.uselessFrom <= now) {
          if (held === undefined) ledger.record({ _tag: "Invalidated", key })
          yield* memory.drop(key, entry)
          return undefined
        }
        if (held !== entry) yield* memory.exchange(key, entry, held)
        if (waiting !== undefined || !held.needsConfirmation(now)) return held
        if (!held.isDoubted(now)) return yield* revalidate(key, policy, held, now, load)
        yield* beliefsOf(key)?.renew(key, held) ?? Effect.void
        const later = yield* Clock.currentTimeMillis
        return held.needsConfirmation(later) ? yield* revalidate(key, policy, held, later, load) : held
      })
    })

  const readMemory: Reading["readMemory"] = (key, policy, load) =>
    Effect.flatMap(memory.peek(key), ({ held }) => validate(key, policy, held, load))

  const read: Reading["read"] = (key, policy) =>
    Effect.flatMap(
      readMemory(key, policy, loadShared),
      (held) => held === undefined ? loadEntry(key, policy, loadShared) : Effect.succeed(held)
    )

  const freshValueOf = <K, V, F>(
    key: CacheKey<K, V, F>,
    held: MemoryEntry | undefined
  ): Effect.Effect<Option.Option<V>> =>
    Effect.withFiberRuntime((fiber) => {
      const isFresh = held !== undefined && clockOf(fiber).unsafeCurrentTimeMillis() < held.freshUntil
      return Exit.succeed(isFresh ? valueOf(held.takeFor(key.space)) : Option.none())
    })

  /** The fresh value, by what a look into memory found. */
  const readThrough = <K, V, F>(
    key: CacheKey<K, V, F>,
    found: MemoryEntry | undefined,
    onOld?: (old: MemoryEntry) => void
  ): Effect.Effect<Option.Option<V>, ObjectStoreError> => {
    const policy = policyOf(key.space)
    const loaded = Effect.flatMap(
      loadEntry(key, policy, loadShared),
      (held) =>
        Effect.map(freshValueOf(key, held), (value) => {
          if (Option.isSome(value)) lookups?.tell("s3", true, knownOf(key, held))
          else if (held?.isValue === true) onOld?.(held)
          return value
        })
    )
    return found === undefined && behind.waiting(key) === undefined ? loaded : Effect.flatMap(
      validate(key, policy, found, loadShared),
      (held) =>
        Effect.flatMap(freshValueOf(key, held), (value) => {
          if (Option.isSome(value)) {
            ledger.memoryHit(key)
            lookups?.tell("memory", true, knownOf(key, held))
            return Effect.succeed(value)
          }
          return held !== undefined && !held.isValue
            ? Effect.succeed(Option.none())
            : loaded
        })
    )
  }

  const traced = <A, E, R>(key: AnyKey, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    lookups === undefined ? effect : lookups.around(key, effect, () => knownOf(key))

  /** What is held, if a look at it is enough: by far the most frequent case, and the quickest. */
  const takeAtOnce = <K, V, F>(key: CacheKey<K, V, F>, held: MemoryEntry | undefined, now: number) => {
    if (
      held === undefined || now < held.believedFrom ||
      (now >= held.simpleUntil && held.simpleUntil !== Number.POSITIVE_INFINITY)
    ) {
      return undefined
    }
    const content = held.contentFor(key.space)
    if (content !== undefined) {
      ledger.memoryHit(key)
      lookups?.hit(key, "memory", () => knownOf(key, held))
    }
    return content
  }

  const getIn = <K, V, F>(
    map: BoundedMap<AnyKey, MemoryEntry>,
    now: number,
    key: CacheKey<K, V, F>
  ): Effect.Effect<V, CacheNotFoundError | ObjectStoreError> => {
    const held = useIn(map, key, now)
    const content = takeAtOnce(key, held, knownTime(map, now))
    if (content !== undefined && Exit.isSuccess(content)) return Exit.succeed(content.value)
    return Effect.flatMap(
      content === undefined ? traced(key, readThrough(key, held)) : Effect.succeed(Option.none()),
      Option.match({
        onNone: () => new CacheNotFoundError({ cache: name, key: String(key) }),
        onSome: Effect.succeed
      })
    )
  }

  const getOptionIn = <K, V, F>(
    map: BoundedMap<AnyKey, MemoryEntry>,
    now: number,
    key: CacheKey<K, V, F>
  ): Effect.Effect<Option.Option<V>, ObjectStoreError> => {
    const held = useIn(map, key, now)
    const content = takeAtOnce(key, held, knownTime(map, now))
    return content === undefined ? traced(key, readThrough(key, held)) : Exit.succeed(valueOf(content))
  }

  const getOptionOrOld: Reading["getOptionOrOld"] = (key, onOld) =>
    memory.lookup(key, (held, now) => {
      const content = takeAtOnce(key, held, now)
      return content === undefined ? traced(key, readThrough(key, held, onOld)) : Exit.succeed(valueOf(content))
    })

  const peekEntry: Reading["peekEntry"] = (key) =>
    Effect.flatMap(memory.peek(key), ({ held, now }) => {
      const entry = held ?? behind.waiting(key)?.held
      return entry === undefined ? Effect.succeed(Option.none()) : Effect.map(markers.peek(entry), (mark) => {
        const held = applyMark(entry, mark, now)
        if (held === undefined || held === "unknown" || now >= held.freshUntil) return Option.none()
        const { freshUntil: expiresAt, made, tags, took, weight } = held
        return Option.map(valueOf(held.contentFor(key.space)), (value) => ({
          value,
          expiresAt,
          remaining: expiresAt - now,
          lastUsedAt: undefined,
          weight,
          made,
          tags,
          took
        }))
      })
    })

  return {
    load,
    loadShared,
    loadInside,
    loadEntry,
    applyTags,
    applyKnownTags,
    validate,
    readMemory,
    read,
    get: (key) => memory.lookupOf(key, getIn),
    getOption: (key) => memory.lookupOf(key, getOptionIn),
    getOptionOrOld,
    peek: (key) => Effect.map(peekEntry(key), Option.map(({ value }) => value)),
    peekEntry
  }
}

const valueOf = <V, F>(content: Exit.Exit<V, F> | undefined): Option.Option<V> =>
  content !== undefined && Exit.isSuccess(content) ? Option.some(content.value) : Option.none()

/** An entry as its tags leave it: nothing when one was invalidated since it was made. */
const applyMark = (held: MemoryEntry, mark: TagMark | undefined, now: number): MemoryEntry | undefined | "unknown" => {
  if (mark === undefined) return "unknown"
  if (held.made <= mark.invalidated) return undefined
  // Marks may be ahead of the clock.
  return held.made <= mark.expired ? held.freshOnlyUntil(Math.min(mark.expired, now)) : held
}
