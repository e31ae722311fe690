/**
 * What a leased store is made with, and what it answers.
 *
 * @since 1.0.0
 */
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { CacheStats } from "../common/CacheStats.js"
import type { EntryInfo } from "../common/EntryInfo.js"
import type { BoundedMapOptions } from "../engine/BoundedMapOptions.js"
import type { OptionKinds } from "../engine/options/optionKinds.js"
import { evictionPolicyNames } from "../engine/policies/EvictionPolicy.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import type { ReleaseReason } from "../events/ReleaseReason.js"
import { type Metrics, metricsKind } from "../metrics/makeMeter.js"
import { millis } from "../options/timeToLive.js"
import { type Tracing, tracingKind } from "../tracing/Tracing.js"
import type { ReleaseCounters, ReleaseLimits } from "./Releaser.js"

/**
 * How a leased store is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface Options<in K, in out V, out E = never, out R = never, out R2 = never>
  extends Pick<BoundedMapOptions<K, V>, "evictionPolicy" | "weigher">
{
  /**
   * Makes the value under a key. What it acquires in its scope is released with the value, or at once when it fails or
   * is interrupted. When nobody waits for it any more, it is interrupted, but not if there is a `release`: then it is
   * uninterruptible, as in `Effect.acquireRelease`, and the last one who leaves waits for its end.
   */
  readonly acquire: (key: K) => Effect.Effect<V, E, R>
  /**
   * Releases a value, once; then what was acquired in its scope is released. Failures and defects are logged and
   * counted. It may use the store. Default: there is nothing to do but to close the scope. For an object that the store
   * has more than once it is called with the last that is left of it; each scope is closed with its own acquisition.
   */
  readonly release?: ((key: K, value: V, reason: ReleaseReason) => Effect.Effect<unknown, unknown, R2>) | undefined
  /**
   * Which failures all callers share, also those that bring an `acquire` of their own: a guard. Who waits for an acquisition
   * of somebody else gets a failure that it accepts, and acquires by himself after any other. Callers without an `acquire`
   * of their own share all failures of that of the store. Default: none.
   */
  readonly failure?: ((error: unknown) => error is E) | undefined
  /** The name in errors, spans and logs. Default `"LeasedStore"`. */
  readonly name?: string | undefined
  /** What the span of an acquisition is called. Default `"effect-aws-cache.LeasedStore.acquire"`. */
  readonly spanName?: string | undefined
  /** The most values, a whole number or `Infinity`; `0` keeps a value only while it is leased. Default 100. */
  readonly maxSize?: number | undefined
  /** The most weight of all values together, a whole number or `Infinity`. Default `Infinity`. */
  readonly maxWeight?: number | undefined
  /**
   * How long a value stays in the store after it was acquired, leased or not. Zero: as if `maxSize` were `0`. Default
   * `Duration.infinity`: for ever. A function decides for each value. A value that expires is released without
   * anybody asking for it.
   */
  readonly timeToLive?: Duration.DurationInput | ((key: K, value: V) => Duration.DurationInput) | undefined
  /**
   * How long a value stays in the store when nobody uses it: since its last lease ended, or since it was handed over.
   * A value that is leased is in use, and stays. Zero: as if `maxSize` were `0`. Default `Duration.infinity`: for ever.
   * A value that goes idle has expired, and is released without anybody asking for it.
   */
  readonly timeToIdle?: Duration.DurationInput | undefined
  /**
   * How long a release may take. Then it is logged, counted, interrupted and waited for no longer. Default 30 seconds.
   */
  readonly releaseTimeout?: Duration.DurationInput | undefined
  /** The most releases at a time, a whole number or `Infinity`. Default 16. */
  readonly releaseConcurrency?: number | undefined
  /**
   * How many values may wait for their release, a whole number, 1 or more, or `Infinity`. When so many wait, or so much
   * that they weigh `maxWeight`, whoever brings another in (`use`, `lease`, `refresh`, `add`, `set`) waits until there is
   * room, and the log tells so once. One operation may go over it by what it makes leave; releases themselves never wait.
   * `stats.releasing` says how many there are. Default 1,000.
   */
  readonly releaseCapacity?: number | undefined
  /**
   * How long the closing of the store's scope waits for leases to end. Then the values still leased are logged, and
   * released under their leases. Default 30 seconds.
   */
  readonly gracePeriod?: Duration.DurationInput | undefined
  /** How many events a listener of `events` may be behind before it loses some. Default 1,024. */
  readonly eventCapacity?: number | undefined
  /**
   * Whether to keep Effect `Metric`s of it (see `CacheMetrics`), labelled with the name, or
   * (`"emf"`) to write lines for CloudWatch. It makes every operation slower.
   * Default `false`: `stats` has the same figures.
   */
  readonly metrics?: Metrics | undefined
  /**
   * Whether lookups have spans: `"misses"` or `"all"`, inside another span and where a tracer is set; an object says whether
   * they have keys, too. Default `"none"`: only computations have.
   */
  readonly tracing?: Tracing | undefined
}

