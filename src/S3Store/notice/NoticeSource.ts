/**
 * Where memory hears of changes in the second level from, and what it is told.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { notPushed, tellingBucket } from "./notPushed.js"

/** What a memory level is told of the second level. */
export interface Hearing {
  /**
   * An object was written (then with its new etag where that is known) or removed: what memory has of it is confirmed
   * before it is given out again, unless it is that very object. It may be told often, and in any order.
   *
   * @param name without the prefix of the store
   */
  readonly changed: (name: string, etag?: string) => Effect.Effect<void>
  /** Something may not have been heard: all that memory has is confirmed before it is given out again. */
  readonly missed: Effect.Effect<void>
}

/** A second level to listen to. */
export interface NoticePlace {
  /** For messages. */
  readonly description: string
  /** The bucket, where it is one. */
  readonly bucket: string | undefined
  /** What the names of all objects begin with there. */
  readonly prefix: string
}

/** Tells of changes in second levels. */
export interface NoticeSource {
  /**
   * Tells of all that changes in a place, for as long as the scope lives. From when it has returned, nothing is missed
   * without being told.
   */
  readonly listen: (place: NoticePlace, hearing: Hearing) => Effect.Effect<void, CacheConfigError, Scope.Scope>
}

/** What tells is provided as. */
export const noticeSourceTag = Context.GenericTag<NoticeSource>("effect-aws-cache/S3Notifications")

/** The place that a store says it is. */
export const noticePlaceOf = (
  { description, place = "" }: { readonly description: string; readonly place?: string | undefined }
): NoticePlace => {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(place) ?? []
  return { description, bucket, prefix }
}

/**
 * Lets somebody be told of a place, by whatever source is provided. Fails with `CacheConfigError` where none is.
 *
 * @param name the name of the cache, for messages
 */
export const listenTo = (
  name: string,
  place: NoticePlace,
  hearing: Hearing
): Effect.Effect<void, CacheConfigError, Scope.Scope> =>
  Effect.flatMap(
    Effect.serviceOption(noticeSourceTag),
    Option.match({
      onNone: () =>
        Effect.fail(notPushed(
          name,
          Either.match(tellingBucket(place), {
            onLeft: (why) => why,
            onRight: () => "no S3Notifications.layer is provided to the layer of this cache"
          })
        )),
      // What tells does not know whom.
      onSome: (source) =>
        Effect.mapError(
          source.listen(place, hearing),
          ({ accepted, cause, option, value }) => new CacheConfigError({ cache: name, option, value, accepted, cause })
        )
    })
  )
