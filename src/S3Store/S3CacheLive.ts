/**
 * The `S3Cache` that the environment configures.
 *
 * @since 1.0.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { CacheConfigError, CacheKeyError } from "../Cache/errors/CacheErrors.js"
import { meantDuration } from "../Cache/options/meantDuration.js"
import { ClientCacheLive } from "../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../ClientLayer/errors/ClientErrors.js"
import { readDuration } from "../effect/configs.js"
import { S3Cache } from "./S3Cache.js"

/**
 * A cache over a bucket, with a client cache of its own, configured by the environment (by Effect's `Config`, to be
 * exact):
 *
 * | name | what | default |
 * | --- | --- | --- |
 * | `S3_CACHE_BUCKET` | the bucket | none: it must be there |
 * | `S3_CACHE_PREFIX` | what the names of all objects begin with | `cache/` |
 * | `S3_CACHE_TTL` | how long entries live whose keyspace does not say, such as `1 hour` | for ever |
 * | `S3_CACHE_MAX_SIZE` | the most entries in memory | 1,000 |
 * | `S3_CACHE_PATH_STYLE` | whether the bucket goes into the path of URLs | `true` at hosts such as `localhost:9000`, else `false` |
 *
 * Region, credentials and endpoint are those the AWS SDK finds (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL_S3`...).
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Keyspace, S3Cache, S3CacheLive } from "effect-aws-cache/S3Store"
 * import * as assert from "node:assert/strict"
 *
 * const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number })
 *
 * const program = S3Cache.getOrCompute(Squares.key(12), Effect.succeed(144)).pipe(Effect.provide(S3CacheLive))
 *
 * // With S3_CACHE_BUCKET=my-bucket in the environment.
 * assert.equal(await Effect.runPromise(program), 144)
 * ```
 *
 * @since 1.0.0
 * @category layers
 */
export const S3CacheLive: Layer.Layer<
  S3Cache,
  CacheConfigError | CacheKeyError | ClientBuildError | ConfigError.ConfigError
> = Layer.unwrapEffect(
  Effect.map(
    Config.all({
      bucket: Config.nonEmptyString("S3_CACHE_BUCKET"),
      keyPrefix: Config.option(Config.string("S3_CACHE_PREFIX")),
      timeToLive: Config.option(readDuration("S3_CACHE_TTL", meantDuration)),
      maxSize: Config.option(Config.integer("S3_CACHE_MAX_SIZE")),
      forcePathStyle: Config.option(Config.boolean("S3_CACHE_PATH_STYLE"))
    }),
    ({ bucket, forcePathStyle, keyPrefix, maxSize, timeToLive }) =>
      S3Cache.layerS3({
        bucket,
        keyPrefix: Option.getOrUndefined(keyPrefix),
        timeToLive: Option.getOrUndefined<Duration.DurationInput>(timeToLive),
        maxSize: Option.getOrUndefined(maxSize),
        clientConfig: Option.match(forcePathStyle, {
          onNone: () => ({}),
          onSome: (forcePathStyle) => ({ forcePathStyle })
        })
      })
  )
).pipe(Layer.provide(ClientCacheLive))
