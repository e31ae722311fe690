/**
 * Stores for the command: a folder, and a bucket of the embedded server, with caches over them.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache, type S3CacheOptions } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A keyspace of two versions. */
export const Users = Keyspace.make("directory/users", {
  key: Schema.Struct({ team: Schema.String }),
  value: Schema.Array(Schema.String),
  timeToLive: "1 hour"
})
export const UsersBefore = Keyspace.make("directory/users", {
  key: Schema.Struct({ team: Schema.String }),
  value: Schema.Array(Schema.String),
  version: "0"
})
export const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

/** A folder that is gone afterwards. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "command-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Runs something with a cache over a folder. */
export const inFolder =
  (directory: string, options: S3CacheOptions = {}) => <A, E>(use: Effect.Effect<A, E, S3Cache>) =>
    Effect.provide(
      use,
      Layer.provide(S3Cache.layerFileSystem({ ...options, directory }), NodeContext.layer)
    )

/** A bucket of an embedded server: how the command is told of it, and how a cache is. */
export const embeddedBucket = Effect.map(
  EmbeddedS3.make({ buckets: ["my-bucket", "other-bucket"] }),
  ({ clientConfig, endpoint, requests }) => ({
    endpoint: ["--endpoint", endpoint],
    requests,
    inBucket:
      (keyPrefix: string, options: S3CacheOptions = {}, bucket = "my-bucket") =>
      <A, E>(use: Effect.Effect<A, E, S3Cache>) =>
        Effect.provide(
          use,
          Layer.provide(S3Cache.layerS3({ ...options, bucket, keyPrefix, clientConfig }), ClientCacheLive)
        )
  })
)
