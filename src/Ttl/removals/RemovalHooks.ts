/**
 * Runs the hook of a dictionary for the entries that left it.
 */
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Work } from "../../Cache/background/Work.js"
import type { GuardedMap } from "../../Cache/common/GuardedMap.js"
import { quietly } from "../../Cache/common/quietly.js"
import type { Removal, RemovalReason } from "../../Cache/engine/RemovalReason.js"
import { skippedWarning } from "../../Cache/engine/Removals.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import {
  interruptible,
  interruptLater,
  later,
  type Local,
  localOf,
  makeDeferred,
  makeLocal,
  servicesIn,
  start,
  type Surroundings,
  surroundings,
  withLocal
} from "../../effect/fibers.js"
import { droppedWarning, type DueRemoval, failedWarning, RemovalQueue } from "./RemovalQueue.js"

/** How hooks are run. */
export interface RemovalHooksOptions<in K, in V, out R> {
  /** The name of the dictionary, for logs. */
  readonly name: string
  readonly hook: (key: K, value: V, reason: RemovalReason) => Effect.Effect<unknown, unknown, R>
  /** The most removals that wait. */
  readonly maxSize: () => number
  /** The most weight of what waits, together. */
  readonly maxBytes: () => number
  /** What happens when that is reached: the oldest are dropped, or those who remove entries wait. */
  readonly whenFull: "drop" | "wait"
  /** How long the closing of the scope waits for what is due, in milliseconds. */
  readonly gracePeriod: number
  /** Told of each removal whose hook is dropped. */
  readonly dropped: (key: K, reason: RemovalReason) => void
}

/**
 * Runs a hook for every entry that left, in a fiber of its own, one after the other, with the context and the fiber
 * references that `make` was run with.
 */
export class RemovalHooks<in out K, in out V> {
  /** How many runs have failed. */
  failed = 0
  private readonly options: RemovalHooksOptions<K, V, never>
  private readonly queue: RemovalQueue<K, V>
  private readonly surroundings: Surroundings<never>
  private fiber: Fiber.RuntimeFiber<void> | undefined
  private hook: Fiber.RuntimeFiber<unknown, unknown> | undefined
  private running = false
  private room: Deferred.Deferred<void> | undefined
  private readonly watchers = new Set<Watcher>()
  private isOver = false
  private saidSkipped = false
  private saidDropped = false

  private constructor(options: RemovalHooksOptions<K, V, never>, surroundings: Surroundings<never>) {
    this.options = options
    this.surroundings = interruptible(surroundings)
    this.queue = new RemovalQueue<K, V>(
      { maxSize: options.maxSize, maxBytes: options.maxBytes, dropsOldest: options.whenFull === "drop" },
      ({ key, reason }) => options.dropped(key, reason)
    )
  }

  /**
   * Makes one for the scope: when it closes, the runs that are due are waited for, as long as the grace period. What is
   * left then is dropped.
   */
  static readonly make = <K, V, R>(
    options: RemovalHooksOptions<K, V, R>
  ): Effect.Effect<RemovalHooks<K, V>, never, R | Scope.Scope> =>
    Effect.flatMap(
      surroundings<R>(),
      (surroundings) =>
        Effect.acquireRelease(
          Effect.sync(() =>
            new RemovalHooks<K, V>(
              {
                ...options,
                hook: (key, value, reason) =>
                  Effect.provide(
                    requireEffect(options.name, "onRemoval", options.hook(key, value, reason)),
                    servicesIn(surroundings)
                  )
              },
              surroundings
            )
          ),
          (hooks) => hooks.close
        )
    )

  /** How many runs are due or under way. */
  get pending(): number {
    return this.queue.size + (this.running ? 1 : 0)
  }

  /** The runs, as work in the background, with those that they lead to. A hook does not wait for hooks. */
  readonly runs: Work = (caller) => {
    const watcher: Watcher = {
      last: localOf(caller, nesting) > 0 ? 0 : this.queue.pushed,
      told: makeDeferred<void>()
    }
    return {
      ended: Effect.suspend(() => {
        if (this.leftOf(watcher) === 0) return Effect.void
        this.watchers.add(watcher)
        return Effect.ensuring(Deferred.await(watcher.told), Effect.sync(() => this.watchers.delete(watcher)))
      }),
      open: () => ({ hooks: this.leftOf(watcher) })
    }
  }

  private leftOf({ last }: Watcher): number {
    return Math.max(0, last - this.queue.pushed + this.pending)
  }

  private tell(): void {
    for (const watcher of this.watchers) {
      if (this.leftOf(watcher) === 0) Deferred.unsafeDone(watcher.told, later(Effect.void))
    }
  }

  /** How many removals were skipped, because hooks caused them that were caused by removals, and so on. */
  get skipped(): number {
    return this.queue.skipped
  }

  /**
   * How many removals were dropped, because too many waited, or because the dictionary closed before it was their turn.
   */
  get dropped(): number {
    return this.queue.dropped
  }

  /** An entry has left. */
  readonly push = (removal: Removal<K, V>): void => {
    this.queue.push(removal)
    // What a hook removes belongs to what is waited for.
    if (this.queue.isNested) { for (const watcher of this.watchers) watcher.last = this.queue.pushed }
    if (this.isOver) this.queue.clear()
    else this.fiber ??= start(this.surroundings, this.drain)
  }

