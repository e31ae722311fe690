/**
 * A trace through a bounded map.
 */
import { Absent, BoundedMap, type EvictionPolicyName } from "effect-aws-cache/Cache"
import type { Trace } from "./Trace.js"

/**
 * How many requests of a trace a map of `capacity` entries answers, or of `capacity` bytes where the trace has sizes:
 * every request is a `get`, and a miss is followed by a `set`.
 */
export const hitsOf = (trace: Trace, evictionPolicy: EvictionPolicyName, capacity: number): number => {
  const { keys, sizes } = trace
  const map = new BoundedMap<number, number>(
    sizes === undefined
      ? { evictionPolicy, maxSize: capacity }
      : { evictionPolicy, maxWeight: capacity, weigher: (_, size) => size }
  )
  for (let request = 0; request < keys.length; request++) {
    const key = keys[request] as number
    if (map.get(key, 0) === Absent) map.set(key, sizes === undefined ? 0 : sizes[request] as number, 0)
  }
  return map.counters.hits
}
