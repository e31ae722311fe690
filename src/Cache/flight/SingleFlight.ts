/**
 * One computation per key at a time, shared by all who ask for it.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { LazyArg } from "effect/Function"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { clockOf } from "../../effect/clocks.js"
import {
  type AnyFiber,
  interruptedBy,
  interruptLater,
  localOf,
  start,
  type Surroundings,
  surroundings,
  surroundingsAsOf,
  surroundingsWith,
  uninterruptible,
  withLocal
} from "../../effect/fibers.js"
import { type Requests, stepping } from "../../effect/requests.js"
import { spanOf } from "../../effect/spans.js"
import type { CacheStats } from "../common/CacheStats.js"
import { type Filed, FiledMap } from "../engine/structures/FiledMap.js"
import { CacheReentryError } from "../errors/CacheErrors.js"
import { keyEquality } from "../keys/keyEquality.js"
import { printKey } from "../printing/printKey.js"
import { awayFromSeats } from "./awayFromSeats.js"
import { committed } from "./committed.js"
import { type EmbeddedFlight, type Flight, FlightGroup, type Work } from "./FlightGroup.js"
import { linksTo, withSpanOfFiber } from "./flightSpan.js"
import { leave, leaveAlone } from "./leaving.js"
import type { Detachable, Opened } from "./Opened.js"
import { Outcome } from "./Outcome.js"
import { ownExit } from "./ownExit.js"
import { type PendingRequests, RequestPool } from "./RequestPool.js"
import { enclosing, endEpoch, WaitNode } from "./WaitNode.js"

/**
 * Runs shared computations.
 *
 * - A computation belongs to the scope `make` ran in, not to the caller that came first: a caller's interruption, time
 *   limit or failure elsewhere never reaches the others. When the last caller leaves, the computation is interrupted,
 *   and that caller waits for its finalizers. Closing the scope interrupts all of them.
 * - It runs with the fiber references captured by `make`, never with those of the caller that came first, whose tenant they
 *   might be: but for Effect's default services and the loggers, which a program sets for all that runs in it. The services
 *   it needs come along with it (`withServices`), and nothing holds on to them after it has ended.
 * - `detach` lets the callers of a running computation have its result, but nobody after them: its result is not
 *   committed, and the next caller starts anew.
 * - A computation that would wait for itself, on its own or through others, dies with `CacheReentryError`.
 * - It fails with the very objects it failed with, without the spans Effect wraps them in, and its own span is linked to
 *   the caller's by ids: nothing of the caller that came first is kept, in a result or elsewhere.
 * - It is known by what its key was when it began. A key that is something else when it ends keeps the result from being
 *   committed.
 * - Whoever runs synchronously (`Effect.runSync`) has a computation that does run in between.
 * - Requests (`Effect.request`) of computations whose callers wait in one batch are made as one batch.
 *
 * Computations of one key are shared within a group: callers of a group agree on what they compute and how it may fail.
 */
export class SingleFlight<in out K> {
  /** For messages and spans. */
  readonly name: string
  private readonly surroundings: Surroundings<never>
  private readonly running = new Map<Flight<unknown, unknown>, K>()
  /** How the parts of a flight that are flights themselves ask those who have joined them to do something. */
  private readonly parts = new Map<WaitNode, Set<Opened<never, never>["errands"]>>()
  private readonly attached = new FiledMap<K, Set<Detachable>>(keyEquality)
  private readonly requests: RequestPool
  private closed = false
  private joins = 0
  private starts = 0
  private failures = 0

  private constructor(name: string, surroundings: Surroundings<never>) {
    this.name = name
    this.surroundings = surroundings
    this.requests = new RequestPool(surroundings)
  }

  /**
   * Makes one that lives as long as the scope.
   *
   * @param name for messages and spans
   */
  static readonly make = <K>(name: string): Effect.Effect<SingleFlight<K>, never, Scope.Scope> =>
    Effect.flatMap(surroundings<never>(), (surroundings) =>
      Effect.acquireRelease(
        Effect.sync(() =>
          // Uninterruptible from its first instruction: a fiber interrupted before it starts must settle its flight too.
          new SingleFlight<K>(name, uninterruptible(surroundings))
        ),
        (self) => self.close
      ))

  /** How many computations have begun: those that begin from now on have a greater `nth`. */
  get begun(): number {
    return this.starts
  }

  /** How many computations are under way. */
  get size(): number {
    return this.running.size
  }

  /**
   * What was counted: callers that joined computations under way and started none, computations that were started,
   * those of them that failed or died, and those under way.
   */
  get counted(): Pick<CacheStats, "coalesced" | "computations" | "computationFailures" | "inFlight"> {
    const { failures: computationFailures, joins: coalesced, running, starts: computations } = this
    return { coalesced, computations, computationFailures, inFlight: running.size }
  }

