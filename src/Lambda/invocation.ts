/**
 * What one invocation does, and what it waits for.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Background } from "../Cache/background/Background.js"
import type { Settled } from "../Cache/background/Settled.js"
import { interruptLater } from "../effect/fibers.js"
import type { HandlerTimes } from "./HandlerOptions.js"
import { InvocationTimeoutError } from "./InvocationTimeoutError.js"

/**
 * Runs an effect as an invocation, in a scope of its own, and then waits for what goes on in the background. It is
 * interrupted when its time is about to run out: that is better than what Lambda does then, which ends the process.
 *
 * @param remaining tells how many milliseconds are left of the invocation
 */
export const invocation = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  remaining: () => number,
  { margin, settle }: HandlerTimes
): Effect.Effect<A, E | InvocationTimeoutError, Exclude<R, Scope.Scope> | Background> => {
  const settled = Effect.flatMap(
    Effect.suspend(() => Background.settle({ within: Math.max(0, Math.min(settle, remaining() - margin / 2)) })),
    (settled) => settled.open === 0 ? Effect.void : Effect.logWarning(stillOpen(settled))
  )
  return Effect.flatMap(
    Effect.exit(limited(Effect.scoped(effect), remaining, margin)),
    (exit) => Effect.zipRight(settled, exit)
  )
}

/** Runs an effect until its time is about to run out, and interrupts it then. */
export const limited = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  remaining: () => number,
  margin: number
): Effect.Effect<A, E | InvocationTimeoutError, R> =>
  Effect.suspend(() => {
    const left = Math.max(0, remaining() - margin)
    if (left === Number.POSITIVE_INFINITY) return effect
    // Its finalizers are not waited for when its time has run out: there may be none for them. When the process ends they are.
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.forkDaemon(restore(effect)), (fiber) =>
        Effect.flatMap(
          Effect.onInterrupt(restore(Effect.timeoutOption(Fiber.join(fiber), left)), () => Fiber.interrupt(fiber)),
          Option.match({
            onNone: () => {
              interruptLater(fiber)
              return Effect.fail(new InvocationTimeoutError(Duration.format(Duration.millis(left))))
            },
            onSome: Effect.succeed
          })
        ))
    )
  })

const kinds = {
  computations: "computation",
  writes: "write",
  hooks: "call of onRemoval",
  releases: "release"
} as const

const stillOpen = (settled: Settled): string => {
  const counts = Object.entries(kinds).flatMap(([kind, name]) => {
    const count = settled[kind as keyof typeof kinds]
    return count === 0 ? [] : [`${count} × ${name}`]
  })
  return `the answer is given while something goes on in the background: ${counts.join(", ")}. ` +
    "The function may be frozen in the midst of it; settle is how long it waits"
}
