/**
 * What a dictionary is made with, and what a single write may decide.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { RemovalReason } from "../../Cache/engine/RemovalReason.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { checkByteLimit } from "../../Cache/memory/checkByteLimit.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"
import type { Metrics } from "../../Cache/metrics/makeMeter.js"
import { durationMillis } from "../../Cache/options/durationMillis.js"
import type { EntryToWrite } from "../../Cache/options/manyEntries.js"
import { checkValue } from "../../Cache/options/wrongOptions.js"
import { keyText } from "../../Cache/printing/keyText.js"
import type { FreshnessOptions } from "../../Cache/store/FreshnessOptions.js"
import type { Tracing } from "../../Cache/tracing/Tracing.js"
import * as Either from "../../effect/plainEither.js"
import type { DictParts, HeapWatch } from "../memory/DictParts.js"
import type { MemoryPressureOptions } from "../memory/MemoryPressure.js"
import type { Weigher, WeigherInput } from "../memory/Weigher.js"
import type { RemovalQueueOptions } from "../removals/RemovalQueueOptions.js"

/**
 * The limits of a dictionary.
 *
 * @since 1.0.0
 * @category models
 */
export interface Limits {
  /**
   * How long an entry lives after it was written; reads do not extend it. Zero: nothing is stored. Default
   * `Duration.infinity`: for ever.
   */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * The most memory of all entries together, as the weigher measures it: bytes, or text such as `"128M"` or `"25%"` (see
   * `ByteSize`; shares are of the memory for this thread), or `Infinity`. Default `"25%"`.
   */
  readonly maxBytes?: ByteSizeInput | undefined
  /** The most entries, a whole number or `Infinity`; `0` stores nothing. Default `Infinity`. */
  readonly maxSize?: number | undefined
}

/**
 * What a single write may decide for itself.
 *
 * @since 1.0.0
 * @category models
 */
export interface WriteOptions {
  /** How long this entry lives, instead of the dictionary's time to live; zero and less: it is not stored. */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * The moment at which this entry expires, in milliseconds since the epoch (`Infinity`: never). It goes before
   * `timeToLive`; one that has passed already: the entry is not stored.
   */
  readonly expiresAt?: number | undefined
}

/**
 * An entry to write: a key, a value, and what its write decides for itself.
 *
 * @since 1.0.0
 * @category models
 */
export type Entry<K, V> = EntryToWrite<K, V, WriteOptions>

/**
 * What dictionaries with and without Effect are made with alike.
 *
 * @since 1.0.0
 * @category models
 */
export interface SharedOptions<in out K, in out V> extends Limits {
  /**
   * How long an entry may go without use: a lookup that finds it, or a write. Then it has expired, whatever is left of its
   * time to live. Zero: nothing is stored. Default `Duration.infinity`.
   */
  readonly timeToIdle?: Duration.DurationInput | undefined
  /** How entries are measured. Default `"estimate"`. */
  readonly weigher?: WeigherInput<K, V> | undefined
  /** The name in errors, logs and spans. Default `"TtlDict"`. */
  readonly name?: string | undefined
  /**
   * Whether entries leave, the least recently used first, when the heap has passed a share of its limit: `true` for 85 %.
   * The heap is read now and then as entries are written, and at every sweep; see `MemoryPressure`. Default `false`.
   */
  readonly memoryPressure?: boolean | MemoryPressureOptions | undefined
  /** What is in it at the start: a `Map`, another dictionary's entries, or pairs, written in this order. */
  readonly entries?: Iterable<Entry<K, V>> | undefined
}

/**
 * How a dictionary is made. `F` is what it remembers of computations that fail, `R` what `onRemoval` may use.
 *
 * @since 1.0.0
 * @category models
 */
