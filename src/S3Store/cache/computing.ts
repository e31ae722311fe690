/**
 * How an `S3Cache` computes what neither level has.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import type { EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import { endOf } from "../../Cache/events/announceComputation.js"
import { unlimited } from "../../Cache/flight/ComputationLimit.js"
import type { FlightGroup } from "../../Cache/flight/FlightGroup.js"
import { ownExit } from "../../Cache/flight/ownExit.js"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { replacesFailureUntil } from "../../Cache/store/Freshness.js"
import { fromEither } from "../../effect/outcomes.js"
import { type CacheLevels, logProblem } from "../bothLevels/CacheLevels.js"
import type { Reading } from "../bothLevels/reading.js"
import type { PutOutcome, Writing } from "../bothLevels/writing.js"
import { classOf } from "../common/classOf.js"
import type { Moment } from "../coordination/TagMarkers.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import { type CacheEncodeError, ObjectStoreError, type ObjectStoreReason } from "../objects/ObjectStoreErrors.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import type { S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import { keepUnwritten, type Prepared, prepareFailure, prepareValue } from "../stored/entryCodec.js"
import type { Coordination, Fence } from "./computeUnderLease.js"

/** What a look into both levels found. */
export interface Looked {
  readonly held: MemoryEntry
  /** How often memory was told of changes when it began. */
  readonly changes: number
}

/** A lookup that can compute. */
export interface Call<in out K, in out V, out F, in out E> {
  readonly key: CacheKey<K, V, F>
  /** Who shares computations with it: they agree on how these may fail. */
  readonly group: FlightGroup<AnyKey, Computed<V, E>, never>
  /** The computation. It brings along what it needs of its caller. */
  readonly compute: Effect.Effect<V, E>
  readonly writeOptions: (value: V) => S3CacheWriteOptions
  /**
   * Asked when it is computed, whether the result is of that key: what it was given as a key may have changed meanwhile.
   * One that is not is given to its callers, and not kept.
   */
  readonly isOfKey?: (() => boolean) | undefined
  /** When it began, if that was before it is computed. */
  readonly began?: Moment | undefined
  /** Whether who calls has just looked into both levels: the second is not asked again. */
  readonly isLooked?: boolean | undefined
  /** The old value that this look found, which memory may not have kept. */
  readonly looked?: Looked | undefined
  /** Its own tags of a failure that is remembered, instead of those of the keyspace. */
  readonly failureTags?: ReadonlyArray<string> | undefined
  /** Who gets its failure where there is an old value: always its caller, or nobody. Else who waits gets the value, or it. */
  readonly heardBy?: "caller" | "nobody" | undefined
  /** Whether its caller has gone on with an old value, as it took too long. */
  readonly outlasted?: { isSo: boolean } | undefined
  /** Of what reason the log has told that the second level cannot be asked. */
  readonly told?: ObjectStoreReason | undefined
  /** When what computes it among others began to run, where that is not by itself. */
  readonly startedAt?: (() => number | undefined) | undefined
  /** Limits how many results are written at the same time. */
  readonly throttle?: Effect.Semaphore | undefined
  /** Told how it goes, where it is one of many. */
  readonly turn?: Turn | undefined
}

/** Who has to know whether a key is to be computed. */
export interface Turn {
  /** A flight of this call begins, which may compute. */
  readonly begins: () => void
  /** Somebody else computes, and it waits for that. */
  readonly waits: () => void
  /** Its flight has ended. */
  readonly ends: () => void
}

/** How a lookup ended. */
export interface Computed<out V, out E> {
  readonly content: () => Exit.Exit<V, E>
  /** What memory is to keep, if anything. */
  readonly keep: MemoryEntry | undefined
  /** Whether it is to be computed anew in the background. */
  readonly refresh: boolean
  /** Whether it was computed since it was asked for, by this process or another one. */
  readonly isNew?: boolean
  /** Where it was found, if it was; and how many bytes it has. */
  readonly from?: "memory" | "s3" | "stale"
  readonly bytes?: number
  /** How the computation failed, where there is a value in place of that. */
  readonly failed?: Exit.Exit<never, E>
}

