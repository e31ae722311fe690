/**
 * What an `S3Cache` is made and asked with.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { EvictionPolicyName } from "../../Cache/engine/policies/EvictionPolicy.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"
import type { Metrics } from "../../Cache/metrics/makeMeter.js"
import type { Tracing } from "../../Cache/tracing/Tracing.js"
import type { EntryFormatOptions } from "../entry/EntryFormat.js"
import type { EntryOptions } from "./EntryPolicy.js"
import type { S3CacheProgress, S3CacheWarmProgress } from "./S3CacheProgress.js"

/**
 * How an `S3Cache` is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheOptions extends Omit<EntryOptions, "notice">, EntryFormatOptions {
  /** The name in errors, spans, metrics and logs. Default `"S3Cache"`. */
  readonly name?: string | undefined
  /**
   * The most entries in the memory level, a whole number or `Infinity`; `0` keeps none in memory. What leaves memory
   * stays in the second level. Default 1,000.
   */
  readonly maxSize?: number | undefined
  /**
   * The most bytes of all entries in memory together, as they are in the second level: `"64M"`, a number, or `"25%"` of the
   * memory there is (see `ByteSize.availableMemory`). Default `Infinity`: no limit.
   */
  readonly maxBytes?: ByteSizeInput | undefined
  /** Which entry leaves memory first. Default `"Adaptive"`. */
  readonly evictionPolicy?: EvictionPolicyName | undefined
  /**
   * `"time"`: what took longer to compute stays longer in memory, wherever it was computed: entries tell it. The eviction
   * policy is `GDSF` then, by the time that an entry saves for each byte where there is `maxBytes`, or `W-TinyLFU`, where
   * costs decide between entries used as often. What was set costs a millisecond. Default: none.
   */
  readonly cost?: "time" | undefined
  /**
   * How long a load from the second level may take. Where this process stood still when it was over, it starts anew,
   * once. Default: as long as the second level itself allows.
   */
  readonly loadTimeout?: Duration.DurationInput | undefined
  /**
   * How long any other request to the second level may take: also each page of a list, and each thousand objects that
   * `clear` removes. Default: as long as the second level itself allows.
   */
  readonly saveTimeout?: Duration.DurationInput | undefined
  /** When to stop asking a second level that does not answer; `false`: never. Default `{}`. */
  readonly circuitBreaker?: CircuitBreakerOptions | false | undefined
  /** How much may wait to be written with `write: "behind"`, and how much is written at the same time. */
  readonly writeBehind?: WriteBehindOptions | undefined
  /**
   * How long the closing of its scope waits until what waits is written. What is left then is lost, and told in the log.
   * Default 10 seconds.
   */
  readonly gracePeriod?: Duration.DurationInput | undefined
  /**
   * For `coordination: "lease"`: how long a process may be silent before another one takes its place; it renews its
   * lease three times as often while it computes. At most 10 minutes. Default 30 seconds.
   */
  readonly leaseTime?: Duration.DurationInput | undefined
  /**
   * For `coordination: "lease"`: how long a lookup waits for other processes that compute, however alive they are. Then
   * it computes without a lease. Default 5 minutes, or twice `leaseTime` where that is longer.
   */
  readonly leaseWait?: Duration.DurationInput | undefined
  /**
   * How old what is known of a tag may be: for so long after `invalidateTag` or `expireTag` returned, other processes may
   * give out entries that carry it. Every tag in use costs each process one request per this time. Default 5 seconds.
   */
  readonly tagsAge?: Duration.DurationInput | undefined
  /**
   * `"startup"`: the layer tries what `S3Cache.check` tries, and fails with `CacheConfigError` when something failed; for
   * roles that may write, read, list and remove. Default: a second level that is not well is found out when it is asked.
   */
  readonly verify?: "startup" | undefined
  /**
   * What to do with entries whose tags cannot be asked for (an outage, no permission to read `.tags/`, a damaged marker):
   * `"serve"` goes by what was known last for as long as `tagsTrustedFor` says, or without a limit; `"miss"` finds no such
   * entry, once what is known is older than `tagsAge`. Default: serve, for a minute. A tag this process never heard of is
   * always a miss, but for entries it made itself.
   */
  readonly onTagsUnknown?: "serve" | "miss" | undefined
  /**
   * How long to go by what was known last of a tag that cannot be asked for; then its entries are not found. Default one
   * minute, and `Infinity` with `onTagsUnknown: "serve"`.
   */
  readonly tagsTrustedFor?: Duration.DurationInput | undefined
  /**
   * How memory hears of what others write and remove. A duration: by a journal in the second level, after so long at the
   * latest (see `EntryOptions.notice`). `"pushed"`: it is told by the notifications of the bucket (`S3Notifications`). What it
   * hears of is compared with the second level before it is given out again. Default: it hears of nothing.
   */
  readonly notice?: Duration.DurationInput | "pushed" | undefined
  /** How many events a listener of `events` may be behind before it loses some. Default 1,024. */
  readonly eventCapacity?: number | undefined
  /** Whether to keep Effect `Metric`s of it (see `CacheMetrics`), labelled with the name, or
   * (`"emf"`) to write lines for CloudWatch. Default `false`. */
  readonly metrics?: Metrics | undefined
  /**
   * Whether lookups have spans: `"misses"` or `"all"`, inside another span and where a tracer is set; an object says whether
   * they have keys, too. Default `"none"`: only computations have.
   */
  readonly tracing?: Tracing | undefined
}

