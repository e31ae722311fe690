/**
 * The options that both processes give their caches.
 */
import type { BucketOptions } from "./Bucket.js"

/** How soon a process notices that another one has invalidated a tag, in milliseconds. */
export const tagsAge = 250

/** The options of a cache on a bucket. */
export const cacheOptions = (options: BucketOptions) => ({ ...options, tagsAge })
