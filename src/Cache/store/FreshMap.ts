/**
 * A bounded map whose entries may be stale, or failures: what a lookup gives out, and whether it is to be computed anew.
 */
import * as Either from "../../effect/plainEither.js"
import type { EntryInfo } from "../common/EntryInfo.js"
import { Absent, type BoundedMapOptions, type WriteOutcome } from "../engine/BoundedMapOptions.js"
import type { EvictingMap } from "../engine/EvictingMap.js"
import { type Freshness, isTooEarly, replacesFailureUntil, revalidatedUntil, uselessFrom } from "./Freshness.js"
import { type Computation, Kept } from "./Kept.js"

/** What the engine holds: a value by itself, or an entry that knows more of itself. */
export type Stored<V, E> = V | Kept<V, E>

/**
 * The options of an engine that holds values, as those of one that holds them this way.
 *
 * @param failureWeigher the weight of a remembered failure; without it, each weighs 1
 */
export const adaptOptions = <K, V, E>(
  options: BoundedMapOptions<K, V>,
  failureWeigher?: (key: K, error: E) => number
): BoundedMapOptions<K, Stored<V, E>> => {
  const { onRemoval, weigher: weigh, ...rest } = options
  return {
    ...rest,
    weigher: weigh === undefined && failureWeigher === undefined ? undefined : (key, held) => {
      if (!(held instanceof Kept)) return weigh === undefined ? 1 : weigh(key, held)
      if (!Either.isLeft(held.content)) return weigh === undefined ? 1 : weigh(key, held.content.right)
      return failureWeigher === undefined ? 1 : failureWeigher(key, held.content.left)
    },
    onRemoval: onRemoval && ((key, held, reason, weight) => {
      const value = valueOf(held)
      return value === Absent ? undefined : onRemoval(key, value, reason, weight)
    })
  }
}

/**
 * Operations on an engine that holds values this way. They are steps: synchronous, given the engine and the time in
 * milliseconds since the epoch. An entry is *fresh* until its time to live has passed; only `lookup` gives out others.
 */
export class FreshMap<in out K, in out V, in out E> {
  /** The options around the end of an entry's time. */
  readonly freshness: Freshness<E>

  constructor(freshness: Freshness<E>) {
    this.freshness = freshness
  }

  /** The fresh value under a key, or `Absent`: a use, and counted. */
  get(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): V | Absent {
    const held = map.get(key, now)
    if (!(held instanceof Kept)) return held
    const value = freshValueOf(held, now)
    if (value === Absent) countAsMiss(map)
    return value
  }

  /**
   * What a lookup that can compute is to do: take the value; take the value of a `Kept` and refresh it; take the failure
   * of a `Kept`; or compute (`Absent`). A use, and counted.
   */
  lookup(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): V | Kept<V, E> | Absent {
    const held = map.get(key, now)
    if (!(held instanceof Kept) || Either.isLeft(held.content)) return held
    const { freshness } = this
    if (isTooEarly(freshness, held.failedAt, now) && now < replacesFailureUntil(freshness, held.freshUntil)) {
      return held.content.right
    }
    if (now >= revalidatedUntil(freshness, held.freshUntil)) {
      countAsMiss(map)
      return Absent
    }
    return now >= held.refreshAt && !isTooEarly(freshness, held.failedAt, now) ? held : held.content.right
  }

  /** A computation of what is under a key failed: where there is a value, lookups compute nothing for a while. */
  failed(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): void {
    if (this.freshness.retryAfter === 0) return
    const held = map.peek(key, now)
    if (held instanceof Kept) held.failedAt = now
  }

  /** The fresh value under a key, or `Absent`: no use, and not counted. */
  peek(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): V | Absent {
    return freshValueOf(map.peek(key, now), now)
  }

  /** The value under a key that some lookup may still give out, fresh or stale, or `Absent`: no use, and not counted. */
  peekUsable(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): V | Absent {
    const held = map.peek(key, now)
    return held === Absent ? Absent : valueOf(held)
  }

  /** What there is to know of the fresh value under a key, or `Absent`: no use, and not counted. */
  peekEntry(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): EntryInfo<V> | Absent {
    const value = this.peek(map, key, now)
    const expiresAt = this.freshUntil(map, key, now)
    const weight = map.weightOf(key, now)
    return value === Absent || expiresAt === Absent || weight === Absent
      ? Absent
      : { value, expiresAt, remaining: expiresAt - now, lastUsedAt: map.lastUseOf(key, now), weight }
  }

  /** Until when the value under a key is fresh if it is not used, or `Absent`. */
  freshUntil(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): number | Absent {
    const until = this.livesUntil(map, key, now)
    const expiresAt = map.expiresAt(key, now)
    return until === Absent || expiresAt === Absent ? Absent : Math.min(until, expiresAt)
  }

