/**
 * Many entries or keys at once.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { CacheConfigError } from "./CacheErrors.js"
import { checkOptions } from "./checkOptions.js"
import type { BoundedMap } from "./engine/BoundedMap.js"
import type { OptionKind } from "./engine/optionKinds.js"
import type { GuardedMap } from "./GuardedMap.js"
import { inPieces, pieceSize } from "./inTurns.js"
import { printKey } from "./printKey.js"

/**
 * An entry to write among others: a key, a value, and what its write decides for itself.
 *
 * @since 0.1.0
 * @category models
 */
export type EntryToWrite<K, V, Write> = readonly [key: K, value: V, options?: Write | undefined]

/**
 * An entry to write, with what it weighs, and when it expires in milliseconds since the epoch.
 *
 * @since 0.1.0
 * @category models
 */
export interface PreparedEntry<out I> {
  readonly item: I
  readonly weight: number
  readonly until: number
}

/**
 * How many entries are written: parts of steps.
 *
 * @since 0.1.0
 * @category models
 */
export interface ManyWrites<K, Held, I, E> {
  readonly step: GuardedMap<K, Held>["step"]
  /** Numbers from 0 to 1 for the jitter of as many entries; or none, where there is no jitter. */
  readonly rolls: (count: number) => Effect.Effect<ReadonlyArray<number>>
  /** Weighs an entry, and decides when it expires. What it throws changes nothing. */
  readonly prepare: (map: BoundedMap<K, Held>, now: number, item: I, roll: number) => PreparedEntry<I>
  /** Writes an entry, or refuses it. */
  readonly write: (map: BoundedMap<K, Held>, now: number, entry: PreparedEntry<I>) => Either.Either<void, E>
}

/**
 * Writes entries in their order, part of a step: all, or none when one is too heavy for the map.
 *
 * @since 0.1.0
 * @category combinators
 */
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
  return Either.void
}

/**
 * Writes entries in their order: all, or none when one is too heavy or cannot be weighed. It is one step; more than 512
 * are prepared and then written in pieces, between which the event loop has a turn.
 *
 * @since 0.1.0
 * @category combinators
 */
export const writeMany = <K, Held, I, E>(
  items: ReadonlyArray<I>,
  { prepare, rolls, step, write }: ManyWrites<K, Held, I, E>
): Effect.Effect<void, E> => {
  const prepared = (part: ReadonlyArray<I>, rolls: ReadonlyArray<number>) => (map: BoundedMap<K, Held>, now: number) =>
    part.map((item, at) => prepare(map, now, item, rolls[at] ?? 0))
  const writing = (map: BoundedMap<K, Held>, now: number, entries: ReadonlyArray<PreparedEntry<I>>) =>
    writeAll(map, entries, (entry) => write(map, now, entry))
  if (items.length <= pieceSize) {
    return Effect.flatMap(
      rolls(items.length),
      (rolls) => Effect.flatten(step((map, now) => writing(map, now, prepared(items, rolls)(map, now))))
    )
  }
  return Effect.suspend(() => {
    const entries: Array<PreparedEntry<I>> = []
    let tooHeavy: PreparedEntry<I> | undefined
    const preparing = inPieces(items, (part) =>
      Effect.flatMap(rolls(part.length), (rolls) =>
        step((map, now) => {
          for (const entry of prepared(part, rolls)(map, now)) {
            if (entry.weight > map.maxWeight) tooHeavy ??= entry
            entries.push(entry)
          }
        })))
    return Effect.zipRight(
      preparing,
      Effect.suspend(() =>
        inPieces(
          tooHeavy === undefined ? entries : [tooHeavy],
          (part) => Effect.flatten(step((map, now) => writing(map, now, part)))
        )
      )
    )
  })
}

/**
 * Whether there is something under each of many keys, in their order.
 *
 * @param has part of a step
 * @since 0.1.0
 * @category combinators
 */
export const lookMany = <K, Held>(
  keys: ReadonlyArray<K>,
  step: GuardedMap<K, Held>["step"],
  has: (map: BoundedMap<K, Held>, now: number, key: K) => boolean
): Effect.Effect<ReadonlyArray<boolean>> =>
  Effect.suspend(() => {
    const found: Array<boolean> = []
    const look = inPieces(keys, (part) =>
      step((map, now) => {
        for (const key of part) found.push(has(map, now, key))
      }))
    return Effect.as(look, found)
  })

/**
 * Removes what is under many keys, and tells how many entries there were.
 *
 * @param remove part of a step; whether there was an entry
 * @since 0.1.0
 * @category combinators
 */
export const removeMany = <K, Held>(
  keys: ReadonlyArray<K>,
  step: GuardedMap<K, Held>["step"],
  remove: (map: BoundedMap<K, Held>, now: number, key: K) => boolean
): Effect.Effect<number> =>
  Effect.suspend(() => {
    let removed = 0
    const removing = inPieces(keys, (part) =>
      step((map, now) => {
        for (const key of part) if (remove(map, now, key)) removed++
      }))
    return Effect.map(removing, () => removed)
  })

/**
 * Keys as a list. `CacheConfigError` for what is none: also for a text, whose letters nobody means.
 *
 * @param cache for messages
 * @since 0.1.0
 * @category validation
 */
export const keysIn = <K>(cache: string, keys: Iterable<K>): Either.Either<ReadonlyArray<K>, CacheConfigError> =>
  listIn(cache, "keys", keys, "an array or another iterable of keys")

/**
 * Entries as a list. `CacheConfigError` for what is none, and for options of one of them that there are not.
 *
 * @param cache for messages
 * @param kinds the options of a write
 * @since 0.1.0
 * @category validation
 */
export const entriesIn = <I extends EntryToWrite<unknown, unknown, unknown>>(
  cache: string,
  entries: Iterable<I>,
  kinds: Readonly<Record<string, OptionKind>>
): Either.Either<ReadonlyArray<I>, CacheConfigError> =>
  Either.flatMap(listIn(cache, "entries", entries, "pairs of a key and a value"), (list) => {
    for (const entry of list) {
      // What a `Map` does not take either.
      if (typeof entry !== "object" || entry === null) {
        const value = "one with something else in it"
        return Either.left(
          new CacheConfigError({ cache, option: "entries", value, accepted: "pairs of a key and a value" })
        )
      }
      const [, , write] = entry
      const checked = write === undefined ? Either.void : checkOptions(cache, write, kinds)
      if (Either.isLeft(checked)) return Either.left(checked.left)
    }
    return Either.right(list)
  })

const listIn = <A>(
  cache: string,
  option: string,
  items: Iterable<A>,
  accepted: string
): Either.Either<ReadonlyArray<A>, CacheConfigError> =>
  isList(items) ? Either.right([...items]) : Either.left(
    new CacheConfigError({ cache, option, value: printKey(items), accepted })
  )

const isList = (items: unknown): boolean => typeof items === "object" && items !== null && Symbol.iterator in items
