/**
 * Changes that depend on what is there.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { CacheNotFoundError, type EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import { ownExit } from "../../Cache/flight/ownExit.js"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { services, withServices } from "../../Cache/flight/withServices.js"
import { requireBoolean } from "../../Cache/options/requireBoolean.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { uselessFrom } from "../../Cache/store/Freshness.js"
import type { CacheLevels } from "../bothLevels/CacheLevels.js"
import { isOfNoUse } from "../bothLevels/loading.js"
import type { Reading } from "../bothLevels/reading.js"
import type { Writing } from "../bothLevels/writing.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import { type CacheEncodeError, ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import { prepareValue } from "../stored/entryCodec.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"

/** How often a change is tried that others come before. */
const attempts = 4

/**
 * Makes `expire`, `invalidateWhen` and `modify`.
 *
 * @param modifications runs what `modify` does: of each key one at a time
 */
export const makeChanging = (
  levels: CacheLevels,
  reading: Reading,
  writing: Writing,
  modifications: SingleFlight<AnyKey>
): Pick<S3CacheService, "expire" | "invalidateWhen" | "modify"> => {
  const { behind, format, markers, memory, name, policyOf, store, writes } = levels
  const turns = modifications.group<void, never>("effect-aws-cache.S3Cache.modify")

  const conflict = (key: AnyKey, operation: string) =>
    new ObjectStoreError({
      reason: "Conflict",
      operation,
      target: store.description + key.objectName,
      detail: `other writers were faster ${attempts} times in a row`
    })

  /** What cannot be read is nothing that can be changed. */
  const loadReadable = <K, V, F>(key: CacheKey<K, V, F>) =>
    reading.load(key, { ...policyOf(key.space), onUnreadable: "miss" })

  /** What memory is to keep of it: nothing is there that is fresh, or what others have written since. */
  const expireObject = <K, V, F>(
    key: CacheKey<K, V, F>,
    attempt: number
  ): Effect.Effect<MemoryEntry | undefined, ObjectStoreError> =>
    Effect.gen(function*() {
      const policy = policyOf(key.space)
      const { etag, held } = yield* loadReadable(key)
      const now = yield* Clock.currentTimeMillis
      const content = held?.contentFor(key.space)
      if (held === undefined || etag === undefined || content === undefined || held.freshUntil <= now) return held
      const again = Effect.suspend(() => attempt < attempts ? expireObject(key, attempt + 1) : conflict(key, "expire"))
      const remove = Effect.flatMap(
        writing.removeThis(key, etag),
        (isGone) => isGone ? Effect.succeed(undefined) : again
      )
      // A failure that is remembered is not given out late, and neither is a value that no window allows it to.
      if (Exit.isFailure(content) || (held.late === 0 && uselessFrom(policy.freshness, now) <= now)) {
        return yield* remove
      }
      const moments = { made: () => held.made, now, took: held.took }
      const write = { timeToLive: 0, tags: held.tags, late: held.late }
      return yield* prepareValue(format, key, content.value, policy, write, moments).pipe(
        Effect.flatMap((entry) => writing.putInPlaceOf(key, entry, etag)),
        Effect.flatMap((outcome) => {
          if (outcome._tag === "Written") return Effect.succeed(outcome.held)
          // What others have written meanwhile is newer.
          return outcome._tag === "InTheWay" && outcome.stored.etag === etag ? again : Effect.succeed(undefined)
        }),
        Effect.catchAll((error) =>
          // What cannot be written anew is not given out late.
          error._tag !== "ObjectStoreError" || error.reason === "ConditionalWritesUnsupported" ? remove : error
        )
      )
    })

  const expire: S3CacheService["expire"] = (key) =>
    Effect.asVoid(
      writing.changeBothLevels(key, Effect.zipRight(behind.writeNow(key), expireObject(key, 1)), (held) => held)
    )

  /** Whether what is held is a value that some process may still give out, fresh or stale, and that a predicate picks. */
  const isPicked = <K, V, F>(
    key: CacheKey<K, V, F>,
    held: MemoryEntry | undefined,
    predicate: (value: V) => boolean
  ): Effect.Effect<boolean> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const content = held === undefined || isOfNoUse(held, now) ? undefined : held.contentFor(key.space)
      return content !== undefined && Exit.isSuccess(content) &&
        requireBoolean(name, "predicate", predicate(content.value))
    })

  /**
   * Forgets what only memory has: the second level could not take it, or has lost it, or has another value by now.
   *
   * @param etag of what the second level has, which was looked at
   */
  const forgetPicked = <K, V, F>(
    key: CacheKey<K, V, F>,
    predicate: (value: V) => boolean,
    etag: string | undefined
  ): Effect.Effect<boolean> =>
    Effect.gen(function*() {
      const { held } = yield* memory.peek(key)
      if (held === undefined || (held.etag !== undefined && held.etag === etag)) return false
      if (!(yield* isPicked(key, yield* reading.usableByTags(held), predicate))) return false
      return yield* Effect.as(writing.changeLocked(key, Effect.void, () => undefined), true)
    })

  const invalidatePicked = <K, V, F>(
    key: CacheKey<K, V, F>,
    predicate: (value: V) => boolean,
    attempt: number
  ): Effect.Effect<boolean, ObjectStoreError> =>
    Effect.gen(function*() {
      const waiting = behind.waiting(key)
      const next = waiting === undefined ? undefined : yield* reading.usableByTags(waiting.held)
      if (next !== undefined && next.uselessFrom > (yield* Clock.currentTimeMillis)) {
        if (!(yield* isPicked(key, next, predicate))) return false
        const remove = Effect.zipRight(behind.withdraw(key), writing.removeObject(key))
        return yield* Effect.as(writing.changeLocked(key, remove, () => undefined), true)
      }
      const { etag, held, promised } = yield* loadReadable(key)
      if (etag === undefined || !(yield* isPicked(key, held ?? promised, predicate))) {
        return yield* forgetPicked(key, predicate, etag)
      }
      const isGone = yield* writing.changeLocked(key, writing.removeThis(key, etag), () => undefined)
      if (isGone) return true
      return attempt < attempts
        ? yield* invalidatePicked(key, predicate, attempt + 1)
        : yield* conflict(key, "invalidateWhen")
    })

  const invalidateWhen: S3CacheService["invalidateWhen"] = (key, predicate) =>
    writes.withLock(key, Effect.suspend(() => invalidatePicked(key, predicate, 1)))

  const modifyObject = <K, V, F, V2 extends V, E>(
    key: CacheKey<K, V, F>,
    change: (value: V) => Effect.Effect<V2, E>,
    options: S3CacheWriteOptions,
    attempt: number
  ): Effect.Effect<V2, E | CacheEncodeError | CacheNotFoundError | EntryTooLargeError | ObjectStoreError> =>
    Effect.gen(function*() {
      // As old as what it is made of, for tags.
      const { made } = yield* markers.moment
      yield* writes.withLock(key, behind.writeNow(key))
      const { etag, held } = yield* loadReadable(key)
      const before = yield* Clock.currentTimeMillis
      const content = held === undefined || held.freshUntil <= before ? undefined : held.contentFor(key.space)
      if (held === undefined || etag === undefined || content === undefined || Exit.isFailure(content)) {
        return yield* new CacheNotFoundError({ cache: name, key: String(key) })
      }
      const next = yield* change(content.value)
      const now = yield* Clock.currentTimeMillis
      const entry = yield* prepareValue(format, key, next, policyOf(key.space), {
        timeToLive: options.timeToLive,
        freshUntil: options.timeToLive === undefined ? held.freshUntil : undefined,
        tags: options.tags ?? [...new Set([...held.tags, ...key.space.tagsOf(key.input, next)])]
      }, { made, now, took: held.took })
      const write: Effect.Effect<{ readonly isDone: boolean; readonly held?: MemoryEntry }, ObjectStoreError> =
        entry.held.freshUntil > now
          ? Effect.map(
            writing.putInPlaceOf(key, entry, etag),
            (outcome) => outcome._tag === "Written" ? { isDone: true, held: outcome.held } : { isDone: false }
          )
          // Its time is over by now.
          : Effect.map(writing.removeThis(key, etag), (isDone) => ({ isDone }))
      const { isDone } = yield* writing.changeBothLevels(key, write, ({ held }) => held)
      if (isDone) return next
      return attempt < attempts
        ? yield* modifyObject(key, change, options, attempt + 1)
        : yield* conflict(key, "modify")
    })

  /** Runs what nobody else may do at the same time with a key, when those are done who came before. */
  const inTurn = <A, E>(key: AnyKey, work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime<A, E>((caller) => {
        const other = turns.find(key)
        if (other !== undefined) {
          return Effect.zipRight(modifications.awaitEnd(other, restore), restore(inTurn(key, work)))
        }
        let own: Exit.Exit<A, E> | undefined
        const note = Effect.map(Effect.exit(work), (exit) => {
          own = ownExit(exit)
        })
        const flight = turns.enter(key, caller, () => note, () => {})
        return Effect.flatMap(
          modifications.awaitExit(flight, restore),
          // Without one of its own the cache has closed.
          (exit) => own ?? (Exit.isFailure(exit) ? Exit.failCause(exit.cause) : Effect.interrupt)
        )
      })
    )

  const modifyWith = <K, V, F, V2 extends V, E, R>(
    key: CacheKey<K, V, F>,
    f: (value: V) => Effect.Effect<V2, E, R>,
    options: S3CacheWriteOptions
  ) =>
    Effect.flatMap(services<R>(), (given) => {
      const change = (value: V) => withServices(Effect.suspend(() => requireEffect(name, "modify", f(value))), given)
      return inTurn(key, modifyObject(key, change, options, 1))
    })

  // Told apart, since a function whose types depend on one another is not assignable at once.
  const modify: S3CacheService["modify"] = (key, f, options = {}) => modifyWith(key, f, options)

  return { expire, invalidateWhen, modify }
}