/** Computes values, and writes them to both levels. */
export interface Computing {
  /**
   * Computes what neither level has.
   *
   * @param stale what is given out where it fails, while the policy allows it
   * @param isAttached whether the result would still be kept
   * @param fence where a lease is held: what allows the write
   */
  readonly compute: <K, V, F, E>(
    call: Call<K, V, F, E>,
    policy: EntryPolicy,
    stale: MemoryEntry | undefined,
    isAttached: () => boolean,
    fence: Fence | undefined
  ) => Effect.Effect<Computed<V, E | F>>
  /**
   * Computes whatever both levels have. What another process begins to compute meanwhile is as new.
   *
   * @param read what they had, which memory may not hold any more
   */
  readonly computeAnew: <K, V, F, E>(
    call: Call<K, V, F, F | E>,
    policy: EntryPolicy,
    read: MemoryEntry | undefined,
    isAttached: () => boolean
  ) => Effect.Effect<Computed<V, E | F>>
}

/** Makes what computes values. */
export const makeComputing = (
  levels: CacheLevels,
  reading: Reading,
  writing: Writing,
  coordination: Coordination
): Computing => {
  const { behind, clashes, ledger, markers, memory, store, warnings, writes } = levels

  /**
   * A failure that the keyspace accepts is an answer: it takes the place of a value that is there, in both levels, and is
   * remembered for a while. Of any other failure it knows nothing.
   */
  const remember = <K, V, F, E>(
    call: Call<K, V, F, E>,
    policy: EntryPolicy,
    cause: Cause.Cause<unknown>,
    { made }: Moment,
    took: number,
    stale: MemoryEntry | undefined,
    isAttached: () => boolean,
    fence: Fence | undefined
  ): Effect.Effect<{ readonly keep: MemoryEntry | undefined } | undefined> =>
    Effect.gen(function*() {
      const { failureTags, key } = call
      const error = Cause.failureOption(cause)
      const failure = Option.flatMap(error, key.space.asFailure)
      if (Option.isNone(failure)) return undefined
      const encoded = key.space.encodeFailure(failure.value)
      if (Option.isNone(encoded)) return undefined
      const now = yield* Clock.currentTimeMillis
      const removeOld = Effect.suspend(() => isAttached() && stale !== undefined ? removeStale(key, stale) : nothing)
      if (policy.failureTimeToLive === 0) return { keep: yield* removeOld }
      const keep = yield* Effect.flatMap(fromEither(encoded.value), (json) => {
        const tags = failureTags ?? key.space.failureTagsOf(key.input, failure.value)
        handleRejection(tags, () => {})
        return prepareFailure(levels.format, key, failure.value, json, policy, tags, { made, now, took })
      }).pipe(
        Effect.flatMap((entry) => write(call, policy, entry, isAttached, fence, stale)),
        Effect.catchAll((detail) =>
          Effect.zipRight(
            logProblem(levels, key, typeof detail === "string" ? { message: detail } : detail),
            removeOld
          )
        ),
        Effect.catchAllCause((cause) => Effect.zipRight(reportThrown(levels.name, key, "failure", cause), removeOld))
      )
      return { keep }
    })

  const removeStale = (key: AnyKey, stale: MemoryEntry): Effect.Effect<undefined> =>
    Effect.catchAll(writes.withLock(key, writing.removeStale(key, stale)), (error) => writeFailed(levels, key, error))
      .pipe(
        Effect.zipRight(memory.drop(key, stale)),
        Effect.as(undefined)
      )

  /** Writes what was computed, and tells what memory is to keep: the result reaches its callers whatever happens here. */
  const write = <K, V, F, E>(
    { key, throttle, told }: Call<K, V, F, E>,
    policy: EntryPolicy,
    entry: Prepared,
    isAttached: () => boolean,
    fence: Fence | undefined,
    // The value in whose place a failure comes.
    stale?: MemoryEntry
  ): Effect.Effect<MemoryEntry | undefined> => {
    const limit = <A, E>(write: Effect.Effect<A, E>) => throttle === undefined ? write : throttle.withPermits(1)(write)
    const writeOrKeep = (write: Effect.Effect<MemoryEntry | undefined, ObjectStoreError>) =>
      Effect.catchAll(
        limit(writes.withLock(key, write)),
        (error) => Effect.as(writeFailed(levels, key, error, told), entry.held)
      )
    // A write or removal while it was computed wins over the result.
    if (!isAttached()) return Effect.succeed(undefined)
    // A failure never takes the place of a value that another process has written meanwhile.
    if (!entry.held.isValue) {
      return writeOrKeep(Effect.suspend(() => isAttached() ? addFailure(key, entry, stale, fence) : nothing))
    }
    // As a program whose schema this value does not fit would its own.
    if (clashes.leaves(key, key.space)) return Effect.succeed(entry.held)
    if (fence !== undefined) {
      return writeOrKeep(Effect.suspend(() => isAttached() ? writeFenced(key, entry, fence) : nothing))
    }
    return policy.write === "behind"
      ? Effect.as(behind.offer(key, entry, isAttached), entry.held)
      : writeOrKeep(Effect.suspend(() => isAttached() ? writing.save(key, entry) : nothing))
  }

  const addFailure = <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    stale: MemoryEntry | undefined,
    fence: Fence | undefined
  ): Effect.Effect<MemoryEntry | undefined, ObjectStoreError> =>
    fence === undefined
      ? writing.addFailure(key, entry, stale)
      : Effect.tap(
        Effect.flatMap(fence.isHeld, (isHeld) => isHeld ? writing.addFailure(key, entry, stale, fence) : nothing),
        (held) => Effect.sync(() => held === undefined && ledger.record({ _tag: "LeaseLost", key }))
      )

  const writeFenced = <K, V, F>(
    key: CacheKey<K, V, F>,
    entry: Prepared,
    fence: Fence
  ): Effect.Effect<MemoryEntry | undefined, ObjectStoreError> =>
    Effect.flatMap(
      Effect.flatMap(
        fence.isHeld,
        (isHeld): Effect.Effect<PutOutcome | undefined, ObjectStoreError> =>
          isHeld ? writing.putInPlaceOf(key, entry, fence.etag) : nothing
      ),
      (outcome) => {
        if (outcome?._tag === "Written") return Effect.succeed(outcome.held)
        return Effect.flatMap(Clock.currentTimeMillis, (now) => {
          // What was promised to nobody any more has been tidied up. Before that time, somebody has removed it on purpose.
          if (
            outcome?._tag === "Gone" && fence.etag !== undefined &&
            fence.promisedUntil !== undefined && fence.promisedUntil <= now
          ) return writeFenced(key, entry, { ...fence, etag: undefined })
          ledger.record({ _tag: "LeaseLost", key })
          return nothing
        })
      }
    )

  const compute = <K, V, F, E>(
    call: Call<K, V, F, E>,
    policy: EntryPolicy,
    stale: MemoryEntry | undefined,
    isAttached: () => boolean,
    fence: Fence | undefined,
    // What is done with a value whose time is over at once.
    unkept: Effect.Effect<undefined> = nothing
  ): Effect.Effect<Computed<V, E | F>> =>
    Effect.gen(function*() {
      const { key } = call
      const moment = call.began ?? (yield* markers.moment)
      // Values that are loaded together are one computation, which has gone through it.
      const limited = call.throttle === undefined ? levels.limitsOf(key.space) : unlimited
      let content: () => Exit.Exit<V, E | F> = () => exit
      let took = 0
      const exit: Exit.Exit<V, E> = ownExit(
        yield* Effect.exit(limited(Effect.flatMap(Clock.currentTimeMillis, (started) => {
          ledger.record({ _tag: "ComputationStarted", key })
          return Effect.onExit(inSpan(levels.name, call), (exit) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              const millis = now - (call.startedAt?.() ?? started)
              // Clocks are set back, and headers have whole numbers.
              took = Math.max(0, Math.round(millis))
              ledger.record({ _tag: "ComputationEnded", key, ...endOf(exit), millis })
            }))
        })))
      )
      const now = yield* Clock.currentTimeMillis
      const moments = { made: moment.made, now, took }
      if (call.isOfKey !== undefined && !call.isOfKey()) {
        return { content, keep: undefined, refresh: false, isNew: true }
      }
      if (Exit.isSuccess(exit)) {
        const keep = yield* Effect.suspend(() => {
          const options = call.writeOptions(exit.value)
          return Effect.matchEffect(
            prepareValue(levels.format, key, exit.value, policy, options, moments),
            {
              onSuccess: (entry) => {
                // What its callers get is what those get who come later.
                content = entry.held.readerFor(key.space) ?? content
                return entry.held.freshUntil > now
                  ? write(call, policy, entry, isAttached, fence)
                  : unkept
              },
              onFailure: (error) =>
                Effect.zipRight(
                  writeFailed(levels, key, error),
                  Effect.map(
                    keepUnwritten(levels.name, key, exit.value, policy, options, moments, error),
                    (held) => {
                      content = held.readerFor(key.space) ?? content
                      return held.freshUntil > now && isAttached() ? held : undefined
                    }
                  )
                )
            }
          )
        }).pipe(
          Effect.catchAllCause((cause) => Effect.as(reportThrown(levels.name, key, "value", cause), undefined))
        )
        return { content, keep, refresh: false, isNew: true }
      }
      if (Cause.isInterrupted(exit.cause)) {
        return { content, keep: undefined, refresh: false, isNew: true }
      }
      const answer = yield* remember(call, policy, exit.cause, moment, took, stale, isAttached, fence)
      if (answer !== undefined || stale === undefined) {
        return { content, keep: answer?.keep, refresh: false, isNew: true }
      }
      if (policy.freshness.retryAfter > 0 && isAttached()) yield* memory.failed(key, stale)
      const old = yield* lookAgain(key, policy, stale)
      const oldContent = old?.isValue === true ? old.readerFor(key.space) : undefined
      const later = yield* Clock.currentTimeMillis
      const isInPlace = old !== undefined && oldContent !== undefined &&
        later < replacesFailureUntil(policy.freshness, old.freshUntil)
      if (call.heardBy === "nobody" || call.outlasted?.isSo === true || (isInPlace && call.heardBy === undefined)) {
        yield* warnings.tell(String(key), exit.cause, `${key.keyspace}/${key.version}`)
      }
      if (!isInPlace) return { content, keep: undefined, refresh: false, isNew: true }
      if (later >= old.freshUntil) {
        ledger.record({ _tag: "StaleServed", key, because: "failure" })
      }
      return { content: oldContent, keep: undefined, refresh: false, isNew: true, failed: Exit.failCause(exit.cause) }
    })

  /** What there is by now in place of an old value: it may have been removed or replaced while it was computed anew. */
  const lookAgain = <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy,
    stale: MemoryEntry
  ): Effect.Effect<MemoryEntry | undefined> =>
    Effect.gen(function*() {
      const { held } = yield* memory.peek(key)
      if (held !== undefined || behind.waiting(key) !== undefined || stale.etag === undefined) {
        return yield* reading.validate(key, policy, held ?? stale, reading.loadInside)
      }
      const loaded = yield* Effect.option(reading.loadInside(key, policy, stale.etag))
      return Option.isNone(loaded) || loaded.value.unchanged
        ? yield* reading.usableByTags(stale)
        : loaded.value.held
    })

  /** What is computed whatever both levels have. What another process begins to compute meanwhile is as new. */
  const computeAnew = <K, V, F, E>(
    call: Call<K, V, F, F | E>,
    policy: EntryPolicy,
    read: MemoryEntry | undefined,
    isAttached: () => boolean
  ): Effect.Effect<Computed<V, E | F>> =>
    Effect.gen(function*() {
      const { key } = call
      const began = yield* Clock.currentTimeMillis
      const held = (yield* reading.readMemory(key, policy, reading.loadInside)) ?? read
      const stale = held !== undefined && held.isValue ? held : undefined
      // As when it is set.
      const removeOld = Effect.suspend(() =>
        isAttached() ? Effect.as(Effect.ignore(writing.remove(key)), undefined) : nothing
      )
      const computeBehind = (fence: Fence | undefined) =>
        Effect.tap(
          compute({ ...call, heardBy: "caller" }, policy, stale, isAttached, fence, removeOld),
          ({ content, failed, keep }) =>
            // Another process was faster: the old value is over.
            keep === undefined && failed === undefined && held !== undefined && Exit.isSuccess(content())
              ? memory.drop(key, held)
              : Effect.void
        )
      if (policy.coordination === "none") return yield* computeBehind(undefined)
      const before = yield* Effect.either(etagOf(key))
      if (Either.isLeft(before)) {
        yield* logProblem(levels, key, before.left)
        return yield* computeBehind(undefined)
      }
      return yield* coordination(key, {
        check: Effect.flatMap(reading.load(key, policy), ({ etag, held, promised }) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            // What another process had begun to compute before may be what was there before.
            const content = etag === before.right || held === undefined || held.made < began || now >= held.freshUntil
              ? undefined
              : held.readerFor(key.space)
            return {
              etag,
              promisedUntil: (held ?? promised)?.promisedUntil,
              found: content === undefined
                ? Option.none()
                : Option.some({ content, keep: held, refresh: false, isNew: true })
            }
          })),
        compute: computeBehind
      })
    })

  const etagOf = (key: AnyKey): Effect.Effect<string | undefined, ObjectStoreError> =>
    Effect.map(
      store.load(key.objectName, { firstBytes: 4096 }),
      (there) => there._tag === "Found" || there._tag === "TooLarge" ? there.etag : undefined
    )

  return { compute, computeAnew }
}

