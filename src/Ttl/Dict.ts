/**
 * A dictionary whose entries expire and whose memory is bounded.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import type * as Scope from "effect/Scope"
import { CacheConfigError, CacheExistsError, CacheNotFoundError, EntryTooLargeError } from "../Cache/CacheErrors.js"
import type { BoundedMap } from "../Cache/engine/BoundedMap.js"
import { Absent } from "../Cache/engine/BoundedMapOptions.js"
import { makeGuardedMap } from "../Cache/GuardedMap.js"
import { printKey } from "../Cache/printKey.js"
import type * as Store from "../Cache/Store.js"
import { expiresAt } from "../Cache/timeToLive.js"
import * as ByteSize from "./ByteSize.js"
import * as Weigher from "./Weigher.js"

/**
 * The limits of a dictionary.
 *
 * @since 0.1.0
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
   * `ByteSize`), or `Infinity`. Default `"25%"`.
   */
  readonly maxBytes?: ByteSize.ByteSizeInput | undefined
  /** The most entries, a whole number or `Infinity`; `0` stores nothing. Default `Infinity`. */
  readonly maxItems?: number | undefined
}

/**
 * How a dictionary is made.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<in K, in V> extends Limits {
  /** How entries are measured. Default `"estimate"`. */
  readonly weigher?: Weigher.WeigherInput<K, V> | undefined
  /** The name in errors. Default `"TtlDict"`. */
  readonly name?: string | undefined
}

/**
 * What a single write may decide for itself.
 *
 * @since 0.1.0
 * @category models
 */
export type WriteOptions = Store.WriteOptions

/**
 * What a dictionary has counted since it was made, and what it holds now.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats extends Omit<Store.Stats, "inFlight" | "weight"> {
  /** The bytes of the live entries together. */
  readonly byteSize: number
}

/**
 * A dictionary from keys to values whose entries expire and whose memory is bounded. When it is full, the entry that was
 * used least recently goes first. `E` is how a write may fail beyond its size: not at all, unless there are schemas.
 *
 * An entry has expired when Effect's `Clock` (the wall clock), read at each call, shows its moment of expiry or later. So
 * time that passes while a function is frozen counts. Keys are found as a `Map` finds them, but for objects that
 * implement Effect's `Equal`, which are found by structure.
 *
 * `get`, `getOption` and writes are uses, which move an entry to the end of the order; the other operations are not.
 *
 * @since 0.1.0
 * @category models
 */
export interface Dict<in out K, in out V, out E = never> extends Pipeable {
  /** The value under a key. */
  readonly get: (key: K) => Effect.Effect<V, CacheNotFoundError>
  /** The value under a key, if there is one. */
  readonly getOption: (key: K) => Effect.Effect<Option.Option<V>>
  /** Writes a new entry; fails when there is one under the key. */
  readonly add: (
    key: K,
    value: V,
    options?: WriteOptions
  ) => Effect.Effect<void, CacheExistsError | EntryTooLargeError | E>
  /**
   * Writes an entry, whether there was one or not; its time to live starts anew, and one given for an earlier write is
   * forgotten. An entry larger than `maxBytes` fails, and changes nothing.
   */
  readonly set: (key: K, value: V, options?: WriteOptions) => Effect.Effect<void, EntryTooLargeError | E>
  /** Whether there is an entry under a key. No use. */
  readonly has: (key: K) => Effect.Effect<boolean>
  /** The value under a key, if there is one. No use, and not counted. */
  readonly peek: (key: K) => Effect.Effect<Option.Option<V>>
  /** Removes an entry. */
  readonly remove: (key: K) => Effect.Effect<void, CacheNotFoundError>
  /** Removes an entry and returns its value. */
  readonly pop: (key: K) => Effect.Effect<V, CacheNotFoundError>
  /** Removes the entry that was used least recently and returns it. */
  readonly popVictim: Effect.Effect<Option.Option<readonly [key: K, value: V]>>
  /** Removes every entry. */
  readonly clear: Effect.Effect<void>
  /** A snapshot of the keys, the least recently used first. No use. */
  readonly keys: Effect.Effect<ReadonlyArray<K>>
  /** A snapshot of the values, the least recently used first. No use. */
  readonly values: Effect.Effect<ReadonlyArray<V>>
  /** A snapshot of the entries, the least recently used first. No use. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: K, value: V]>>
  /** How many live entries there are. */
  readonly size: Effect.Effect<number>
  /** How many bytes the live entries take together, as they were measured when they were written. */
  readonly byteSize: Effect.Effect<number>
  /**
   * How long the entry under a key still lives, `Duration.infinity` for an entry that does not expire. Seen from `at`
   * (milliseconds since the epoch) instead of now, it fails as well when the entry will have expired by then. It
   * changes nothing.
   */
  readonly getTtl: (key: K, at?: number) => Effect.Effect<Duration.Duration, CacheNotFoundError>
  /**
   * Lets the entry under a key live this long from now; zero lets it expire at once, `Duration.infinity` never. No use.
   */
  readonly setTtl: (key: K, timeToLive: Duration.DurationInput) => Effect.Effect<void, CacheNotFoundError>
  /**
   * Whether the entry under a key has expired, now or `at` a time (milliseconds since the epoch): `Some(false)`,
   * `Some(true)`, or `None` when nothing is known of it, because there never was one or because it was reclaimed
   * since. It changes nothing.
   */
  readonly isExpired: (key: K, at?: number) => Effect.Effect<Option.Option<boolean>>
  /**
   * Reclaims the memory of entries that have expired. Writes and most other operations do so in passing, so that only a
   * dictionary that is left alone has a use for it.
   */
  readonly purge: Effect.Effect<void>
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<Stats>
}