  /** A computation failed in whose place a value is given out: its flight does not fail. */
  failedUnseen(): void {
    this.failures++
  }

  /** Whether its scope has closed: computations are interrupted, and no others begin. */
  get isClosed(): boolean {
    return this.closed
  }

  /**
   * The computations that are under way at this moment, but for those that wait for the caller: it may wait for all of
   * these.
   */
  underWay(caller: AnyFiber): {
    /** The keys of those that have not ended yet, and of those that they have begun in the background. */
    readonly keys: () => ReadonlyArray<K>
    /** Waits for their end. */
    readonly ended: Effect.Effect<void>
  } {
    const within = localOf(caller, enclosing)
    const asked = endEpoch()
    const open = () =>
      [...this.running].flatMap(([{ fiber, node }, key]) =>
        fiber === undefined || node.epoch > asked || (within !== undefined && node.leadsTo(within))
          ? []
          : [{ key, fiber }]
      )
    const ended: Effect.Effect<void> = Effect.suspend(() => {
      const fibers = open().map(({ fiber }) => fiber)
      return fibers.length === 0 ? Effect.void : Effect.zipRight(Fiber.awaitAll(fibers), ended)
    })
    return { keys: () => open().map(({ key }) => key), ended }
  }

  /**
   * A group of callers who share their computations.
   *
   * @param span the name of the span of each of them
   */
  group<A, E>(span: string): FlightGroup<K, A, E> {
    return new FlightGroup<K, A, E>({
      open: (key, caller, work) => {
        this.starts++
        const opened = this.open(span, key, caller, work)
        if (this.closed) opened.settle(interruptedBy(caller), 0)
        return opened
      },
      embed: (key, caller, work) => {
        this.starts++
        return this.embed(span, key, caller, work)
      },
      await: this.await,
      joined: (more) => {
        this.joins += more
      }
    })
  }

  /** Whether a computation of a key is under way, in any group, whose result will be committed. */
  isUnderWay(key: K): boolean {
    return this.attached.get(key) !== undefined
  }

  /** Detaches the computations of a key, in all groups; where another one is given, those that began before it. */
  detach(key: K, olderThan = Number.POSITIVE_INFINITY): void {
    for (const { value } of this.attached.filedUnder(key)) {
      for (const flight of [...value]) if (flight.nth < olderThan) flight.detach()
    }
  }

  /** Detaches every computation. */
  detachAll(): void {
    this.detachWhere(() => true)
  }

  /** Detaches the computations of the keys that a predicate picks. */
  detachWhere(which: (key: K) => boolean): void {
    const picked = this.attached.all().filter(({ key }) => which(key))
    for (const { value } of picked) for (const flight of [...value]) flight.detach()
  }

