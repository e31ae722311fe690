/**
 * Whether what is behind an S3 gateway works: the gateway itself answers long before.
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig
} from "@aws-sdk/client-s3"
import type { TimeoutException, UnknownException } from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** So many that some of them lie in each part of the store. */
const keys = Array.from({ length: 64 }, (_, at) => `served/${at}`)

/**
 * Waits until objects are written, read and removed in every bucket, none of them in more than two seconds; but no
 * longer than two minutes.
 */
export const waitUntilServed = (config: S3ClientConfig): Effect.Effect<void, TimeoutException | UnknownException> =>
  Effect.acquireUseRelease(
    Effect.sync(() => new S3Client(config)),
    (client) =>
      Effect.gen(function*() {
        const { Buckets = [] } = yield* Effect.tryPromise(() => client.send(new ListBucketsCommand({})))
        const objects = Buckets.flatMap(({ Name: Bucket }) => keys.map((Key) => ({ Bucket, Key })))
        yield* Effect.forEach(objects, (object) => Effect.timeout(useObject(client, object), "2 seconds"), {
          concurrency: 4,
          discard: true
        })
      }).pipe(Effect.retry(Schedule.spaced("200 millis")), Effect.timeout("2 minutes")),
    (client) => Effect.sync(() => client.destroy())
  )

const useObject = (client: S3Client, object: { readonly Bucket: string | undefined; readonly Key: string }) =>
  Effect.tryPromise(async (abortSignal) => {
    await client.send(new PutObjectCommand({ ...object, Body: object.Key }), { abortSignal })
    const { Body } = await client.send(new GetObjectCommand(object), { abortSignal })
    await Body?.transformToByteArray()
    await client.send(new DeleteObjectCommand(object), { abortSignal })
  })