  /** The map as whoever removes entries of it should use it: it knows on behalf of which hook it is used. */
  readonly watched = <A, B>(guarded: GuardedMap<A, B>): GuardedMap<A, B> => {
    const lookup: GuardedMap<A, B>["lookup"] = (f) =>
      guarded.lookup((map, now, caller) => this.queue.onBehalf(localOf(caller, nesting), () => f(map, now, caller)))
    return {
      step: (f) =>
        Effect.withFiberRuntime((fiber) =>
          guarded.step((map, now) => this.queue.onBehalf(localOf(fiber, nesting), () => f(map, now)))
        ),
      lookup,
      lookupOf: (key, decide) => lookup((map, now) => decide(map, now, key))
    }
  }

  /**
   * What may remove entries, once there is room for them, if it is to wait for that. Hooks do not wait: it would be for
   * themselves.
   */
  readonly withRoom = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    this.options.whenFull === "drop" ? effect : Effect.zipRight(this.awaitRoom, effect)

  private readonly awaitRoom: Effect.Effect<void> = Effect.withFiberRuntime((fiber) => {
    if (this.isOver || !this.queue.isFull || localOf(fiber, nesting) > 0) return Effect.void
    this.room ??= makeDeferred<void>()
    // Another one may have taken it.
    return Effect.zipRight(Deferred.await(this.room), this.awaitRoom)
  })

  private makeRoom(): void {
    if (this.room === undefined || this.queue.isFull && !this.isOver) return
    Deferred.unsafeDone(this.room, later(Effect.void))
    this.room = undefined
  }

  private readonly close: Effect.Effect<void> = Effect.suspend(() =>
    // In a fiber of its own, which can be timed although the closing of a scope cannot be interrupted.
    Fiber.join(
      start(this.surroundings, Effect.flatMap(this.drainedInTime, (inTime) => inTime ? Effect.void : this.giveUp))
    )
  )

  private readonly drainedInTime: Effect.Effect<boolean> = Effect.suspend(() =>
    this.options.gracePeriod === Number.POSITIVE_INFINITY
      ? Effect.as(this.drained, true)
      : Effect.map(Effect.timeoutOption(this.drained, this.options.gracePeriod), Option.isSome)
  )

  private readonly drained: Effect.Effect<void> = Effect.suspend(() =>
    this.fiber === undefined ? Effect.void : Effect.zipRight(Fiber.await(this.fiber), this.drained)
  )

  private readonly giveUp: Effect.Effect<void> = Effect.suspend(() => {
    const { pending } = this
    this.isOver = true
    this.queue.clear()
    this.tell()
    this.makeRoom()
    // Not waited for: it may be what cannot be interrupted.
    if (this.hook !== undefined) interruptLater(this.hook)
    const after = Duration.format(Duration.millis(this.options.gracePeriod))
    return quietly(
      Effect.logWarning(`${this.options.name}: onRemoval was given up ${after} after closing, ${pending} left`)
    )
  })

  private readonly drain: Effect.Effect<void> = Effect.suspend(() => {
    const removal = this.queue.shift()
    this.running = removal !== undefined
    this.tell()
    this.makeRoom()
    if (removal !== undefined) return Effect.zipRight(this.run(removal), this.drain)
    this.fiber = undefined
    return this.sayOnce
  })

  private readonly sayOnce: Effect.Effect<void> = Effect.suspend(() => {
    const skipped = this.queue.skipped > 0 && !this.saidSkipped
    const dropped = this.queue.dropped > 0 && !this.saidDropped
    this.saidSkipped ||= skipped
    this.saidDropped ||= dropped
    const say = (text: string) => quietly(Effect.logWarning(`${this.options.name}: ${text}`))
    return Effect.zipRight(
      skipped ? say(skippedWarning) : Effect.void,
      dropped ? say(droppedWarning) : Effect.void
    )
  })

  private run(removal: DueRemoval<K, V>): Effect.Effect<void> {
    const { depth, key, reason, value } = removal
    return withLocal(Effect.suspend(() => this.options.hook(key, value, reason)), nesting, depth + 1).pipe(
      // A fiber of its own: a hook that interrupts itself must not stop the runs that come after.
      Effect.forkDaemon,
      Effect.tap((fiber) => {
        this.hook = fiber
        return this.sayOnce
      }),
      Effect.flatMap(Fiber.await),
      Effect.flatMap((exit) => {
        this.hook = undefined
        return Exit.isFailure(exit) ? this.complain(removal, exit.cause) : Effect.void
      })
    )
  }

  private complain(removal: DueRemoval<K, V>, cause: Cause.Cause<unknown>): Effect.Effect<void> {
    this.failed++
    return quietly(Effect.logWarning(failedWarning(this.options.name, removal), cause))
  }
}

/** Somebody who waits for the first so many runs. */
interface Watcher {
  last: number
  readonly told: Deferred.Deferred<void>
}

/** Of how many hooks, each run for what the one before had removed, the current fiber is part. */
const nesting: Local<number> = makeLocal("Ttl/RemovalHooks/nesting", 0)
