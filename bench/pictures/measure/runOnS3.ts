/**
 * How the processes that are measured reach the embedded S3 server.
 */
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache, type S3CacheOptions } from "effect-aws-cache/S3Store"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

/** Where the server is, as the task of a process says it. */
export interface S3Place {
  readonly endpoint: string
  readonly bucket: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Runs a program over a bucket of the server, and ends the process. */
export const runOnS3 = async <E>(
  { bucket, credentials, endpoint }: S3Place,
  program: Effect.Effect<void, E, S3Cache>,
  options: S3CacheOptions = {}
): Promise<never> => {
  const layer = S3Cache.layerS3({
    ...options,
    bucket,
    clientConfig: { endpoint, region: "us-east-1", credentials, forcePathStyle: true }
  })
  // The standard output is for the report.
  const quiet = Logger.remove(Logger.defaultLogger)
  await Effect.runPromise(program.pipe(Effect.provide(layer), Effect.provide(ClientCacheLive), Effect.provide(quiet)))
  return process.exit(0)
}
