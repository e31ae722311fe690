/**
 * Waiting for something that real input and output will bring about, without a clock.
 */
import * as Effect from "effect/Effect"

const turn: Effect.Effect<void> = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(immediate))
})

/** Lets the given number of turns of the event loop pass. */
export const turns = (count: number): Effect.Effect<void> => Effect.repeatN(turn, Math.max(0, count - 1))

/** What takes longer than many turns is up to others, such as another process: these need the processor more. */
const pause: Effect.Effect<void> = Effect.async<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), 2)
  return Effect.sync(() => clearTimeout(timer))
})

/** Over a minute on a quick machine, and longer where the processor is shared: what has not come about by then will not. */
const longest = 30_000

const waiting = <E, R>(
  condition: Effect.Effect<boolean, E, R>,
  what: string,
  waited: number
): Effect.Effect<void, E, R> =>
  Effect.flatMap(condition, (holds) => {
    if (holds) return Effect.void
    if (waited === longest) return Effect.dieMessage(`waited in vain for ${what}`)
    return Effect.andThen(waited < 1000 ? turn : pause, waiting(condition, what, waited + 1))
  })

/** The same for a condition that is an effect. */
export const eventually = <E, R>(
  condition: Effect.Effect<boolean, E, R>,
  what = "a condition that never held"
): Effect.Effect<void, E, R> => waiting(condition, what, 0)

/** Lets turns of the event loop pass until the condition holds. It dies, and tells of the condition, if it never does. */
export const until = (condition: () => boolean): Effect.Effect<void> =>
  eventually(Effect.sync(condition), String(condition))
