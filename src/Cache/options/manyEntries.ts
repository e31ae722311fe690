/**
 * Many entries or keys at once, without Effect.
 *
 * @since 1.0.0
 */
import * as Either from "../../effect/plainEither.js"
import type { OptionKind } from "../engine/options/optionKinds.js"
import { CacheConfigError } from "../errors/CacheErrors.js"
import { checkValue, wrongOptions } from "./wrongOptions.js"

/**
 * An entry to write among others: a key, a value, and what its write decides for itself.
 *
 * @since 1.0.0
 * @category models
 */
export type EntryToWrite<K, V, Write> = readonly [key: K, value: V, options?: Write | undefined]

/** An entry to write, with what it weighs, and when it expires in milliseconds since the epoch. */
export interface PreparedEntry<out I> {
  readonly item: I
  readonly weight: number
  readonly until: number
}

/**
 * Looks for a key that is written later, part of a step, so that what its own hash and equality throw is thrown before
 * anything is written.
 */
export const tryKey = <K>(
  map: { readonly has: (key: K, now: number) => boolean },
  now: number,
  key: K
): void => {
  if (typeof key === "object" || typeof key === "function") map.has(key, now)
}

/** Writes entries in their order, part of a step: all, or none when one is too heavy for the map. */
export const writeAll = <I, E>(
  map: { readonly maxWeight: number },
  entries: ReadonlyArray<PreparedEntry<I>>,
  write: (entry: PreparedEntry<I>) => Either.Either<void, E>
): Either.Either<void, E> => {
  // It is refused as it would be by itself.
  const tooHeavy = entries.find(({ weight }) => weight > map.maxWeight)
  if (tooHeavy !== undefined) return write(tooHeavy)
  for (const entry of entries) {
    const written = write(entry)
    if (Either.isLeft(written)) return written
  }
  return Either.nothing
}

/**
 * Keys as a list. `CacheConfigError` for anything else: also for a text, whose letters nobody means.
 *
 * @param cache for messages
 */
export const keysIn = <K>(cache: string, keys: Iterable<K>): Either.Either<ReadonlyArray<K>, CacheConfigError> =>
  listIn(cache, "keys", keys)

const pairs = "pairs of a key and a value"

/**
 * Entries as a list. `CacheConfigError` for anything else, and for unknown options of one of them.
 *
 * @param cache for messages
 * @param kinds the options of a write
 */
export const entriesIn = <I extends EntryToWrite<unknown, unknown, unknown>>(
  cache: string,
  entries: Iterable<I>,
  kinds: Readonly<Record<string, OptionKind>>
): Either.Either<ReadonlyArray<I>, CacheConfigError> =>
  Either.flatMap(listIn(cache, "entries", entries), (list) => {
    for (const entry of list) {
      // What a `Map` does not take either.
      if (typeof entry !== "object" || entry === null) {
        const value = "one with something else in it"
        return Either.left(new CacheConfigError({ cache, option: "entries", value, accepted: pairs }))
      }
      const [, , write] = entry
      const wrong = write === undefined ? undefined : wrongOptions(cache, write, kinds)
      if (wrong !== undefined) return Either.left(wrong)
    }
    return Either.right(list)
  })

const listIn = <A>(
  cache: string,
  option: string,
  items: Iterable<A>
): Either.Either<ReadonlyArray<A>, CacheConfigError> =>
  Either.map(checkValue(cache, option, items, "iterable"), (items) => [...items])
