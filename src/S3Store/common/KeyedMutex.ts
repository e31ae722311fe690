/**
 * One at a time, per key.
 */
import * as Effect from "effect/Effect"
import * as MutableHashMap from "effect/MutableHashMap"
import * as Option from "effect/Option"

interface Lock {
  readonly semaphore: Effect.Semaphore
  users: number
}

/**
 * Lets effects of one key run one at a time, in the order they came, and effects of different keys at the same time.
 * A key takes memory only while somebody holds it or waits for it. Not to be held across effects of users.
 */
export class KeyedMutex<in out K> {
  private readonly locks = MutableHashMap.empty<K, Lock>()

  /** Runs an effect while no other of the same key runs. Waiting for one's turn is interruptible. */
  readonly withLock = <A, E, R>(key: K, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const lock = Option.getOrElse(
          MutableHashMap.get(this.locks, key),
          (): Lock => ({ semaphore: Effect.unsafeMakeSemaphore(1), users: 0 })
        )
        if (lock.users++ === 0) MutableHashMap.set(this.locks, key, lock)
        return lock
      }),
      (lock) => lock.semaphore.withPermits(1)(effect),
      (lock) =>
        Effect.sync(() => {
          if (--lock.users === 0) MutableHashMap.remove(this.locks, key)
        })
    )

  /** The keys that are held. */
  get keys(): Iterable<K> {
    return MutableHashMap.keys(this.locks)
  }

  /** Waits until the effects have ended that now run, or wait for their turn, under the keys that a predicate picks. */
  readonly awaitRelease = (which: (key: K) => boolean): Effect.Effect<void> =>
    Effect.suspend(() =>
      Effect.forEach(
        [...MutableHashMap.keys(this.locks)].filter(which),
        (key) => this.withLock(key, Effect.void),
        { concurrency: "unbounded", discard: true }
      )
    )
}
