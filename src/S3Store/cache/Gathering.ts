/**
 * Keys that are looked up together, and loaded together as far as that is necessary.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Outcome } from "../../Cache/flight/Outcome.js"
import type { Turn } from "./computing.js"

/** For how long a load waits for keys of which it is not known yet whether they are to be loaded, in milliseconds. */
const longestWait = 1000

/** Keys for one load. */
interface Batch<in out Key, out A, out E> {
  readonly keys: Set<Key>
  readonly isComplete: Outcome<void, never>
  readonly loaded: Effect.Effect<A, E>
}

/**
 * Gathers the keys that nobody else computes: a load begins when it is known of each key whether it is one of them. A key
 * that turns out to be one only later, since somebody else's computation came to nothing, goes with a load of its own.
 */
export class Gathering<in out Key, in out A, in out E> {
  private readonly keys: ReadonlyArray<Key>
  private readonly load: (keys: ReadonlyArray<Key>) => Effect.Effect<A, E>
  private readonly share: (keys: ReadonlySet<Key>, effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Of which it is not known yet. */
  private readonly open: Set<Key>
  /** Those whose flights belong to this call. */
  private readonly flying = new Set<Key>()
  private batch: Batch<Key, A, E> | undefined

  /**
   * @param keys in the order in which they are loaded
   * @param share lets all who run an effect have what it ends with
   */
  constructor(
    keys: ReadonlyArray<Key>,
    load: (keys: ReadonlyArray<Key>) => Effect.Effect<A, E>,
    share: (keys: ReadonlySet<Key>, effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  ) {
    this.keys = keys
    this.load = load
    this.share = share
    this.open = new Set(keys)
  }

  /** What a lookup of a key tells. */
  turnOf(key: Key): Turn {
    return {
      begins: () => void this.flying.add(key),
      waits: () => this.decide(key),
      ends: () => this.decide(key)
    }
  }

  /** A lookup has ended. Its flight may go on in the background. */
  left(key: Key): void {
    if (!this.flying.has(key)) this.decide(key)
  }

  /** Loads a key, among others. */
  loadedWith(key: Key): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      this.batch ??= this.begin()
      this.batch.keys.add(key)
      this.decide(key)
      return this.batch.loaded
    })
  }

  private begin(): Batch<Key, A, E> {
    const keys = new Set<Key>()
    const isComplete = new Outcome<void, never>()
    const load = Effect.suspend(() => {
      this.batch = undefined
      return this.load(this.keys.filter((key) => keys.has(key)))
    })
    // Those of the same moment go together.
    const gathered = Effect.zipRight(
      Effect.yieldNow(),
      Effect.suspend(() =>
        this.open.size === 0 ? Effect.void : Effect.asVoid(Effect.timeoutOption(isComplete.await, longestWait))
      )
    )
    return { keys, isComplete, loaded: this.share(keys, Effect.zipRight(gathered, load)) }
  }

  private decide(key: Key): void {
    if (this.open.delete(key) && this.open.size === 0) this.batch?.isComplete.settle(Exit.void)
  }
}
