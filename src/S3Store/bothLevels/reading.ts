/**
 * How an `S3Cache` reads: what memory has, confirmed by its tags and by the second level where it is time, or else what is
 * loaded.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { BoundedMap } from "../../Cache/engine/BoundedMap.js"
import { CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import { clockOf } from "../../effect/clocks.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import { knownTime, useIn } from "../memory/MemoryLevel.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import type { S3EntryInfo } from "../verbs/S3CacheEntries.js"
import { type CacheLevels, logProblem } from "./CacheLevels.js"
import { applyMark, type Load, type Loading, makeLoading } from "./loading.js"

/** The reading operations of a cache. */
export interface Reading extends Loading {
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
   * The same for who can compute: nothing for a value in memory that is about to expire.
   *
   * @param onOld told of that, and of what the second level has where that is an old value
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

/** What spans say of a lookup. */
export const knownOf = ({ keyspace }: AnyKey, held?: Pick<MemoryEntry, "bytes">) => ({ keyspace, bytes: held?.bytes })

/** Makes the reading operations. */
export const makeReading = (levels: CacheLevels): Reading => {
  const { behind, beliefsOf, ledger, lookups, markers, memory, name, policyOf } = levels
  const loading = makeLoading(levels)
  const { applyTags, loadEntry, loadShared } = loading

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
      if (
        held !== undefined && held.isValue && held.isOf(key.space) && now < held.freshUntil && held.needsRefresh(now)
      ) {
        onOld(held)
        return Exit.succeed(Option.none())
      }
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
    ...loading,
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
