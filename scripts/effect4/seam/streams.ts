/**
 * Streams by pages, and queues that lose what comes while they are full, and that end.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as MutableList from "effect/MutableList"
import type * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import type { Surroundings } from "./fibers.js"

export interface DroppingQueue<in out A> extends Queue.Queue<A, Cause.Done> {}

export const makeDroppingQueue = <A>(capacity: number): Effect.Effect<DroppingQueue<A>> =>
  Queue.dropping<A, Cause.Done>(capacity)

export const offer = <A>(queue: DroppingQueue<A>, value: A): void => void Queue.offerUnsafe(queue, value as never)

export const end = <A>(queue: DroppingQueue<A>): Effect.Effect<void> => Effect.asVoid(Queue.end(queue))

export const streamOf = <A>(queue: DroppingQueue<A>): Stream.Stream<A> => Stream.fromQueue(queue)

export interface Line<in out A> extends MutableList.MutableList<A> {}

export const makeLine = <A>(): Line<A> => MutableList.make<A>()

export const lengthOf = <A>(line: Line<A>): number => line.length

export const join = <A>(line: Line<A>, one: A): void => MutableList.append(line, one)

export const takeFirst = <A>(line: Line<A>): A | undefined => {
  const taken = MutableList.take(line)
  return taken === MutableList.Empty ? undefined : taken
}

export const pages: <S, A, E, R>(
  start: S,
  page: (start: S) => Effect.Effect<readonly [page: ReadonlyArray<A>, next: Option.Option<S>], E, R>
) => Stream.Stream<A, E, R> = Stream.paginate

export const tapPages = <A, E, R>(
  self: Stream.Stream<A, E, R>,
  tell: (page: { readonly length: number }) => void
): Stream.Stream<A, E, R> =>
  Stream.mapArray(self, (page) => {
    tell(page)
    return page
  })

export const firstOf = <A, E, R>(
  self: Stream.Stream<A, E, R>,
  count: number
): Effect.Effect<readonly [first: ReadonlyArray<A>, rest: Stream.Stream<A, E>], E, R | Scope.Scope> =>
  Stream.peel(self, Sink.take<A>(count))

export const limitPulls = <A, E>(
  self: Stream.Stream<A, E>,
  limit: <B, E2>(pull: Effect.Effect<B, E2>, failing: (error: E) => E2) => Effect.Effect<B, E2>
): Stream.Stream<A, E> =>
  // Sound: what is failed with is no end of a stream.
  Stream.scoped(
    Stream.fromPull(Effect.map(Stream.toPull(self), (pull) => limit(pull, (error) => error)))
  ) as Stream.Stream<A, E>

export const iterating = <A, E, R>(self: Stream.Stream<A, E, R>, { services }: Surroundings<R>): AsyncIterable<A> =>
  Stream.toAsyncIterableWith(self, services)

export const isStream: (value: unknown) => boolean = Stream.isStream
