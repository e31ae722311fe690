/**
 * Changes that depend on what is there.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { uselessFrom } from "../../Cache/store/Freshness.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { CacheLevels } from "./CacheLevels.js"
import { prepareValue } from "./entryCodec.js"
import type { Reading } from "./reading.js"
import type { Writing } from "./writing.js"

/** How often a change is tried that others come before. */
const attempts = 4

/** Makes `expire` and `invalidateWhen`. */
export const makeChanging = (
  levels: CacheLevels,
  reading: Reading,
  writing: Writing
): Pick<S3CacheService, "expire" | "invalidateWhen"> => {
  const { behind, format, policyOf, store, writes } = levels

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
      if (Exit.isFailure(content) || uselessFrom(policy.freshness, now) <= now) return yield* remove
      const moments = { made: () => held.made, now }
      return yield* prepareValue(format, key, content.value, policy, { timeToLive: 0, tags: held.tags }, moments).pipe(
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

  /** The fresh value of what is held, if it is one that a predicate picks. */
  const isPicked = <K, V, F>(
    key: CacheKey<K, V, F>,
    held: MemoryEntry | undefined,
    predicate: (value: V) => boolean
  ): Effect.Effect<boolean> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const content = held === undefined || held.freshUntil <= now ? undefined : held.contentFor(key.space)
      return content !== undefined && Exit.isSuccess(content) && predicate(content.value)
    })

  const invalidatePicked = <K, V, F>(
    key: CacheKey<K, V, F>,
    predicate: (value: V) => boolean,
    attempt: number
  ): Effect.Effect<boolean, ObjectStoreError> =>
    Effect.gen(function*() {
      const waiting = behind.waiting(key)
      if (waiting !== undefined) {
        if (!(yield* isPicked(key, yield* reading.applyKnownTags(waiting.held), predicate))) return false
        const remove = Effect.zipRight(behind.withdraw(key), writing.removeObject(key))
        return yield* Effect.as(writing.changeLocked(key, remove, () => undefined), true)
      }
      const { etag, held } = yield* loadReadable(key)
      if (etag === undefined || !(yield* isPicked(key, held, predicate))) return false
      const isGone = yield* writing.changeLocked(key, writing.removeThis(key, etag), () => undefined)
      if (isGone) return true
      return attempt < attempts
        ? yield* invalidatePicked(key, predicate, attempt + 1)
        : yield* conflict(key, "invalidateWhen")
    })

  const invalidateWhen: S3CacheService["invalidateWhen"] = (key, predicate) =>
    writes.withLock(key, Effect.suspend(() => invalidatePicked(key, predicate, 1)))

  return { expire, invalidateWhen }
}
