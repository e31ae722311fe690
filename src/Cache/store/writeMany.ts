/**
 * Many entries or keys at once.
 */
import * as Effect from "effect/Effect"
import type { Either } from "../../effect/plainEither.js"
import type { GuardedMap } from "../common/GuardedMap.js"
import { inPieces, pieceSize } from "../common/inTurns.js"
import type { BoundedMap } from "../engine/BoundedMap.js"
import { asExit } from "../errors/asExit.js"
import { type PreparedEntry, tryKey, writeAll } from "../options/manyEntries.js"

/** How many entries are written: parts of steps. */
export interface ManyWrites<K, Stored, I, E> {
  readonly step: GuardedMap<K, Stored>["step"]
  /** Numbers from 0 to 1 for the jitter of as many entries; or none, where there is no jitter. */
  readonly rolls: (count: number) => Effect.Effect<ReadonlyArray<number>>
  /** Weighs an entry, and decides when it expires. What it throws changes nothing. */
  readonly prepare: (map: BoundedMap<K, Stored>, now: number, item: I, roll: number) => PreparedEntry<I>
  /** Writes an entry, or refuses it. */
  readonly write: (map: BoundedMap<K, Stored>, now: number, entry: PreparedEntry<I>) => Either<void, E>
}

/**
 * Writes entries in their order: all, or none when one is too heavy or cannot be weighed or looked for. It is one step;
 * more than 512 are prepared and then written in pieces, between which the event loop has a turn.
 */
export const writeMany = <K, Stored, I extends readonly [key: K, ...rest: ReadonlyArray<unknown>], E>(
  items: ReadonlyArray<I>,
  { prepare, rolls, step, write }: ManyWrites<K, Stored, I, E>
): Effect.Effect<void, E> => {
  const prepared =
    (part: ReadonlyArray<I>, rolls: ReadonlyArray<number>) => (map: BoundedMap<K, Stored>, now: number) =>
      part.map((item, at) => {
        tryKey(map, now, item[0])
        return prepare(map, now, item, rolls[at] ?? 0)
      })
  const writing = (map: BoundedMap<K, Stored>, now: number, entries: ReadonlyArray<PreparedEntry<I>>) =>
    writeAll(map, entries, (entry) => write(map, now, entry))
  if (items.length <= pieceSize) {
    return Effect.flatMap(
      rolls(items.length),
      (rolls) => Effect.flatMap(step((map, now) => writing(map, now, prepared(items, rolls)(map, now))), asExit)
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
          (part) => Effect.flatMap(step((map, now) => writing(map, now, part)), asExit)
        )
      )
    )
  })
}

/**
 * What there is under each of many keys, in their order.
 *
 * @param look part of a step
 */
export const lookMany = <K, Stored, A>(
  keys: ReadonlyArray<K>,
  step: GuardedMap<K, Stored>["step"],
  look: (map: BoundedMap<K, Stored>, now: number, key: K) => A
): Effect.Effect<ReadonlyArray<A>> =>
  Effect.suspend(() => {
    const found: Array<A> = []
    const looking = inPieces(keys, (part) =>
      step((map, now) => {
        for (const key of part) found.push(look(map, now, key))
      }))
    return Effect.as(looking, found)
  })

/**
 * Removes what is under many keys, and tells how many entries there were.
 *
 * @param remove part of a step; whether there was an entry
 */
export const removeMany = <K, Stored>(
  keys: ReadonlyArray<K>,
  step: GuardedMap<K, Stored>["step"],
  remove: (map: BoundedMap<K, Stored>, now: number, key: K) => boolean
): Effect.Effect<number> =>
  Effect.suspend(() => {
    let removed = 0
    const removing = inPieces(keys, (part) =>
      step((map, now) => {
        for (const key of part) if (remove(map, now, key)) removed++
      }))
    return Effect.map(removing, () => removed)
  })
