/**
 * Runs the hook of a dictionary for the entries that left it.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import { globalValue } from "effect/GlobalValue"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import type * as Scope from "effect/Scope"
import type { RemovalReason } from "../Cache/engine/RemovalReason.js"
import type { GuardedMap } from "../Cache/GuardedMap.js"
import { type DueRemoval, failedWarning, RemovalQueue, skippedWarning } from "./RemovalQueue.js"

/**
 * Runs a hook for every entry that left, in a fiber of its own, one after the other, with the context and the fiber
 * references that `make` was run with.
 *
 * @since 0.1.0
 * @category models
 */
export class RemovalHooks<in out K, in out V> {
  /**
   * How many runs have failed.
   *
   * @since 0.1.0
   */
  failed = 0
  private readonly name: string
  private readonly queue = new RemovalQueue<K, V>()
  private readonly run: (removal: DueRemoval<K, V>) => Effect.Effect<void>
  private readonly runtime: Runtime.Runtime<never>
  private fiber: Fiber.RuntimeFiber<void> | undefined
  private running = false
  private saidSkipped = false

  private constructor(
    name: string,
    hook: (key: K, value: V, reason: RemovalReason) => Effect.Effect<unknown, unknown>,
    runtime: Runtime.Runtime<never>
  ) {
    this.name = name
    this.runtime = Runtime.enableRuntimeFlag(runtime, RuntimeFlags.Interruption)
    this.run = (removal) => {
      const { depth, key, reason, value } = removal
      return Effect.suspend(() => hook(key, value, reason)).pipe(
        Effect.locally(nesting, depth + 1),
        // A fiber of its own: a hook that interrupts itself must not stop the runs that come after.
        Effect.forkDaemon,
        Effect.flatMap(Fiber.await),
        Effect.flatMap((exit) => Exit.isFailure(exit) ? this.complain(removal, exit.cause) : Effect.void)
      )
    }
  }

  /**
   * Makes one for the scope: when it closes, the runs that are due are waited for.
   *
   * @param name of the dictionary, for logs
   * @since 0.1.0
   */
  static readonly make = <K, V, R>(
    name: string,
    hook: (key: K, value: V, reason: RemovalReason) => Effect.Effect<unknown, unknown, R>
  ): Effect.Effect<RemovalHooks<K, V>, never, R | Scope.Scope> =>
    Effect.flatMap(
      Effect.runtime<R>(),
      (runtime) =>
        Effect.acquireRelease(
          Effect.sync(() =>
            new RemovalHooks<K, V>(
              name,
              (key, value, reason) => Effect.provide(hook(key, value, reason), runtime.context),
              runtime
            )
          ),
          (hooks) => hooks.settled
        )
    )

  /**
   * How many runs are due or under way.
   *
   * @since 0.1.0
   */
  get pending(): number {
    return this.queue.size + (this.running ? 1 : 0)
  }

  /**
   * How many removals were skipped, because hooks caused them that were caused by removals, and so on.
   *
   * @since 0.1.0
   */
  get skipped(): number {
    return this.queue.skipped
  }

  /**
   * An entry has left.
   *
   * @since 0.1.0
   */
  readonly push = (key: K, value: V, reason: RemovalReason): void => {
    this.queue.push(key, value, reason)
    this.fiber ??= Runtime.runFork(this.runtime, this.drain, { immediate: false })
  }

  /**
   * The map as whoever removes entries of it should use it: it knows on behalf of which hook it is used.
   *
   * @since 0.1.0
   */
  readonly watched = <A, B>(guarded: GuardedMap<A, B>): GuardedMap<A, B> => ({
    step: (f) =>
      Effect.withFiberRuntime((fiber) =>
        guarded.step((map, now) => this.queue.onBehalf(fiber.getFiberRef(nesting), () => f(map, now)))
      ),
    lookup: (f) =>
      guarded.lookup((map, now, caller) => this.queue.onBehalf(caller.getFiberRef(nesting), () => f(map, now, caller)))
  })

  private readonly settled: Effect.Effect<void> = Effect.suspend(() =>
    this.fiber === undefined ? Effect.void : Effect.zipRight(Fiber.await(this.fiber), this.settled)
  )

  private readonly drain: Effect.Effect<void> = Effect.suspend(() => {
    const removal = this.queue.shift()
    this.running = removal !== undefined
    if (removal !== undefined) return Effect.zipRight(this.run(removal), this.drain)
    this.fiber = undefined
    if (this.queue.skipped === 0 || this.saidSkipped) return Effect.void
    this.saidSkipped = true
    return quietly(Effect.logWarning(`${this.name}: ${skippedWarning}`))
  })

  private complain(removal: DueRemoval<K, V>, cause: Cause.Cause<unknown>): Effect.Effect<void> {
    this.failed++
    return quietly(Effect.logWarning(failedWarning(this.name, removal), cause))
  }
}

// A logger that throws must not stop the runs that come after.
const quietly = (effect: Effect.Effect<void>): Effect.Effect<void> => Effect.asVoid(Effect.exit(effect))

/** Of how many hooks, each run for what the one before had removed, the current fiber is part. */
const nesting: FiberRef.FiberRef<number> = globalValue(
  "effect-aws-cache/Ttl/RemovalHooks/nesting",
  () => FiberRef.unsafeMake(0)
)
