/**
 * Waiting without a seat.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { WaitNode } from "./WaitNode.js"

/** What a computation does while others have its seats. */
export const awayFromSeats = <A, E>(
  node: WaitNode,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
  wait: () => Effect.Effect<A, E>
): Effect.Effect<A, E> => {
  node.pause()
  return Effect.flatMap(Effect.exit(wait()), (exit) => {
    const goOn = node.goOn()
    return Exit.isInterrupted(exit) ? exit : Effect.zipRight(restore(goOn), exit)
  })
}
