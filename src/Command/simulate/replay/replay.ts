/**
 * Requests through a cache.
 */
import type { EvictionPolicyName } from "../../../Cache/engine/policies/EvictionPolicy.js"
import type { Capacity } from "./Capacity.js"
import type { Hits } from "./Hits.js"
import { ReplayedMap } from "./ReplayedMap.js"
import type { Requests } from "./Requests.js"

/**
 * What of some requests a cache answers that has this policy and this room: each request is a `get`, and a miss is
 * followed by a `set`. Where the limit is by bytes, an entry weighs what was asked for last.
 */
export const replay = (requests: Requests, policy: EvictionPolicyName, capacity: Capacity): Hits => {
  const { costs, keys, sizes, times, unique } = requests
  const map = new ReplayedMap(policy, capacity, unique)
  const { length } = keys
  let hits = 0
  let bytes = 0
  let cost = 0
  for (let at = 0; at < length; at++) {
    const size = sizes === undefined ? 0 : sizes[at] as number
    if (!map.hits(keys[at] as number, size, times === undefined ? 0 : times[at] as number)) continue
    hits++
    bytes += size
    if (costs !== undefined) cost += costs[at] as number
  }
  return { requests: hits, bytes, cost }
}