const defaultMaxBytes = "25%"

interface CheckedOptions<in K, in V> {
  readonly timeToLive: Duration.Duration
  readonly maxBytes: number
  readonly maxItems: number
  readonly weigh: Weigher.Weigher<K, V>
}

const checkTimeToLive = (input: Duration.DurationInput): Option.Option<Duration.Duration> =>
  typeof input === "number" && !(input >= 0)
    // Effect reads these as zero.
    ? Option.none()
    : typeof input === "bigint" && input < 0n
    ? Option.none()
    : Duration.decodeUnknown(input)

const checkOptions = <K, V>(
  name: string,
  options: Options<K, V>
): Effect.Effect<CheckedOptions<K, V>, CacheConfigError> =>
  Effect.gen(function*() {
    const refuse = (option: string, value: unknown, accepted: string, cause?: unknown) =>
      new CacheConfigError({ cache: name, option, value: printKey(value), accepted, cause })

    const timeToLive = checkTimeToLive(options.timeToLive ?? Duration.infinity)
    if (Option.isNone(timeToLive)) {
      return yield* refuse("timeToLive", options.timeToLive, "a duration of 0 milliseconds or more")
    }

    const maxItems = options.maxItems ?? Number.POSITIVE_INFINITY
    if (maxItems !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(maxItems) && maxItems >= 0)) {
      return yield* refuse("maxItems", maxItems, "a whole number of entries, 0 or more, or Infinity")
    }

    const weigher = Weigher.fromInput(options.weigher)
    if (Either.isLeft(weigher)) return yield* refuse("weigher", options.weigher, weigher.left)

    const input = options.maxBytes ?? defaultMaxBytes
    const maxBytes = input === Number.POSITIVE_INFINITY ? input : yield* Effect.mapError(
      ByteSize.resolve(input),
      (error) => refuse("maxBytes", input, `${ByteSize.accepted}, or Infinity (${error.reason})`, error)
    )
    if (maxBytes < weigher.right.least) {
      return yield* refuse("maxBytes", input, `at least ${weigher.right.least} bytes, which an empty entry takes`)
    }

    return { timeToLive: timeToLive.value, maxBytes, maxItems, weigh: weigher.right.weigh }
  })

