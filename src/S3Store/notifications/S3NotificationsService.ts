/**
 * What hears of changes in buckets, as a value.
 *
 * @since 1.0.0
 */
import type * as Effect from "effect/Effect"
import type { NoticeSource } from "../notice/NoticeSource.js"
import type { S3NotificationsStats } from "./S3NotificationsStats.js"

/**
 * Hears of changes in buckets, for the caches that ask for it: with `notice: "pushed"`.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3NotificationsService {
  /** What was heard so far. */
  readonly stats: Effect.Effect<S3NotificationsStats>
  /**
   * Tells a cache of what changes where its entries are.
   *
   * @internal
   */
  readonly listen: NoticeSource["listen"]
}
