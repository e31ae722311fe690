/**
 * Giving up what takes too long, at next to no cost for what does not.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import { clockOf } from "../../effect/clocks.js"
import { listenOnceMore, stoodStill } from "../common/standstill.js"

/** A promise that is waited for: what to do when it is late. */
interface PendingRequest {
  deadline: bigint
  /** Whether its time has started anew, after the process stood still. */
  again: boolean
  late: (() => void) | undefined
}

/**
 * Waits for promises, all for the same time at most. `Effect.timeout` forks two fibers and starts a timer each time;
 * here all promises share one fiber: since all may take the same time, the deadlines are in the order of the starts, and
 * the fiber sleeps until the first of them that is still to come. It keeps no process alive: the requests do.
 *
 * No answer that has arrived already is late. Where the process stood still when the time was over, it starts anew, once.
 */
export interface RequestTimeouts {
  /**
   * Runs a promise, and aborts it when it is late or its fiber is interrupted. `onLate` is the failure when it is late,
   * `onRejected` the one when it rejects or its start throws.
   */
  readonly run: <A, E>(
    start: (abortSignal: AbortSignal) => Promise<A>,
    onRejected: (cause: unknown) => E,
    onLate: () => E
  ) => Effect.Effect<A, E>
}

/**
 * Deadlines a certain time after each start; `Duration.infinity` for none. They end with the scope, as everything should
 * that waits for them.
 */
export const makeRequestTimeouts = (limit: Duration.Duration): Effect.Effect<RequestTimeouts, never, Scope.Scope> =>
  // A scope of its own: what is awaited when others close, which were made later, can still be late.
  Effect.map(Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void)), (scope) => {
    const nanos = Option.getOrUndefined(Duration.toNanos(limit))
    const queue: Array<PendingRequest> = []
    let first = 0
    let isWatched = false

    /** The first promise that is still waited for; those before it are forgotten. */
    const next = (): PendingRequest | undefined => {
      while (first < queue.length && queue[first]?.late === undefined) first++
      if (first > 1000 || first === queue.length) {
        queue.splice(0, first)
        first = 0
      }
      return queue[first]
    }

    /** What is late is given up, unless it was only not heard. */
    const giveUp = (late: ReadonlyArray<PendingRequest>, lateness: number): Effect.Effect<void> =>
      Effect.map(listenOnceMore(lateness), () => {
        for (const waiting of late) {
          const { late } = waiting
          waiting.late = undefined
          late?.()
        }
      })

    const watch: Effect.Effect<void> = Effect.clockWith((clock) =>
      Effect.suspend(() => {
        const now = clock.unsafeCurrentTimeNanos()
        const late: Array<PendingRequest> = []
        let lateness = 0
        for (let waiting = next(); waiting !== undefined; waiting = next()) {
          if (waiting.deadline > now) {
            if (late.length > 0) break
            return Effect.flatMap(unrefSleep(Number(waiting.deadline - now) / 1e6), () => watch)
          }
          first++
          const since = Number(now - waiting.deadline) / 1e6
          if (nanos !== undefined && !waiting.again && stoodStill(since, Duration.toMillis(limit))) {
            // It starts anew, so that it is in order behind all that have started.
            waiting.again = true
            waiting.deadline = now + nanos
            queue.push(waiting)
          } else {
            lateness = Math.max(lateness, since)
            late.push(waiting)
          }
        }
        if (late.length > 0) return Effect.zipRight(giveUp(late, lateness), watch)
        isWatched = false
        return Effect.void
      })
    )

    const enter = (clock: Clock.Clock): PendingRequest | undefined => {
      if (nanos === undefined) return undefined
      const waiting: PendingRequest = { deadline: clock.unsafeCurrentTimeNanos() + nanos, again: false, late: () => {} }
      queue.push(waiting)
      return waiting
    }

    const leave = (waiting: PendingRequest | undefined): void => {
      if (waiting === undefined) return
      waiting.late = undefined
      next()
    }

    /** The fork is not interruptible: else nobody would watch any more. */
    const watched = Effect.suspend(() => {
      if (isWatched) return Effect.void
      isWatched = true
      return Effect.asVoid(Effect.uninterruptible(Effect.forkIn(Effect.interruptible(watch), scope)))
    })

    return {
      run: <A, E>(
        start: (abortSignal: AbortSignal) => Promise<A>,
        onRejected: (cause: unknown) => E,
        onLate: () => E
      ) =>
        Effect.withFiberRuntime<A, E>((fiber) => {
          const waiting = enter(clockOf(fiber))
          const promise = Effect.async<A, E>((resume) => {
            const controller = new AbortController()
            const settle = (outcome: Exit.Exit<A, E>) => {
              leave(waiting)
              resume(outcome)
            }
            if (waiting !== undefined) {
              waiting.late = () => {
                // Before its fiber goes on, which may be at once.
                controller.abort()
                resume(Exit.fail(onLate()))
              }
            }
            try {
              start(controller.signal).then(
                (value) => settle(Exit.succeed(value)),
                (cause) => settle(Exit.fail(onRejected(cause)))
              )
            } catch (cause) {
              settle(Exit.fail(onRejected(cause)))
            }
            return Effect.sync(() => {
              leave(waiting)
              controller.abort()
            })
          })
          return waiting === undefined || isWatched ? promise : Effect.zipRight(watched, promise)
        })
    }
  })
