/**
 * Queues that lose what comes while they are full, and that end.
 */
import type * as Effect from "effect/Effect"
import * as MutableQueue from "effect/MutableQueue"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

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
