/**
 * What goes on in the background of an `S3Cache`.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as MutableHashSet from "effect/MutableHashSet"
import type * as Scope from "effect/Scope"
import type { Work } from "../../Cache/background/Work.js"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import type { CacheLevels } from "../bothLevels/CacheLevels.js"
import type { AnyKey } from "../keyspace/Keyspace.js"

/**
 * The work of an `S3Cache`: computations, and then what they have written. Each key counts once, as being computed as long
 * as it is.
 *
 * @param modifications those of `modify`
 */
export const workOf = (
  { behind, memory, writes }: CacheLevels,
  modifications: SingleFlight<AnyKey>
): Effect.Effect<Work, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope): Work => {
    const written = Effect.zipRight(behind.flush, writes.awaitRelease(() => true))
    return (caller) => {
      const flights = [memory.flights.underWay(caller), modifications.underWay(caller)]
      return {
        ended: Effect.zipRight(
          Effect.forEach(flights, ({ ended }) => ended, { concurrency: "unbounded", discard: true }),
          // Writes go on when the time is over.
          Effect.flatMap(Effect.forkIn(Effect.interruptible(written), scope), Fiber.await)
        ),
        open: () => {
          const computed = MutableHashSet.fromIterable(flights.flatMap(({ keys }) => keys()))
          const computations = MutableHashSet.size(computed)
          for (const key of [...behind.keys, ...writes.keys]) MutableHashSet.add(computed, key)
          return { computations, writes: MutableHashSet.size(computed) - computations }
        }
      }
    }
  })