  /** Until when the value under a key is fresh however often it is used, or `Absent`. */
  livesUntil(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): number | Absent {
    const held = map.peek(key, now)
    if (freshValueOf(held, now) === Absent) return Absent
    return held instanceof Kept ? held.freshUntil : map.livesUntil(key)
  }

  /**
   * Until when the value under a key is or was fresh, reclaimed yet or not, or `Absent` when nothing is known of one.
   */
  knownUntil(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): number | Absent {
    const held = map.peek(key, now)
    const expiresAt = map.expiresAt(key, now)
    if (!(held instanceof Kept) || expiresAt === Absent) return expiresAt
    return Either.isLeft(held.content) ? Absent : Math.min(held.freshUntil, expiresAt)
  }

  /** Lets the fresh value under a key be fresh until another time. Returns whether there was one. */
  setFreshUntil(map: EvictingMap<K, Stored<V, E>>, key: K, now: number, freshUntil: number): boolean {
    const held = map.peek(key, now)
    if (freshValueOf(held, now) === Absent) return false
    if (held instanceof Kept) held.live(this.freshness, now, freshUntil)
    return map.setExpiresAt(key, freshUntil <= now ? now : this.expiry(held, freshUntil), now)
  }

  /**
   * Lets the time to live of what is under a key end now: a value is given out stale where that is allowed, a failure is
   * forgotten. Returns whether there was anything, fresh or not.
   */
  expire(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): boolean {
    const held = map.peek(key, now)
    if (held === Absent) return false
    if (!(held instanceof Kept) || Either.isLeft(held.content)) return map.setExpiresAt(key, now, now)
    if (held.freshUntil <= now) return true
    held.live(this.freshness, now, now)
    return map.setExpiresAt(key, uselessFrom(this.freshness, now), now)
  }

  /**
   * Writes a value.
   *
   * @param weighed what it weighs, if it was weighed already
   * @param computation how it was computed, if it was
   */
  set(
    map: EvictingMap<K, Stored<V, E>>,
    key: K,
    value: V,
    now: number,
    freshUntil: number,
    weighed?: number,
    computation?: Computation
  ): WriteOutcome {
    const took = computation?.took
    if (!this.freshness.tracksEntries || freshUntil <= now) return map.set(key, value, now, freshUntil, weighed, took)
    const kept = Kept.value(this.freshness, value, now, freshUntil, computation?.lead ?? 0)
    return map.set(key, kept, now, uselessFrom(this.freshness, freshUntil), weighed, took)
  }

  /** Removes what is under a key; returns the value if it was fresh. */
  remove(map: EvictingMap<K, Stored<V, E>>, key: K, now: number): V | Absent {
    return freshValueOf(map.pop(key, now), now)
  }

  /** Removes the fresh entry that is next to be evicted and returns it; those that are not fresh go on the way. */
  popVictim(map: EvictingMap<K, Stored<V, E>>, now: number): readonly [key: K, value: V] | Absent {
    return firstFresh(() => map.popVictim(now), now)
  }

  /** Removes the fresh entry that was used last and returns it; those that are not fresh go on the way. For `LRU`. */
  popNewest(map: EvictingMap<K, Stored<V, E>>, now: number): readonly [key: K, value: V] | Absent {
    return firstFresh(() => map.popNewest(now), now)
  }

  /** The fresh entries, the next victim first. */
  entries(map: EvictingMap<K, Stored<V, E>>, now: number): ReadonlyArray<readonly [key: K, value: V]> {
    return map.entries(now).flatMap(([key, held]) => {
      const value = freshValueOf(held, now)
      return value === Absent ? [] : [[key, value] as const]
    })
  }

  private expiry(held: Stored<V, E> | Absent, freshUntil: number): number {
    return held instanceof Kept ? uselessFrom(this.freshness, freshUntil) : freshUntil
  }
}

/** The value that is held, fresh or not; `Absent` for a failure. */
export const valueOf = <V, E>(held: Stored<V, E>): V | Absent => {
  if (!(held instanceof Kept)) return held
  return Either.isLeft(held.content) ? Absent : held.content.right
}

const freshValueOf = <V, E>(held: Stored<V, E> | Absent, now: number): V | Absent => {
  if (!(held instanceof Kept)) return held
  return now < held.freshUntil ? valueOf(held) : Absent
}

const firstFresh = <K, V, E>(
  pop: () => readonly [key: K, held: Stored<V, E>] | Absent,
  now: number
): readonly [key: K, value: V] | Absent => {
  for (;;) {
    const popped = pop()
    if (popped === Absent) return Absent
    const value = freshValueOf(popped[1], now)
    if (value !== Absent) return [popped[0], value]
  }
}

// The engine found an entry; as far as the caller can tell, there is none.
const countAsMiss = <K, V>(map: EvictingMap<K, V>): void => {
  map.counters.hits--
  map.counters.misses++
}
