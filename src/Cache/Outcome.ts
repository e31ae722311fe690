/**
 * What fibers wait for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"

/**
 * How something ends, for those who wait for it. Like a `Deferred`, but it is made and settled without an effect, and
 * costs a tenth to make: one is made for every computation.
 *
 * @since 0.1.0
 * @category models
 */
export class Outcome<in out A, in out E> {
  private exit: Exit.Exit<A, E> | undefined = undefined
  private readonly waiting = new Set<(exit: Exit.Exit<A, E>) => void>()

  /**
   * Waits for the end.
   *
   * @since 0.1.0
   */
  readonly await: Effect.Effect<A, E> = Effect.async<A, E>((resume) => {
    if (this.exit !== undefined) return resume(this.exit)
    this.waiting.add(resume)
    return Effect.sync(() => this.waiting.delete(resume))
  })

  /**
   * Settles it, once; those who wait go on in the order in which they came.
   *
   * @since 0.1.0
   */
  settle(exit: Exit.Exit<A, E>): void {
    this.exit = exit
    for (const resume of this.waiting) resume(exit)
    this.waiting.clear()
  }
}
