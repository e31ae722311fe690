/**
 * Events for whoever listens.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { fromEither } from "../../effect/outcomes.js"
import { type DroppingQueue, end, makeDroppingQueue, offer, streamOf } from "../../effect/streams.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { checkValue } from "../options/checkOptions.js"

/**
 * Hands events to any number of listeners. It never blocks who publishes: a listener that is too slow loses what comes
 * while it is behind, and no other listener loses anything by it. Without listeners it costs nothing.
 */
export class EventHub<in out A> {
  /** The events from now on. It ends when the hub's scope closes. */
  readonly stream: Stream.Stream<A>
  private readonly listeners = new Set<DroppingQueue<A>>()
  private closed = false

  private constructor(capacity: number) {
    this.stream = Stream.unwrapScoped(
      Effect.map(
        Effect.acquireRelease(
          Effect.tap(makeDroppingQueue<A>(capacity), (queue) =>
            Effect.suspend(() => {
              this.listeners.add(queue)
              return this.closed ? end(queue) : Effect.void
            })),
          (queue) =>
            Effect.suspend(() => {
              this.listeners.delete(queue)
              return end(queue)
            })
        ),
        streamOf
      )
    )
  }

  /**
   * Makes a hub that lives as long as the scope.
   *
   * @param capacity how many events a listener may be behind
   */
  static readonly make = <A>(capacity: number): Effect.Effect<EventHub<A>, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => new EventHub<A>(capacity)),
      (hub) =>
        Effect.suspend(() => {
          hub.closed = true
          return Effect.forEach([...hub.listeners], end, { discard: true })
        })
    )

  /** Whether somebody listens: what happens most often asks before it makes anything. */
  get isHeard(): boolean {
    return this.listeners.size > 0
  }

  /** Publishes an event, which is made only if somebody listens. */
  publish(event: () => A): void {
    if (this.listeners.size === 0) return
    const published = event()
    for (const listener of this.listeners) offer(listener, published)
  }
}

const defaultEventCapacity = 1024

/**
 * Makes a hub with the `eventCapacity` of some options, and fails with `CacheConfigError` when it cannot be accepted.
 *
 * @param cache for messages
 * @param eventCapacity how many events a listener may be behind, a whole number, 1 or more. Default 1,024.
 */
export const makeEventHub = <A>(
  cache: string,
  eventCapacity: number = defaultEventCapacity
): Effect.Effect<EventHub<A>, CacheConfigError, Scope.Scope> =>
  Effect.flatMap(
    fromEither(checkValue(cache, "eventCapacity", eventCapacity, "count")),
    (capacity) => EventHub.make<A>(capacity)
  )
