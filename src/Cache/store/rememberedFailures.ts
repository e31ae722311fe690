/**
 * Computations that failed: what is kept of them, or which stale value is given out in their place (`staleIfError`), and in
 * that of a slow one (`staleIfSlow`).
 */
import type * as Option from "effect/Option"
import * as Either from "../../effect/plainEither.js"
import { Absent, type WriteOutcome } from "../engine/BoundedMapOptions.js"
import type { EvictingMap } from "../engine/EvictingMap.js"
import { formatStacks } from "../printing/formatStacks.js"
import { type Stored, valueOf } from "./FreshMap.js"
import { type Freshness, type FreshnessTimes, replacesFailureUntil, replacesSlowUntil } from "./Freshness.js"
import { Kept } from "./Kept.js"

/**
 * A computation failed: remembers that, in place of a value that is there. Nothing is remembered but the error.
 *
 * @param millis for how long, as `rememberedMillis` says
 * @returns what became of the entry, if one was written
 */
export const keepFailure = <K, V, E>(
  map: EvictingMap<K, Stored<V, E>>,
  key: K,
  failure: Option.Option<E>,
  millis: number,
  now: number
): WriteOutcome | undefined => {
  if (failure._tag === "None" || millis === 0) return undefined
  const { value: error } = failure
  const until = now + millis
  formatStacks(error)
  return map.set(key, new Kept<V, E>(Either.left(error), until, until), now, until)
}

/**
 * For how long a failure is remembered, in milliseconds. If at all, it is an answer, and no value is given out in its
 * place. To be asked once for each: a function of the program may count.
 */
export const rememberedMillis = <E>(freshness: Freshness<E>, failure: Option.Option<E>): number =>
  failure._tag === "Some" ? freshness.failureTimeToLive(failure.value) : 0

/** The value to give out in place of a computation that takes too long, or `Absent`. */
export const inPlaceOfSlow = <K, V, E>(
  freshness: FreshnessTimes,
  map: EvictingMap<K, Stored<V, E>>,
  key: K,
  now: number
): V | Absent => {
  if (freshness.staleIfSlow === 0) return Absent
  const held = map.peek(key, now)
  return held instanceof Kept && now < replacesSlowUntil(freshness, held.freshUntil) ? valueOf(held) : Absent
}

/** The value to give out in place of a failed computation, or `Absent`. */
export const inPlaceOfFailure = <K, V, E>(
  freshness: FreshnessTimes,
  map: EvictingMap<K, Stored<V, E>>,
  key: K,
  now: number
): V | Absent => {
  const held = map.peek(key, now)
  return held instanceof Kept && now < replacesFailureUntil(freshness, held.freshUntil) ? valueOf(held) : Absent
}
