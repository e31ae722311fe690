/**
 * The S3 server of a test: the embedded one, or the one that `npm run test:s3` names.
 *
 * `S3_TEST_ENDPOINTS` (URLs, separated by commas: gateways of one store) and `S3_TEST_BUCKET` choose another server;
 * credentials and region are then those the AWS SDK finds in the environment.
 */
import type { S3ClientConfig } from "@aws-sdk/client-s3"
import type { CacheConfigError } from "effect-aws-cache/Cache"
import { EmbeddedS3, type EmbeddedS3Error } from "effect-aws-cache/testing"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import process from "node:process"

/** A server, and a place on it that nobody else uses. */
export interface S3ServerService {
  /** A configuration for `new S3Client(...)`, for the first gateway. */
  readonly clientConfig: S3ClientConfig
  /** One for each gateway. */
  readonly gateways: ReadonlyArray<S3ClientConfig>
  readonly bucket: string
  /** What the names of the test's objects begin with. */
  readonly keyPrefix: string
  /** Whether it is the embedded one, of which everything is known. */
  readonly isEmbedded: boolean
}

const endpoints = (process.env["S3_TEST_ENDPOINTS"] ?? "").split(",").filter((endpoint) => endpoint !== "")

/** Whether tests run against the embedded server, which costs nothing to start and to fill. */
export const isEmbedded: boolean = endpoints.length === 0

const embeddedBucket = "server-tests"

/** A server for a test, or a place on the one there is. */
export const make: Effect.Effect<S3ServerService, EmbeddedS3Error | CacheConfigError, Scope.Scope> = Effect.suspend(
  () => {
    const place = { keyPrefix: `test/${randomUUID()}/`, isEmbedded }
    if (isEmbedded) {
      return Effect.map(EmbeddedS3.make({ buckets: [embeddedBucket] }), ({ clientConfig }): S3ServerService => ({
        ...place,
        clientConfig,
        gateways: [clientConfig],
        bucket: embeddedBucket
      }))
    }
    const region = process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "us-east-1"
    const gateways = endpoints.map((endpoint): S3ClientConfig => ({ endpoint, region, forcePathStyle: true }))
    const bucket = process.env["S3_TEST_BUCKET"]
    const [clientConfig] = gateways
    return bucket === undefined || clientConfig === undefined
      ? Effect.dieMessage("S3_TEST_ENDPOINTS needs S3_TEST_BUCKET")
      : Effect.succeed<S3ServerService>({ ...place, clientConfig, gateways, bucket })
  }
)
