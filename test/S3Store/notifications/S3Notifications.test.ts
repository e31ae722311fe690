import { ListSubscriptionsByTopicCommand, PublishCommand, SubscribeCommand } from "@aws-sdk/client-sns"
import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  SendMessageCommand
} from "@aws-sdk/client-sqs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Notifications, type S3NotificationsOptions } from "effect-aws-cache/S3Store"
import { noticePlaceOf } from "../../../src/S3Store/notice/NoticeSource.js"
import * as FaultProxy from "../../servers/FaultProxy.js"
import * as QueueServer from "../../servers/QueueServer.js"
import { envelopeOf, eventOf, notificationOf, testMessageOf } from "../../servers/s3Messages.js"
import { eventually, until } from "../../support/until.js"

/** What a cache would be told. */
const makeEar = (place = "s3://b/cache/") => {
  const heard: Array<string> = []
  let missed = 0
  return {
    heard,
    missed: () => missed,
    place: noticePlaceOf({ description: place, place }),
    hearing: {
      changed: (name: string, etag?: string) => Effect.sync(() => void heard.push(`${name} ${etag ?? "-"}`)),
      missed: Effect.sync(() => void missed++)
    }
  }
}

const put = (key: string, etag = "\"e\"") =>
  ({ event: "ObjectCreated:Put", bucket: "b", key: `cache/${key}`, etag, size: 3 }) as const
const removed = (key: string) =>
  ({ event: "ObjectRemoved:Delete", bucket: "b", key: `cache/${key}`, etag: "", size: 0 }) as const

/** A server behind a proxy, and what listens to it. */
const makeWorld = Effect.gen(function*() {
  const server = yield* QueueServer.make
  const proxy = yield* FaultProxy.make({ port: Number(new URL(server.endpoint).port) })
  const clientConfig = { ...server.clientConfig, endpoint: proxy.url }
  const send = (url: string, body: string) =>
    Effect.promise(() => server.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body })))
  const messagesIn = (url: string) =>
    Effect.promise(async () => {
      const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const
      const { Attributes = {} } = await server.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] })
      )
      return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
    })
  const queues = Effect.promise(async () => (await server.sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [])
  const subscriptions = (topic: string) =>
    Effect.promise(async () =>
      (await server.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }))).Subscriptions ?? []
    )
  const publish = (topic: string, body: string) =>
    Effect.promise(() => server.sns.send(new PublishCommand({ TopicArn: topic, Message: body })))
  const notifications = (options: S3NotificationsOptions) =>
    Effect.flatMap(Layer.build(ClientCacheLive), (clients) =>
      Effect.provide(
        S3Notifications.make({ clientConfig, snsClientConfig: clientConfig, waitTime: "1 second", ...options }),
        clients
      ))
  return { ...server, proxy, send, messagesIn, queues, subscriptions, publish, notifications }
})

