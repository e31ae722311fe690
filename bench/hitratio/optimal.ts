/**
 * The best that any policy could do.
 */
import type { Hits } from "./Result.js"
import type { Trace } from "./Trace.js"

/**
 * How much of a trace an optimal cache of `capacity` entries would answer: it evicts the key whose next request lies
 * furthest in the future, or does not store the new one when that is it. L. A. Belady, "A study of replacement algorithms
 * for a virtual-storage computer", IBM Systems Journal 5(2), 1966.
 *
 * With sizes, `capacity` is in bytes and the same rule is a good guide rather than the optimum, which is NP-hard to
 * find: `Belady` in the tables.
 */
export const optimalHits = (trace: Trace, capacity: number): Hits => {
  const { keys, sizes } = trace
  const next = nextRequests(trace)
  // A cached key is known by its next request, so a key that is asked for again leaves an entry behind that lies in the
  // past, and never comes to the top.
  const cached = new Uint8Array(keys.length + trace.unique)
  const furthest = new MaxHeap()
  const sizeOf = new Float64Array(trace.unique)
  let used = 0
  let hits = 0
  let bytes = 0
  for (let request = 0; request < keys.length; request++) {
    const key = keys[request] as number
    const again = next[request] as number
    const size = sizes === undefined ? 1 : sizes[request] as number
    if (cached[request] === 1) {
      hits++
      bytes += size
      cached[request] = 0
      used -= sizeOf[key] as number
    }
    if (size > capacity) continue
    while (used + size > capacity && furthest.top() > again) {
      const dropped = furthest.pop()
      cached[dropped] = 0
      used -= sizeOf[dropped < keys.length ? keys[dropped] as number : dropped - keys.length] as number
    }
    if (used + size > capacity) continue
    cached[again] = 1
    sizeOf[key] = size
    used += size
    furthest.push(again)
  }
  return { requests: hits, bytes }
}

// The position of the next request for the same key; where there is none, a position of its own behind the trace.
const nextRequests = ({ keys, unique }: Trace): Int32Array => {
  const next = new Int32Array(keys.length)
  const seen = Int32Array.from({ length: unique }, (_, key) => keys.length + key)
  for (let request = keys.length - 1; request >= 0; request--) {
    const key = keys[request] as number
    next[request] = seen[key] as number
    seen[key] = request
  }
  return next
}

class MaxHeap {
  private items = new Int32Array(1024)
  private size = 0

  top(): number {
    return this.size === 0 ? -1 : this.items[0] as number
  }

  push(item: number): void {
    if (this.size === this.items.length) {
      const items = new Int32Array(this.size * 2)
      items.set(this.items)
      this.items = items
    }
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >>> 1
      const above = this.items[parent] as number
      if (above >= item) break
      this.items[at] = above
      at = parent
    }
    this.items[at] = item
  }

  pop(): number {
    const top = this.items[0] as number
    const item = this.items[--this.size] as number
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.size) break
      if (child + 1 < this.size && (this.items[child + 1] as number) > (this.items[child] as number)) child++
      if ((this.items[child] as number) <= item) break
      this.items[at] = this.items[child] as number
      at = child
    }
    this.items[at] = item
    return top
  }
}
