/**
 * A bounded map that fibers share.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import { clockOf, currentClock } from "../../effect/clocks.js"
import { BoundedMap } from "../engine/BoundedMap.js"
import { BoundedMapError, type BoundedMapOptions } from "../engine/BoundedMapOptions.js"
import type { KeyEquality } from "../engine/structures/KeyEquality.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { configError } from "../errors/configError.js"
import { keyEquality } from "../keys/keyEquality.js"
import type { Glance } from "../printing/glance.js"
import { type Decide, Lookup } from "./Lookup.js"

/**
 * A bounded map that fibers share: every operation is one synchronous step on it, with the time read from Effect's clock
 * once. There is no lock, and no other fiber ever sees half a step. Changes are steps of one `Ref`; lookups go to the map
 * itself.
 */
export interface GuardedMap<in out K, in out V> {
  /** One step: synchronous, given the map and the time in milliseconds since the epoch. */
  readonly step: <A>(f: (map: BoundedMap<K, V>, now: number) => A) => Effect.Effect<A>
  /**
   * One step that decides how to go on: with an `Exit`, it is a single instruction of the fiber. It costs a third of what a
   * step and a `flatMap` do. The clock is read only if an entry can expire; until then the time is `0`. It is told which
   * fiber looks up.
   */
  readonly lookup: <A, E, R>(
    f: (map: BoundedMap<K, V>, now: number, caller: Fiber.RuntimeFiber<unknown, unknown>) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
  /**
   * The same for what is decided by a key, and by nothing else of the call: lookups that find their entry outnumber
   * everything else, and this makes no closure, and one small object in place of three.
   */
  readonly lookupOf: <Key extends K, A, E, R>(key: Key, decide: Decide<K, V, Key, A, E, R>) => Effect.Effect<A, E, R>
}

/** A guarded map for those who made it. */
export interface OwnMap<in out K, in out V> extends GuardedMap<K, V> {
  /** One step outside of any effect, at the time of the clock that the map was made with. */
  readonly unsafeStep: <A>(f: (map: BoundedMap<K, V>, now: number) => A) => A
  /** A `lookup` at once, by the fiber that runs: for use within an effect, where it saves an instruction. */
  readonly unsafeLookup: <A>(f: (map: BoundedMap<K, V>, now: number) => A) => A
  /** What it holds at this moment, with some of the keys. It is no step, so that it can be read anywhere: it changes nothing. */
  readonly glance: (mostKeys: number) => Glance
}

/**
 * Makes a guarded map whose keys compare as Effect's do. Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @param name for messages
 * @param equality how keys compare that have an equality of their own
 */
export const makeGuardedMap = <K, V>(
  name: string,
  options: Omit<BoundedMapOptions<K, V>, "equality">,
  equality: KeyEquality = keyEquality
): Effect.Effect<OwnMap<K, V>, CacheConfigError> =>
  Effect.map(Effect.zip(made(name, { ...options, equality }), Effect.clock), ([map, ownClock]) => {
    const ref = Ref.unsafeMake(map)
    return {
      glance: (mostKeys) => ({
        evictionPolicy: options.evictionPolicy ?? "LRU",
        maxSize: map.maxSize,
        maxWeight: map.maxWeight,
        ...map.glance(ownClock.unsafeCurrentTimeMillis(), mostKeys)
      }),
      step: (f) =>
        Effect.clockWith((clock) => Ref.modify(ref, (map) => [f(map, clock.unsafeCurrentTimeMillis()), map])),
      lookup: <A, E, R>(
        f: (map: BoundedMap<K, V>, now: number, caller: Fiber.RuntimeFiber<unknown, unknown>) => Effect.Effect<A, E, R>
      ) =>
        Effect.withFiberRuntime<A, E, R>((fiber) =>
          f(map, map.usesTime ? clockOf(fiber).unsafeCurrentTimeMillis() : 0, fiber)
        ),
      lookupOf: (key, decide) => new Lookup(map, ownClock, key, decide),
      unsafeStep: (f) => f(map, ownClock.unsafeCurrentTimeMillis()),
      unsafeLookup: (f) => f(map, map.usesTime ? (currentClock() ?? ownClock).unsafeCurrentTimeMillis() : 0)
    }
  })

const made = <K, V>(name: string, options: BoundedMapOptions<K, V>) =>
  orConfigError(name, () => new BoundedMap<K, V>(options))

/**
 * Runs what may throw `BoundedMapError`, which becomes a `CacheConfigError`.
 *
 * @param name for messages
 */
export const orConfigError = <A>(name: string, f: () => A): Effect.Effect<A, CacheConfigError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(f())
    } catch (cause) {
      if (!(cause instanceof BoundedMapError)) return Effect.die(cause)
      return Effect.fail(
        configError(name, cause.option, cause.value, cause.accepted, cause)
      )
    }
  })
