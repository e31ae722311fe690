/**
 * A bounded store of values that need release: connections, pools, clients, handles.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { CacheConfigError, CacheExistsError, CacheNotFoundError, EntryTooLargeError } from "./CacheErrors.js"
import type { BoundedMap } from "./engine/BoundedMap.js"
import { Absent, type BoundedMapOptions } from "./engine/BoundedMapOptions.js"
import { ExpirySweeper } from "./ExpirySweeper.js"
import { makeGuardedMap, orConfigError } from "./GuardedMap.js"
import { Acquisition, LeasedValue, type ReleaseReason } from "./LeasedValue.js"
import { printKey } from "./printKey.js"
import { type ReleaseCounters, Releaser } from "./Releaser.js"
import { type Flight, SingleFlight } from "./SingleFlight.js"
import { expiresAt } from "./timeToLive.js"

export type { ReleaseReason } from "./LeasedValue.js"

/**
 * The type id of `LeasedStore`.
 *
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: TypeId = "~effect-aws-cache/Cache/LeasedStore"

/**
 * The type id of `LeasedStore`.
 *
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = "~effect-aws-cache/Cache/LeasedStore"

/**
 * How a leased store is made.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<in K, in out V, out E = never, out R = never, out R2 = never>
  extends Pick<BoundedMapOptions<K, V>, "evictionPolicy" | "weigh">
{
  /**
   * Makes the value under a key. What it acquires in its scope is released with the value, or at once when it fails or
   * is interrupted. It may be interrupted, when nobody waits for it any more: what must not be interrupted between
   * opening and returning belongs in `Effect.acquireRelease` or `Effect.uninterruptible`.
   */
  readonly acquire: (key: K) => Effect.Effect<V, E, R>
  /**
   * Releases a value, once; then what was acquired in its scope is released. Failures and defects are logged and
   * counted. It may use the store. Default: there is nothing to do but to close the scope.
   */
  readonly release?: ((value: V, key: K, reason: ReleaseReason) => Effect.Effect<unknown, unknown, R2>) | undefined
  /** The name in errors, spans and logs. Default `"LeasedStore"`. */
  readonly name?: string | undefined
  /** The most values, a whole number or `Infinity`; `0` keeps a value only while it is leased. Default 100. */
  readonly maxSize?: number | undefined
  /** The most weight of all values together, a whole number or `Infinity`. Default `Infinity`. */
  readonly maxWeight?: number | undefined
  /**
   * How long a value stays in the store after it was acquired, leased or not. Zero: as if `maxSize` were `0`. Default
   * `Duration.infinity`: for ever. A function decides for each value. A value that expires is released without
   * anybody asking for it.
   */
  readonly timeToLive?: Duration.DurationInput | ((value: V, key: K) => Duration.DurationInput) | undefined
  /**
   * How long a release may take. Then it is logged, counted, interrupted and waited for no longer. Default 30 seconds.
   */
  readonly releaseTimeout?: Duration.DurationInput | undefined
  /** The most releases at a time, a whole number or `Infinity`. Default 16. */
  readonly releaseConcurrency?: number | undefined
  /**
   * How long the closing of the store's scope waits for leases to end. Then the values still leased are logged, and
   * released under their leases. Default 30 seconds.
   */
  readonly gracePeriod?: Duration.DurationInput | undefined
}

/**
 * What a single write may decide for itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface WriteOptions {
  /** How long this value stays in the store, instead of the store's time to live. */
  readonly timeToLive?: Duration.DurationInput | undefined
}

/**
 * What a single lease may decide for itself; it matters only if there is no value yet, and nobody else acquires it.
 *
 * @since 0.1.0
 * @category models
 */
export interface LeaseOptions<out V, out E, out R> extends WriteOptions {
  /** Makes the value, instead of the store's `acquire`. */
  readonly acquire?: Effect.Effect<V, E, R | Scope.Scope> | undefined
}

/**
 * What a leased store has counted since it was made, and what it holds now. Every value that was acquired is in the
 * store, retired, being released, or released: `acquired` is the sum of `size`, `retired`, `releasing` and `releases`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats {
  /** Lookups that found a value. */
  readonly hits: number
  /** Lookups that did not. */
  readonly misses: number
  /** Values acquired by the store, or handed to it. */
  readonly acquired: number
  /** Acquisitions under way. */
  readonly inFlight: number
  /** Values in the store. */
  readonly size: number
  /** The weight of the values in the store together. */
  readonly weight: number
  /** Values in the store that are leased. */
  readonly leased: number
  /** Values that are not in the store, but leased. */
  readonly retired: number
  /** Values that wait for their release or are being released. */
  readonly releasing: number
  /** How the releases so far have ended. */
  readonly releases: Readonly<ReleaseCounters>
  /** Writes refused because the value was heavier than the limit. */
  readonly rejections: number
  /** Values that left the store, by reason. */
  readonly removals: {
    readonly evicted: number
    readonly expired: number
    readonly replaced: number
    readonly deleted: number
    readonly cleared: number
  }
}