/**
 * Tells of a write whose caller does not get the error.
 *
 * @param told what the log has told already
 */
export const writeFailed = (
  levels: CacheLevels,
  key: AnyKey,
  error: CacheEncodeError | EntryTooLargeError | ObjectStoreError,
  told?: ObjectStoreReason
): Effect.Effect<void> =>
  Effect.suspend(() => {
    levels.ledger.record({ _tag: "WriteFailed", key, error })
    return error instanceof ObjectStoreError && error.reason === told ? Effect.void : logProblem(levels, key, error)
  })

const nothing = Effect.succeed(undefined)

const reportThrown = (cache: string, key: AnyKey, what: string, cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.annotateLogs(
    Effect.logError(`the ${what} could not be cached: ${describeThrown(cause)}`),
    { cache, key: String(key) }
  )

/** What a function of the program threw, and where: its message may show the value. */
const describeThrown = (cause: Cause.Cause<unknown>): string => {
  const thrown = Cause.squash(cause)
  const stack = thrown instanceof Error ? thrown.stack ?? "" : ""
  const frames = stack.split("\n").filter((line) => /^ {4}at /.test(line)).slice(0, 3).map((line) => line.trim())
  return cutText([`its tags or time to live threw ${classOf(thrown)}`, ...frames].join(" "), longestMessage)
}

const inSpan = <K, V, F, E>(cache: string, { compute, key }: Call<K, V, F, E>): Effect.Effect<V, E> =>
  Effect.withSpan(compute, "effect-aws-cache.S3Cache.compute", {
    attributes: { "cache.name": cache, "cache.key": [printKey(key)] },
    captureStackTrace: false
  })
