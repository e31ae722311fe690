/**
 * Who shares computations with whom.
 */
import type { FlightGroup } from "../../Cache/flight/FlightGroup.js"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import type { AnyKey, Keyspace } from "../keyspace/Keyspace.js"
import type { Computed } from "./computing.js"

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

  /**
   * The group of a keyspace and a function. A function must always come with the same `E`, which its own type decides.
   */
  of<K, V, F, E>(space: Keyspace<K, V, F>, compute: object): FlightGroup<AnyKey, Computed<V, E>, never> {
    const ofSpace = this.groups.get(space) ?? new WeakMap<object, unknown>()
    this.groups.set(space, ofSpace)
    const group = ofSpace.get(compute) ?? this.flights.group<Computed<V, E>, never>("effect-aws-cache.S3Cache.lookup")
    ofSpace.set(compute, group)
    // Sound: only this function's callers enter the group, and its types are theirs.
    return group as FlightGroup<AnyKey, Computed<V, E>, never>
  }
}
