/**
 * Long work in short pieces.
 */
import * as Effect from "effect/Effect"
import * as Timers from "node:timers"
import type { GuardedMap } from "./GuardedMap.js"
import type { LimitChanges } from "./LimitChanges.js"

/** How many entries a piece of work writes or removes at the most: a millisecond's work or two. */
export const pieceSize = 512

/** A turn of the event loop. Effect's own yielding gives none to timers and sockets. */
export const turn: Effect.Effect<void> = Effect.async((resume) => {
  const immediate = Timers.setImmediate(() => resume(Effect.void))
  return Effect.sync(() => Timers.clearImmediate(immediate))
})

/**
 * Does a piece of work again and again until it says that it is done. The event loop has a turn after each but the last.
 */
export const inTurns = <E, R>(piece: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.flatMap(piece, (done) => done ? Effect.void : Effect.zipRight(turn, inTurns(piece)))

/** Does something with the items of a list, so many at a time, in turns. */
export const inPieces = <A, E, R>(
  list: ReadonlyArray<A>,
  f: (part: ReadonlyArray<A>) => Effect.Effect<void, E, R>
): Effect.Effect<void, E, R> => {
  if (list.length <= pieceSize) return f(list)
  return Effect.suspend(() => {
    let from = 0
    return inTurns(Effect.suspend(() => {
      const part = list.slice(from, from += pieceSize)
      return Effect.map(f(part), () => from >= list.length)
    }))
  })
}

/**
 * Removes every entry of a map in one step, and tells of them piece by piece. Returns how many there were.
 *
 * @param first is done in the same step
 */
export const clearInTurns = <K, V>(step: GuardedMap<K, V>["step"], first: () => void): Effect.Effect<number> =>
  Effect.uninterruptible(Effect.flatMap(
    step((map, now) => {
      first()
      const before = map.counters.cleared
      const tell = map.detach(now)
      return { count: map.counters.cleared - before, isTold: tell(pieceSize), tell }
    }),
    ({ count, isTold, tell }) => Effect.as(isTold ? Effect.void : inTurns(step(() => tell(pieceSize))), count)
  ))

/**
 * Changes limits, piece by piece. Of several changes that are under way the last one holds.
 *
 * @param changes those of the same map
 * @param piece changes the limits that it is given; whether they hold already
 */
export const resizeInTurns = <L extends object, E>(
  changes: LimitChanges,
  limits: L,
  piece: (left: () => Partial<L>) => Effect.Effect<boolean, E>
): Effect.Effect<void, E> => Effect.suspend(() => inTurns(piece(changes.begin(limits))))

/** Reclaims what has expired, piece by piece. Returns how many entries that were. */
export const purgeInTurns = <K, V>(step: GuardedMap<K, V>["step"]): Effect.Effect<number> =>
  Effect.suspend(() => {
    let count = 0
    const purging = inTurns(step((map, now) => {
      const reclaimed = map.purge(now, pieceSize)
      count += reclaimed
      return reclaimed < pieceSize
    }))
    return Effect.map(purging, () => count)
  })
