/**
 * Releases the values that left a `LeasedStore`.
 *
 * @since 1.0.0
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import {
  disconnect,
  interruptible,
  later,
  localOf,
  makeDeferred,
  makeLocal,
  start,
  type Surroundings,
  withLocal
} from "../../effect/fibers.js"
import { join, lengthOf, makeLine, takeFirst } from "../../effect/streams.js"
import type { Work } from "../background/Work.js"
import { quietly } from "../common/quietly.js"
import type { ReleaseReason } from "../events/ReleaseReason.js"
import { printKey } from "../printing/printKey.js"
import { Instances } from "./Instances.js"
import type { LeasedValue } from "./LeasedValue.js"

/** How much time releases have, and how many run at once. */
export interface ReleaseLimits {
  /** How long a release may take before it is given up. */
  readonly timeout: Duration.Duration
  /** The most releases at a time, 1 or more. */
  readonly concurrency: number
  /** How many values wait for their release before there is no room for more. */
  readonly capacity: number
  /** How much the values weigh that wait for their release before there is no room for more. */
  readonly maxWeight: number
  /** How long `close` waits for leases to end. */
  readonly gracePeriod: Duration.Duration
}

/** How values are released. */
export interface ReleaserOptions<in K, in V> extends ReleaseLimits {
  /** The name of the store, for logs. */
  readonly name: string
  /** Releases a value; then the scope it was acquired in is closed, whatever came of it. */
  readonly release: (key: K, value: V, reason: ReleaseReason) => Effect.Effect<unknown, unknown>
  /** Told of each release that has ended, or was given up. */
  readonly ended: (key: K, reason: ReleaseReason, outcome: ReleaseOutcome) => void
}

/**
 * How releases ended.
 *
 * @since 1.0.0
 * @category models
 */
export interface ReleaseCounters {
  /** Releases that succeeded. */
  succeeded: number
  /** Releases that failed, died or interrupted themselves; each is logged. */
  failed: number
  /** Releases that were given up because they took too long; each is logged. */
  timedOut: number
}

/**
 * Releases values, each once: after it left the store for the last time and its last lease ended. Releases run in fibers
 * of their own, so that they neither delay nor fail whoever made a value leave, with the context `make`'s caller had.
 */
export class Releaser<in out K, in out V> {
  /** How releases ended; live. */
  readonly counters: ReleaseCounters = { succeeded: 0, failed: 0, timedOut: 0 }
  private readonly options: ReleaserOptions<K, V>
  private readonly surroundings: Surroundings<never>
  private readonly outside = new Set<LeasedValue<K, V>>()
  private readonly queue = makeLine<LeasedValue<K, V>>()
  /** What waits for its release, or is being released, the first first. */
  private readonly due = new Set<LeasedValue<K, V>>()
  private readonly instances = new Instances()
  private readonly watchers = new Set<Watcher>()
  private waitingWeight = 0
  private saidFull = false
  private workers = 0

  /** @param surroundings what releases run with; they can be interrupted even if it says otherwise */
  constructor(options: ReleaserOptions<K, V>, surroundings: Surroundings<never>) {
    this.options = options
    this.surroundings = interruptible(surroundings)
  }

  /** How many values are leased but not in the store. */
  get retired(): number {
    return this.outside.size
  }

  /** How many releases are waiting to run, or running. */
  get releasing(): number {
    return this.due.size
  }

  /** Whether so many values wait for their release that whoever brings another in has to wait. */
  get isFull(): boolean {
    const waiting = lengthOf(this.queue)
    return waiting >= this.options.capacity || waiting > 0 && this.waitingWeight >= this.options.maxWeight
  }

  /** The releases, as work in the background. */
  readonly releases: Work = (caller) => {
    const due = localOf(caller, isRelease) ? [] : [...this.due]
    let at = 0
    const isOver = () => {
      while (at < due.length && !this.isDue(due[at])) at++
      return at === due.length
    }
    return {
      ended: this.until(isOver),
      open: () => ({ releases: due.filter((value) => this.isDue(value)).length })
    }
  }

  private isDue(value: LeasedValue<K, V> | undefined): boolean {
    return value !== undefined && this.due.has(value)
  }

  /** Waits until there is room. Releases never wait for it: it is them who make it. */
  readonly room: Effect.Effect<void> = Effect.withFiberRuntime((fiber) => {
    if (localOf(fiber, isRelease) || !this.isFull) return Effect.void
    const wait = this.until(() => !this.isFull)
    if (this.saidFull) return wait
    this.saidFull = true
    return Effect.zipRight(quietly(Effect.logWarning(`${this.options.name}: ${fullWarning}`)), wait)
  })

  /** A value is in the store. */
  entered(value: LeasedValue<K, V>): void {
    this.instances.hold(value)
    value.outside = undefined
    this.outside.delete(value)
  }

  /** A value is not in the store, or has left it; it will be released when its last lease ends. */
  left(value: LeasedValue<K, V>, reason: ReleaseReason): void {
    this.instances.hold(value)
    value.outside = reason
    if (value.isLeased) this.outside.add(value)
    else this.enqueue(value)
  }

  /** The last lease of a value ended that is not in the store. */
  unleased(value: LeasedValue<K, V>): void {
    // It is not there when it was released under its leases because the grace period was over.
    if (this.outside.delete(value)) this.enqueue(value)
  }