/**
 * A bounded store of values that need release, and are leased. A value is released exactly once: after it left the
 * store (evicted, expired, replaced, removed, cleared, or the store's scope closed) *and* its last lease ended. A value
 * that leaves the store is out of it at once; those who lease it keep it.
 *
 * `E` is how acquisitions may fail, `R` what they may use: it was captured when the store was made.
 *
 * All who ask for a key meanwhile share one acquisition. It belongs to the store, as in a `Store`: the interruption of
 * one caller does not reach the others, and when the last of them leaves, it is interrupted. A value that is acquired
 * nevertheless is released; one that nobody waits for any more, but which got into the store, stays. A write or removal
 * of the key meanwhile wins over the value, which its callers still lease.
 *
 * Releases run in the background, a few at a time: they neither delay nor fail whoever made a value leave. When the
 * scope of the store closes, acquisitions under way are interrupted, what is not leased is released at once, and
 * leases are waited for as long as the grace period. Whoever asks later is interrupted.
 *
 * @since 0.1.0
 * @category models
 */
export interface LeasedStore<in out K, in out V, in out E = never, in out R = never>
  extends Pipeable, Inspectable.Inspectable
{
  readonly [TypeId]: TypeId
  /** The name in errors, spans and logs. */
  readonly name: string
  /**
   * Uses the value under a key, which is acquired when there is none. The lease lasts as long as `f`: this is the
   * cheapest way, and needs no scope.
   */
  readonly use: <A, E2, R2>(
    key: K,
    f: (value: V) => Effect.Effect<A, E2, R2>,
    options?: LeaseOptions<V, E, R>
  ) => Effect.Effect<A, E | E2, R2>
  /**
   * Leases the value under a key until the scope closes; acquires it when there is none. A scope that leases a value
   * again has one lease of it still.
   */
  readonly lease: (key: K, options?: LeaseOptions<V, E, R>) => Effect.Effect<V, E, Scope.Scope>
  /** Uses the value under a key, if there is one. */
  readonly useOption: <A, E2, R2>(
    key: K,
    f: (value: V) => Effect.Effect<A, E2, R2>
  ) => Effect.Effect<Option.Option<A>, E2, R2>
  /** Leases the value under a key until the scope closes, if there is one. */
  readonly leaseOption: (key: K) => Effect.Effect<Option.Option<V>, never, Scope.Scope>
  /**
   * Hands a value over to the store, which will release it, even if it cannot keep it; fails when there is one under
   * the key. The value stays the caller's when this fails.
   */
  readonly add: (
    key: K,
    value: V,
    options?: WriteOptions
  ) => Effect.Effect<void, CacheExistsError | EntryTooLargeError>
  /** Hands a value over as `add` does, whether there was one under the key or not. */
  readonly set: (key: K, value: V, options?: WriteOptions) => Effect.Effect<void, EntryTooLargeError>
  /** Whether there is a value under a key. No use. */
  readonly has: (key: K) => Effect.Effect<boolean>
  /** The value under a key, if there is one, to look at: it is not leased. No use, and not counted. */
  readonly peek: (key: K) => Effect.Effect<Option.Option<V>>
  /** Removes a value. */
  readonly remove: (key: K) => Effect.Effect<void, CacheNotFoundError>
  /** Removes a value and leases it until the scope closes. */
  readonly pop: (key: K) => Effect.Effect<V, CacheNotFoundError, Scope.Scope>
  /** Removes the value that is next to be evicted, and leases it until the scope closes. */
  readonly popVictim: Effect.Effect<Option.Option<readonly [key: K, value: V]>, never, Scope.Scope>
  /** Removes every value. */
  readonly clear: Effect.Effect<void>
  /** A snapshot of the keys, the next victim first. No use. */
  readonly keys: Effect.Effect<ReadonlyArray<K>>
  /** A snapshot of the values to look at, the next victim first: they are not leased. No use. */
  readonly values: Effect.Effect<ReadonlyArray<V>>
  /** A snapshot of the keys and values to look at, the next victim first: they are not leased. No use. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: K, value: V]>>
  /** How many values there are in the store. */
  readonly size: Effect.Effect<number>
  /** The weight of the values in the store together. */
  readonly weight: Effect.Effect<number>
  /** Changes the limits; what no longer fits is evicted at once. A bad limit changes nothing. */
  readonly resize: (
    limits: { readonly maxSize?: number | undefined; readonly maxWeight?: number | undefined }
  ) => Effect.Effect<void, CacheConfigError>
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<Stats>
}

