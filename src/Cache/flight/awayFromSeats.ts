/**
 * Waiting without a seat.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { WaitNode } from "./WaitNode.js"

/**
 * What a computation does while others have its seats. It has them again before it goes on, also where only this wait of it
 * is interrupted, as by a time limit; one that is interrupted itself does not wait for them.
 */
export const awayFromSeats = <A, E>(
  node: WaitNode,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
  wait: () => Effect.Effect<A, E>
): Effect.Effect<A, E> => {
  node.pause()
  return Effect.flatMap(
    Effect.exit(wait()),
    (exit) =>
      Effect.flatMap(Effect.exit(restore(node.goOn())), (seated) =>
        Exit.isSuccess(seated)
          ? exit
          : Effect.zipRight(node.takeSeatsIfWanted(), Exit.isSuccess(exit) ? Exit.failCause(seated.cause) : exit))
  )
}