  /**
   * Waits until all values outside are released. Those still leased when the grace period ends are released under
   * their leases.
   */
  readonly close: Effect.Effect<void> = Effect.suspend(() =>
    // In a fiber of its own, which can be timed although the closing of a scope cannot be interrupted.
    Fiber.join(start(
      this.surroundings,
      Effect.zipRight(
        Effect.flatMap(
          Effect.timeoutOption(this.until(() => this.outside.size === 0), this.options.gracePeriod),
          Option.match({ onNone: () => this.force, onSome: () => Effect.void })
        ),
        this.until(() => this.releasing === 0)
      )
    ))
  )

  private readonly force: Effect.Effect<void> = Effect.suspend(() => {
    const values = [...this.outside]
    this.outside.clear()
    for (const value of values) this.enqueue(value)
    return quietly(Effect.logWarning(
      `${this.options.name}: released under their leases, which outlived the store by ` +
        `${Duration.format(this.options.gracePeriod)}: ${printKeys(values.map(({ key }) => key))}`
    ))
  })

  private enqueue(value: LeasedValue<K, V>): void {
    join(this.queue, value)
    this.due.add(value)
    this.waitingWeight += value.weight
    this.changed()
    if (this.workers === this.options.concurrency) return
    this.workers++
    // Not at once: this may be in the middle of a step of the store.
    start(this.surroundings, this.work)
  }

  private readonly work: Effect.Effect<void> = Effect.suspend(() => {
    const value = takeFirst(this.queue)
    if (value === undefined) {
      this.workers--
      return Effect.void
    }
    this.waitingWeight -= value.weight
    this.changed()
    return Effect.zipRight(this.run(value), this.work)
  })

  private run(value: LeasedValue<K, V>): Effect.Effect<void> {
    const reason = value.outside ?? "closed"
    const release = Effect.suspend(() => this.options.release(value.key, value.value, reason))
    const closed = value.scope === undefined ? Effect.void : Scope.close(value.scope, Exit.void)
    // Given up, a release goes on alone: it is interrupted, and the scope is closed after it all the same.
    const all = Effect.uninterruptibleMask((restore) =>
      Effect.zipWith(
        // Not sooner: what waits for its release may come back.
        Effect.suspend(() => this.instances.letGo(value) ? Effect.exit(restore(release)) : Exit.succeed(Exit.void)),
        Effect.exit(closed),
        (released, closed) => [released, closed].flatMap((exit) => Exit.isFailure(exit) ? [exit.cause] : [])
      )
    )
    const label = () => `${this.options.name}: the release of ${printKey(value.key)} (${reason})`
    return Effect.flatMap(this.limited(withLocal(all, isRelease, true)), (ended) => {
      if (Option.isNone(ended)) {
        const limit = Duration.format(this.options.timeout)
        return Effect.map(
          quietly(Effect.suspend(() => Effect.logWarning(`${label()} was given up after ${limit}`))),
          () => this.ended(value, reason, "timeout")
        )
      }
      const [first, ...more] = ended.value
      if (first === undefined) return Effect.sync(() => this.ended(value, reason, "success"))
      return Effect.map(
        quietly(Effect.suspend(() => Effect.logWarning(`${label()} failed`, more.reduce(Cause.sequential, first)))),
        () => this.ended(value, reason, "failure")
      )
    })
  }

  /** In one step: nobody sees a release that is counted and still running. */
  private ended(value: LeasedValue<K, V>, reason: ReleaseReason, outcome: ReleaseOutcome): void {
    this.due.delete(value)
    // Where it was given up before it began.
    this.instances.letGo(value)
    this.counters[outcomeCounters[outcome]]++
    this.options.ended(value.key, reason, outcome)
    this.changed()
  }

  private limited<A>(effect: Effect.Effect<A>): Effect.Effect<Option.Option<A>> {
    return Duration.isFinite(this.options.timeout)
      ? Effect.timeoutOption(disconnect(effect), this.options.timeout)
      : Effect.asSome(effect)
  }

  private until(holds: () => boolean): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (holds()) return Effect.void
      const watcher: Watcher = { holds, told: makeDeferred<void>() }
      this.watchers.add(watcher)
      return Effect.ensuring(Deferred.await(watcher.told), Effect.sync(() => this.watchers.delete(watcher)))
    })
  }

  private changed(): void {
    for (const { holds, told } of this.watchers) if (holds()) Deferred.unsafeDone(told, later(Effect.void))
  }
}

// Whether a fiber runs a release.
const isRelease = makeLocal("Releaser/isRelease", false)

const fullWarning = "release is slower than values leave: whoever brings another in waits until there is room"

type ReleaseOutcome = "success" | "failure" | "timeout"

const outcomeCounters = {
  success: "succeeded",
  failure: "failed",
  timeout: "timedOut"
} as const satisfies Record<ReleaseOutcome, keyof ReleaseCounters>

interface Watcher {
  readonly holds: () => boolean
  readonly told: Deferred.Deferred<void>
}

const mostPrinted = 10

const printKeys = (keys: ReadonlyArray<unknown>): string =>
  keys.slice(0, mostPrinted).map(printKey).join(", ") +
  (keys.length > mostPrinted ? ` and ${keys.length - mostPrinted} more` : "")
