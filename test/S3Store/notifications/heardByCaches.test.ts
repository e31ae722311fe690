import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3"
import { PublishCommand, SubscribeCommand } from "@aws-sdk/client-sns"
import { SendMessageCommand } from "@aws-sdk/client-sqs"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schema } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache, type S3CacheOptions, S3Notifications } from "effect-aws-cache/S3Store"
import type { EmbeddedS3Change } from "effect-aws-cache/testing"
import * as NotifyingS3 from "../../servers/NotifyingS3.js"
import * as QueueServer from "../../servers/QueueServer.js"
import { call, makeClient } from "../../servers/s3Client.js"
import { eventOf, notificationOf } from "../../servers/s3Messages.js"
import { amount } from "../../support/property.js"
import { eventually } from "../../support/until.js"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
const keyPrefix = "cache of app/"

type Queues = Effect.Effect.Success<typeof QueueServer.make>

/** How the notifications of a bucket come to a process. */
interface Way {
  /** What the bucket sends a change by, and the queue of a process. */
  readonly make: (queues: Queues) => Effect.Effect<{
    readonly deliver: (change: EmbeddedS3Change) => Promise<unknown>
    readonly queue: Parameters<typeof S3Notifications.layer>[0]["queue"]
  }>
}

const direct = (form: (change: EmbeddedS3Change) => string): Way => ({
  make: ({ sqs }) =>
    Effect.map(QueueServer.makeQueue(sqs, "events"), (QueueUrl) => ({
      deliver: (change) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: form(change) })),
      queue: "events"
    }))
})

const throughTopic = (form: (change: EmbeddedS3Change) => string, isOwn: boolean): Way => ({
  make: ({ sns, sqs }) =>
    Effect.gen(function*() {
      const topic = yield* QueueServer.makeTopic(sns, "events")
      if (!isOwn) {
        yield* QueueServer.makeQueue(sqs, "subscribed")
        const Endpoint = "arn:aws:sqs:us-east-1:000000000000:subscribed"
        yield* Effect.promise(() => sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint })))
      }
      return {
        deliver: (change) => sns.send(new PublishCommand({ TopicArn: topic, Message: form(change) })),
        queue: isOwn ? { create: true, topic } : "subscribed"
      }
    })
})

const ways: Readonly<Record<string, Way>> = {
  "a queue that S3 sends to": direct(notificationOf),
  "a queue that EventBridge sends to": direct(eventOf),
  "a queue of its own at a topic of S3": throughTopic(notificationOf, true),
  "a queue of its own at a topic of EventBridge": throughTopic(eventOf, true),
  "a queue at a topic that puts messages in envelopes": throughTopic(notificationOf, false)
}

/** A bucket, a process that listens to it, and one that does not. */
const makeWorld = (way: Way, chaos: Parameters<typeof NotifyingS3.make>[1] = {}) =>
  Effect.gen(function*() {
    const queues = yield* QueueServer.make
    const { deliver, queue } = yield* way.make(queues)
    const s3 = yield* NotifyingS3.make(deliver, chaos)
    const cacheOf = (options: S3CacheOptions = {}) =>
      S3Cache.layerS3({ ...s3.cacheOptions, keyPrefix, timeToLive: "1 hour", ...options })
    const notifications = S3Notifications.layer({
      queue,
      waitTime: "2 seconds",
      clientConfig: queues.clientConfig,
      snsClientConfig: queues.clientConfig
    })
    const built = (layer: Layer.Layer<S3Cache, unknown>) =>
      Effect.map(Effect.orDie(Layer.build(layer)), Context.get(S3Cache))
    const listening = yield* built(
      cacheOf({ notice: "pushed", tagsAge: "1 hour" }).pipe(
        Layer.provide(notifications),
        Layer.provide(ClientCacheLive)
      )
    )
    const other = yield* built(cacheOf({ name: "other" }).pipe(Layer.provide(ClientCacheLive)))
    return { ...queues, s3, listening, other }
  })

const one = Names.key(1)

describe("an S3Cache that hears of its bucket", () => {
  for (const [name, way] of Object.entries(ways)) {
    it.scopedLive(`by ${name}: what others write and remove`, () =>
      Effect.gen(function*() {
        const { listening, other } = yield* makeWorld(way)
        yield* other.set(one, "Ada")
        assert.strictEqual(yield* listening.get(one), "Ada")
        yield* other.set(one, "Grace")
        yield* eventually(Effect.map(listening.get(one), (name) => name === "Grace"), "what was written")
        yield* other.remove(one)
        yield* eventually(Effect.map(listening.getOption(one), Option.isNone), "what was removed")
      }))
  }

  it.scopedLive("whoever it is that changes something: other languages, lifecycle rules, tags", () =>
    Effect.gen(function*() {
      const { listening, other, s3 } = yield* makeWorld(direct(notificationOf))
      const client = yield* makeClient(s3.clientConfig)
      yield* other.set(one, "Ada", { tags: ["people"] })
      assert.strictEqual(yield* listening.get(one), "Ada")
      yield* other.invalidateTag("people")
      yield* eventually(Effect.map(listening.getOption(one), Option.isNone), "an invalidated tag")
      yield* other.set(Names.key(2), "Bob")
      assert.strictEqual(yield* listening.get(Names.key(2)), "Bob")
      const Key = keyPrefix + Names.key(2).objectName
      yield* call(() => client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key })))
      yield* eventually(Effect.map(listening.getOption(Names.key(2)), Option.isNone), "an object that was removed")
      yield* call(() => client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "elsewhere", Body: "x" })))
    }))

  it.scopedLive("its own writes are no news", () =>
    Effect.gen(function*() {
      const { listening, s3 } = yield* makeWorld(direct(notificationOf))
      yield* listening.set(one, "Ada")
      yield* s3.flush
      yield* eventually(Effect.map(listening.stats, ({ notice }) => notice.heard > 0), "the own write")
      const before = (yield* s3.requests).length
      for (let n = 0; n < 10; n++) assert.strictEqual(yield* listening.get(one), "Ada")
      assert.strictEqual((yield* s3.requests).length, before)
    }))

  it.scopedLive("misses none of many changes, in whatever order and however often they are told", () =>
    Effect.gen(function*() {
      const { listening, other, s3 } = yield* makeWorld(direct(notificationOf), { late: 30, twice: 0.2 })
      const count = amount(300, 2000)
      const last = new Map<number, string>()
      for (let n = 0; n < count; n++) {
        const key = n % 17
        yield* listening.getOption(Names.key(key))
        const value = `value ${n}`
        if (n % 5 === 4) yield* other.invalidate(Names.key(key))
        else yield* other.set(Names.key(key), value)
        last.set(key, n % 5 === 4 ? "none" : value)
      }
      yield* s3.flush
      for (const [key, value] of last) {
        yield* eventually(
          Effect.map(listening.getOption(Names.key(key)), (got) => Option.getOrElse(got, () => "none") === value),
          `the last value of ${key}`
        )
      }
      assert.isAtLeast(s3.sent(), count * 0.9)
    }))
})
