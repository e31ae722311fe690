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

/** The same for a condition that is an effect. */
export const eventually = <E, R>(
  condition: Effect.Effect<boolean, E, R>,
  waited = 0
): Effect.Effect<void, E, R> =>
  Effect.flatMap(
    condition,
    (holds) => holds ? Effect.void : Effect.andThen(waited < 1000 ? turn : pause, eventually(condition, waited + 1))
  )

/**
 * Lets turns of the event loop pass until the condition holds. It waits for ever if it never does: the time limit of the
 * suite ends that.
 */
export const until = (condition: () => boolean): Effect.Effect<void> => eventually(Effect.sync(condition))
