/**
 * Changing a value by what it is.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { failureOrCause } from "../../effect/outcomes.js"
import { Absent } from "../engine/BoundedMapOptions.js"
import { FiledMap } from "../engine/structures/FiledMap.js"
import { CacheNotFoundError, EntryTooLargeError } from "../errors/CacheErrors.js"
import type { Flight } from "../flight/FlightGroup.js"
import { ownExit } from "../flight/ownExit.js"
import { services, withServices } from "../flight/withServices.js"
import { keyEquality } from "../keys/keyEquality.js"
import { requireEffect } from "../options/requireEffect.js"
import { printKey } from "../printing/printKey.js"
import type { ComputingParts } from "./computed.js"
import type { WriteOptions } from "./StoreOptions.js"

/** Changes the value under a key, see `Store`. */
export type Modify<K, V> = <V2 extends V, E = never, R = never>(
  key: K,
  f: (value: V) => Effect.Effect<V2, E, R>,
  options?: WriteOptions
) => Effect.Effect<V2, E | CacheNotFoundError | EntryTooLargeError, R>

/** `modify` of a store. */
interface Modifying<in out K, in out V> {
  readonly modify: Modify<K, V>
  /** What a modification of a key that is under way comes to is not kept: there is another value since. */
  readonly outdate: (key: K) => void
}

/** Makes `modify` from the parts of a store. */
export const makeModify = <K, V, F>(
  { entries, flights, guarded: { lookup }, name, spans, writer }: ComputingParts<K, V, F>
): Modifying<K, V> => {
  const group = flights.group<V, unknown>(`${spans}.modify`)
  /** Those under way, also where somebody else has written meanwhile: then nobody finds them in the group. */
  const running = new FiledMap<K, Flight<V, unknown>>(keyEquality)

  const modify = <V2 extends V, E, R>(
    key: K,
    f: (value: V) => Effect.Effect<V2, E, R>,
    write: WriteOptions | undefined,
    given: Context.Context<R>
  ): Effect.Effect<V2, E | CacheNotFoundError | EntryTooLargeError> =>
    writer.withRoll((roll) =>
      Effect.uninterruptibleMask((restore) =>
        lookup((map, now, caller): Effect.Effect<V2, E | CacheNotFoundError | EntryTooLargeError> => {
          const before = running.get(key)
          if (before !== undefined && !before.value.node.ended) {
            return Effect.zipRight(flights.awaitEnd(before.value, restore), restore(modify(key, f, write, given)))
          }
          if (before !== undefined) running.remove(before)
          const value = entries.peek(map, key, now)
          if (value === Absent) return Exit.fail(new CacheNotFoundError({ cache: name, key: printKey(key) }))
          let own: Exit.Exit<V2, E> | undefined
          let refused: EntryTooLargeError | undefined
          const flight = group.enter(
            key,
            caller,
            () =>
              Effect.flatMap(
                Effect.exit(withServices(Effect.suspend(() => requireEffect(name, "modify", f(value))), given)),
                (exit) => own = ownExit(exit)
              ),
            (exit, now) => {
              if (Exit.isFailure(exit)) return
              const left = entries.livesUntil(map, key, now)
              if (left === Absent) return
              const until = write?.timeToLive !== undefined || write?.expiresAt !== undefined
                ? writer.freshUntil(key, exit.value, now, roll, write)
                : left
              if (writer.put(map, key, exit.value, now, until) === "tooLarge") {
                const { lastRefusedWeight: weight, maxWeight } = map
                refused = new EntryTooLargeError({ cache: name, key: printKey(key), weight, maxWeight })
              } else {
                // As after any write.
                flights.detach(key)
              }
              writer.committed(map, now)
            }
          )
          const filed = running.add(key, flight)
          const end = Effect.sync(() => running.remove(filed))
          return Effect.flatMap(
            Effect.ensuring(flights.awaitExit(flight, restore), end),
            (exit): Exit.Exit<V2, E | EntryTooLargeError> => {
              if (refused !== undefined) return Exit.fail(refused)
              if (Exit.isSuccess(exit)) return own ?? Exit.die(exit)
              const cause = failureOrCause(exit.cause)
              return Either.isRight(cause) ? Exit.failCause(cause.right) : own ?? Exit.die(cause.left)
            }
          )
        })
      )
    )

  return {
    modify: (key, f, write) => Effect.flatMap(services(), (given) => modify(key, f, write, given)),
    outdate: (key) => {
      if (running.size > 0) running.get(key)?.value.detach()
    }
  }
}
