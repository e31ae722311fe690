/**
 * Writes that their callers do not wait for.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { constTrue } from "effect/Function"
import * as MutableHashMap from "effect/MutableHashMap"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { quietly } from "../../Cache/common/quietly.js"
import { disconnect } from "../../effect/fibers.js"
import type { KeyedMutex } from "../common/KeyedMutex.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { Prepared } from "./entryCodec.js"

/** How much waits and is written at a time, and what becomes of it when the scope closes. */
export interface WriteBehindLimits {
  readonly capacity: number
  readonly concurrency: number
  /** How long the closing of the scope waits until all are written, in milliseconds: all of it, and what is left. */
  readonly gracePeriod: number
  readonly timeLeft: Effect.Effect<number>
  /** The name of the cache, for the log. */
  readonly name: string
}

/**
 * Writes entries behind the back of those who set them: a bounded number of keys waits, each with its latest entry only,
 * and some are written at a time. When the scope closes, all that wait are written, as far as the grace period goes.
 */
export class WriteBehind {
  private readonly entries = MutableHashMap.empty<AnyKey, Prepared>()
  private readonly queue: Queue.Queue<AnyKey>
  private readonly room: Effect.Semaphore
  private readonly writes: KeyedMutex<AnyKey>
  private readonly save: (key: AnyKey, entry: Prepared) => Effect.Effect<void>
  private readonly concurrency: number

  private constructor(
    queue: Queue.Queue<AnyKey>,
    writes: KeyedMutex<AnyKey>,
    save: (key: AnyKey, entry: Prepared) => Effect.Effect<void>,
    limits: WriteBehindLimits
  ) {
    this.queue = queue
    this.room = Effect.unsafeMakeSemaphore(limits.capacity)
    this.writes = writes
    this.save = save
    this.concurrency = limits.concurrency
  }

  /**
   * Makes one that writes for as long as the scope lives.
   *
   * @param writes lets the writes of one key go one at a time
   * @param save writes one entry, and tells of it when that fails, be it by a mistake in the object store
   */
  static readonly make = (
    writes: KeyedMutex<AnyKey>,
    save: (key: AnyKey, entry: Prepared) => Effect.Effect<void>,
    limits: WriteBehindLimits
  ): Effect.Effect<WriteBehind, never, Scope.Scope> =>
    Effect.gen(function*() {
      const queue = yield* Queue.unbounded<AnyKey>()
      const self = new WriteBehind(queue, writes, save, limits)
      const worker = Effect.forever(Effect.flatMap(Queue.take(queue), self.write))
      yield* Effect.forEach(Array.from({ length: limits.concurrency }), () => Effect.forkScoped(worker), {
        discard: true
      })
      // Runs before the workers are interrupted: finalizers go from the last to the first.
      yield* Effect.addFinalizer(() => self.close(limits))
      return self
    })

  private close({ gracePeriod, name, timeLeft }: WriteBehindLimits): Effect.Effect<void> {
    if (this.size === 0) return Effect.asVoid(timeLeft)
    // Interruptible although the closing of a scope is not; and what cannot be interrupted is not waited for.
    const flushed = Effect.interruptible(disconnect(Effect.interruptible(this.flush)))
    return Effect.flatMap(
      Effect.flatMap(timeLeft, (left) => Effect.timeoutOption(flushed, left)),
      Option.match({
        onNone: () => {
          const after = Duration.format(Duration.millis(gracePeriod))
          return quietly(
            Effect.logWarning(
              `${name}: closed while ${this.size} entries waited to be written: given up after ${after}`
            )
          )
        },
        onSome: () => Effect.void
      })
    )
  }

  /** The entry of a key that waits to be written. */
  waiting(key: AnyKey): Prepared | undefined {
    return this.size === 0 ? undefined : Option.getOrUndefined(MutableHashMap.get(this.entries, key))
  }

  /** How many entries wait to be written. */
  get size(): number {
    return MutableHashMap.size(this.entries)
  }

  /** The keys whose entries wait to be written. */
  get keys(): Iterable<AnyKey> {
    return MutableHashMap.keys(this.entries)
  }

  /**
   * Lets an entry be written, in place of an older one of the same key that still waits. Waits while there is no room,
   * and lets it be when it is not wanted any more by then.
   */
  readonly offer = (key: AnyKey, entry: Prepared, isWanted: () => boolean = constTrue): Effect.Effect<void> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        if (!isWanted()) return Effect.void
        if (MutableHashMap.has(this.entries, key)) {
          MutableHashMap.set(this.entries, key, entry)
          return Effect.void
        }
        return Effect.flatMap(restore(this.room.take(1)), () => {
          // Meanwhile it may have been removed, or written anew.
          if (!isWanted()) return Effect.asVoid(this.room.release(1))
          const isNew = !MutableHashMap.has(this.entries, key)
          MutableHashMap.set(this.entries, key, entry)
          return isNew ? Effect.asVoid(Queue.offer(this.queue, key)) : Effect.asVoid(this.room.release(1))
        })
      })
    )

  /**
   * Lets the entry of a key not be written any more. Returns it, if one waited. Only for whoever holds the key's lock,
   * so that it is not being written at the moment.
   */
  readonly withdraw = (key: AnyKey): Effect.Effect<Prepared | undefined> =>
    Effect.suspend(() => {
      const entry = this.waiting(key)
      return entry === undefined ? Effect.succeed(entry) : Effect.as(this.done(key), entry)
    })

  /** Writes all that wait now. */
  readonly flush: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach([...MutableHashMap.keys(this.entries)], this.write, {
      concurrency: this.concurrency,
      discard: true
    })
  )

  /** Writes the entry of a key now, if one waits. Only for whoever holds the key's lock. */
  readonly writeNow = (key: AnyKey): Effect.Effect<void> =>
    Effect.suspend(() => {
      const entry = this.waiting(key)
      if (entry === undefined) return Effect.void
      return Effect.flatMap(this.save(key, entry), () =>
        this.waiting(key) === entry ? this.done(key) : this.writeNow(key))
    })

  private readonly write = (key: AnyKey): Effect.Effect<void> => this.writes.withLock(key, this.writeNow(key))

  private readonly done = (key: AnyKey): Effect.Effect<void> =>
    Effect.suspend(() => {
      MutableHashMap.remove(this.entries, key)
      return Effect.asVoid(this.room.release(1))
    })
}
