/**
 * Draining connections, and waiting until the last request and body on them has ended.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import type { Transport } from "./Transport.js"

/**
 * Drains transports, and waits until their last connection has closed: until each request has its answer and each body
 * is read, or the time is over. It holds where nobody may interrupt, too.
 *
 * @param millis the most time, in milliseconds
 */
export const drainTransports = (transports: ReadonlyArray<Transport>, millis: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    for (const transport of transports) transport.drain()
    const busy = transports.filter((transport) => transport.isBusy)
    if (busy.length === 0 || millis <= 0) return Effect.void
    const quiet = whenQuiet(busy)
    return millis === Number.POSITIVE_INFINITY
      ? quiet
      : Effect.raceFirst(Effect.interruptible(quiet), Effect.interruptible(unrefSleep(millis)))
  })

/** Waits until the last connection of busy transports has closed. */
export const whenQuiet = (busy: ReadonlyArray<Transport>): Effect.Effect<void> =>
  busy.length === 0 ? Effect.void : Effect.async<void>((resume) => {
    let left = busy.length
    const ends = busy.map((transport) =>
      transport.whenQuiet(() => {
        left -= 1
        if (left === 0) resume(Effect.void)
      })
    )
    return Effect.sync(() => {
      for (const end of ends) end()
    })
  })

/** A time that begins to run at one moment, and how much of it is left. */
export interface Countdown {
  readonly start: Effect.Effect<void>
  /** Milliseconds; all of the time before it was started. */
  readonly rest: Effect.Effect<number>
}

/**
 * A countdown that has not started.
 *
 * @param millis the time, in milliseconds
 */
export const countdown = (millis: number): Countdown => {
  let startedAt = Number.POSITIVE_INFINITY
  return {
    start: Effect.map(Clock.currentTimeMillis, (now) => {
      startedAt = Math.min(startedAt, now)
    }),
    rest: Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, millis - Math.max(0, now - startedAt)))
  }
}
