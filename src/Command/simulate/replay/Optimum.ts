/**
 * The best that any policy could do.
 */
import type { Capacity } from "./Capacity.js"
import type { Hits } from "./Hits.js"
import { Places } from "./Places.js"
import type { Requests } from "./Requests.js"

/**
 * How much of some requests a cache would answer that knows the future: it evicts the key whose next request lies furthest
 * away, or does not store the new one when that is it. L. A. Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966.
 *
 * With a limit by bytes, or where entries expire, the same rule is a good guide rather than the optimum, which is NP-hard
 * to find. An entry that expires before its next request is not asked for again.
 */
export class Optimum {
  private readonly requests: Requests
  private readonly next: Int32Array

  /** @param requests what is asked for: it looks through them once, whatever the number of capacities */
  constructor(requests: Requests) {
    this.requests = requests
    this.next = nextRequests(requests)
  }

  /** What it would answer that has so much room. */
  hits({ size: capacity, timeToLive = Number.POSITIVE_INFINITY, unit }: Capacity): Hits {
    const { costs, keys, sizes, times, unique } = this.requests
    const expires = timeToLive !== Number.POSITIVE_INFINITY && times !== undefined
    const { length } = keys
    // What is stored is known by its next request, and where there is none by a place of its own behind all requests.
    const stored = new Places(length + unique)
    const weightOf = new Float64Array(unit === "bytes" ? unique : 0)
    const expiryOf = new Float64Array(expires ? unique : 0)
    let used = 0
    let hits = 0
    let bytes = 0
    let cost = 0
    // How much room that makes.
    const drop = (place: number): number => {
      stored.delete(place)
      return unit === "bytes" ? weightOf[place < length ? keys[place] as number : place - length] as number : 1
    }
    for (let at = 0; at < length; at++) {
      const key = keys[at] as number
      const size = sizes === undefined ? 0 : sizes[at] as number
      const weight = unit === "bytes" ? size : 1
      const now = expires ? times[at] as number : 0
      let again = this.next[at] as number
      if (stored.has(at)) {
        hits++
        bytes += size
        if (costs !== undefined) cost += costs[at] as number
        used -= drop(at)
      } else if (expires) {
        if (stored.has(length + key)) used -= drop(length + key)
        expiryOf[key] = now + timeToLive
      }
      if (expires && again < length && (times[again] as number) >= (expiryOf[key] as number)) again = length + key
      if (weight > capacity) continue
      while (used + weight > capacity) {
        const furthest = stored.largest()
        if (furthest <= again) break
        used -= drop(furthest)
      }
      if (used + weight > capacity) continue
      stored.add(again)
      if (unit === "bytes") weightOf[key] = weight
      used += weight
    }
    return { requests: hits, bytes, cost }
  }
}

// The place of the next request for the same key; where there is none, a place of its own behind the last request.
const nextRequests = ({ keys, unique }: Requests): Int32Array => {
  const next = new Int32Array(keys.length)
  const seen = Int32Array.from({ length: unique }, (_, key) => keys.length + key)
  for (let at = keys.length - 1; at >= 0; at--) {
    const key = keys[at] as number
    next[at] = seen[key] as number
    seen[key] = at
  }
  return next
}
