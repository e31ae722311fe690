/**
 * An S3 server inside this process, for tests and the demo: `fauxqs` 1.9.2 in memory, on 127.0.0.1, with the
 * conditional requests that Amazon S3 documents.
 *
 * What it is not: it checks no signature (every credential is accepted), keeps nothing on disk, takes no object above
 * 11 MiB in one request, and answers 501 to what it does not know (tags, policies, versions, ...).
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Fauxqs from "./Fauxqs.js"
import type { AnsweredRequest } from "./S3Front.js"
import * as S3Front from "./S3Front.js"
import * as ScopedServer from "./ScopedServer.js"

/** The server could not be started: a bad bucket name, a missing or foreign `fauxqs`, no port. */
export class EmbeddedS3Error extends Data.TaggedError("EmbeddedS3Error")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/** Options of {@link make} and {@link layer}. */
export interface EmbeddedS3Options {
  /**
   * Whether conditions on writes and deletes count (default true). When false they are silently ignored, as some
   * S3-compatible stores do; conditions on reads count always.
   */
  readonly conditionalWrites?: boolean | undefined
  /** Buckets to create (default none): 3 to 63 lower case letters, digits, dots and hyphens. */
  readonly buckets?: ReadonlyArray<string> | undefined
}

/**
 * Made-up credentials, the same for every server.
 *
 * @public the declarations of the demo name it
 */
export interface EmbeddedS3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A running server. */
export interface EmbeddedS3Service {
  /** Such as `http://127.0.0.1:41233`, without a trailing slash. */
  readonly endpoint: string
  readonly region: "us-east-1"
  readonly credentials: EmbeddedS3Credentials
  /** What the server answered so far, oldest first. An answer is listed before its client can have it. */
  readonly requests: () => ReadonlyArray<AnsweredRequest>
  /** A configuration for `new S3Client(...)` of `@aws-sdk/client-s3`. */
  readonly clientConfig: {
    readonly endpoint: string
    readonly region: "us-east-1"
    readonly credentials: EmbeddedS3Credentials
    readonly forcePathStyle: true
  }
}

const isBucketName = (name: string) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)

const started = (buckets: ReadonlyArray<string>, conditionalWrites: boolean) =>
  Effect.gen(function*() {
    const log: Array<AnsweredRequest> = []
    const { app } = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          const { app, store } = await Fauxqs.build()
          for (const bucket of buckets) {
            store.createBucket(bucket)
          }
          S3Front.install(app, store, { conditionalWrites, onAnswer: (request) => log.push(request) })
          return { app, sockets: ScopedServer.trackSockets(app.server) }
        },
        catch: (cause) => new EmbeddedS3Error({ message: `cannot load the embedded S3 server: ${cause}`, cause })
      }),
      ({ app, sockets }) =>
        ScopedServer.bounded(Effect.suspend(() => {
          sockets.destroyAll()
          return Effect.ignore(Effect.tryPromise(() => app.close()))
        }))
    )
    const endpoint = yield* Effect.tryPromise({
      try: () => app.listen({ host: "127.0.0.1", port: 0 }),
      catch: (cause) => new EmbeddedS3Error({ message: "the embedded S3 server cannot listen on 127.0.0.1", cause })
    })
    return { endpoint, log }
  })

/**
 * Starts a server on a free port of 127.0.0.1. When the scope closes its connections are destroyed and it is closed,
 * which is waited for (at most 5 seconds). Several servers in one process share nothing.
 *
 * Fails with {@link EmbeddedS3Error}; then nothing is left running.
 */
export const make = (
  options: EmbeddedS3Options = {}
): Effect.Effect<EmbeddedS3Service, EmbeddedS3Error, Scope.Scope> =>
  Effect.gen(function*() {
    const buckets = options.buckets ?? []
    const wrong = buckets.find((name) => !isBucketName(name))
    if (wrong !== undefined) {
      return yield* new EmbeddedS3Error({
        message: `the bucket name ${
          JSON.stringify(wrong)
        } is not valid: expected 3 to 63 lower case letters, digits, dots and hyphens`
      })
    }
    const { endpoint, log } = yield* started(buckets, options.conditionalWrites ?? true)
    const region = "us-east-1" as const
    const credentials: EmbeddedS3Credentials = { accessKeyId: "embedded", secretAccessKey: "embedded-s3" }
    return {
      endpoint,
      region,
      credentials,
      requests: () => [...log],
      clientConfig: { endpoint, region, credentials, forcePathStyle: true }
    }
  })

/** The embedded server as a service. */
export class EmbeddedS3 extends Context.Tag("effect-aws-cache/test/EmbeddedS3")<EmbeddedS3, EmbeddedS3Service>() {
  /** See {@link make}. */
  static readonly make = make
  /** See {@link layer}. */
  static readonly layer = (options?: EmbeddedS3Options): Layer.Layer<EmbeddedS3, EmbeddedS3Error> => layer(options)
}

/** A server that lives as long as the layer. */
export const layer = (options?: EmbeddedS3Options): Layer.Layer<EmbeddedS3, EmbeddedS3Error> =>
  Layer.scoped(EmbeddedS3, make(options))
