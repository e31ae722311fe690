/**
 * What a store is made with, and what it answers.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type { CacheStats } from "../common/CacheStats.js"
import type { BoundedMapOptions } from "../engine/BoundedMapOptions.js"
import type { OptionKinds } from "../engine/options/optionKinds.js"
import { evictionPolicyNames } from "../engine/policies/EvictionPolicy.js"
import { type Metrics, metricsKind } from "../metrics/makeMeter.js"
import { costKind } from "../options/costPolicy.js"
import { type Tracing, tracingKind } from "../tracing/Tracing.js"
import { freshnessKinds } from "./freshnessKinds.js"
import type { FreshnessOptions } from "./FreshnessOptions.js"

/**
 * How a store is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface Options<in K, in V, in out F = never>
  extends Pick<BoundedMapOptions<K, V>, "evictionPolicy" | "weigher" | "onRemoval">, FreshnessOptions<F>
{
  /** The name in errors, spans and logs. Default `"Store"`. */
  readonly name?: string | undefined
  /** The most entries, a whole number or `Infinity`; `0` stores nothing and still shares computations. Default 1,000. */
  readonly maxSize?: number | undefined
  /** The most weight of all entries together, a whole number or `Infinity`. Default `Infinity`. */
  readonly maxWeight?: number | undefined
  /**
   * The weight of a failure that is remembered (see `failureTimeToLive`), as `weigher` tells that of a value: a whole number,
   * measured once. A failure that is heavier than `maxWeight` is not remembered. Default: without `weigher`, every entry
   * weighs 1; with it, about the bytes of key and error. A `weigher` that counts anything but bytes needs its own here.
   */
  readonly failureWeigher?: ((key: K, error: F) => number) | undefined
  /**
   * `"time"`: what took longer to compute stays longer. Entries cost the milliseconds that their computation took, at least
   * one, and 1 where they were set; an entry that is set anew costs what it did. The eviction policy is `GDSF` then, by the
   * time that an entry saves for its weight, or `W-TinyLFU`, where costs decide between entries used as often. Default: none.
   */
  readonly cost?: "time" | undefined
  /**
   * How long an entry lives after it was written. Zero: it is not stored. Default `Duration.infinity`: for ever.
   * A function decides for each entry.
   */
  readonly timeToLive?: Duration.DurationInput | ((key: K, value: V) => Duration.DurationInput) | undefined
  /**
   * How long an entry may go without use: a lookup that finds it, or a write. Then it has expired, and neither
   * `staleWhileRevalidate` nor `staleIfError` gives it out. Zero: nothing is stored. Default `Duration.infinity`.
   */
  readonly timeToIdle?: Duration.DurationInput | undefined
  /** How many events a listener of `events` may be behind before it loses some. Default 1,024. */
  readonly eventCapacity?: number | undefined
  /**
   * Whether to keep Effect `Metric`s of it (see `CacheMetrics`), labelled with the name, or (`"emf"`) to write lines for
   * CloudWatch. Every operation takes some two thirds longer with it. Default `false`: `stats` has the same figures.
   */
  readonly metrics?: Metrics | undefined
  /**
   * Whether lookups have spans: `"misses"` or `"all"`, inside another span and where a tracer is set; an object says whether
   * they have keys, too. Default `"none"`: only computations have.
   */
  readonly tracing?: Tracing | undefined
}

/** Which options a store has. */
export const storeKinds: OptionKinds<Options<never, never>> = {
  ...freshnessKinds,
  name: "text",
  maxSize: "limit",
  maxWeight: "limit",
  weigher: "function",
  cost: costKind,
  failureWeigher: "function",
  timeToLive: "durationOrFunction",
  timeToIdle: "duration",
  evictionPolicy: evictionPolicyNames,
  onRemoval: "function",
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
   * How long this entry lives, instead of the store's time to live. A negative one is what is left of a time that has
   * passed: zero. What is no duration is a defect, a `CacheConfigError`, and changes nothing.
   */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * The moment at which this entry expires, in milliseconds since the epoch (`Infinity`: never). It goes before
   * `timeToLive`; one that has passed already: the entry is not stored.
   */
  readonly expiresAt?: number | undefined
}

/** Which options a write into a store has. */
export const writeKinds: OptionKinds<WriteOptions> = { timeToLive: "any", expiresAt: "any" }

/**
 * What a memoized function decides for what it computes.
 *
 * @since 1.0.0
 * @category models
 */
export interface MemoizeOptions<in K, in V> {
  /** How long entries live that it computes, instead of the store's time to live. A function decides for each of them. */
  readonly timeToLive?: Duration.DurationInput | ((key: K, value: V) => Duration.DurationInput) | undefined
}

/** Which options a memoized function has. */
export const memoizeKinds: OptionKinds<MemoizeOptions<never, never>> = { timeToLive: "durationOrFunction" }

/**
 * What a store has counted since it was made, and what it holds now.
 *
 * @since 1.0.0
 * @category models
 */
export interface Stats extends CacheStats {
  /** Writes refused because the entry was heavier than the limit. */
  readonly rejections: number
  /** Calls of `onRemoval` that threw, or whose promise was rejected. */
  readonly listenerFailures: number
  /** Removals whose `onRemoval` was skipped, because its calls had caused each other more than 100 deep. */
  readonly listenerSkips: number
  /** The weight of the entries that are held, together. */
  readonly weight: number
}
