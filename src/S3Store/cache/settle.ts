/**
 * Waiting for what goes on in the background.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as MutableHashSet from "effect/MutableHashSet"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { hasEnded } from "../../effect/fibers.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { CacheLevels } from "./CacheLevels.js"

/** Makes what waits for computations and writes under way. It does not interrupt what takes longer. */
export const makeSettle = (
  { behind, memory, writes }: CacheLevels,
  modifications: SingleFlight<AnyKey>
): Effect.Effect<S3CacheService["settle"], never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope): S3CacheService["settle"] => ({ within }) =>
    Effect.withFiberRuntime((caller) => {
      const flights = [...memory.flights.underWay(caller), ...modifications.underWay(caller)]
      const written = Effect.zipRight(behind.flush, writes.awaitRelease(() => true))
      const quiet = Effect.zipRight(
        Fiber.awaitAll(flights.map(({ fiber }) => fiber)),
        // Writes go on when the time is over.
        Effect.flatMap(Effect.forkIn(Effect.interruptible(written), scope), Fiber.await)
      )
      return Effect.map(inTime(quiet, within), (isOver) => {
        if (isOver) return { open: 0 }
        const open = MutableHashSet.empty<AnyKey>()
        for (const { fiber, key } of flights) if (!hasEnded(fiber)) MutableHashSet.add(open, key)
        for (const key of [...behind.keys, ...writes.keys]) MutableHashSet.add(open, key)
        return { open: MutableHashSet.size(open) }
      })
    }))

/** In a finalizer, too, where nothing is interruptible otherwise: there it would wait for ever. */
const inTime = (effect: Effect.Effect<unknown>, within: Duration.DurationInput): Effect.Effect<boolean> =>
  Effect.map(Effect.timeoutOption(Effect.interruptible(effect), within), Option.isSome)
