/**
 * What dictionaries without Effect are made with, and what they count.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type { RemovalReason } from "../Cache/engine/RemovalReason.js"
import type { SharedOptions } from "./dict/DictOptions.js"
import type { Stats } from "./dict/DictSteps.js"
import type { RemovalQueueOptions } from "./removals/RemovalQueueOptions.js"

/**
 * How dictionaries without Effect are made alike.
 *
 * @since 1.0.0
 * @category models
 */
export interface SyncDictOptions<in out K, in out V>
  extends Omit<SharedOptions<K, V>, "maxBytes" | "memoryPressure" | "name" | "weigher">
{
  /** The name in errors and warnings. Default `"SyncTtlDict"`. */
  readonly name?: string | undefined
  /**
   * Told of every entry that leaves, once, and why; also of a value that another takes the place of (`replaced`). It runs
   * at the end of the call that made the entry leave, in the order in which entries left, and may use the dictionary.
   * What it throws goes to Node's warnings (`process.on("warning", ...)`), the first ten times and then ever more rarely,
   * and is harmless. So is what the promise of an `async` one is rejected with; nobody waits for that promise.
   *
   * A call that makes entries leave is followed by calls for these, and so on, 100 deep at the most; the rest is skipped
   * with a warning.
   */
  readonly onRemoval?: ((key: K, value: V, reason: RemovalReason) => void) | undefined
  /**
   * How much may be under way in `async` hooks. What leaves when it is reached is not told, but counted in
   * `stats.hooks.dropped`. So is what hooks remove while so much waits for them.
   */
  readonly removalQueue?: Pick<RemovalQueueOptions, "maxSize" | "maxBytes"> | undefined
  /**
   * How long after its time to live `fetch` still gives out an entry while it is loaded anew in the background; for all
   * else it has expired. Default zero. RFC 5861, section 3.
   */
  readonly staleWhileRevalidate?: Duration.DurationInput | undefined
  /**
   * How many loads of `fetch` may be under way, from 1: those that have neither ended nor passed their `loadTimeout`. More
   * are refused with `TooManyLoadsError`. Default 1,000.
   */
  readonly maxLoads?: number | undefined
  /**
   * The time in milliseconds since the epoch. Default: the wall clock. When it returns anything but a finite number, the
   * call that asked for the time throws `CacheConfigError`.
   */
  readonly now?: (() => number) | undefined
}

/**
 * What a dictionary without Effect has counted since it was made, and what it holds now.
 *
 * @since 1.0.0
 * @category models
 */
export type SyncTtlDictStats = Stats