/**
 * Whether a value is a `LeasedStore`.
 *
 * @since 0.1.0
 * @category guards
 */
export const isLeasedStore = (u: unknown): u is LeasedStore<unknown, unknown, unknown, unknown> =>
  Predicate.hasProperty(u, TypeId)

const defaultMaxSize = 100
const defaultReleaseConcurrency = 16
const defaultReleaseTimeout = "30 seconds"
const defaultGracePeriod = "30 seconds"

/**
 * Makes a leased store that lives as long as the scope. A lease should not outlive it: a scope in which values are
 * leased closes first when it is opened after the store, or is the store's own.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { LeasedStore } from "effect-aws-cache/Cache"
 *
 * declare const openPool: (tenant: string) => Promise<{
 *   readonly query: (sql: string) => Promise<ReadonlyArray<unknown>>
 *   readonly end: () => Promise<void>
 * }>
 *
 * const program = Effect.gen(function*() {
 *   // A pool of connections for each of the 20 tenants seen last, and none is closed while it is used.
 *   const pools = yield* LeasedStore.make({
 *     name: "pools",
 *     maxSize: 20,
 *     timeToLive: "1 hour",
 *     acquire: (tenant: string) => Effect.uninterruptible(Effect.tryPromise(() => openPool(tenant))),
 *     release: (pool) => Effect.promise(() => pool.end())
 *   })
 *   const users = yield* pools.use("acme", (pool) => Effect.tryPromise(() => pool.query("select * from users")))
 *   return users.length
 * }).pipe(Effect.scoped)
 * ```
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { LeasedStore } from "effect-aws-cache/Cache"
 *
 * const program = Effect.gen(function*() {
 *   // What an acquisition holds in its scope is released with its value.
 *   const locks = yield* LeasedStore.make({
 *     acquire: (name: string) =>
 *       Effect.acquireRelease(Effect.succeed({ name }), () => Effect.log(`${name} is free again`))
 *   })
 *   // Leased for the rest of the scope.
 *   const lock = yield* locks.lease("door")
 *   yield* locks.resize({ maxSize: 0 })
 *   return lock.name
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <K, V, E = never, R = never, R2 = never>(
  options: Options<K, V, E, R, R2>
): Effect.Effect<LeasedStore<K, V, E, R>, CacheConfigError, R | R2 | Scope.Scope> => {
  const name = options.name ?? "LeasedStore"
  return Effect.gen(function*() {
    const runtime = yield* Effect.runtime<R2>()
    const context = yield* Effect.context<R>()
    const now = yield* Clock.currentTimeMillis
    const { timeToLive, weigh } = options
    if (typeof timeToLive !== "function" && timeToLive !== undefined) {
      yield* checked(name, "timeToLive", timeToLive, "a duration", () => expiresAt(now, timeToLive))
    }
    const releaser = new Releaser<K, V>(
      {
        name,
        release: (value, key, reason) =>
          options.release === undefined
            ? Effect.void
            : Effect.provide(options.release(value, key, reason), runtime.context),
        timeout: yield* duration(name, "releaseTimeout", options.releaseTimeout ?? defaultReleaseTimeout),
        gracePeriod: yield* duration(name, "gracePeriod", options.gracePeriod ?? defaultGracePeriod),
        concurrency: yield* checked(
          name,
          "releaseConcurrency",
          options.releaseConcurrency ?? defaultReleaseConcurrency,
          "a whole number, 1 or more, or Infinity",
          (value) => isConcurrency(value) ? value : undefined
        )
      },
      runtime
    )
    let closed = false
    // Whether the value that is being removed is leased by whoever removes it.
    let popping = false
    let acquired = 0
    const { step } = yield* makeGuardedMap<K, LeasedValue<K, V>>(name, {
      evictionPolicy: options.evictionPolicy,
      maxSize: options.maxSize ?? defaultMaxSize,
      maxWeight: options.maxWeight,
      weigh: weigh && ((key, { value }) => weigh(key, value)),
      onRemoval: (_key, value, reason) => {
        if (popping && reason === "deleted") value.lease()
        releaser.left(value, closed ? "closed" : reason)
      }
    })
    return { name, options, step, releaser }
  })
}
