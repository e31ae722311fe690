/**
 * The metrics of `S3Cache`s.
 *
 * @since 1.0.0
 */
import "../../effect/needsEffect3.js"
import * as Metric from "effect/Metric"
import { histogram } from "../../effect/metrics.js"

/**
 * What happened, tagged `cache` with the cache's name and `event` with the name of the `S3CacheEvent`.
 *
 * @since 1.0.0
 * @category metrics
 */
export const events = Metric.counter("effect_aws_cache_s3_events_total", {
  description: "What happened in the cache, by kind of event",
  incremental: true
})

/**
 * How long requests to the second level took, in milliseconds, whatever became of them; tagged `cache` and `operation`.
 *
 * @since 1.0.0
 * @category metrics
 */
export const requestMillis = histogram(
  "effect_aws_cache_s3_request_millis",
  "How long requests to the second level took, in milliseconds",
  { start: 1, factor: 2, count: 15 }
)

/**
 * How long computations took, in milliseconds, whatever became of them; tagged `cache`.
 *
 * @since 1.0.0
 * @category metrics
 */
export const computationMillis = histogram(
  "effect_aws_cache_s3_computation_millis",
  "How long computations took, in milliseconds",
  { start: 1, factor: 2, count: 18 }
)
