/**
 * What a computation comes to when it is committed.
 */
import * as Exit from "effect/Exit"

/** How it ended, once that is committed; a defect where committing throws. */
export const committed = <A, E>(
  exit: Exit.Exit<A, E>,
  commit: (exit: Exit.Exit<A, E>, now: number) => void,
  now: number
): Exit.Exit<A, E> => {
  try {
    commit(exit, now)
    return exit
  } catch (defect) {
    return Exit.die(defect)
  }
}
