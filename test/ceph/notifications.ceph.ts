import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client
} from "@aws-sdk/client-s3"
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns"
import { SendMessageCommand } from "@aws-sdk/client-sqs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache, S3Notifications } from "effect-aws-cache/S3Store"
import { diagnosisOf } from "../Command/doctor/diagnosis.js"
import * as CephCluster from "../servers/Ceph.js"
import * as LocalHttp from "../servers/LocalHttp.js"
import * as QueueServer from "../servers/QueueServer.js"
import { eventually } from "../support/until.js"
import { isCephInstalled } from "./isCephInstalled.js"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })
const keyPrefix = "a prefix/"

describe.skipIf(!isCephInstalled)("the notifications of a bucket of Ceph", () => {
  it.scopedLive("are understood: what others write and remove is heard of", () =>
    Effect.gen(function*() {
      const ceph = yield* CephCluster.make({ monitors: 1, osds: 1, gateways: 1, inMemory: true })
      const [endpoint = ""] = ceph.endpoints
      const client = { endpoint, region: ceph.region, credentials: ceph.credentials }
      const s3 = yield* Effect.acquireRelease(
        Effect.sync(() => new S3Client({ ...client, forcePathStyle: true })),
        (client) => Effect.sync(() => client.destroy())
      )
      const sns = yield* Effect.acquireRelease(
        Effect.sync(() => new SNSClient(client)),
        (client) => Effect.sync(() => client.destroy())
      )
      const queues = yield* QueueServer.make
      const QueueUrl = yield* QueueServer.makeQueue(queues.sqs, "events")
      // Ceph sends by HTTP, and the messages as they are go to a queue.
      const sent: Array<string> = []
      const forward = yield* LocalHttp.make((_, response, body) => {
        sent.push(body.toString())
        void queues.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body.toString() }))
          .then(() => response.end(), () => response.destroy())
      })
      const { TopicArn } = yield* Effect.promise(() =>
        sns.send(new CreateTopicCommand({ Name: "events", Attributes: { "push-endpoint": forward.url } }))
      )
      const Bucket = "heard"
      yield* Effect.promise(() => s3.send(new CreateBucketCommand({ Bucket })))
      const heardOf = Effect.map(
        diagnosisOf({ ...client, forcePathStyle: true }, Bucket, keyPrefix, true),
        ({ findings }) => findings.find(({ check }) => check === "notifications")
      )
      assert.strictEqual((yield* heardOf)?.says, "the bucket sends nothing: nobody hears of changes")
      yield* Effect.promise(() =>
        s3.send(
          new PutBucketNotificationConfigurationCommand({
            Bucket,
            NotificationConfiguration: {
              TopicConfigurations: [{ Id: "events", TopicArn, Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] }]
            }
          })
        )
      )
      const heard = yield* heardOf
      assert.strictEqual(heard?.outcome, "note")
      assert.include(heard?.says, `changes go to ${TopicArn}, but for what lifecycle rules remove`)
      const options = { bucket: Bucket, keyPrefix, clientConfig: { ...client, forcePathStyle: true } }
      const listening = S3Cache.layerS3({ ...options, notice: "pushed" }).pipe(
        Layer.provide(
          S3Notifications.layer({ queue: "events", waitTime: "2 seconds", clientConfig: queues.clientConfig })
        ),
        Layer.provide(ClientCacheLive)
      )
      yield* Effect.gen(function*() {
        const put = (Key: string) =>
          Effect.promise(() => s3.send(new PutObjectCommand({ Bucket, Key, Body: "no entry" })))
        yield* S3Cache.set(Names.key(1), "Ada")
        assert.strictEqual(yield* S3Cache.get(Names.key(1)), "Ada")
        const Key = keyPrefix + Names.key(1).objectName
        yield* put("elsewhere")
        yield* Effect.promise(() => s3.send(new DeleteObjectCommand({ Bucket, Key })))
        yield* eventually(Effect.map(S3Cache.getOption(Names.key(1)), Option.isNone), `a removal: ${sent.join("\n")}`)
      }).pipe(Effect.provide(listening))
      assert.isAtLeast(sent.length, 3)
    }))
})
