/**
 * Requests (`Effect.request`) that an effect waits for. Here those of all fibers are made together that come in one turn of
 * the scheduler, so no effect waits for others to make them.
 */
import * as Effect from "effect/Effect"
import type { AnyFiber } from "./fibers.js"

export type Requests = never

export const makeRequests = (_: readonly [Requests, ...Array<Requests>]): Effect.Effect<void> => Effect.void

export const stepping = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  _blocked: (requests: Requests, fiber: AnyFiber) => void
): Effect.Effect<A, E, R> => effect

export const handingOn =
  <A>(take: (all: ReadonlyArray<A>, fiber: AnyFiber) => void): (one: A) => Effect.Effect<void> => (one) =>
    Effect.withFiber((fiber) => {
      take([one], fiber)
      return Effect.void
    })