  /**
   * Waits for a flight that was entered; leaves it when interrupted meanwhile.
   *
   * @param restore makes the waiting as interruptible as the caller was before it entered
   */
  readonly await = <A, E>(
    flight: Flight<A, E>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E> => this.waiting([flight], restore, () => flight.exit ?? restore(flight.result))

  /**
   * Waits for a flight that was entered, and tells how it ended: what this fails with itself is not the flight's.
   *
   * @param restore makes the waiting as interruptible as the caller was before it entered
   */
  readonly awaitExit = <A, E>(
    flight: Flight<A, E>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ): Effect.Effect<Exit.Exit<A, E>> =>
    this.waiting(
      [flight],
      restore,
      () => flight.exit === undefined ? restore(Effect.exit(flight.result)) : Exit.succeed(flight.exit)
    )

  /**
   * Waits for a flight that was entered, and tells how it ended; or goes on with something else, if that takes too long.
   * Then it goes on by itself.
   *
   * @param restore makes the waiting as interruptible as the caller was before it entered
   * @param after how many milliseconds after the first has waited for it like this
   * @param instead what to go on with; it does not end if there is nothing
   */
  readonly awaitUnlessSlow = <A, E, B>(
    flight: Flight<A, E>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
    after: number,
    instead: Effect.Effect<B>
  ): Effect.Effect<Either.Either<Exit.Exit<A, E>, B>> =>
    this.waiting([flight], restore, () => {
      if (flight.exit !== undefined) return Exit.succeed(Either.right(flight.exit))
      return Effect.withFiberRuntime((caller) => {
        const now = clockOf(caller).unsafeCurrentTimeMillis()
        flight.askedAt ??= now
        const slowIn = Math.max(0, flight.askedAt + after - now)
        const first = Effect.raceFirst(
          Effect.map(Effect.exit(flight.result), Either.right),
          Effect.map(Effect.zipRight(Effect.sleep(slowIn), instead), Either.left)
        )
        return Effect.map(restore(first), (end) => {
          if (Either.isLeft(end)) leaveAlone(flight, caller)
          return end
        })
      })
    })

  /**
   * Waits until a flight is over that was not entered, without keeping it up.
   *
   * @param restore makes the waiting as interruptible as the caller is
   */
  readonly awaitEnd = (
    flight: Flight<unknown, unknown>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ): Effect.Effect<void> =>
    this.waiting([flight], restore, () => restore(Effect.asVoid(Effect.exit(flight.result))), [])

  /**
   * Waits for flights that were entered, all of them; leaves them when interrupted meanwhile.
   *
   * @param restore makes the waiting as interruptible as the caller was before it entered
   */
  readonly awaitAll = <A, E>(
    flights: ReadonlyArray<Flight<A, E>>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ): Effect.Effect<ReadonlyArray<Exit.Exit<A, E>>> =>
    flights.length === 0
      ? Effect.succeed([])
      : this.waiting(flights, restore, () => restore(Effect.forEach(flights, ({ result }) => Effect.exit(result))))

  /**
   * A computation that is started once, by the first who runs this, and shared by all who do.
   *
   * @param span the name of its span
   * @param key asked for when it starts
   * @param awaiting which computations will wait for it, asked for when it starts: it must not wait for one of them that has
   *   not begun to
   */
  once<A, E>(
    span: string,
    key: LazyArg<K>,
    compute: Effect.Effect<A, E>,
    awaiting: LazyArg<ReadonlyArray<WaitNode>> = () => []
  ): Effect.Effect<A, E> {
    const group = this.group<A, E>(span)
    let flight: Flight<A, E> | undefined
    return Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime((caller) => {
        // One that everybody has left is interrupted.
        if (flight === undefined || flight.waiters === 0) {
          flight = group.enter(key(), caller, () => compute, () => {})
          for (const node of awaiting()) node.begin(flight.node)
        } else flight.waiters++
        return this.await(flight, restore)
      })
    )
  }

  private readonly waiting = <A, E>(
    flights: ReadonlyArray<Flight<unknown, unknown>>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
    result: () => Effect.Effect<A, E>,
    entered = flights
  ): Effect.Effect<A, E> =>
    Effect.withFiberRuntime<A, E>((caller) => {
      const within = localOf(caller, enclosing)
      const leaveAll = Effect.suspend(() => Effect.forEach(entered, leave, { concurrency: "unbounded", discard: true }))
      const wait = (): Effect.Effect<A, E> => {
        for (const { begin } of entered) begin(caller, true)
        const ended = result()
        if (Exit.isExit(ended)) return ended
        // Who waits is not interruptible but within `result`: this costs a third of what `onInterrupt` does.
        return Effect.catchAllCause(ended, (cause) =>
          Cause.isInterruptedOnly(cause) ? Effect.zipRight(leaveAll, Exit.failCause(cause)) : Exit.failCause(cause))
      }
      if (within === undefined || within.ended) {
        return wait()
      }
      const own = flights.find(({ node }) =>
        node.leadsTo(within)
      )
      if (own !== undefined) {
        return Effect.zipRight(leaveAll, Effect.die(new CacheReentryError({ cache: this.name, key: own.label })))
      }
      return Effect.acquireUseRelease(
        Effect.sync(() => {
          for (const { node } of flights) within.begin(node)
        }),
        within.seats.length === 0 ? wait : () => awayFromSeats(within, restore, wait),
        () =>
          Effect.sync(() => {
            for (const { node } of flights) within.end(node)
          })
      )
    })

