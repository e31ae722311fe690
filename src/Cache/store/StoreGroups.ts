/**
 * Who shares the computations of a store with whom.
 */
import { type FlightGroup, patience } from "../flight/FlightGroup.js"
import type { SingleFlight } from "../flight/SingleFlight.js"
import type { Computed } from "./computed.js"

/** The groups of callers of a store: those who call one function, however often it was memoized, and all others. */
export class StoreGroups<in out K, in out V> {
  /** Those who know nothing of each other's failures. */
  readonly any: FlightGroup<K, Computed<V, unknown>, unknown>
  private readonly flights: SingleFlight<K>
  private readonly span: string
  private readonly groups = new WeakMap<object, unknown>()

  /** @param span the name of the span of each computation */
  constructor(flights: SingleFlight<K>, span: string) {
    this.flights = flights
    this.span = span
    this.any = flights.group(span)
  }

  /** With whom a caller shares computations that has waited for so many of others that failed: with nobody, in the end. */
  after(failures: number): FlightGroup<K, Computed<V, unknown>, unknown> {
    return failures < patience ? this.any : this.flights.group(this.span)
  }

  /** Whether the store has closed. */
  get isClosed(): boolean {
    return this.flights.isClosed
  }

  /** The callers of a function. A function must always come with the same `E`, which its own type decides. */
  of<E>(f: object): FlightGroup<K, Computed<V, E>, E> {
    const group = this.groups.get(f) ?? this.flights.group<Computed<V, E>, E>(this.span)
    this.groups.set(f, group)
    // Sound: only this function's callers enter the group, and its types are theirs.
    return group as FlightGroup<K, Computed<V, E>, E>
  }
}