/**
 * When to stop asking a second level that does not answer. Only timeouts, broken connections, throttling and errors of
 * the other side count: that an entry is absent, or access denied, are answers. Where the set-up is wrong (no such bucket,
 * no good credentials, another region, a wrong clock), the circuit stays closed, but after three such faults of an
 * operation in a row its requests fail at once with the same reason, and one tries again after `resetAfter`.
 *
 * @since 1.0.0
 * @category models
 */
export interface CircuitBreakerOptions {
  /** After how many failures in a row, a whole number above 0. Default 5. */
  readonly failures?: number | undefined
  /** How long until one request may try again. Default 10 seconds. */
  readonly resetAfter?: Duration.DurationInput | undefined
}

/**
 * How entries are written behind.
 *
 * @since 1.0.0
 * @category models
 */
export interface WriteBehindOptions {
  /** How many entries may wait to be written before `set` waits for room: a whole number above 0. Default 1,000. */
  readonly capacity?: number | undefined
  /** How many are written at the same time: a whole number above 0. Default 8. */
  readonly concurrency?: number | undefined
}

/**
 * What a single write may decide for itself.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheWriteOptions {
  /** How long this entry is fresh, instead of the time to live of its keyspace or cache. */
  readonly timeToLive?: Duration.DurationInput | undefined
  /** The tags of this entry, instead of those of its keyspace; also of a failure that is remembered. */
  readonly tags?: ReadonlyArray<string> | undefined
}

/**
 * What a memoized function may decide of the values it computes.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheMemoizeOptions<in K, in V> {
  /** How long a value is fresh, instead of the time to live of the keyspace or cache. */
  readonly timeToLive?: Duration.DurationInput | ((key: K, value: V) => Duration.DurationInput) | undefined
  /** The tags of a value, instead of those of the keyspace. Those of a list also go for failures that are remembered. */
  readonly tags?: ReadonlyArray<string> | ((key: K, value: V) => ReadonlyArray<string>) | undefined
}

/**
 * How to do something to many entries.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheManyOptions {
  /** How many requests to make at the same time: a whole number above 0. Default 16. */
  readonly concurrency?: number | undefined
}

/**
 * How a keyspace is cleared.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheClearOptions<out E = never, out R = never> extends S3CacheProgressOptions<E, R> {
  /** How many thousands of objects to remove at the same time: a whole number above 0. Default 1. */
  readonly concurrency?: number | undefined
  /** Which folder to clear: that of a version that nobody uses any more. Default: the keyspace's own. */
  readonly folder?: string | undefined
}

/**
 * Who is told how far something is with a keyspace.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheProgressOptions<out E = never, out R = never> {
  /** Told after every thousand objects how far it is; goes on when that has ended. When it fails, so does all of it. */
  readonly onProgress?: ((progress: S3CacheProgress) => Effect.Effect<void, E, R>) | undefined
}

/**
 * What to remove besides entries that are of no use any more.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CachePurgeOptions<out E = never, out R = never>
  extends S3CacheManyOptions, S3CacheProgressOptions<E, R>
{
  /** Whether to remove objects of the keyspace that cannot be read, too. Default `false`. */
  readonly unreadable?: boolean | undefined
  /**
   * Whether to read whole objects, so that one whose payload is damaged, cannot be decrypted or does not fit the schema
   * counts as one that cannot be read. Default `false`: only the first bytes are read, up to 64 KiB, mostly 4.
   */
  readonly verifyPayload?: boolean | undefined
}

/**
 * What comes into memory from the second level.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheWarmOptions<out E = never, out R = never> extends S3CacheManyOptions {
  /**
   * How many entries come at the most, those written last: a whole number above 0. Default: as many as memory has room for,
   * 100,000 at the most. Of as many, and of 100,000 at least, the names are held, of twice as many while they are listed.
   */
  readonly limit?: number | undefined
  /** How long ago an entry was written at the most. Default: no limit. */
  readonly newerThan?: Duration.DurationInput | undefined
  /** Told after every thousand objects how far it is; goes on when that has ended. When it fails, so does all of it. */
  readonly onProgress?: ((progress: S3CacheWarmProgress) => Effect.Effect<void, E, R>) | undefined
}
