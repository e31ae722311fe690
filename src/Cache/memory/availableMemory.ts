/**
 * The memory there is.
 *
 * @since 1.0.0
 */
import { memoryShare, readMemorySettings } from "./memoryShare.js"

/**
 * The memory that this thread may count on, in bytes: `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` inside AWS Lambda, else the limit of
 * the JavaScript heap, divided by the worker threads that share it.
 *
 * @example
 * ```ts
 * import { availableMemory, estimate, SyncTtlDict } from "effect-aws-cache/Sync"
 * import * as assert from "node:assert/strict"
 *
 * const maxBytes = Math.floor(availableMemory() / 4)
 * const dict = new SyncTtlDict({ maxBytes, weigher: estimate })
 * assert.equal(dict.limits.maxBytes, maxBytes)
 * ```
 *
 * @since 1.0.0
 * @category getters
 */
export const availableMemory = (): number => memoryShare(readMemorySettings())
