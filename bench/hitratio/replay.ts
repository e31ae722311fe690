/**
 * A trace through a bounded map, at many capacities.
 */
import { Absent, BoundedMap, type EvictionPolicyName, evictionPolicyNames } from "effect-aws-cache/Cache"
import { optimalHits } from "./optimal.js"
import type { Hits, Row } from "./Result.js"
import type { Trace } from "./Trace.js"

/**
 * How much of a trace a map of `capacity` entries answers, or of `capacity` bytes where the trace has sizes: every
 * request is a `get`, and a miss is followed by a `set`.
 */
export const hitsOf = ({ keys, sizes }: Trace, evictionPolicy: EvictionPolicyName, capacity: number): Hits => {
  const map = new BoundedMap<number, number>(
    sizes === undefined
      ? { evictionPolicy, maxSize: capacity }
      : { evictionPolicy, maxWeight: capacity, weigher: (_, size) => size }
  )
  let bytes = 0
  for (let request = 0; request < keys.length; request++) {
    const key = keys[request] as number
    const size = sizes === undefined ? 0 : sizes[request] as number
    if (map.get(key, 0) === Absent) map.set(key, size, 0)
    else bytes += size
  }
  return { requests: map.counters.hits, bytes }
}

/** A row of a result: hits at each capacity, as shares of a trace. */
export const rowOf = (
  { keys, sizes }: Trace,
  policy: string,
  capacities: ReadonlyArray<number>,
  hitsAt: (capacity: number) => Hits
): Row => {
  const hits = capacities.map(hitsAt)
  const ratios = (numbers: ReadonlyArray<number>, all: number) =>
    numbers.map((number) => Number((100 * number / all).toFixed(3)))
  return {
    policy,
    hitRatios: ratios(hits.map(({ requests }) => requests), keys.length),
    ...(sizes === undefined
      ? {}
      : { byteHitRatios: ratios(hits.map(({ bytes }) => bytes), sizes.reduce((sum, size) => sum + size, 0)) })
  }
}

/** Replays a trace through some policies, and through an optimal cache, which is one of them by its name. */
export const replay = (
  trace: Trace,
  capacities: ReadonlyArray<number>,
  policies: ReadonlyArray<string>
): ReadonlyArray<Row> => {
  const optimum = trace.sizes === undefined ? "OPT" : "Belady"
  return [
    ...(policies.includes(optimum)
      ? [rowOf(trace, optimum, capacities, (capacity) => optimalHits(trace, capacity))]
      : []),
    ...evictionPolicyNames.filter((policy) => policies.includes(policy)).map((policy) =>
      rowOf(trace, policy, capacities, (capacity) => hitsOf(trace, policy, capacity))
    )
  ]
}

/** The names of all that a trace is replayed through, in their order. */
export const allPolicies: ReadonlyArray<string> = ["OPT", "Belady", ...evictionPolicyNames]
