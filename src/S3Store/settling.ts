/**
 * Waiting for what goes on in the background.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { SingleFlight } from "../Cache/SingleFlight.js"
import type { CacheLevels } from "./CacheLevels.js"
import type { S3CacheService } from "./S3CacheService.js"

/**
 * Makes what waits for computations and writes under way. It does not interrupt what takes longer.
 *
 * @param batches runs the bulk loaders
 * @since 0.1.0
 * @category constructors
 */
export const makeSettle = (
  { behind, memory, writes }: CacheLevels,
  batches: SingleFlight<object>
): Effect.Effect<S3CacheService["settle"], never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope): S3CacheService["settle"] => ({ within }) =>
    Effect.withFiberRuntime((caller) => {
      const flights = [...memory.flights.fibers(caller), ...batches.fibers(caller)]
      const written = Effect.zipRight(behind.flush, writes.settled(() => true))
      const settled = Effect.zipRight(
        Fiber.awaitAll(flights),
        // Writes go on when the time is over.
        Effect.flatMap(Effect.forkIn(Effect.interruptible(written), scope), Fiber.await)
      )
      return Effect.map(Effect.timeoutOption(settled, within), (inTime) => ({
        // A key that is being written is held, and its entry waits until it is.
        open: Option.isSome(inTime)
          ? 0
          : flights.filter((fiber) => fiber.unsafePoll() === null).length + Math.max(behind.size, writes.size)
      }))
    }))
