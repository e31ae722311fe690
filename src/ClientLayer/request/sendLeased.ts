/**
 * Sends commands with leased clients.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { start, surroundings } from "../../effect/fibers.js"
import { whenRead } from "./watchBodies.js"

/**
 * Runs what leases a client and sends a command with it. The lease ends with the response, or where this has a body, when
 * the body has been read to its end or given up: until then the client is in use.
 *
 * @param send leases in its scope
 */
export const sendLeased = <A, E, R>(
  send: Effect.Effect<A, E, R | Scope.Scope>
): Effect.Effect<A, E, Exclude<R, Scope.Scope>> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Effect.zip(Scope.make(), surroundings<never>()),
      ([scope, surroundings]) =>
        Effect.flatMap(Effect.exit(restore(Scope.extend(send, scope))), (exit) => {
          const end = Scope.close(scope, Exit.void)
          const isOpen = Exit.isSuccess(exit) && whenRead(exit.value, () => start(surroundings, end))
          return isOpen ? exit : Effect.zipRight(end, exit)
        })
    )
  )
