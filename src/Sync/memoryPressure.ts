/**
 * Watching the heap.
 *
 * @since 1.0.0
 */
import { orThrow } from "../effect/plainEither.js"
import type { HeapWatch } from "../Ttl/memory/DictParts.js"
import { makeHeapWatch } from "../Ttl/memory/makeHeapWatch.js"
import type { MemoryPressureOptions } from "../Ttl/memory/MemoryPressure.js"

/**
 * Watches the heap for one dictionary: entries leave, the least recently used first, when it has passed a share of its
 * limit, 85 % by default. Throws `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import { estimate, memoryPressure, SyncTtlDict } from "effect-aws-cache/Sync"
 * import * as assert from "node:assert/strict"
 *
 * const dict = new SyncTtlDict({ maxBytes: "1G", weigher: estimate, memoryPressure: memoryPressure({ share: 0.8 }) })
 * dict.set("a", 1)
 * assert.equal(dict.size, 1)
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const memoryPressure = (options: MemoryPressureOptions = {}): HeapWatch =>
  orThrow(makeHeapWatch("SyncTtlDict", options))
