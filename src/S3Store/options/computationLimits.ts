/**
 * How many computations of a cache and of its keyspaces run at a time.
 */
import { type Limiting, limiting } from "../../Cache/flight/ComputationLimit.js"
import type { EntryOptions } from "./EntryPolicy.js"

/** What the computations of a keyspace go through in a cache. */
export type LimitsOf = (space: { readonly options: EntryOptions }) => Limiting

/** @param most of all keyspaces together */
export const makeComputationLimits = (most: number | undefined): LimitsOf => {
  const ofCache = limiting(most)
  const ofSpaces = new WeakMap<object, Limiting>()
  return (space) => {
    const own = space.options.maxComputations
    if (own === undefined) return ofCache
    const known = ofSpaces.get(space)
    if (known !== undefined) return known
    const ofSpace = limiting(own)
    // In its own line first: those who wait there take no seat from other keyspaces.
    const both: Limiting = (compute) => ofSpace(ofCache(compute))
    ofSpaces.set(space, both)
    return both
  }
}
