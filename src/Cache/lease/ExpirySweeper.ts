/**
 * Reclaims what has expired when nobody asks for it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { interruptible, interruptLater, start, type Surroundings } from "../../effect/fibers.js"
import { unrefSleep } from "../common/unrefSleep.js"

/** What a sweep costs grows with the number of entries: this far apart (milliseconds), it is no burden. */
const shortestPause = 1000

/**
 * Sleeps until the first entry expires, then sweeps, and so on for as long as anything can expire. Entries that expire
 * within a second after a sweep may wait for the end of that second. It does not keep a process alive.
 */
export class ExpirySweeper {
  private readonly surroundings: Surroundings<never>
  private readonly sweep: Effect.Effect<number>
  private due = Number.POSITIVE_INFINITY
  private fiber: Fiber.RuntimeFiber<void> | undefined
  private closed = false

  /** @param sweep reclaims what has expired, and tells when the next entry does: milliseconds, `Infinity` for never */
  constructor(surroundings: Surroundings<never>, sweep: Effect.Effect<number>) {
    this.surroundings = interruptible(surroundings)
    this.sweep = sweep
  }

  /**
   * There is a new entry.
   *
   * @param expiresAt milliseconds since the epoch, `Infinity` for never
   */
  expect(expiresAt: number): void {
    if (expiresAt >= this.due || this.closed) return
    const previous = this.fiber
    this.due = expiresAt
    this.fiber = start(this.surroundings, this.wait)
    if (previous !== undefined) interruptLater(previous)
  }

  /** Ends the sweeping. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.closed = true
    return this.fiber === undefined ? Effect.void : Effect.asVoid(Fiber.interrupt(this.fiber))
  })

  private readonly wait: Effect.Effect<void> = Effect.suspend(() =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => Effect.zipRight(unrefSleep(Math.max(0, this.due - now)), this.sweepAndWait)
    )
  )

  private readonly sweepAndWait: Effect.Effect<void> = Effect.suspend(() => {
    // Entries written from here on are expected anew.
    this.due = Number.POSITIVE_INFINITY
    this.fiber = undefined
    return Effect.zipWith(this.sweep, Clock.currentTimeMillis, (next, now) => {
      if (next !== Number.POSITIVE_INFINITY) this.expect(Math.max(next, now + shortestPause))
    })
  })
}
