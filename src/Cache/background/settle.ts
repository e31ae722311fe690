/**
 * Waiting for work in the background.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AnyFiber } from "../../effect/fibers.js"
import { checkOptions, unlessWrong } from "../options/checkOptions.js"
import { givenMillis } from "../options/durationMillis.js"
import { type Settle, type Settled, settledTogether, settleKinds } from "./Settled.js"
import type { Work } from "./Work.js"

/**
 * Waits for the work of a cache that is under way when it is called, and for what that leads to. What takes longer is
 * counted, and goes on. It holds in a finalizer, too, where nothing is interruptible otherwise.
 *
 * @param name of the cache, for messages
 * @param works in the order in which one leads to the next
 */
export const settling = (name: string, works: ReadonlyArray<Work>): Settle => (options) =>
  unlessWrong(
    checkOptions(name, options, settleKinds),
    Effect.withFiberRuntime((caller) => {
      const { ended, open } = underWayIn(works, caller)
      return within(givenMillis(name, "within", options.within), ended, open)
    })
  )

/** Waits until something has ended, but no longer than so many milliseconds, and tells what is open then. */
export const within = (
  millis: number,
  ended: Effect.Effect<unknown>,
  open: () => Settled
): Effect.Effect<Settled> =>
  Effect.suspend(() => {
    const now = open()
    if (now.open === 0 || millis <= 0) return Effect.succeed(now)
    return Effect.map(Effect.timeoutOption(Effect.interruptible(ended), millis), open)
  })

/**
 * The works of a cache together, as they are under way at this moment. But for the first they are looked at in their turn,
 * when those have ended that lead to them.
 */
export const underWayIn = (
  [first, ...others]: ReadonlyArray<Work>,
  caller: AnyFiber
): { readonly ended: Effect.Effect<void>; readonly open: () => Settled } => {
  const begun = first === undefined ? [] : [first(caller)]
  const next = (work: Work): Effect.Effect<unknown> => {
    const underWay = work(caller)
    begun.push(underWay)
    return underWay.ended
  }
  return {
    ended: Effect.zipRight(
      begun[0]?.ended ?? Effect.void,
      Effect.forEach(others, (work) => Effect.suspend(() => next(work)), { discard: true })
    ),
    open: () =>
      settledTogether(
        [...begun, ...others.slice(Math.max(0, begun.length - 1)).map((work) => work(caller))].map(({ open }) => open())
      )
  }
}

/** What waits for several, one after the other, within the time of all. */
export const settlingInTurn = (name: string, settles: ReadonlyArray<Settle>): Settle => (options) =>
  unlessWrong(
    checkOptions(name, options, settleKinds),
    Effect.flatMap(Clock.currentTimeMillis, (start) => {
      const until = start + givenMillis(name, "within", options.within)
      return Effect.map(
        Effect.forEach(settles, (settle) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => settle({ within: Math.max(0, until - now) }))),
        settledTogether
      )
    })
  )
