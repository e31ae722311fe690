/**
 * How an `S3Cache` reads through its two levels. A read that can compute goes like this:
 *
 * 1. `lookup` looks into memory, once: a fresh entry is the answer, in this one instruction of the fiber.
 * 2. Else `answer`: `reading.validate` looks at what was found there: its tags, and after `revalidateAfter` its etag in the
 *    store. `answerInTime` gives out an old value where that and all below takes longer than `staleIfSlow`.
 * 3. `serveOrCoalesce`: `serve` decides whether what was found is enough: fresh, or stale within `staleWhileRevalidate`.
 * 4. Else `memory.coalesce` joins the flight of the key and its group (`FlightGroups`), or starts it, all in one step. If
 *    another flight has filled memory since the look, step 2 begins again with what is there.
 * 5. In the flight `loadOrCompute` loads the entry where memory had none: `reading.loadInside`, a part of this flight that
 *    plain loads (`get`) join. Only a plain load that is under way already is a second flight; it is joined.
 * 6. If `serve` finds the loaded entry not enough either, `compute` runs the computation: by itself, or under a lease
 *    (`coordination`), whose `check` loads once more. It writes the result (`writing`), and tells what memory is to keep.
 * 7. The flight ends: memory keeps that, unless a write has detached the flight, and all who wait get the content. Who joined
 *    one from before a tag was invalidated begins again at step 2.
 * 8. What is about to expire (`refreshAhead`) or is stale starts `refreshInBackground`, a flight nobody waits for.
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type { LazyArg } from "effect/Function"
import * as Option from "effect/Option"
import { services } from "../../Cache/flight/withServices.js"
import { replacesFailureUntil, replacesSlowUntil, revalidatedUntil } from "../../Cache/store/Freshness.js"
import type { LookupSpans } from "../../Cache/tracing/LookupSpans.js"
import { type CacheLevels, logProblem } from "../bothLevels/CacheLevels.js"
import { knownOf, type Reading } from "../bothLevels/reading.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import type { Coordination } from "./computeUnderLease.js"
import type { Call, Computed, Computing } from "./computing.js"

/** A call of somebody: who shares its computations knows how they fail (`G`), and he decides what that is for him. */
export interface Request<in out K, in out V, in out F, in out G, in out E> extends Call<K, V, F, G> {
  /** What is given out, by what both levels have or what was computed, by himself or by somebody else. */
  readonly ended: (content: Exit.Exit<V, G>) => Effect.Effect<V, E>
}

/**
 * Looks a value up in both levels, computes it when neither has it, and writes it to both.
 *
 * @param request what is needed when memory is not enough, with the services of the caller
 */
export type Lookup = <K, V, F, G, E, R>(
  key: CacheKey<K, V, F>,
  request: (services: Context.Context<R>) => Request<K, V, F, F | G, E>
) => Effect.Effect<V, F | E, R>

/** Computes a value anew, not before this was made, and writes it to both levels. */
export type Renewal = <K, V, F, G, E>(request: Request<K, V, F, F | G, E>) => Effect.Effect<V, E>

/**
 * Makes what looks a value up in both levels, computes it when neither has it, and writes it to both; and what computes
 * it anyway.
 */