/** Which options a leased store has. */
export const leasedStoreKinds: OptionKinds<Options<never, never>> = {
  name: "text",
  spanName: "text",
  acquire: "acquire",
  release: "function",
  failure: "function",
  maxSize: "limit",
  maxWeight: "limit",
  weigher: "function",
  timeToLive: "durationOrFunction",
  timeToIdle: "duration",
  evictionPolicy: evictionPolicyNames,
  releaseTimeout: "duration",
  releaseConcurrency: "countOrInfinity",
  releaseCapacity: "countOrInfinity",
  gracePeriod: "duration",
  eventCapacity: "count",
  metrics: metricsKind,
  tracing: tracingKind
}

/**
 * What a single write may decide for itself.
 *
 * @since 1.0.0
 * @category models
 */
export interface WriteOptions {
  /**
   * How long this value stays in the store, instead of the store's time to live. A negative one is what is left of a
   * time that has passed: zero. What is no duration is a defect, a `CacheConfigError`.
   */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * The moment until which this value stays in the store, in milliseconds since the epoch (`Infinity`: for ever). It goes
   * before `timeToLive`.
   */
  readonly expiresAt?: number | undefined
}

/**
 * What a single lease may decide for itself; it matters only if there is no value yet, and nobody else acquires it.
 *
 * @since 1.0.0
 * @category models
 */
export interface LeaseOptions<out V, out E, out R> extends WriteOptions {
  /**
   * Makes the value, instead of the store's `acquire` and under the same rules. How it fails is how the call fails, and the
   * services that it needs are those of the caller.
   */
  readonly acquire?: Effect.Effect<V, E, R | Scope.Scope> | undefined
}

/** Which options a write into a leased store has. */
export const writeKinds: OptionKinds<WriteOptions> = { timeToLive: "any", expiresAt: "any" }

/** Which options a lease has. */
export const leaseKinds: OptionKinds<LeaseOptions<never, never, never>> = { ...writeKinds, acquire: "any" }

/**
 * A value in a leased store, to look at.
 *
 * @since 1.0.0
 * @category models
 */
export interface LeasedEntry<out K, out V> {
  /** What it lies under. */
  readonly key: K
  /** What was acquired, not leased by being shown here. */
  readonly value: V
  /** How many leases of the value there are; a scope has one at most. */
  readonly leases: number
}

/**
 * A value in a leased store as `peekEntry` shows it, to look at. One that is leased is in use now.
 *
 * @since 1.0.0
 * @category models
 */
export interface LeasedEntryInfo<out V> extends EntryInfo<V> {
  /** How many leases of the value there are; a scope has one at most. */
  readonly leases: number
}

/**
 * What a leased store has counted since it was made, and what it holds now. Every value that was acquired is in the
 * store, retired, being released, or released: `acquired` is the sum of `size`, `retired`, `releasing` and `releases`.
 * An object that the store has more than once counts as often in all of them, though `release` is called for it once.
 *
 * @since 1.0.0
 * @category models
 */
export interface Stats extends CacheStats {
  /** Values acquired by the store, or handed to it. */
  readonly acquired: number
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
}

const defaultReleaseConcurrency = 16
const defaultReleaseCapacity = 1000
const defaultReleaseTimeout = "30 seconds"
const defaultGracePeriod = "30 seconds"

/**
 * The limits of releases that options ask for; `CacheConfigError` for one that cannot be accepted. The limits of the
 * store itself are not looked at.
 *
 * @param cache for messages
 */
export const releaseLimits = <K, V, E, R, R2>(
  cache: string,
  options: Options<K, V, E, R, R2>
): Either.Either<ReleaseLimits, CacheConfigError> =>
  Either.gen(function*() {
    const timeout = yield* millis(cache, "releaseTimeout", options.releaseTimeout ?? defaultReleaseTimeout)
    const gracePeriod = yield* millis(cache, "gracePeriod", options.gracePeriod ?? defaultGracePeriod)
    return {
      timeout: Duration.millis(timeout),
      gracePeriod: Duration.millis(gracePeriod),
      concurrency: options.releaseConcurrency ?? defaultReleaseConcurrency,
      capacity: options.releaseCapacity ?? defaultReleaseCapacity,
      maxWeight: options.maxWeight ?? Number.POSITIVE_INFINITY
    }
  })
