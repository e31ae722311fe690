/**
 * How an `S3Cache` writes.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { CacheExistsError, CacheNotFoundError } from "../Cache/CacheErrors.js"
import type { CacheLevels } from "./CacheLevels.js"
import { heldOf, type Prepared, prepareValue } from "./entryCodec.js"
import type { EntryError } from "./EntryError.js"
import type { Entry } from "./EntryFormat.js"
import type { AnyKey, Held } from "./Held.js"
import type { CacheKey } from "./Keyspace.js"
import type { Reading } from "./reading.js"
import type { S3CacheWriteOptions } from "./S3CacheOptions.js"
import type { S3CacheService } from "./S3CacheService.js"
import { S3StoreError } from "./S3StoreErrors.js"

/**
 * What became of a write that takes the place of one particular object, or of none.
 *
 * @since 0.1.0
 * @category models
 */
export type PutOutcome =
  | { readonly _tag: "Written"; readonly held: Held }
  /** There is another object, with this etag: a value that readers would get, or something that need not stay. */
  | { readonly _tag: "InTheWay"; readonly isLive: Effect.Effect<boolean, S3StoreError>; readonly etag: string }
  /** The object whose place it was to take is gone. */
  | { readonly _tag: "Gone" }

/**
 * The writing operations of a cache.
 *
 * @since 0.1.0
 * @category models
 */
export interface Writing extends Pick<S3CacheService, "set" | "add" | "remove" | "pop"> {
  /** Writes an entry whether there was one or not. What memory is to keep. */
  readonly save: (key: AnyKey, entry: Prepared) => Effect.Effect<Held, S3StoreError>
  /** Writes an entry only in place of the object with this etag, or of none. */
  readonly putInPlaceOf: <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    etag: string | undefined
  ) => Effect.Effect<PutOutcome, S3StoreError>
  /**
   * Writes an entry that holds a failure, where no live value is. What memory is to keep, if anything. Where conditions
   * are not honoured it is not written, and memory keeps it.
   */
  readonly addFailure: <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared
  ) => Effect.Effect<Held | undefined, S3StoreError>
}

const attempts = 4

