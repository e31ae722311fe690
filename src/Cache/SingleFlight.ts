/**
 * One computation per key at a time, shared by all who ask for it.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import { globalValue } from "effect/GlobalValue"
import * as MutableHashMap from "effect/MutableHashMap"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { CacheReentryError } from "./CacheErrors.js"
import { printKey } from "./printKey.js"

/**
 * A computation under way.
 *
 * @since 0.1.0
 * @category models
 */
export interface Flight<in out K, in out A, in out E> extends Waiting {
  readonly key: K
  readonly result: Deferred.Deferred<A, E>
}

interface Waiting {
  waiters: number
  settled: boolean
  fiber: Fiber.RuntimeFiber<void> | undefined
  /** The computations this one waits for at the moment, with how many of its fibers do. */
  readonly waitsFor: Map<Waiting, number>
}

/**
 * Runs at most one computation per key at a time.
 *
 * - A computation belongs to the scope `make` ran in, not to the caller that came first: a caller's interruption, time
 *   limit or failure elsewhere never reaches the others. When the last caller leaves, the computation is interrupted,
 *   and that caller waits for its finalizers. Closing the scope interrupts all of them.
 * - It runs with the context and the fiber references captured by `make`, never with those of the caller that came
 *   first, whose credentials or tenant they might be.
 * - `detach` lets the callers of a running computation have its result, but nobody after them: its result is not
 *   committed, and the next caller starts anew.
 * - A computation that would wait for itself, on its own or through others, dies with `CacheReentryError`.
 *
 * Every method but `await` and `close` is one synchronous step.
 *
 * @since 0.1.0
 * @category models
 */
export class SingleFlight<K, A, E> {
  private readonly name: string
  private readonly runtime: Runtime.Runtime<never>
  private readonly attached = MutableHashMap.empty<K, Flight<K, A, E>>()
  private readonly running = new Set<Flight<K, A, E>>()
  private closed = false

  private constructor(name: string, runtime: Runtime.Runtime<never>) {
    this.name = name
    this.runtime = runtime
  }

  /**
   * Makes one that lives as long as the scope.
   *
   * @param name for messages and spans
   * @since 0.1.0
   */
  static readonly make = <K, A, E>(name: string): Effect.Effect<SingleFlight<K, A, E>, never, Scope.Scope> =>
    Effect.flatMap(Effect.runtime<never>(), (runtime) =>
      Effect.acquireRelease(
        Effect.sync(() =>
          // Uninterruptible from its first instruction: a fiber interrupted before it starts must settle its flight too.
          new SingleFlight<K, A, E>(name, Runtime.disableRuntimeFlag(runtime, RuntimeFlags.Interruption))
        ),
        (self) => self.close
      ))

  /**
   * How many computations are under way.
   *
   * @since 0.1.0
   */
  get size(): number {
    return this.running.size
  }

  /**
   * Joins the computation of a key, or starts it. The caller must `await` the flight next, and must not be
   * interruptible from here to there.
   *
   * @param caller the fiber that asks
   * @param compute needs nothing of the caller
   * @param commit called once with the result and the time of completion (milliseconds), in the same synchronous step
   *   in which the flight ends, if it succeeded and was not detached; what it throws becomes the result, a defect
   * @since 0.1.0
   */
  enter(
    key: K,
    caller: Fiber.RuntimeFiber<unknown, unknown>,
    compute: Effect.Effect<A, E>,
    commit: (value: A, now: number) => void
  ): Flight<K, A, E> {
    const joined = MutableHashMap.get(this.attached, key)
    if (Option.isSome(joined)) {
      joined.value.waiters++
      return joined.value
    }
    const flight: Flight<K, A, E> = {
      key,
      result: Deferred.unsafeMake<A, E>(caller.id()),
      waiters: 1,
      settled: false,
      fiber: undefined,
      waitsFor: new Map()
    }
    if (this.closed) {
      Deferred.unsafeDone(flight.result, Effect.interrupt)
      return flight
    }
    MutableHashMap.set(this.attached, key, flight)
    this.running.add(flight)
    flight.fiber = Runtime.runFork(this.runtime, this.program(flight, caller, compute, commit), { immediate: false })
    return flight
  }