/**
 * Makes a dictionary that lives as long as the scope.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import { TtlDict } from "effect-aws-cache/Ttl"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds", maxBytes: "128M", maxItems: 10 })
 *   yield* dict.set("foo", 1)
 *   yield* dict.set("bar", 2, { timeToLive: "1 minute" })
 *   return yield* dict.get("foo")
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <K, V>(
  options: Options<K, V> = {}
): Effect.Effect<Dict<K, V>, CacheConfigError, Scope.Scope> => {
  const name = options.name ?? "TtlDict"
  return Effect.gen(function*() {
    const { maxBytes, maxItems, timeToLive, weigh } = yield* checkOptions(name, options)
    const { lookup, step } = yield* makeGuardedMap<K, V>(name, {
      evictionPolicy: "LRU",
      maxSize: maxItems,
      maxWeight: maxBytes,
      weigh
    })

    const orNotFound = <A>(key: K, found: A | Absent): Exit.Exit<A, CacheNotFoundError> =>
      found === Absent
        ? Exit.fail(new CacheNotFoundError({ cache: name, key: printKey(key) }))
        : Exit.succeed(found)

    const stepOrNotFound = <A>(key: K, f: (map: BoundedMap<K, V>, now: number) => A | Absent) =>
      Effect.flatten(step((map, now) => orNotFound(key, f(map, now))))

    const write = (
      map: BoundedMap<K, V>,
      now: number,
      key: K,
      value: V,
      writeOptions: WriteOptions | undefined
    ): Exit.Exit<void, EntryTooLargeError> => {
      const outcome = map.set(key, value, now, expiresAt(now, writeOptions?.timeToLive ?? timeToLive))
      return outcome === "tooLarge"
        ? Exit.fail(
          new EntryTooLargeError({
            cache: name,
            key: printKey(key),
            weight: map.lastRefusedWeight,
            maxWeight: map.maxWeight
          })
        )
        : Exit.void
    }

    const self: Dict<K, V> & Inspectable.Inspectable = {
      ...Inspectable.BaseProto,
      get: (key) => lookup((map, now) => orNotFound(key, map.get(key, now))),
      getOption: (key) => lookup((map, now) => Exit.succeed(toOption(map.get(key, now)))),
      add: (key, value, writeOptions) =>
        Effect.flatten(step((map, now): Exit.Exit<void, CacheExistsError | EntryTooLargeError> =>
          map.has(key, now)
            ? Exit.fail(new CacheExistsError({ cache: name, key: printKey(key) }))
            : write(map, now, key, value, writeOptions)
        )),
      set: (key, value, writeOptions) => Effect.flatten(step((map, now) => write(map, now, key, value, writeOptions))),
      has: (key) => step((map, now) => map.has(key, now)),
      peek: (key) => step((map, now) => toOption(map.peek(key, now))),
      remove: (key) => stepOrNotFound(key, (map, now) => map.remove(key, now) === Absent ? Absent : undefined),
      pop: (key) => stepOrNotFound(key, (map, now) => map.remove(key, now)),
      popVictim: step((map, now) => toOption(map.popVictim(now))),
      clear: step((map, now) => map.clear(now)),
      keys: step((map, now) => map.entries(now).map(([key]) => key)),
      values: step((map, now) => map.entries(now).map(([, value]) => value)),
      entries: step((map, now) => map.entries(now)),
      size: step((map, now) => map.size(now)),
      byteSize: step((map, now) => map.weight(now)),
      getTtl: (key, at) =>
        stepOrNotFound(key, (map, now) => {
          const expiry = map.has(key, now) ? map.expiresAt(key) : Absent
          const seenFrom = at ?? now
          return expiry === Absent || expiry <= seenFrom ? Absent : Duration.millis(expiry - seenFrom)
        }),
      setTtl: (key, timeToLive) =>
        stepOrNotFound(key, (map, now) => map.setExpiresAt(key, now, expiresAt(now, timeToLive)) ? undefined : Absent),
      isExpired: (key, at) =>
        step((map, now) => Option.map(toOption(map.expiresAt(key)), (expiry) => expiry <= (at ?? now))),
      purge: step((map, now) => map.purge(now)),
      stats: step((map, now) => {
        const size = map.size(now)
        const { hits, insertions, listenerFailures, misses, rejections, ...removals } = map.counters
        return { hits, misses, insertions, rejections, removals, listenerFailures, size, byteSize: map.weight(now) }
      }),
      toJSON: () => ({ _id: "TtlDict", name }),
      pipe() {
        return pipeArguments(this, arguments)
      }
    }
    return self
  })
}

const toOption = <A>(found: A | Absent): Option.Option<A> => found === Absent ? Option.none() : Option.some(found)