/**
 * Makes the writing operations.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeWriting = (levels: CacheLevels, reading: Reading): Writing => {
  const { behind, format, ledger, memory, name, policyOf, store, writes } = levels

  /**
   * Changes the second level, then the memory level: what `change` returns is kept there. Changes of one key go one at a
   * time, so that both levels see them in the same order. While one runs, and when it fails with its effect unknown, the
   * memory level holds nothing under the key; loads and computations under way are not kept.
   */
  const changing = <A, E>(
    key: AnyKey,
    change: Effect.Effect<A, E>,
    toHeld: (result: A) => Held | undefined
  ): Effect.Effect<A, E> =>
    Effect.zipRight(
      memory.forget(key),
      writes.withLock(
        key,
        Effect.acquireUseRelease(
          memory.forget(key),
          () => change,
          (_, exit) => memory.replace(key, Exit.isSuccess(exit) ? toHeld(exit.value) : undefined)
        )
      )
    )

  const written = (key: AnyKey, entry: Prepared, etag: Option.Option<string>): Held => {
    ledger.record({ _tag: "Written", key })
    return Option.match(etag, { onNone: () => entry.held, onSome: (etag) => entry.held.withEtag(etag) })
  }

  const save: Writing["save"] = (key, entry) =>
    Effect.map(store.save(key.objectName, entry.body), (etag) => written(key, entry, etag))

  const removed = (key: AnyKey) =>
    Effect.map(store.remove(key.objectName), () => ledger.record({ _tag: "Removed", key }))

  /** Whether who reads would get a value of this object, given what it holds. */
  const isLive = <K, V, F>(
    key: CacheKey<K, V, F>,
    object: { readonly body: Uint8Array; readonly etag: string },
    entry: Either.Either<Entry, EntryError>
  ): Effect.Effect<boolean, S3StoreError> =>
    Effect.gen(function*() {
      if (Either.isLeft(entry)) return false
      const now = yield* Clock.currentTimeMillis
      const there = heldOf(key, policyOf(key.space), entry.right, object, now)
      if (Either.isLeft(there) || !there.right.isValue || there.right.freshUntil <= now) return false
      const held = yield* reading.tagged(there.right)
      return held !== undefined && held.freshUntil > now
    })

  // After a refusal, or an answer that leaves it open: whose object is it? After a lost reply it may be this very write.
  const found = <K, V, F>(key: CacheKey<K, V, F>, entry: Prepared): Effect.Effect<PutOutcome, S3StoreError> =>
    Effect.gen(function*() {
      const object = yield* store.load(key.objectName)
      if (object._tag === "TooLarge") return { _tag: "InTheWay", isLive: Effect.succeed(false), etag: object.etag }
      if (object._tag !== "Found") return { _tag: "Gone" }
      const there = yield* Effect.either(format.decode(object.body))
      return Either.isRight(there) && there.right.writeId === entry.writeId
        ? { _tag: "Written", held: written(key, entry, Option.some(object.etag)) }
        : { _tag: "InTheWay", isLive: isLive(key, object, there), etag: object.etag }
    })

  const putInPlaceOf: Writing["putInPlaceOf"] = (key, entry, etag) =>
    Effect.flatMap(
      etag === undefined ? store.add(key.objectName, entry.body) : store.replace(key.objectName, entry.body, etag),
      (outcome) =>
        outcome._tag === "Written"
          ? Effect.succeed<PutOutcome>({ _tag: "Written", held: written(key, entry, outcome.etag) })
          : found(key, entry)
    )

  const prepared = <K, V, F>(key: CacheKey<K, V, F>, value: V, options: S3CacheWriteOptions = {}) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.map(
        prepareValue(format, key, value, policyOf(key.space), options, { made: now, now }),
        (entry) => ({ entry, isKept: entry.held.freshUntil > now })
      ))

  const withdrawing = <A, E>(key: AnyKey, change: Effect.Effect<A, E>) => Effect.zipRight(behind.withdraw(key), change)

  const set: Writing["set"] = (key, value, options) =>
    Effect.flatMap(prepared(key, value, options), ({ entry, isKept }) => {
      if (!isKept) return changing(key, withdrawing(key, removed(key)), () => undefined)
      return policyOf(key.space).write === "behind"
        ? Effect.zipRight(behind.offer(key, entry), memory.replace(key, entry.held))
        : Effect.asVoid(changing(key, withdrawing(key, save(key, entry)), (held) => held))
    })

  const exists = (key: AnyKey) => new CacheExistsError({ cache: name, key: String(key) })

  const addOnce = <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    etag: string | undefined,
    attempt: number
  ): Effect.Effect<Held, CacheExistsError | S3StoreError> =>
    Effect.gen(function*() {
      const outcome = yield* putInPlaceOf(key, entry, etag)
      if (outcome._tag === "Written") return outcome.held
      if (outcome._tag === "InTheWay" && (yield* outcome.isLive)) return yield* exists(key)
      return attempt < attempts
        ? yield* addOnce(key, entry, outcome._tag === "InTheWay" ? outcome.etag : undefined, attempt + 1)
        : yield* new S3StoreError({
          reason: "Conflict",
          operation: "add",
          target: store.description + key.objectName,
          detail: `other writers were faster ${attempts} times in a row`
        })
    })

  const addFailure: Writing["addFailure"] = (key, entry) =>
    Effect.catchAll(addOnce(key, entry, undefined, 1), (error): Effect.Effect<Held | undefined, S3StoreError> => {
      if (error._tag === "CacheExistsError") return Effect.succeed(undefined)
      return error.reason === "ConditionalWritesUnsupported" ? Effect.succeed(entry.held) : Effect.fail(error)
    })

  const add: Writing["add"] = (key, value, options) =>
    Effect.flatMap(
      prepared(key, value, options),
      ({ entry, isKept }): Effect.Effect<void, CacheExistsError | S3StoreError> =>
        isKept
          ? Effect.asVoid(changing(
            key,
            Effect.suspend(() => {
              const waiting = behind.waiting(key)
              if (waiting === undefined) return addOnce(key, entry, undefined, 1)
              return Effect.flatMap(
                Effect.flatMap(
                  Effect.either(format.decode(waiting.body)),
                  (there) => isLive(key, { body: waiting.body, etag: "" }, there)
                ),
                // Written all the same: without it an older object would come to life again.
                (isLive) =>
                  isLive ? exists(key) : Effect.zipRight(behind.writeNow(key), addOnce(key, entry, undefined, 1))
              )
            }),
            (held) => held
          ))
          : Effect.flatMap(reading.getOption(key), (value) => Option.isNone(value) ? Effect.void : exists(key))
    )

  const taken = <K, V, F>(key: CacheKey<K, V, F>): Effect.Effect<V, CacheNotFoundError | S3StoreError> =>
    changing(
      key,
      Effect.gen(function*() {
        const waiting = yield* behind.withdraw(key)
        const loaded = yield* reading.load(key, policyOf(key.space))
        if (loaded.held !== undefined) yield* removed(key)
        const held = waiting === undefined ? loaded.held : yield* reading.taggedIfKnown(key, waiting.held)
        const content = held?.contentFor(key.space)
        return held === undefined || content === undefined || Exit.isFailure(content) ||
            held.freshUntil <= (yield* Clock.currentTimeMillis)
          ? yield* new CacheNotFoundError({ cache: name, key: String(key) })
          : content.value
      }),
      () => undefined
    )

  return { save, putInPlaceOf, addFailure, set, add, pop: taken, remove: (key) => Effect.asVoid(taken(key)) }
}
