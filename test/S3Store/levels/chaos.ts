/**
 * Stores whose requests fail and come in any order, as drawn.
 */
import { Effect } from "effect"
import type { ObjectStore } from "effect-aws-cache/S3Store"
import { Fault, type FaultSource } from "effect-aws-cache/testing"

/** Faults that nobody knows of beforehand: of so many requests of a hundred. */
export const faultsOf = (percent: number, kinds: ReadonlyArray<Fault>): FaultSource => ({ chance }) =>
  chance * 100 < percent ? kinds[Math.floor(chance * 100_000) % kinds.length] : undefined

/** What leaves the content of objects as it is. */
export const lost: ReadonlyArray<Fault> = [
  Fault.Fail({ reason: "Unavailable" }),
  Fault.LostAnswer({}),
  Fault.Unknown({ lands: true }),
  Fault.Unknown({ lands: false }),
  Fault.Repeat()
]

/** And what does not. */
export const spoiled: ReadonlyArray<Fault> = [...lost, Fault.Corrupt({}), Fault.Truncate({ bytes: 10 })]

/** A store whose requests come and go between other steps, as drawn. */
export const interleaved = (store: ObjectStore, turns: ReadonlyArray<number>): ObjectStore => {
  let next = 0
  const some = Effect.suspend(() => Effect.repeatN(Effect.yieldNow(), turns[next++ % turns.length] ?? 0))
  const between = <A, E>(request: Effect.Effect<A, E>) => Effect.zipLeft(Effect.zipRight(some, request), some)
  return {
    ...store,
    load: (name, options) => between(store.load(name, options)),
    save: (name, body) => between(store.save(name, body)),
    saveOnce: undefined,
    add: (name, body) => between(store.add(name, body)),
    replace: (name, body, etag) => between(store.replace(name, body, etag)),
    remove: (name) => between(store.remove(name)),
    removeIfMatch: (name, etag) => between(store.removeIfMatch(name, etag)),
    removeAll: (names) => between(store.removeAll(names))
  }
}