describe("S3Notifications", () => {
  it.scopedLive("tells of what a queue says, in all forms, and removes it from the queue", () =>
    Effect.gen(function*() {
      const { messagesIn, notifications, send, sqs } = yield* makeWorld
      const url = yield* QueueServer.makeQueue(sqs, "events")
      yield* send(url, testMessageOf("b"))
      const source = yield* notifications({ queue: url })
      const ear = makeEar()
      yield* source.listen(ear.place, ear.hearing)
      yield* send(url, notificationOf(put("one")))
      yield* send(url, envelopeOf(notificationOf(put("two", "\"f\""))))
      yield* send(url, eventOf(removed("three")))
      yield* send(url, envelopeOf(eventOf(put("four"))))
      yield* send(url, "hello")
      yield* send(url, notificationOf({ ...put("other"), bucket: "other" }))
      yield* send(url, notificationOf({ ...put("other"), key: "elsewhere/five" }))
      yield* until(() => ear.heard.length === 4)
      assert.deepStrictEqual([...ear.heard].sort(), ["four \"e\"", "one \"e\"", "three -", "two \"f\""])
      yield* eventually(Effect.map(messagesIn(url), (count) => count === 0), "an empty queue")
      yield* eventually(Effect.map(source.stats, ({ messages }) => messages === 8), "eight messages")
      const { failures, receives, ...counts } = yield* source.stats
      assert.ok(receives > 0)
      assert.deepStrictEqual([failures, counts], [0, {
        messages: 8,
        changes: 6,
        told: 4,
        test: 1,
        foreign: 1,
        undeleted: 0
      }])
    }))

  it.scopedLive("finds a queue by its name and by its ARN", () =>
    Effect.gen(function*() {
      const { notifications, send, sqs } = yield* makeWorld
      for (const [name, queue] of [["a", "a"], ["b", "arn:aws:sqs:us-east-1:000000000000:b"]] as const) {
        const url = yield* QueueServer.makeQueue(sqs, name)
        const source = yield* notifications({ queue })
        const ear = makeEar()
        yield* source.listen(ear.place, ear.hearing)
        yield* send(url, notificationOf(put("one")))
        yield* until(() => ear.heard.length === 1)
      }
    }))

  it.scopedLive("tells nobody who has gone", () =>
    Effect.gen(function*() {
      const { notifications, send, sqs } = yield* makeWorld
      const url = yield* QueueServer.makeQueue(sqs, "events")
      const source = yield* notifications({ queue: url })
      const [stays, goes] = [makeEar(), makeEar()]
      yield* source.listen(stays.place, stays.hearing)
      const scope = yield* Scope.make()
      yield* Scope.extend(source.listen(goes.place, goes.hearing), scope)
      yield* send(url, notificationOf(put("one")))
      yield* until(() => goes.heard.length === 1 && stays.heard.length === 1)
      yield* Scope.close(scope, Exit.void)
      yield* send(url, notificationOf(put("two")))
      yield* until(() => stays.heard.length === 2)
      assert.strictEqual(goes.heard.length, 1)
    }))

  it.scopedLive("makes a queue for the process, and removes it with the scope", () =>
    Effect.gen(function*() {
      const { notifications, publish, queues, sns, sqs, subscriptions } = yield* makeWorld
      const topic = yield* QueueServer.makeTopic(sns, "events")
      const scopes = [yield* Scope.make(), yield* Scope.make()] as const
      const ears = [makeEar(), makeEar()] as const
      for (const at of [0, 1] as const) {
        const source = yield* Scope.extend(
          notifications({ queue: { create: true, topic, prefix: "app-", tags: { team: "core" } } }),
          scopes[at]
        )
        yield* Scope.extend(source.listen(ears[at].place, ears[at].hearing), scopes[at])
      }
      const [one = "", ...others] = yield* queues
      assert.match(one, /\/app-[0-9a-f]{16}$/)
      assert.strictEqual(others.length, 1)
      const { Tags = {} } = yield* Effect.promise(() => sqs.send(new ListQueueTagsCommand({ QueueUrl: one })))
      assert.strictEqual(Tags["team"], "core")
      assert.ok(!Number.isNaN(Date.parse(Tags["effect-aws-cache:alive"] ?? "")))
      assert.match(Tags["effect-aws-cache:subscription"] ?? "", /^arn:aws:sns:/)
      const { Attributes = {} } = yield* Effect.promise(() =>
        sqs.send(new GetQueueAttributesCommand({ QueueUrl: one, AttributeNames: ["All"] }))
      )
      assert.strictEqual(Attributes["MessageRetentionPeriod"], "300")
      assert.deepStrictEqual(JSON.parse(Attributes["Policy"] ?? "").Statement, [{
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: Attributes["QueueArn"],
        Condition: { ArnEquals: { "aws:SourceArn": topic } }
      }])
      yield* publish(topic, notificationOf(put("one")))
      yield* until(() => ears.every(({ heard }) => heard.length === 1))
      yield* Scope.close(scopes[0], Exit.void)
      assert.strictEqual((yield* queues).length, 1)
      assert.strictEqual((yield* subscriptions(topic)).length, 1)
      yield* publish(topic, eventOf(put("two")))
      yield* until(() => ears[1].heard.length === 2)
      yield* Scope.close(scopes[1], Exit.void)
      assert.deepStrictEqual([yield* queues, yield* subscriptions(topic)], [[], []])
    }))

  it.scopedLive("understands a topic that puts messages in envelopes", () =>
    Effect.gen(function*() {
      const { notifications, publish, sns, sqs } = yield* makeWorld
      const topic = yield* QueueServer.makeTopic(sns, "events")
      const url = yield* QueueServer.makeQueue(sqs, "enveloped")
      const Endpoint = "arn:aws:sqs:us-east-1:000000000000:enveloped"
      yield* Effect.promise(() => sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint })))
      const source = yield* notifications({ queue: url })
      const ear = makeEar()
      yield* source.listen(ear.place, ear.hearing)
      yield* publish(topic, notificationOf(put("one")))
      yield* publish(topic, eventOf(removed("two")))
      yield* until(() => ear.heard.length === 2)
    }))

  it.scopedLive("makes another queue when its own is gone", () =>
    Effect.gen(function*() {
      const { notifications, publish, queues, sns, sqs } = yield* makeWorld
      const topic = yield* QueueServer.makeTopic(sns, "events")
      const source = yield* notifications({ queue: { create: true, topic } })
      const ear = makeEar()
      yield* source.listen(ear.place, ear.hearing)
      const [url = ""] = yield* queues
      yield* Effect.promise(() => sqs.send(new DeleteQueueCommand({ QueueUrl: url })))
      yield* eventually(Effect.map(queues, ([now]) => now !== undefined && now !== url), "another queue")
      yield* until(() => ear.missed() > 0)
      yield* eventually(
        Effect.as(publish(topic, notificationOf(put("one"))), false).pipe(Effect.map(() => ear.heard.length > 0)),
        "what came later"
      )
    }))

  it.scopedLive("tells that something may have been missed for as long as nothing is heard, and what lay in the queue then", () =>
    Effect.gen(function*() {
      const { notifications, proxy, send, sqs } = yield* makeWorld
      const url = yield* QueueServer.makeQueue(sqs, "events")
      const source = yield* notifications({ queue: url, trustFor: "1200 millis" })
      const ear = makeEar()
      yield* source.listen(ear.place, ear.hearing)
      yield* eventually(Effect.map(source.stats, ({ receives }) => receives > 0), "an answer")
      const before = ear.missed()
      yield* proxy.set(FaultProxy.Fault.Refuse())
      yield* until(() => ear.missed() >= before + 2)
      yield* send(url, notificationOf(put("one")))
      assert.deepStrictEqual(ear.heard, [])
      const during = ear.missed()
      yield* proxy.set(FaultProxy.Fault.Pass())
      yield* until(() => ear.heard.length === 1)
      yield* until(() => ear.missed() > during)
      assert.ok((yield* source.stats).failures > 0)
    }))

  it.scopedLive("starts without SQS, and hears of it when it is there", () =>
    Effect.gen(function*() {
      const { notifications, proxy, publish, queues, sns } = yield* makeWorld
      const topic = yield* QueueServer.makeTopic(sns, "events")
      yield* proxy.set(FaultProxy.Fault.Answer({ status: 503, code: "ServiceUnavailable" }))
      const source = yield* notifications({ queue: { create: true, topic } })
      const ear = makeEar()
      yield* source.listen(ear.place, ear.hearing)
      yield* until(() => ear.missed() > 0)
      yield* proxy.set(FaultProxy.Fault.Pass())
      yield* eventually(Effect.map(queues, ({ length }) => length === 1), "a queue")
      yield* until(() => ear.missed() > 1)
      yield* publish(topic, notificationOf(put("one")))
      yield* until(() => ear.heard.length === 1)
    }))

  it.scopedLive("hears of each of many changes", () =>
    Effect.gen(function*() {
      const { notifications, send, sqs } = yield* makeWorld
      const url = yield* QueueServer.makeQueue(sqs, "events")
      const source = yield* notifications({ queue: url })
      const ear = makeEar()
      yield* source.listen(ear.place, ear.hearing)
      yield* Effect.forEach(
        Array.from({ length: 300 }, (_, index) => index),
        (index) => send(url, notificationOf(put(`n${index}`))),
        { concurrency: 20, discard: true }
      )
      yield* until(() => new Set(ear.heard).size === 300)
    }))

  it.scopedLive("ends at once, also while SQS waits", () =>
    Effect.gen(function*() {
      const { notifications, sqs } = yield* makeWorld
      const url = yield* QueueServer.makeQueue(sqs, "events")
      const before = performance.now()
      yield* Effect.scoped(notifications({ queue: url, waitTime: "20 seconds" }))
      assert.ok(performance.now() - before < 15_000)
    }))

  it.scopedLive("fails for what cannot be read", () =>
    Effect.gen(function*() {
      const { clientConfig, notifications } = yield* makeWorld
      const failing = (options: S3NotificationsOptions) => Effect.map(Effect.flip(notifications(options)), String)
      const topic = "arn:aws:sns:us-east-1:000000000000:none"
      const url = `${clientConfig.endpoint}/000000000000/none`
      assert.match(yield* failing({ queue: url }), /queue.*there is no such queue/)
      assert.match(yield* failing({ queue: "none" }), /queue.*"none".*there is no such queue/)
      assert.match(yield* failing({ queue: { create: true, topic } }), /queue.*there is no such topic/)
      assert.match(yield* failing({ queue: "a queue" }), /queue/)
      assert.match(yield* failing({ queue: { create: true, topic: "events" } }), /queue\.topic/)
      assert.match(yield* failing({ queue: { create: true, topic, prefix: "a b" } }), /queue\.prefix/)
      assert.match(yield* failing({ queue: { create: true, topic, retention: "1 second" } }), /queue\.retention/)
      assert.match(yield* failing({ queue: "none", waitTime: "21 seconds" }), /waitTime/)
      assert.match(yield* failing({ queue: "none", waitTime: "1500 millis" }), /waitTime/)
      assert.match(yield* failing({ queue: "none", waitTime: "2 seconds", trustFor: "2 seconds" }), /trustFor/)
    }))

  it.scopedLive("listens to buckets that send notifications, by their names", () =>
    Effect.gen(function*() {
      const { notifications, sqs } = yield* makeWorld
      const source = yield* notifications({ queue: yield* QueueServer.makeQueue(sqs, "events") })
      const places = [
        "dynamodb://t/c/",
        "s3://b--use1-az4--x-s3/c/",
        "s3://arn:aws:s3:eu-central-1:111122223333:accesspoint/a/c/"
      ]
      for (const place of places) {
        const { hearing, place: at } = makeEar(place)
        assert.match(String(yield* Effect.flip(source.listen(at, hearing))), /notice/)
      }
    }))
})
