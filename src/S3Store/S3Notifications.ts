/**
 * Memory levels that hear of what others write and remove in a bucket, by the notifications of the bucket.
 *
 * @since 1.0.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { CacheConfigError, CacheKeyError } from "../Cache/errors/CacheErrors.js"
import type { ClientCache } from "../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../ClientLayer/errors/ClientErrors.js"
import { makeNotifications } from "./notifications/makeNotifications.js"
import type { S3NotificationsOptions } from "./notifications/S3NotificationsOptions.js"
import type { S3NotificationsService } from "./notifications/S3NotificationsService.js"
import type { S3NotificationsStats } from "./notifications/S3NotificationsStats.js"

const tag = Context.Tag("effect-aws-cache/S3Notifications")<S3Notifications, S3NotificationsService>()

/**
 * Reads a queue of SQS for the notifications of buckets, and tells the caches with `notice: "pushed"` what was written and
 * removed there, by whomever.
 *
 * Each process needs a queue of its own: one that nobody else reads, or one that is made for it and removed with the scope.
 * While nothing is heard from SQS, what is in memory is confirmed before it is given out: a cache never waits for SQS.
 *
 * @example
 * ```ts
 * import { Layer } from "effect"
 * import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
 * import { S3Cache, S3Notifications } from "effect-aws-cache/S3Store"
 * import * as assert from "node:assert/strict"
 *
 * const topic = "arn:aws:sns:eu-central-1:111122223333:app-cache"
 *
 * const CacheLive = S3Cache.layerS3({ bucket: "app-cache", notice: "pushed" }).pipe(
 *   Layer.provide(S3Notifications.layer({ queue: { create: true, topic } })),
 *   Layer.provide(ClientCacheLive)
 * )
 *
 * assert.equal(Layer.isLayer(CacheLive), true)
 * ```
 *
 * @since 1.0.0
 * @category tags
 */
export class S3Notifications extends Object.assign(tag, {
  /**
   * Reads a queue for as long as the scope lives.
   *
   * Fails with `CacheConfigError` for an option it cannot accept, and for a queue or a topic that is not there or may not be
   * used. What fails otherwise is told in the log, and tried again.
   */
  make: (
    options: S3NotificationsOptions
  ): Effect.Effect<
    S3NotificationsService,
    CacheConfigError | CacheKeyError | ClientBuildError,
    ClientCache | Scope.Scope
  > => makeNotifications(options),
  /** The layer of `make`. */
  layer: (
    options: S3NotificationsOptions
  ): Layer.Layer<S3Notifications, CacheConfigError | CacheKeyError | ClientBuildError, ClientCache> =>
    Layer.scoped(tag, makeNotifications(options)),
  /** What was heard so far. */
  stats: Effect.flatMap(tag, ({ stats }): Effect.Effect<S3NotificationsStats> => stats)
}) {}
