/**
 * Loads that callers of one key share, without Effect.
 *
 * @since 1.0.0
 */
import { type Filed, FiledMap } from "../../Cache/engine/structures/FiledMap.js"
import type { KeyEquality } from "../../Cache/engine/structures/KeyEquality.js"
import { CacheReentryError } from "../../Cache/errors/CacheErrors.js"
import { keyText } from "../../Cache/printing/keyText.js"
import { PendingCalls } from "../removals/PendingCalls.js"
import { LoadTimeoutError, TooManyLoadsError } from "./FetchErrors.js"
import { callAfter } from "./loadTimer.js"

/**
 * Gets the value of a key from elsewhere.
 *
 * @since 1.0.0
 * @category models
 */
export type Load<in K, out V> = (
  key: K,
  context: {
    /** Aborted when nobody waits for the value any more, and when the load has taken too long. */
    readonly signal: AbortSignal
  }
) => V | PromiseLike<V>

/** How a load runs. */
export interface LoadRun<in out K, in out V> {
  readonly load: Load<K, V>
  /** How long it may take, in milliseconds. */
  readonly timeout: number
  /** Whether it goes on when nobody waits. */
  readonly isUnattended: boolean
  /** Writes the value; what it throws, the callers get. */
  readonly keep: (value: V) => void
  /** Hears of a failure of which no caller does. */
  readonly failedUnheard: (error: unknown) => void
}

/** A load under way. */
interface Flight<in out K, in out V> {
  readonly run: LoadRun<K, V>
  readonly controller: AbortController
  readonly waiters: Set<Waiter<V>>
  /** Whether the load function is being called, and has not returned yet. */
  isStarting: boolean
  /** Whether its value is to be written. */
  wins: boolean
  /** Whether it has come to something, or was given up. */
  isOver: boolean
}

interface Waiter<in V> {
  readonly got: (value: V) => void
  readonly failed: (error: unknown) => void
}

/**
 * The loads of a dictionary that are under way. Callers of one key share one, and get what it comes to: the value, or
 * the error itself. A load that nobody waits for any more is told to stop and forgotten.
 */
export class Fetches<in out K, in out V> {
  /** How many callers have joined a load that was under way. */
  joined = 0
  /** How many loads were started, and computations that return at once. */
  computations = 0
  /** How many of them failed, those that took too long included. */
  failures = 0
  /** The loads under way: those that have neither ended nor run out of time, waited for or not. */
  readonly pending = new PendingCalls()
  private readonly name: string
  private readonly maxLoads: number
  private readonly flights: FiledMap<K, Flight<K, V>>

  /** @param name of the dictionary, for messages */
  constructor(name: string, maxLoads: number, equality: KeyEquality) {
    this.name = name
    this.maxLoads = maxLoads
    this.flights = new FiledMap(equality)
  }

  /** Whether there may be one more. */
  get isFull(): boolean {
    return this.pending.size >= this.maxLoads
  }

  /**
   * Waits for a load: the one under way for the key, or else a new one.
   *
   * @param signal lets this caller go when it is aborted
   */
  share(key: K, run: LoadRun<K, V>, signal: AbortSignal | undefined): Promise<V> {
    const under = this.flights.get(key)
    if (under?.value.isStarting === true) {
      return Promise.reject(new CacheReentryError({ cache: this.name, key: keyText(key) }))
    }
    if (under === undefined && this.isFull) {
      return Promise.reject(new TooManyLoadsError({ cache: this.name, key: keyText(key), maxLoads: this.maxLoads }))
    }
    return new Promise<V>((resolve, reject) => {
      if (under !== undefined) this.joined++
      const filed = under ?? this.file(key, run)
      const flight = filed.value
      const leave = () => {
        flight.waiters.delete(waiter)
        reject(signal?.reason)
        if (flight.waiters.size === 0 && !flight.run.isUnattended) this.giveUp(filed, signal?.reason)
      }
      const waiter: Waiter<V> = {
        got: (value) => {
          signal?.removeEventListener("abort", leave)
          resolve(value)
        },
        failed: (error) => {
          signal?.removeEventListener("abort", leave)
          reject(error)
        }
      }
      flight.waiters.add(waiter)
      signal?.addEventListener("abort", leave, { once: true })
      if (under === undefined) this.begin(filed)
    })
  }

  /** Starts a load that nobody waits for, unless one is under way, or as many as there may be. */
  startAlone(key: K, run: LoadRun<K, V>): void {
    if (!this.isFull && this.flights.get(key) === undefined) this.begin(this.file(key, run))
  }

  /** Somebody has decided what is under a key: what loads for it come to goes to whoever waits, and is not written. */
  decided(key: K): void {
    for (const filed of this.flights.filedUnder(key)) this.lose(filed)
  }

  /** The same for all keys. */
  decidedAll(): void {
    for (const filed of this.flights.all()) this.lose(filed)
  }

  private lose(filed: Filed<K, Flight<K, V>>): void {
    filed.value.wins = false
    this.flights.remove(filed)
  }

  private file(key: K, run: LoadRun<K, V>): Filed<K, Flight<K, V>> {
    return this.flights.add(key, {
      run,
      controller: new AbortController(),
      waiters: new Set(),
      isStarting: true,
      wins: true,
      isOver: false
    })
  }

  private begin(filed: Filed<K, Flight<K, V>>): void {
    const { key, value: flight } = filed
    const { controller, run } = flight
    this.computations++
    const uncount = this.pending.begin()
    const stopTimer = callAfter(run.timeout, () => {
      uncount()
      const error = new LoadTimeoutError({ cache: this.name, key: keyText(key), millis: run.timeout })
      this.end(filed, (waiter) => waiter.failed(error), error)
      controller.abort(error)
    })
    const loaded = (value: V) => {
      stopTimer()
      uncount()
      if (flight.isOver) return
      try {
        if (flight.wins && this.flights.isUnchanged(filed)) {
          // Before it is written: that is no decision of somebody else.
          this.flights.remove(filed)
          run.keep(value)
        }
      } catch (error) {
        this.end(filed, (waiter) => waiter.failed(error), error)
        return
      }
      this.end(filed, (waiter) => waiter.got(value))
    }
    const failed = (error: unknown) => {
      stopTimer()
      uncount()
      if (!flight.isOver) this.end(filed, (waiter) => waiter.failed(error), error)
    }
    call(() => run.load(key, { signal: controller.signal })).then(loaded, failed)
    flight.isStarting = false
  }

  // Nobody waits any more.
  private giveUp(filed: Filed<K, Flight<K, V>>, reason: unknown): void {
    if (filed.value.isOver) return
    filed.value.isOver = true
    this.flights.remove(filed)
    filed.value.controller.abort(reason)
  }

  private end(
    filed: Filed<K, Flight<K, V>>,
    tell: (waiter: Waiter<V>) => void,
    ...failure: ReadonlyArray<unknown>
  ): void {
    const flight = filed.value
    if (flight.isOver) return
    flight.isOver = true
    this.flights.remove(filed)
    this.failures += failure.length
    if (flight.waiters.size === 0) { for (const error of failure) flight.run.failedUnheard(error) }
    for (const waiter of flight.waiters) tell(waiter)
    flight.waiters.clear()
  }
}

// As an `async` function is called: what it throws, its promise is rejected with.
const call = <A>(f: () => A | PromiseLike<A>): Promise<A> => new Promise((resolve) => resolve(f()))
