/**
 * Streams by pages, and queues that lose what comes while they are full, and that end.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as MutableQueue from "effect/MutableQueue"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import type { Surroundings } from "./fibers.js"

/** A queue that loses what it is offered while it is full. */
export interface DroppingQueue<in out A> extends Queue.Queue<A> {}

/** Makes one. */
export const makeDroppingQueue = <A>(capacity: number): Effect.Effect<DroppingQueue<A>> => Queue.dropping<A>(capacity)

/** Offers to it. */
export const offer = <A>(queue: DroppingQueue<A>, value: A): void => void queue.unsafeOffer(value)

/** Ends it: whoever reads it reads no further. */
export const end = <A>(queue: DroppingQueue<A>): Effect.Effect<void> => Queue.shutdown(queue)

/** What it is offered, to its end. */
export const streamOf = <A>(queue: DroppingQueue<A>): Stream.Stream<A> => Stream.fromQueue(queue)

/** What waits for its turn, first come first served. Synchronous. */
export interface Line<in out A> extends MutableQueue.MutableQueue<A> {}

/** Makes one, without limits. */
export const makeLine = <A>(): Line<A> => MutableQueue.unbounded<A>()

/** How many wait. */
export const lengthOf = <A>(line: Line<A>): number => MutableQueue.length(line)

/** Lets one more wait. */
export const join = <A>(line: Line<A>, one: A): void => void MutableQueue.offer(line, one)

/** Takes the first, if any waits. */
export const takeFirst = <A>(line: Line<A>): A | undefined => MutableQueue.poll(line, undefined)

/** What comes page by page: each says where the next one begins, if there is another. */
export const pages = <S, A, E, R>(
  start: S,
  page: (start: S) => Effect.Effect<readonly [page: ReadonlyArray<A>, next: Option.Option<S>], E, R>
): Stream.Stream<A, E, R> =>
  Stream.paginateChunkEffect(
    start,
    (at) => Effect.map(page(at), ([page, next]) => [Chunk.unsafeFromArray(page), next] as const)
  )

/** Tells of each page as it comes. */
export const tapPages = <A, E, R>(
  self: Stream.Stream<A, E, R>,
  tell: (page: { readonly length: number }) => void
): Stream.Stream<A, E, R> =>
  Stream.mapChunks(self, (page) => {
    tell(page)
    return page
  })

/** So many of the first, and what comes after them. */
export const firstOf = <A, E, R>(
  self: Stream.Stream<A, E, R>,
  count: number
): Effect.Effect<readonly [first: ReadonlyArray<A>, rest: Stream.Stream<A, E>], E, R | Scope.Scope> =>
  Effect.map(
    Stream.peel(self, Sink.collectAllN<A>(count)),
    ([first, rest]) => [Chunk.toReadonlyArray(first), rest] as const
  )

/**
 * Limits each time that a stream is asked for more.
 *
 * @param limit given what failing with an error is in its place
 */
export const limitPulls = <A, E>(
  self: Stream.Stream<A, E>,
  limit: <B, E2>(pull: Effect.Effect<B, E2>, failing: (error: E) => E2) => Effect.Effect<B, E2>
): Stream.Stream<A, E> => Stream.fromPull(Effect.map(Stream.toPull(self), (pull) => limit(pull, Option.some)))

/** What a stream has, for programs without Effect. */
export const iterating: <A, E, R>(self: Stream.Stream<A, E, R>, around: Surroundings<R>) => AsyncIterable<A> =
  Stream.toAsyncIterableRuntime

/** Whether it is a stream. */
export const isStream = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Stream.StreamTypeId in value
