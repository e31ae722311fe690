/**
 * Who shares computations with whom.
 */
import { type FlightGroup, patience } from "../../Cache/flight/FlightGroup.js"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import type { AnyKey, Keyspace } from "../keyspace/Keyspace.js"
import type { Computed } from "./computing.js"

const span = "effect-aws-cache.S3Cache.lookup"

/**
 * The groups of callers of a cache: those who call one function on one keyspace share their computations, however often
 * it was memoized.
 */
export class FlightGroups {
  private readonly flights: SingleFlight<AnyKey>
  private readonly groups = new WeakMap<object, WeakMap<object, unknown>>()

  constructor(flights: SingleFlight<AnyKey>) {
    this.flights = flights
  }

  /** Callers whose failures nobody knows: of one keyspace, or, after so many failures of others, each for himself. */
  among<K, V, F>(space: Keyspace<K, V, F>, failures: number): FlightGroup<AnyKey, Computed<V, unknown>, never> {
    return failures < patience ? this.of<K, V, F, unknown>(space, space) : this.flights.group(span)
  }

  /** Whether the cache has closed. */
  get isClosed(): boolean {
    return this.flights.isClosed
  }

  /**
   * The group of a keyspace and a function. A function must always come with the same `E`, which its own type decides.
   */
  of<K, V, F, E>(space: Keyspace<K, V, F>, compute: object): FlightGroup<AnyKey, Computed<V, E>, never> {
    const ofSpace = this.groups.get(space) ?? new WeakMap<object, unknown>()
    this.groups.set(space, ofSpace)
    const group = ofSpace.get(compute) ?? this.flights.group<Computed<V, E>, never>(span)
    ofSpace.set(compute, group)
    // Sound: only this function's callers enter the group, and its types are theirs.
    return group as FlightGroup<AnyKey, Computed<V, E>, never>
  }
}