export interface Options<in out K, in out V, in out F = never, out R = never>
  extends SharedOptions<K, V>, FreshnessOptions<F>
{
  /**
   * Told of every entry that leaves, once, and why; also of a value that another takes the place of (`replaced`). It runs
   * in the background, after the operation is done: one call at a time, in the order in which the entries left. It may
   * use the dictionary. A call that fails is logged as a warning, and harmless. Values that wait for it take memory
   * beyond `maxBytes`, as much as `removalQueue` allows; `stats` tells how many do.
   *
   * When the scope closes, the calls that are due still run, as long as `gracePeriod`. The entries that are in the
   * dictionary then do not leave it: values that must be released belong into a `LeasedStore`.
   *
   * A call that makes entries leave is followed by calls for these, and so on, 100 deep at the most. After that, as when
   * each call writes back what was evicted and so evicts another, the rest is skipped with a warning.
   */
  readonly onRemoval?: ((key: K, value: V, reason: RemovalReason) => Effect.Effect<unknown, unknown, R>) | undefined
  /** How much may wait for `onRemoval`, and what becomes of the rest. */
  readonly removalQueue?: RemovalQueueOptions | undefined
  /**
   * How long the closing of the scope waits for the calls of `onRemoval` that are due. Then the one under way is interrupted,
   * and the others are dropped, counted and logged. Default 30 seconds.
   */
  readonly gracePeriod?: Duration.DurationInput | undefined
  /**
   * How a failure that is remembered (see `failureTimeToLive`) is measured: whole bytes, 0 or more. It counts for
   * `maxBytes` and `maxSize` as any entry; one that is larger than `maxBytes` is not remembered. Default: `estimateBytes`
   * of key and error and what remembering takes, whatever the weigher of the values.
   */
  readonly failureWeigher?: ((key: K, error: F) => number) | undefined
  /**
   * How often to reclaim what has expired when nobody uses the dictionary, from 1 millisecond. It does not keep the
   * process alive. Default: never, since every use reclaims in passing.
   */
  readonly sweepInterval?: Duration.DurationInput | undefined
  /** How many events a listener of `events` may be behind before it loses some. Default 1,024. */
  readonly eventCapacity?: number | undefined
  /**
   * Whether to keep Effect `Metric`s of it (see `CacheMetrics`), labelled with the name, or
   * (`"emf"`) to write lines for CloudWatch. Every operation takes
   * some two thirds longer with it. Default `false`: `stats` has the same figures.
   */
  readonly metrics?: Metrics | undefined
  /**
   * Whether lookups have spans: `"misses"` or `"all"`, inside another span and where a tracer is set; an object says whether
   * they have keys, too. Default `"none"`: only computations have.
   */
  readonly tracing?: Tracing | undefined
}

/** Which limits there are. */
export const limitKinds: OptionKinds<Limits> = { timeToLive: "duration", maxBytes: "any", maxSize: "limit" }

/** Which options dictionaries with and without Effect have alike. */
export const sharedKinds: OptionKinds<SharedOptions<never, never>> = {
  ...limitKinds,
  timeToIdle: "duration",
  weigher: "any",
  name: "text",
  memoryPressure: "any",
  entries: "iterable"
}

/** Which options a dictionary without Effect has. */
export const syncDictKinds: OptionKinds<
  & SharedOptions<never, never>
  & Pick<Options<never, never>, "onRemoval" | "removalQueue" | "staleWhileRevalidate">
  & { readonly now?: unknown; readonly maxLoads?: unknown }
> = {
  ...sharedKinds,
  onRemoval: "function",
  removalQueue: "any",
  now: "function",
  staleWhileRevalidate: "duration",
  maxLoads: "count"
}

/** Which options a write has. */
export const writeKinds: OptionKinds<WriteOptions> = { timeToLive: "any", expiresAt: "any" }

/** Which options the moving of an entry has. */
export const moveKinds: OptionKinds<{ readonly last?: boolean }> = { last: "flag" }

/** Which options the comparison of dictionaries has. */
export const equalsKinds: OptionKinds<{ readonly ordered?: boolean }> = { ordered: "flag" }

/**
 * The limits of a dictionary, checked.
 *
 * @since 1.0.0
 * @category models
 */
export interface CheckedLimits {
  /** Milliseconds, `Infinity` for ever. */
  readonly timeToLive: number
  /** The limit of the weight of all entries, in bytes. */
  readonly maxBytes: number
  /** The limit of the number of entries. */
  readonly maxSize: number
}

const refuse = (cache: string, option: string, value: unknown, accepted: string) =>
  Either.left(configError(cache, option, value, accepted))

/**
 * Checks a time to live; right, in milliseconds.
 *
 * @param cache the name of the dictionary, for messages
 */
const checkTimeToLive = (
  cache: string,
  input: Duration.DurationInput = Number.POSITIVE_INFINITY
): Either.Either<number, CacheConfigError> => checkMillis(cache, "timeToLive", input)

/** Checks a duration of 0 or more; right, in milliseconds. */
export const checkMillis = (
  cache: string,
  option: string,
  input: Duration.DurationInput
): Either.Either<number, CacheConfigError> =>
  Either.map(checkValue(cache, option, input, "duration"), (input) => durationMillis(input) ?? 0)

/** Checks a number of entries. */
const checkMaxSize = (
  cache: string,
  input = Number.POSITIVE_INFINITY
): Either.Either<number, CacheConfigError> => checkValue(cache, "maxSize", input, "limit")

