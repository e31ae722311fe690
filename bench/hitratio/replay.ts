/**
 * A trace through a bounded map, at many capacities.
 */
import { type EvictionPolicyName, evictionPolicyNames } from "effect-aws-cache/Cache"
import type { Capacity } from "../../src/Command/simulate/replay/Capacity.js"
import { Optimum } from "../../src/Command/simulate/replay/Optimum.js"
import { replay as replayRequests } from "../../src/Command/simulate/replay/replay.js"
import type { Hits, Row } from "./Result.js"
import type { Trace } from "./Trace.js"

const room = ({ sizes }: Trace, size: number): Capacity => ({ size, unit: sizes === undefined ? "entries" : "bytes" })

/**
 * How much of a trace a map of `capacity` entries answers, or of `capacity` bytes where the trace has sizes: every
 * request is a `get`, and a miss is followed by a `set`. It is the replay of `effect-aws-cache simulate`.
 */
export const hitsOf = (trace: Trace, policy: EvictionPolicyName, capacity: number): Hits => {
  const { bytes, requests } = replayRequests(trace, policy, room(trace, capacity))
  return { requests, bytes }
}

/** How much of a trace an optimal cache answers that has so much room. */
export const optimalHits = (trace: Trace): (capacity: number) => Hits => {
  const optimum = new Optimum(trace)
  return (capacity) => {
    const { bytes, requests } = optimum.hits(room(trace, capacity))
    return { requests, bytes }
  }
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
      ? [rowOf(trace, optimum, capacities, optimalHits(trace))]
      : []),
    ...evictionPolicyNames.filter((policy) => policies.includes(policy)).map((policy) =>
      rowOf(trace, policy, capacities, (capacity) => hitsOf(trace, policy, capacity))
    )
  ]
}

/** The names of all that a trace is replayed through, in their order. */
export const allPolicies: ReadonlyArray<string> = ["OPT", "Belady", ...evictionPolicyNames]
