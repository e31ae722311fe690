/**
 * How much may wait for the hook of a dictionary.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { checkByteLimit } from "../../Cache/memory/checkByteLimit.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"
import { durationMillis } from "../../Cache/options/durationMillis.js"
import { checkValue, wrongNested } from "../../Cache/options/wrongOptions.js"
import * as Either from "../../effect/plainEither.js"

/**
 * How much may wait for `onRemoval`, and what becomes of the rest.
 *
 * @since 1.0.0
 * @category models
 */
export interface RemovalQueueOptions {
  /**
   * The most removals that wait, a whole number or `Infinity`. Default: as many as the dictionary may hold (`maxSize`,
   * the largest it has had), from 10,000 to 100,000.
   */
  readonly maxSize?: number | undefined
  /**
   * The most memory of the entries that wait, together, as the weigher has measured them; as in `maxBytes`. Default: as
   * much as the dictionary may hold (`maxBytes`, the largest it has had), at least `"1M"`, or `"25%"` where that is
   * `Infinity`.
   */
  readonly maxBytes?: ByteSizeInput | undefined
  /**
   * What happens when one of them is reached:
   *
   * - `"drop"` (the default): the oldest that wait are dropped, and never told. Nobody waits for a hook;
   * - `"wait"`: who writes or removes waits until there is room, and nothing is lost: a hook that does not end stops them.
   *   One operation may go over the limits by what it removes. Hooks never wait: what they remove when it is full is
   *   dropped.
   *
   * `stats.hooks.dropped` counts what is dropped, an event `HookDropped` tells of each, and the log once.
   */
  readonly whenFull?: "drop" | "wait" | undefined
}

/** The same, checked; what is `undefined` goes by the limits that the dictionary has at the time. */
export interface CheckedRemovalQueue {
  readonly maxSize: number | undefined
  /** Bytes. */
  readonly maxBytes: number | undefined
  /** Bytes, for a dictionary without a limit. */
  readonly otherwise: number
  readonly whenFull: "drop" | "wait"
  /** Milliseconds. */
  readonly gracePeriod: number
}

const queueKinds: OptionKinds<RemovalQueueOptions> = {
  maxSize: "limit",
  maxBytes: "any",
  whenFull: ["drop", "wait"]
}

const defaultGracePeriod = "30 seconds"
// For a dictionary without a limit, where nobody knows how much memory there is.
const mostUnknown = 64 * 1024 * 1024

/**
 * Checks how much may wait, and how long closing waits.
 *
 * @param cache the name of the dictionary, for messages
 * @param total what 100 % stands for, in bytes
 */
export const checkRemovalQueue = (
  cache: string,
  options: {
    readonly removalQueue?: RemovalQueueOptions | undefined
    readonly gracePeriod?: Duration.DurationInput | undefined
  },
  total: number | undefined
): Either.Either<CheckedRemovalQueue, CacheConfigError> => {
  const wrong = wrongNested(cache, "removalQueue", options.removalQueue, queueKinds)
  if (wrong !== undefined) return Either.left(wrong)
  const { maxBytes, maxSize, whenFull = "drop" } = options.removalQueue ?? {}
  const bytes = maxBytes === undefined
    ? Either.right(maxBytes)
    : checkByteLimit(cache, "removalQueue.maxBytes", maxBytes, total)
  if (Either.isLeft(bytes)) return bytes
  const otherwise = total === undefined ? mostUnknown : Math.floor(total / 4)
  return Either.map(
    checkValue(cache, "gracePeriod", options.gracePeriod ?? defaultGracePeriod, "duration"),
    (gracePeriod) => ({
      maxSize,
      maxBytes: bytes.right,
      otherwise,
      whenFull,
      gracePeriod: durationMillis(gracePeriod) ?? 0
    })
  )
}

const fewestItems = 10_000
const mostItems = 100_000
const fewestBytes = 1_000_000

/** The most removals that wait in the queue of a dictionary whose largest limit of entries this was. */
export const itemsIn = (queue: Pick<CheckedRemovalQueue, "maxSize">, maxSize: number): number =>
  queue.maxSize ?? Math.min(Math.max(maxSize, fewestItems), mostItems)

/** The most bytes that wait in the queue of a dictionary whose largest limit of bytes this was. */
export const bytesIn = (queue: Pick<CheckedRemovalQueue, "maxBytes" | "otherwise">, maxWeight: number): number =>
  queue.maxBytes ??
    (maxWeight === Number.POSITIVE_INFINITY ? queue.otherwise : Math.max(maxWeight, fewestBytes))
