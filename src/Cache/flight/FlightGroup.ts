/**
 * Callers who share their computations.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { AnyFiber } from "../../effect/fibers.js"
import { type Filed, FiledMap } from "../engine/structures/FiledMap.js"
import { keyEquality } from "../keys/keyEquality.js"
import type { WaitNode } from "./WaitNode.js"

/** A computation under way, or just over. */
export interface Flight<out A, out E> {
  /** What its callers wait for. */
  readonly result: Effect.Effect<A, E>
  /** How it ended. */
  exit: Exit.Exit<A, E> | undefined
  /** For messages. */
  readonly label: string
  /** The how manieth of all that begin it is. */
  readonly nth: number
  /** Lets nobody else join, and keeps the result from being committed. */
  readonly detach: () => void
  /** How many wait for it; one more than there are when it is unattended. */
  waiters: number
  /** Whether it ends by itself, even if nobody waits for it: its starter may say so, instead of waiting. */
  unattended: boolean
  /** When somebody first waited for it who has an old value, in milliseconds since the epoch. */
  askedAt: number | undefined
  /** Run when it has failed or died, and nobody waited for it or wrote in its place. */
  unheard: ((cause: Cause.Cause<unknown>) => Effect.Effect<void>) | undefined
  /** What runs it, from when it has begun until it has ended. */
  fiber: Fiber.RuntimeFiber<void> | undefined
  /**
   * Lets it begin, if it has not.
   *
   * @param immediate whether at once; otherwise not before the present step is over
   */
  readonly begin: (caller: AnyFiber, immediate: boolean) => void
  /** Lets it go on, if it waits for what one of its callers was to do. */
  readonly proceed: (caller: AnyFiber) => void
  /** Its part in who waits for whom. */
  readonly node: WaitNode
}

/** A lookup among others: it counts as one that joined another's computation until it starts one itself. */
export interface Joining {
  hasJoined: boolean
}

/** What a flight does. */
export interface Work<in out A, in out E> {
  readonly compute: (isAttached: () => boolean) => Effect.Effect<A, E>
  readonly commit: (exit: Exit.Exit<A, E>, now: number) => void
  /** Called with how it ended, before that is committed, and also when it is not. */
  readonly ended?: ((exit: Exit.Exit<A, E>, now: number) => void) | undefined
  /** Called when nobody may join it any more. */
  readonly detached: () => void
}

/** A flight that is run by the fiber that asks for it. */
export interface EmbeddedFlight<in out A, in out E> {
  readonly flight: Flight<A, E>
  readonly isAttached: () => boolean
  readonly run: (
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E>
}

/**
 * How many computations of others that failed a caller waits for at the most. Then it computes beside them: where all of
 * them fail, nobody waits for longer than these and his own take.
 */
export const patience = 2

/** Callers who share their computations. Obtained from `SingleFlight.group`. */
export class FlightGroup<in out K, in out A, in out E> {
  private readonly flights = new FiledMap<K, Flight<A, E>>(keyEquality)
  private readonly parts: GroupParts<K>

  /** `SingleFlight.group` makes it. */
  constructor(parts: GroupParts<K>) {
    this.parts = parts
  }

  /** Whether a computation of a key is under way that can be joined. */
  has(key: K): boolean {
    return this.flights.get(key) !== undefined
  }

  /** The computation of a key that is under way, to wait for its end (`SingleFlight.awaitEnd`): nobody joins it by this. */
  find(key: K): Flight<A, E> | undefined {
    return this.flights.get(key)?.value
  }

  /** One of those under way that began before: what it comes to may be as old. */
  findOlder(key: K, begun: number): Flight<A, E> | undefined {
    const flight = this.find(key)
    return flight !== undefined && flight.nth <= begun ? flight : undefined
  }

  /**
   * Joins the computation of a key, or makes it: one synchronous step. The caller must `SingleFlight.await` the
   * flight next, and must not be interruptible from here to there: it begins then, at once, so that what takes no time has
   * ended before anybody waits. Who may not come to wait lets it `begin`.
   *
   * @param caller the fiber that asks
   * @param compute brings along the services it needs (`withServices`); told whether its result would still be committed
   * @param commit called once with the result and the time of completion (milliseconds), in the same synchronous step
   *   in which the flight ends, unless it was detached; what it throws becomes the result, a defect
   * @param ended the same whether it was detached or not, before `commit`; it must not throw
   * @param joining the lookup that enters, where it may do so again
   */
  enter(
    key: K,
    caller: AnyFiber,
    compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
    commit: (exit: Exit.Exit<A, E>, now: number) => void,
    ended?: (exit: Exit.Exit<A, E>, now: number) => void,
    joining?: Joining
  ): Flight<A, E> {
    const joined = this.join(key, joining)
    if (joined !== undefined) return joined
    if (joining?.hasJoined === true) {
      joining.hasJoined = false
      this.parts.joined(-1)
    }
    const { file, work } = this.prepare(key, compute, commit, ended)
    const { flight, isAttached } = this.parts.open(key, caller, work)
    if (isAttached()) file(flight)
    return flight
  }

  /**
   * Joins the computation of a key, or runs it here, as a part of the flight that asks: for the code of flights only. It
   * has no fiber of its own, and others join it as any. When the flight that it is part of is interrupted, it begins anew
   * for those who have joined it, in a fiber of its own.
   *
   * @param compute told whether its result would still be committed
   * @param commit as of `enter`
   */
  runInside(
    key: K,
    compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
    commit: (exit: Exit.Exit<A, E>, now: number) => void
  ): Effect.Effect<A, E> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime<A, E>((caller) => {
        const joined = this.join(key)
        if (joined !== undefined) return this.parts.await(joined, restore)
        const { file, work } = this.prepare(key, compute, commit)
        const { flight, isAttached, run } = this.parts.embed(key, caller, work)
        if (isAttached()) file(flight)
        return run(restore)
      })
    )
  }

  // What a flight does, and what files it where others find it.
  private prepare(
    key: K,
    compute: Work<A, E>["compute"],
    commit: Work<A, E>["commit"],
    ended?: Work<A, E>["ended"]
  ): { readonly work: Work<A, E>; readonly file: (flight: Flight<A, E>) => void } {
    // It may throw: before anything has begun.
    const hash = this.flights.hashOf(key)
    let filed: Filed<K, Flight<A, E>> | undefined
    const detached = () => {
      if (filed !== undefined) this.flights.remove(filed)
    }
    return {
      work: { compute, commit, detached, ended },
      file: (flight) => {
        filed = this.flights.add(key, flight, hash)
      }
    }
  }

  private join(key: K, joining?: Joining): Flight<A, E> | undefined {
    const joined = this.flights.get(key)?.value
    if (joined === undefined) return undefined
    joined.waiters++
    if (joining?.hasJoined !== true) this.parts.joined(1)
    if (joining !== undefined) joining.hasJoined = true
    return joined
  }
}

/** What a group needs of the one that made it. */
interface GroupParts<in out K> {
  readonly open: <A, E>(
    key: K,
    caller: AnyFiber,
    work: Work<A, E>
  ) => Pick<EmbeddedFlight<A, E>, "flight" | "isAttached">
  readonly embed: <A, E>(
    key: K,
    caller: AnyFiber,
    work: Work<A, E>
  ) => EmbeddedFlight<A, E>
  readonly await: <A, E>(
    flight: Flight<A, E>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E>
  readonly joined: (more: number) => void
}
