/**
 * What fibers wait for.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import { later } from "../../effect/fibers.js"

/**
 * How something ends, for those who wait for it. Like a `Deferred`, but it is made and settled without an effect, and
 * costs a tenth to make: one is made for every computation.
 */
export class Outcome<in out A, in out E> {
  private exit: Exit.Exit<A, E> | undefined = undefined
  private errand: Effect.Effect<void> | undefined = undefined
  private readonly waiting = new Set<(effect: Effect.Effect<A, E>) => void>()

  /** Waits for the end. */
  readonly await: Effect.Effect<A, E> = Effect.async<A, E>((resume) => {
    if (this.exit !== undefined) return resume(this.exit)
    if (this.errand !== undefined) return resume(Effect.zipRight(this.errand, this.await))
    this.waiting.add(resume)
    return Effect.sync(() => this.waiting.delete(resume))
  })

  /** Settles it, once; those who wait go on in the order in which they came. */
  settle(exit: Exit.Exit<A, E>): void {
    this.exit = exit
    this.errand = undefined
    this.resume(exit)
  }

  /** Whether anybody waits at this moment. */
  get isAwaited(): boolean {
    return this.waiting.size > 0
  }

  /** Lets those who wait, and who come until it is withdrawn, run this before they wait on. */
  send(errand: Effect.Effect<void>): void {
    this.errand = errand
    this.resume(Effect.zipRight(errand, this.await))
  }

  /** What those who wait were to run is done. */
  withdraw(): void {
    this.errand = undefined
  }

  private resume(effect: Effect.Effect<A, E>): void {
    const resumed = [...this.waiting]
    this.waiting.clear()
    for (const resume of resumed) resume(later(effect))
  }
}
