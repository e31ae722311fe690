/**
 * Requests (`Effect.request`) that an effect waits for, made by others.
 */
import * as Effect from "effect/Effect"
import * as Request from "effect/Request"
import * as RequestBlock from "effect/RequestBlock"
import * as RequestResolver from "effect/RequestResolver"
import type { AnyFiber } from "./fibers.js"

/** Requests that are not made yet. */
export type Requests = RequestBlock.RequestBlock

/** Makes requests, those of one kind together. */
export const makeRequests = (requests: readonly [Requests, ...Array<Requests>]): Effect.Effect<void> =>
  Effect.runRequestBlock(requests.reduce(RequestBlock.parallel))

/**
 * Runs an effect whose requests others make: `blocked` is told of them each time. Uninterruptible itself, so that it never
 * stops between two steps.
 */
export const stepping = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  blocked: (requests: Requests, fiber: AnyFiber) => void
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.step(effect), (stepped): Effect.Effect<A, E, R> => {
    if (stepped._op !== "Blocked") return stepped
    return Effect.withFiberRuntime((fiber) => {
      blocked(stepped.effect_instruction_i0, fiber)
      return stepping(stepped.effect_instruction_i1, blocked)
    })
  })

/** An effect that hands on what it is given, together with what others hand on that wait in the same batch. */
export const handingOn = <A>(
  take: (all: ReadonlyArray<A>, fiber: AnyFiber) => void
): (one: A) => Effect.Effect<void> => {
  class HandOn extends Request.Class<void, never, { readonly one: A }> {}
  const resolver = RequestResolver.makeBatched<HandOn, never>((requests) =>
    Effect.withFiberRuntime<void>((fiber) => {
      take(requests.map(({ one }) => one), fiber)
      return Effect.forEach(requests, (request) => Request.succeed(request, undefined), { discard: true })
    })
  )
  return (one) => Effect.request(new HandOn({ one }), resolver)
}
