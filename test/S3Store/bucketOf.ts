import { S3Client } from "@aws-sdk/client-s3"
import { Effect } from "effect"
import type { S3CacheOptions, S3ObjectStoreOptions } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/makeS3CacheService.js"
import { makeS3ObjectStore } from "../../src/S3Store/s3ObjectStore.js"
import * as EmbeddedS3 from "../support/EmbeddedS3.js"
import * as FaultProxy from "../support/FaultProxy.js"

export const bucket = "cache-tests"

export const clientOf = (endpoint: string, maxAttempts = 1) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      new S3Client({
        endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        maxAttempts,
        credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-s3" }
      })
    ),
    (client) => Effect.sync(() => client.destroy())
  )

/** A bucket on a real server behind a proxy whose faults a test turns on and off, and caches over it. */
export const makeBucket = (options: Partial<S3ObjectStoreOptions> = {}, server: EmbeddedS3.EmbeddedS3Options = {}) =>
  Effect.gen(function*() {
    const embedded = yield* EmbeddedS3.make({ ...server, buckets: [bucket] })
    const proxy = yield* FaultProxy.make({ port: Number(new URL(embedded.endpoint).port) })
    const store = yield* makeS3ObjectStore(yield* clientOf(proxy.url), { bucket, keyPrefix: "c/", ...options })
    const direct = yield* makeS3ObjectStore(yield* clientOf(embedded.endpoint), { bucket, keyPrefix: "c/" })
    return {
      server: embedded,
      proxy,
      /** Through the proxy. */
      store,
      /** Past the proxy. */
      direct,
      /** Another process, as far as anybody can tell: a cache of its own over the same bucket. */
      process: (options?: S3CacheOptions) => makeS3CacheService(store, options),
      /** The requests so far, such as `GET users/1/...`, those of the probe for conditional writes left out. */
      requests: () =>
        embedded.requests().filter(({ key }) => !key.includes(".probe/")).map(({ key, method, status }) => ({
          method,
          name: key.replace(/^c\//, ""),
          status
        }))
    }
  })
