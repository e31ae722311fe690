/**
 * An S3 server inside this process, for tests and demonstrations.
 *
 * @since 1.0.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { OptionKinds } from "../Cache/engine/options/optionKinds.js"
import { asExit } from "../Cache/errors/asExit.js"
import type { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { FailureWarnings } from "../Cache/events/FailureWarnings.js"
import { checkOptions } from "../Cache/options/checkOptions.js"
import { cutText } from "../Cache/printing/cutText.js"
import { liveClock } from "../effect/clocks.js"
import type { EmbeddedS3Change } from "./server/EmbeddedS3Change.js"
import { type AnsweredRequest, makeHttpServer } from "./server/httpServer.js"
import { listening } from "./server/listening.js"
import { isBucketName, S3Objects } from "./server/S3Objects.js"

/**
 * What an `EmbeddedS3Error` says.
 *
 * @since 1.0.0
 * @category models
 */
export interface EmbeddedS3Fault {
  /** What it came of. */
  readonly cause: unknown
}

/**
 * The server could not listen on 127.0.0.1.
 *
 * @since 1.0.0
 * @category errors
 */
export class EmbeddedS3Error extends Data.TaggedError("EmbeddedS3Error")<EmbeddedS3Fault> {
  override get message(): string {
    return `the embedded S3 server cannot listen on 127.0.0.1: ${cutText(String(this.cause), 300)}`
  }
}

/**
 * What server it is.
 *
 * @since 1.0.0
 * @category models
 */
export interface EmbeddedS3Options {
  /**
   * Buckets that are there from the beginning, the first of which is `bucket`: 3 to 63 lower case letters, digits, dots and
   * hyphens. Default `["test-bucket"]`.
   */
  readonly buckets?: ReadonlyArray<string> | undefined
  /**
   * Whether conditions on writes and removals count. When `false` they are silently ignored, as some S3-compatible stores do;
   * conditions on reads count always. Default `true`.
   */
  readonly conditionalWrites?: boolean | undefined
  /** Whether conditions on removals count. Default: as `conditionalWrites`. */
  readonly conditionalDeletes?: boolean | undefined
  /** The port. Default 0: one that is free, which the system chooses. */
  readonly port?: number | undefined
  /** How many answers are remembered; older ones are forgotten. Default 10,000. */
  readonly logSize?: number | undefined
  /**
   * Told of each object that was written or removed, before the client has its answer: what the notifications of a bucket are
   * made of. It has to be synchronous; what it throws is a warning of the process. Default: nobody is told.
   */
  readonly onChange?: ((change: EmbeddedS3Change) => void) | undefined
}

/**
 * Made-up credentials, the same for every server.
 *
 * @since 1.0.0
 * @category models
 */
export interface EmbeddedS3Credentials {
  /** The name of the key. */
  readonly accessKeyId: string
  /** The secret, which is none. */
  readonly secretAccessKey: string
}

/**
 * What `new S3Client` takes, and `clientConfig` of a layer.
 *
 * @since 1.0.0
 * @category models
 */
export interface EmbeddedS3ClientConfig {
  /** Where the server is. */
  readonly endpoint: string
  /** A region, since there must be one. */
  readonly region: "us-east-1"
  /** Credentials, which nobody checks. */
  readonly credentials: EmbeddedS3Credentials
  /** The bucket is named in the path: no name but 127.0.0.1 leads to this machine everywhere. */
  readonly forcePathStyle: true
}

/**
 * A running server.
 *
 * @since 1.0.0
 * @category models
 */
export interface EmbeddedS3 extends Omit<EmbeddedS3ClientConfig, "forcePathStyle"> {
  /** The first of its buckets. */
  readonly bucket: string
  /** A configuration for `new S3Client(...)` of `@aws-sdk/client-s3`. */
  readonly clientConfig: EmbeddedS3ClientConfig
  /** Options for `S3Cache.layerS3` and `ObjectStore.layerS3`. */
  readonly cacheOptions: { readonly bucket: string; readonly clientConfig: EmbeddedS3ClientConfig }
  /**
   * Variables that lead the AWS SDK and `S3CacheLive` of another process here. In this one, they have to be in `process.env`
   * before the client is made.
   */
  readonly environment: Readonly<Record<string, string>>
  /** What the server answered so far, oldest first. An answer is among them before its client can have it. */
  readonly requests: Effect.Effect<ReadonlyArray<AnsweredRequest>>
}

/**
 * What the tag of the server offers besides: what makes one, and its layer.
 *
 * @since 1.0.0
 * @category models
 */