/**
 * Checks a limit of bytes; right, in bytes.
 *
 * @param least the weight that no entry is below, `undefined` where nothing is measured
 * @param total what 100 % stands for, in bytes
 */
export const checkMaxBytes = (
  cache: string,
  input: ByteSizeInput,
  least: number | undefined,
  total: number | undefined
): Either.Either<number, CacheConfigError> => {
  if (input === Number.POSITIVE_INFINITY) return Either.right(input)
  if (least === undefined) {
    return refuse(
      cache,
      "maxBytes",
      input,
      "left out, or given along with a weigher, such as estimate of effect-aws-cache/Sync"
    )
  }
  return Either.flatMap(
    checkByteLimit(cache, "maxBytes", input, total),
    (bytes) =>
      bytes < least
        ? refuse(cache, "maxBytes", input, `at least ${least} bytes, which an empty entry takes`)
        : Either.right(bytes)
  )
}

/**
 * A weigher of the user's that throws `CacheConfigError` for what is no weight. What it throws itself stays as it is.
 */
export const checkingWeights =
  <K, V>(cache: string, weigh: Weigher<K, V>, option: string): Weigher<K, V> => (key, value) => {
    const weight = weigh(key, value)
    if (Number.isSafeInteger(weight) && weight >= 0) return weight
    // It may be `async`.
    handleRejection(weight, () => {})
    throw new CacheConfigError({
      cache,
      option,
      value: `one that returns ${keyText(weight)} for the key ${keyText(key)}`,
      accepted: "one that returns a whole number of bytes, 0 or more"
    })
  }

/**
 * Checks what dictionaries with and without Effect are made with alike; right, also the weigher, the weight that no entry
 * is below, and what watches the heap, if anything is to.
 */
export const checkShared = <K, V>(
  cache: string,
  options: Omit<SharedOptions<K, V>, "memoryPressure"> & { readonly memoryPressure?: unknown },
  parts: DictParts
): Either.Either<
  {
    readonly limits: CheckedLimits
    readonly weigh: Weigher<K, V>
    readonly least: number | undefined
    /** Milliseconds, `Infinity` for none. */
    readonly timeToIdle: number
    readonly pressure: HeapWatch | undefined
  },
  CacheConfigError
> => {
  const weighing = parts.weigherOf(options.weigher)
  if (Either.isLeft(weighing)) return refuse(cache, "weigher", options.weigher, weighing.left)
  const { least, weigh } = weighing.right
  const timeToLive = checkTimeToLive(cache, options.timeToLive)
  if (Either.isLeft(timeToLive)) return timeToLive
  const maxSize = checkMaxSize(
    cache,
    options.maxSize ?? (options.maxBytes === undefined ? parts.maxSize : undefined)
  )
  if (Either.isLeft(maxSize)) return maxSize
  const maxBytes = checkMaxBytes(
    cache,
    options.maxBytes === undefined ? parts.maxBytes : options.maxBytes,
    least,
    parts.memory()
  )
  if (Either.isLeft(maxBytes)) return maxBytes
  const timeToIdle = checkMillis(cache, "timeToIdle", options.timeToIdle ?? Number.POSITIVE_INFINITY)
  if (Either.isLeft(timeToIdle)) return timeToIdle
  const limits = { timeToLive: timeToLive.right, maxSize: maxSize.right, maxBytes: maxBytes.right }
  return Either.map(parts.makeHeapWatch(cache, options.memoryPressure), (pressure) => ({
    limits,
    weigh: typeof options.weigher === "function" ? checkingWeights(cache, weigh, "weigher") : weigh,
    least,
    timeToIdle: timeToIdle.right,
    pressure
  }))
}

/** What tells the time; it throws `CacheConfigError` when it returns no time. */
export const checkingNow = (cache: string, now: () => number) => (): number => {
  const millis = now()
  if (Number.isFinite(millis)) return millis
  handleRejection(millis, () => {})
  const accepted = "a function that returns milliseconds since the epoch"
  throw new CacheConfigError({ cache, option: "now", value: `one that returns ${keyText(millis)}`, accepted })
}

/** Checks how often to sweep; right, in milliseconds, `undefined` for never. */
export const checkSweepInterval = (
  cache: string,
  input: Duration.DurationInput | undefined
): Either.Either<number | undefined, CacheConfigError> => {
  if (input === undefined) return Either.right(undefined)
  const millis = durationMillis(input)
  return millis !== undefined && millis >= 1 && millis !== Number.POSITIVE_INFINITY
    ? Either.right(millis)
    : refuse(
      cache,
      "sweepInterval",
      input,
      "a duration of 1 millisecond or more, such as 500 or \"5 minutes\", not for ever"
    )
}