  private readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.closed = true
    for (const { node } of this.running.keys()) node.abandon()
    return Fiber.interruptAll(
      [...this.running.keys()].flatMap((flight) => flight.fiber === undefined ? [] : [flight.fiber])
    )
  })

  /** A flight that is part of another: what is returned besides runs it. When that is given up, others go on with it. */
  private embed<A, E>(
    span: string,
    key: K,
    caller: AnyFiber,
    work: Work<A, E>
  ): EmbeddedFlight<A, E> {
    const { errands, flight, isAttached, launch, settle } = this.open(span, key, caller, work, true)
    const within = localOf(caller, enclosing)
    const begin = () => {
      if (within === undefined) return
      within.begin(flight.node)
      this.parts.set(within, (this.parts.get(within) ?? new Set()).add(errands))
    }
    const end = () => {
      if (within === undefined) return
      within.end(flight.node)
      const parts = this.parts.get(within)
      parts?.delete(errands)
      if (parts?.size === 0) this.parts.delete(within)
    }
    begin()
    return {
      flight,
      isAttached,
      run: (restore) =>
        Effect.flatMap(
          Effect.exit(restore(withLocal(Effect.suspend(() => work.compute(isAttached)), enclosing, flight.node))),
          (ended) =>
            Effect.withFiberRuntime<A, E>((fiber) => {
              const exit = ownExit(ended)
              end()
              flight.waiters--
              if (flight.waiters === 0 || !Exit.isInterrupted(exit)) {
                return settle(exit, clockOf(fiber).unsafeCurrentTimeMillis())
              }
              errands.withdraw()
              launch(fiber, false)
              return exit
            })
        )
    }
  }

  private open<A, E>(
    span: string,
    key: K,
    caller: AnyFiber,
    { commit, compute, detached, ended }: Work<A, E>,
    isEmbedded = false
  ): Opened<A, E> {
    const outcome = new Outcome<A, E>()
    let filed: Filed<K, Set<Detachable>> | undefined
    let pending: PendingRequests | undefined
    let begun = isEmbedded
    const flight: Flight<A, E> = {
      result: outcome.await,
      exit: undefined,
      label: printKey(key),
      nth: this.starts,
      waiters: 1,
      unattended: false,
      askedAt: undefined,
      unheard: undefined,
      fiber: undefined,
      begin: (caller, immediate) => {
        if (begun || flight.exit !== undefined) return
        begun = true
        launch(caller, immediate && depth < maxDepth)
      },
      node: WaitNode.begunBy(caller),
      proceed: (caller) => {
        if (pending !== undefined) this.requests.make([pending], caller)
      },
      detach: () => {
        if (filed === undefined) return
        const { value } = filed
        value.delete(flight)
        if (value.size === 0) this.attached.remove(filed)
        filed = undefined
        flight.unheard = undefined
        detached()
      }
    }
    const isAttached = () => filed !== undefined
    const settle = (exit: Exit.Exit<A, E>, now: number): Exit.Exit<A, E> => {
      ended?.(exit, now)
      const commits = filed !== undefined && this.attached.isUnchanged(filed)
      flight.detach()
      flight.node.ended = true
      // Nobody needs requests that are not made by now.
      if (pending !== undefined) pending.requests = undefined
      flight.fiber = undefined
      this.running.delete(flight)
      const result = commits ? committed(exit, commit, now) : exit
      if (Exit.isFailure(result) && !Cause.isInterrupted(result.cause)) this.failures++
      flight.exit = result
      outcome.settle(result)
      return result
    }
    const blocked = (requests: Requests, fiber: AnyFiber): void => {
      const parts = this.parts.get(flight.node)
      const made = () => {
        outcome.withdraw()
        parts?.forEach((part) => part.withdraw())
      }
      const next = { requests, span: Option.getOrUndefined(spanOf(fiber)), node: flight.node, made }
      pending = next
      if (flight.unattended && !outcome.isAwaited) return flight.proceed(fiber)
      const errand = this.requests.due(next)
      outcome.send(errand)
      parts?.forEach((part) => part.send(errand))
    }
    const launch = (caller: AnyFiber, immediate: boolean): void => {
      if (this.closed) {
        flight.detach()
        settle(interruptedBy(caller), 0)
        return
      }
      this.running.set(flight, key)
      depth++
      const fiber = start(
        // Fibers it starts are part of it. What its program has decided may be of after the store was made.
        surroundingsWith(surroundingsAsOf(caller, this.surroundings), enclosing, flight.node),
        Effect.flatMap(
          Effect.exit(
            withSpanOfFiber(
              span,
              { links: linksTo(caller), attributes: { "cache.name": this.name, "cache.key": [flight.label] } },
              stepping(Effect.interruptible(Effect.suspend(() => compute(isAttached))), blocked)
            )
          ),
          (exit) =>
            Effect.withFiberRuntime<void>((fiber) => {
              const { unheard } = flight
              const result = settle(ownExit(exit), clockOf(fiber).unsafeCurrentTimeMillis())
              return unheard !== undefined && flight.waiters === 1 && Exit.isFailure(result)
                ? unheard(result.cause)
                : Exit.void
            })
        ),
        caller,
        immediate
      )
      depth--
      if (flight.exit !== undefined) return
      flight.fiber = fiber
      if (this.closed) {
        flight.node.abandon()
        interruptLater(fiber)
      }
    }
    if (!this.closed) {
      filed = this.attached.get(key) ?? this.attached.add(key, new Set())
      filed.value.add(flight)
    }
    return { flight, errands: outcome, isAttached, settle, launch }
  }
}

/**
 * How many computations may begin within each other, each in the midst of the one that asks for it: the next one waits for
 * a turn, so that the stack does not grow with the depth of a recursion.
 */
const maxDepth = 16
let depth = 0
