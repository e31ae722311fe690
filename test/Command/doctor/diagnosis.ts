import * as sdk from "@aws-sdk/client-s3"
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { Effect } from "effect"
import { diagnose } from "../../../src/Command/doctor/diagnose.js"
import type { Diagnosis } from "../../../src/Command/doctor/Finding.js"

/** What the doctor says of a bucket. */
export const diagnosisOf = (
  config: S3ClientConfig,
  bucket: string,
  keyPrefix = "cache/",
  hasNotifications = false
): Effect.Effect<Diagnosis> => {
  const make = (more: S3ClientConfig) =>
    Effect.acquireRelease(
      Effect.sync(() => new S3Client({ maxAttempts: 1, ...config, ...more })),
      (client) => Effect.sync(() => client.destroy())
    )
  return Effect.scoped(Effect.gen(function*() {
    const client = yield* make({})
    const plainClient = yield* make({
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED"
    })
    return yield* diagnose({ client, plainClient, bucket, keyPrefix, hasNotifications, sdk })
  }))
}

/** What something is to be done about, in the order in which it is told. */
export const foundIn = ({ findings }: Diagnosis) =>
  findings.filter(({ outcome }) => outcome === "found").map(({ check }) => check)

/** The names of all objects in a bucket. */
export const namesIn = (config: S3ClientConfig, bucket: string) =>
  Effect.promise(async () => {
    const client = new S3Client(config)
    const { Contents = [] } = await client.send(new sdk.ListObjectsV2Command({ Bucket: bucket }))
    client.destroy()
    return Contents.map(({ Key }) => Key)
  })