export interface EmbeddedS3Tag extends Context.Tag<EmbeddedS3, EmbeddedS3> {
  /**
   * Starts a server on 127.0.0.1. When the scope closes, its connections are destroyed and it is closed. Servers
   * share nothing.
   */
  readonly make: (
    options?: EmbeddedS3Options
  ) => Effect.Effect<EmbeddedS3, EmbeddedS3Error | CacheConfigError, Scope.Scope>
  /**
   * A server that lives as long as the layer.
   *
   * @example
   * ```ts
   * import { Effect, Layer, Schema } from "effect"
   * import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import { EmbeddedS3 } from "effect-aws-cache/testing"
   * import * as assert from "node:assert/strict"
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * const CacheTest = Layer.unwrapEffect(Effect.map(EmbeddedS3, ({ cacheOptions }) => S3Cache.layerS3(cacheOptions))).pipe(
   *   Layer.provide(ClientCacheLive),
   *   Layer.provideMerge(EmbeddedS3.layer())
   * )
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(Names.key(1), "Ada")
   *   const { requests } = yield* EmbeddedS3
   *   return (yield* requests).map(({ method, status }) => `${method} ${status}`)
   * }).pipe(Effect.provide(CacheTest))
   *
   * assert.deepEqual(await Effect.runPromise(program), ["PUT 200"])
   * ```
   */
  readonly layer: (options?: EmbeddedS3Options) => Layer.Layer<EmbeddedS3, EmbeddedS3Error | CacheConfigError>
}

const tag = Context.GenericTag<EmbeddedS3>("effect-aws-cache/EmbeddedS3")

const kinds: OptionKinds<EmbeddedS3Options> = {
  buckets: {
    accepted: "an array of one name of a bucket or more: 3 to 63 lower case letters, digits, dots and hyphens",
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((name) => isBucketName(String(name))),
    describe: (value) => JSON.stringify(value)
  },
  conditionalWrites: "flag",
  conditionalDeletes: "flag",
  port: {
    accepted: "a port, from 0 to 65535",
    accepts: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
    describe: String
  },
  logSize: "whole",
  onChange: "function"
}

const region = "us-east-1"
const credentials: EmbeddedS3Credentials = { accessKeyId: "embedded", secretAccessKey: "embedded-s3" }

const start = (
  {
    buckets = ["test-bucket"],
    conditionalDeletes,
    conditionalWrites = true,
    logSize = 10_000,
    onChange = () => {},
    port = 0
  }: EmbeddedS3Options
) =>
  Effect.suspend(() => {
    // Of another machine, so to say: a test's clock does not move it.
    const warnings = new FailureWarnings("EmbeddedS3Warning")
    const objects = new S3Objects(() => new Date(liveClock.unsafeCurrentTimeMillis()), buckets, (change) => {
      try {
        onChange(change)
      } catch (error) {
        warnings.failed(() => "embedded S3: onChange failed", error)
      }
    })
    const rules = { conditionalWrites, conditionalDeletes: conditionalDeletes ?? conditionalWrites }
    const log: Array<AnsweredRequest> = []
    const started = listening(() =>
      makeHttpServer(objects, rules, (request) => {
        log.push(request)
        if (log.length > logSize) log.shift()
      }), port)
    return Effect.map(started, (port): EmbeddedS3 => {
      const endpoint = `http://127.0.0.1:${port}`
      const [bucket = ""] = buckets
      const clientConfig: EmbeddedS3ClientConfig = { endpoint, region, credentials, forcePathStyle: true }
      return {
        endpoint,
        region,
        credentials,
        bucket,
        clientConfig,
        cacheOptions: { bucket, clientConfig },
        environment: {
          S3_CACHE_BUCKET: bucket,
          AWS_ENDPOINT_URL_S3: endpoint,
          AWS_REGION: region,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
        },
        requests: Effect.sync(() => [...log])
      }
    })
  })

const make: EmbeddedS3Tag["make"] = (options = {}) =>
  Effect.zipRight(
    asExit(checkOptions("embedded S3", options, kinds)),
    Effect.suspend(() => Effect.mapError(start(options), ({ cause }) => new EmbeddedS3Error({ cause })))
  )

/**
 * An S3 server inside this process, without any dependency, on a port of 127.0.0.1, with the conditional requests of Amazon S3.
 *
 * It checks no signature, keeps everything in memory, and answers 501 to what it does not know, such as copies, versions, tags
 * and policies.
 *
 * @since 1.0.0
 * @category tags
 */
export const EmbeddedS3: EmbeddedS3Tag = Object.assign(tag, {
  make,
  layer: (options?: EmbeddedS3Options) => Layer.scoped(tag, make(options))
})