export const makeLookup = (
  levels: CacheLevels,
  reading: Reading,
  { compute, computeAnew }: Computing,
  coordination: Coordination
): { readonly lookup: Lookup; readonly beginRenewal: LazyArg<Renewal> } => {
  const { behind, ledger, lookups, markers, memory, policyOf } = levels

  /**
   * The flight of a read: what the second level has, or what is computed. With `refreshing`, what is fresh but about to
   * expire is not enough.
   *
   * @param inMemory what memory has
   */
  const loadOrCompute = <K, V, F, E>(
    asked: Call<K, V, F, F | E>,
    policy: EntryPolicy,
    inMemory: MemoryEntry | undefined,
    isAttached: () => boolean,
    refreshing: boolean
  ): Effect.Effect<Computed<V, E | F>> =>
    Effect.gen(function*() {
      const { key, looked } = asked
      const held = inMemory ?? (looked === undefined ? undefined : yield* reading.usableByTags(looked.held))
      // Memory would have forgotten it when it was removed or replaced.
      const isLooked = asked.isLooked === true &&
        (inMemory !== undefined || held === undefined || looked?.changes === memory.changes)
      const loaded = yield* Effect.either(loadWhereNeeded(key, policy, held, isLooked, refreshing))
      if (Either.isLeft(loaded)) {
        const failure = key.space.failureOf(loaded.left)
        if (Option.isSome(failure)) return { content: () => Exit.fail(failure.value), keep: undefined, refresh: false }
        yield* logProblem(levels, key, loaded.left)
      }
      const call = Either.isRight(loaded) ? asked : { ...asked, told: loaded.left.reason }
      const entry = Either.isRight(loaded) ? loaded.right : held
      const enough = serve(key, entry, policy, yield* Clock.currentTimeMillis, refreshing)
      if (enough !== undefined) return enough
      const stale = entry !== undefined && entry.isValue ? entry : undefined
      return policy.coordination === "none" || Either.isLeft(loaded)
        ? yield* compute(call, policy, stale, isAttached, undefined)
        : yield* coordination(key, {
          check: Effect.flatMap(reading.load(key, policy), ({ etag, held, promised }) =>
            Effect.map(Clock.currentTimeMillis, (now) => ({
              etag,
              promisedUntil: (held ?? promised)?.promisedUntil,
              // The same entry again is as much due as it was, although what is loaded counts from now.
              found: Option.fromNullable(
                refreshing && etag !== undefined && etag === entry?.etag
                  ? undefined
                  : serve(key, held, policy, now, refreshing, held)
              )
            }))),
          compute: (fence) =>
            compute(call, policy, stale, isAttached, fence),
          waits: call.turn?.waits
        })
    })

  const loadWhereNeeded = <K, V, F>(
    key: CacheKey<K, V, F>,
    policy: EntryPolicy,
    held: MemoryEntry | undefined,
    isLooked: boolean,
    refreshing: boolean
  ): Effect.Effect<MemoryEntry | undefined, ObjectStoreError> => {
    if (held === undefined) {
      // Without memory, the value that is stale is found there.
      return refreshing || !isLooked
        ? reading.loadEntry(key, policy, reading.loadInside)
        : Effect.succeed(held)
    }
    // Another process may have put one into the second level since this one looked there, or removed what was there.
    if ((refreshing ? held.etag === undefined : isLooked) || behind.waiting(key) !== undefined) {
      return Effect.succeed(held)
    }
    return Effect.map(
      reading.loadInside(key, policy, held.etag),
      (loaded) =>
        loaded.held ?? loaded.promised ??
          (loaded.etag !== undefined || refreshing || held.etag === undefined ? held : undefined)
    )
  }

  const serve = <K, V, F>(
    key: CacheKey<K, V, F>,
    held: MemoryEntry | undefined,
    policy: EntryPolicy,
    now: number,
    refreshing: boolean,
    keep?: MemoryEntry
  ): Computed<V, F> | undefined => {
    const content = held?.readerFor(key.space)
    if (held === undefined || content === undefined) return undefined
    if (now < held.freshUntil) {
      if (refreshing && held.needsRefresh(now)) return undefined
      return { content, keep, refresh: held.needsRefresh(now), from: "s3", bytes: held.bytes }
    }
    if (refreshing || !held.isValue) return undefined
    const isInPlace = held.isTooEarly(now) && now < replacesFailureUntil(policy.freshness, held.freshUntil)
    if (!isInPlace && now >= revalidatedUntil(policy.freshness, held.freshUntil)) return undefined
    ledger.record({ _tag: "StaleServed", key, because: isInPlace ? "failure" : "revalidating" })
    return { content, keep, refresh: held.needsRefresh(now), from: "stale", bytes: held.bytes }
  }

  const refreshInBackground = <K, V, F, E>(call: Call<K, V, F, F | E>, policy: EntryPolicy) =>
    memory.startInBackground(
      call.key,
      call.group,
      (isAttached) =>
        inTurn(
          call,
          Effect.flatMap(
            reading.readMemory(call.key, policy, reading.loadInside),
            (held) => loadOrCompute({ ...call, heardBy: "nobody" }, policy, held, isAttached, true)
          )
        ),
      toKeep,
      call.turn?.begins
    )

  /**
   * The old value that is given out while a computation takes too long: what memory has by then, also of what was loaded
   * meanwhile. It does not end where there is none.
   */
  const oldValueOf = <K, V, F>(key: CacheKey<K, V, F>, policy: EntryPolicy): Effect.Effect<Computed<V, F>> =>
    Effect.flatMap(memory.peek(key), ({ held: found }) => {
      if (found === undefined || !found.isValue) return Effect.never
      return Effect.flatMap(reading.usableByTags(found), (held) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const content = held?.readerFor(key.space)
          if (
            held === undefined || content === undefined || now >= replacesSlowUntil(policy.freshness, held.freshUntil)
          ) {
            return Effect.never
          }
          if (now < held.freshUntil) {
            return Effect.succeed<Computed<V, F>>({ content, keep: undefined, refresh: false, from: "memory" })
          }
          ledger.record({ _tag: "StaleServed", key, because: "slow" })
          return Effect.succeed<Computed<V, F>>({
            content,
            keep: undefined,
            refresh: false,
            from: "stale",
            bytes: held.bytes
          })
        }))
    })

  /**
   * Decides by what a look into memory found. A flight that was under way already may have begun before a tag was
   * invalidated, and the lookup after: then what it ended with is too old for that, and it looks once more.
   */
  const answer = <K, V, F, E>(
    call: Call<K, V, F, F | E>,
    policy: EntryPolicy,
    found: MemoryEntry | undefined
  ): Effect.Effect<Computed<V, F | E>> => {
    const { met } = markers
    return Effect.flatMap(
      answerInTime(call, policy, found),
      (computed) =>
        computed.keep !== undefined && markers.isBefore(computed.keep, met)
          ? answer(call, policy, undefined)
          : Effect.succeed(computed)
    )
  }

  /** The same by one look, and no later than `staleIfSlow` where there is an old value. */
  const answerInTime = <K, V, F, E>(
    call: Call<K, V, F, F | E>,
    policy: EntryPolicy,
    found: MemoryEntry | undefined
  ): Effect.Effect<Computed<V, F | E>> => {
    const validated = reading.validate(call.key, policy, found, reading.loadShared)
    const { slowAfter, staleIfSlow } = policy.freshness
    if (staleIfSlow === 0) return Effect.flatMap(validated, (held) => serveOrCoalesce(call, policy, found, held, 0))
    return Effect.flatMap(Clock.currentTimeMillis, (began) => {
      const old = Effect.tap(oldValueOf(call.key, policy), () => refreshInBackground(call, policy))
      return Effect.flatten(Effect.raceFirst(
        Effect.map(
          validated,
          (held) =>
            Effect.flatMap(
              Clock.currentTimeMillis,
              (now) => serveOrCoalesce(call, policy, found, held, Math.max(0, slowAfter - (now - began)))
            )
        ),
        // What takes so long goes on without who has an old value.
        Effect.delay(Effect.map(old, Effect.succeed), slowAfter)
      ))
    })
  }

  /**
   * Serves what is held where it is enough, or else what a flight ends with.
   *
   * @param after for how many milliseconds who has an old value waits
   */
  const serveOrCoalesce = <K, V, F, E>(
    call: Call<K, V, F, F | E>,
    policy: EntryPolicy,
    found: MemoryEntry | undefined,
    held: MemoryEntry | undefined,
    after: number
  ): Effect.Effect<Computed<V, F | E>> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const computed = serve(call.key, held, policy, now, false)
      if (computed !== undefined) {
        ledger.memoryHit(call.key)
        return Effect.succeed<typeof computed>(
          computed.from === "stale" ? computed : { ...computed, from: "memory" }
        )
      }
      const outlasted = { isSo: false }
      return memory.coalesce(
        call.key,
        call.group,
        (isAttached) => inTurn(call, loadOrCompute({ ...call, outlasted }, policy, held, isAttached, false)),
        toKeep,
        // Another flight may have ended since the look.
        (present) => {
          if (present !== found && present !== held) return answer(call, policy, present)
          call.turn?.begins()
          return undefined
        },
        call.turn?.waits,
        policy.freshness.staleIfSlow === 0 ? undefined : {
          after,
          instead: Effect.tap(oldValueOf(call.key, policy), () => Effect.sync(() => outlasted.isSo = true))
        }
      )
    })

  const readThrough = <K, V, F, G, E>(
    request: Request<K, V, F, F | G, E>,
    found: MemoryEntry | undefined
  ): Effect.Effect<V, E> => {
    const policy = policyOf(request.key.space)
    return Effect.flatMap(answer(request, policy, found), (computed) => {
      const { content, refresh } = computed
      if (lookups !== undefined) tellOf(lookups, request.key, computed)
      const ended = Effect.suspend(() => request.ended(content()))
      return refresh ? Effect.zipRight(refreshInBackground(request, policy), ended) : ended
    })
  }

  const renewSince = <K, V, F, G, E>(
    request: Request<K, V, F, F | G, E>,
    begun: number
  ): Effect.Effect<V, E> => {
    const { group, key } = request
    const policy = policyOf(key.space)
    // The old value is in memory then, for those who come meanwhile.
    return Effect.option(reading.read(key, policy)).pipe(
      Effect.flatMap((read) =>
        memory.coalesceSince(
          key,
          group,
          begun,
          (isAttached) => computeAnew(request, policy, Option.getOrUndefined(read), isAttached),
          toKeep
        )
      ),
      // It may have joined a lookup that found one in the second level.
      Effect.flatMap((computed) =>
        computed.isNew === true ? request.ended(computed.failed ?? computed.content()) : renewSince(request, begun)
      )
    )
  }

  const beginRenewal = (): Renewal => {
    const { begun } = memory.flights
    return (request) => renewSince(request, begun)
  }

  const lookup: Lookup = <K, V, F, G, E, R>(
    key: CacheKey<K, V, F>,
    request: (services: Context.Context<R>) => Request<K, V, F, F | G, E>
  ) =>
    memory.lookup(key, (held, now): Effect.Effect<V, F | E, R> => {
      const content = held === undefined || now < held.believedFrom ||
          (now >= held.computeUntil && held.computeUntil !== Number.POSITIVE_INFINITY)
        ? undefined
        : held.contentFor(key.space)
      if (content === undefined) {
        const through = Effect.flatMap(services<R>(), (given) => readThrough(request(given), held))
        return lookups === undefined ? through : lookups.around(key, through, () => knownOf(key))
      }
      ledger.memoryHit(key)
      lookups?.hit(key, "memory", () => knownOf(key, held))
      return content
    })

  return { lookup, beginRenewal }
}

/** The flight of a call. */
const inTurn = <A, K, V, F, E>({ turn }: Call<K, V, F, E>, flight: Effect.Effect<A>): Effect.Effect<A> =>
  turn === undefined ? flight : Effect.ensuring(flight, Effect.sync(turn.ends))

const tellOf = (
  lookups: LookupSpans,
  key: AnyKey,
  { bytes, failed, from, isNew }: Pick<Computed<unknown, unknown>, "bytes" | "failed" | "from" | "isNew">
): void => {
  const known = { keyspace: key.keyspace, bytes }
  if (failed !== undefined) lookups.tell("stale", false, known)
  else if (isNew === true || from === undefined) lookups.tell("computed", false, known)
  else lookups.tell(from, true, known)
}

const toKeep = ({ keep }: Pick<Computed<unknown, unknown>, "keep">): MemoryEntry | undefined => keep