  /**
   * Waits for a flight that was entered; leaves it when interrupted meanwhile.
   *
   * @param restore makes the waiting as interruptible as the caller was before it entered
   * @since 0.1.0
   */
  readonly await = (
    flight: Flight<K, A, E>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E> =>
    Effect.flatMap(FiberRef.get(enclosing), (within) => {
      const wait = Effect.onInterrupt(restore(Deferred.await(flight.result)), () => this.leave(flight))
      if (within === undefined || within.settled) return wait
      if (leadsTo(flight, within)) {
        return Effect.zipRight(
          this.leave(flight),
          Effect.die(new CacheReentryError({ cache: this.name, key: printKey(flight.key) }))
        )
      }
      return Effect.acquireUseRelease(
        Effect.sync(() => count(within.waitsFor, flight, 1)),
        () => wait,
        () => Effect.sync(() => count(within.waitsFor, flight, -1))
      )
    })

  /**
   * Keeps the result of a running computation from being committed and from being given to later callers. Returns
   * whether there was one.
   *
   * @since 0.1.0
   */
  detach(key: K): boolean {
    const attached = MutableHashMap.has(this.attached, key)
    if (attached) MutableHashMap.remove(this.attached, key)
    return attached
  }

  /**
   * Detaches every running computation.
   *
   * @since 0.1.0
   */
  detachAll(): void {
    MutableHashMap.clear(this.attached)
  }

  /**
   * Interrupts every computation and waits for their finalizers; from now on every caller is interrupted.
   *
   * @since 0.1.0
   */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.closed = true
    return Fiber.interruptAll([...this.running].flatMap((flight) => flight.fiber === undefined ? [] : [flight.fiber]))
  })

  private program(
    flight: Flight<K, A, E>,
    caller: Fiber.RuntimeFiber<unknown, unknown>,
    compute: Effect.Effect<A, E>,
    commit: (value: A, now: number) => void
  ): Effect.Effect<void> {
    return Effect.interruptible(compute).pipe(
      Effect.withSpan("effect-aws-cache.compute", {
        root: true,
        links: linksTo(caller),
        attributes: { cache: this.name, key: printKey(flight.key) },
        captureStackTrace: false
      }),
      Effect.locally(enclosing, flight),
      Effect.exit,
      Effect.flatMap((exit) =>
        Effect.map(Clock.currentTimeMillis, (now) => this.settle(flight, this.committed(flight, exit, commit, now)))
      )
    )
  }

  private committed(
    flight: Flight<K, A, E>,
    exit: Exit.Exit<A, E>,
    commit: (value: A, now: number) => void,
    now: number
  ): Exit.Exit<A, E> {
    if (!this.isAttached(flight)) return exit
    MutableHashMap.remove(this.attached, flight.key)
    if (Exit.isFailure(exit)) return exit
    try {
      commit(exit.value, now)
      return exit
    } catch (defect) {
      return Exit.die(defect)
    }
  }

  private settle(flight: Flight<K, A, E>, exit: Exit.Exit<A, E>): void {
    flight.settled = true
    this.running.delete(flight)
    Deferred.unsafeDone(flight.result, exit)
  }

  private leave(flight: Flight<K, A, E>): Effect.Effect<void> {
    return Effect.suspend(() => {
      flight.waiters--
      if (flight.waiters > 0 || flight.settled || flight.fiber === undefined) return Effect.void
      if (this.isAttached(flight)) MutableHashMap.remove(this.attached, flight.key)
      return Fiber.interrupt(flight.fiber)
    })
  }

  private isAttached(flight: Flight<K, A, E>): boolean {
    const attached = MutableHashMap.get(this.attached, flight.key)
    return Option.isSome(attached) && attached.value === flight
  }
}

/** The computation the current fiber is part of. */
const enclosing: FiberRef.FiberRef<Waiting | undefined> = globalValue(
  "effect-aws-cache/SingleFlight/enclosing",
  () => FiberRef.unsafeMake<Waiting | undefined>(undefined)
)

const leadsTo = (from: Waiting, to: Waiting): boolean => {
  const seen = new Set<Waiting>([from])
  for (const waiting of seen) {
    if (waiting === to) return true
    for (const next of waiting.waitsFor.keys()) seen.add(next)
  }
  return false
}

const count = (counts: Map<Waiting, number>, waiting: Waiting, by: 1 | -1): void => {
  const counted = (counts.get(waiting) ?? 0) + by
  if (counted === 0) counts.delete(waiting)
  else counts.set(waiting, counted)
}

const linksTo = (caller: Fiber.RuntimeFiber<unknown, unknown>): ReadonlyArray<Tracer.SpanLink> => {
  const span = Context.getOption(caller.getFiberRef(FiberRef.currentContext), Tracer.ParentSpan)
  return span._tag === "None" ? [] : [{ _tag: "SpanLink", span: span.value, attributes: {} }]
}
