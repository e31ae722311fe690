/**
 * A queue of this process, and what it is given by a topic.
 */
import type { SNSClient } from "@aws-sdk/client-sns"
import type { SQSClient } from "@aws-sdk/client-sqs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import { withinTime } from "../common/standstill.js"
import { type QueueFailure, queueFailure } from "./queueFailure.js"

type Sqs = typeof import("@aws-sdk/client-sqs")
type Sns = typeof import("@aws-sdk/client-sns")

/** The clients, and what makes their requests. */
export interface QueueClients {
  readonly sqs: Pick<SQSClient, "send">
  readonly sns: Pick<SNSClient, "send">
  readonly sqsSdk: Pick<
    Sqs,
    | "CreateQueueCommand"
    | "DeleteQueueCommand"
    | "GetQueueAttributesCommand"
    | "SetQueueAttributesCommand"
    | "TagQueueCommand"
  >
  readonly snsSdk: Pick<Sns, "SubscribeCommand" | "UnsubscribeCommand">
}

/** What the queue is like. */
export interface OwnQueue {
  readonly topic: string
  readonly prefix: string
  /** Seconds. */
  readonly retention: number
  readonly tags: Readonly<Record<string, string>>
}

/** The tags by which orphaned queues are found. */
const queueTags = {
  /** When its process was last seen, as text of ISO 8601. */
  alive: "effect-aws-cache:alive",
  host: "effect-aws-cache:host",
  process: "effect-aws-cache:process",
  /** The ARN of its subscription. */
  subscription: "effect-aws-cache:subscription"
} as const

const requestTime = 10_000

/** Nobody wants to wait long for what goes anyway. */
const releaseTime = 3000

/**
 * Makes a queue, lets the topic send to it and subscribes it. When the scope closes it is removed, and so is the
 * subscription; what of it there is, too, if this fails.
 */
export const makeOwnQueue = (
  { sns, snsSdk, sqs, sqsSdk }: QueueClients,
  { prefix, retention, tags, topic }: OwnQueue
): Effect.Effect<
  { readonly url: string; readonly alive: Effect.Effect<void, QueueFailure> },
  QueueFailure,
  Scope.Scope
> =>
  Effect.gen(function*() {
    const release = (what: string, send: (abortSignal: AbortSignal) => Promise<unknown>) =>
      Effect.catchAll(
        request("remove", send, releaseTime),
        ({ detail, isGone }) =>
          isGone
            ? Effect.void
            : Effect.logWarning(`S3Notifications: ${what} is left behind, and has to be removed: ${detail}`)
      )

    const url = yield* Effect.acquireRelease(
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.flatMap(
          request("create", (abortSignal) =>
            sqs.send(
              new sqsSdk.CreateQueueCommand({
                QueueName: prefix + randomBytes(8).toString("hex"),
                Attributes: { MessageRetentionPeriod: String(retention), VisibilityTimeout: "30" },
                tags: {
                  ...tags,
                  [queueTags.alive]: new Date(now).toISOString(),
                  [queueTags.host]: hostname().replaceAll(/[^A-Za-z0-9 _.:/=+@-]/g, "_").slice(0, 200),
                  [queueTags.process]: String(process.pid)
                }
              }),
              { abortSignal }
            )),
          ({ QueueUrl }) =>
            QueueUrl === undefined
              ? Effect.fail(queueFailure("create", new Error("the answer names no queue")))
              : Effect.succeed(QueueUrl)
        )),
      (url) =>
        release(`queue ${url}`, (abortSignal) =>
          sqs.send(new sqsSdk.DeleteQueueCommand({ QueueUrl: url }), { abortSignal }))
    )
    const { Attributes } = yield* request("create", (abortSignal) =>
      sqs.send(new sqsSdk.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }), { abortSignal }))
    const arn = Attributes?.QueueArn ?? ""
    yield* request("create", (abortSignal) =>
      sqs.send(
        new sqsSdk.SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: policyOf(arn, topic) } }),
        { abortSignal }
      ))
    const subscription = yield* Effect.acquireRelease(
      Effect.map(
        request("subscribe", (abortSignal) =>
          sns.send(
            new snsSdk.SubscribeCommand({
              TopicArn: topic,
              Protocol: "sqs",
              Endpoint: arn,
              Attributes: { RawMessageDelivery: "true" },
              ReturnSubscriptionArn: true
            }),
            { abortSignal }
          )),
        ({ SubscriptionArn = "" }) =>
          SubscriptionArn
      ),
      (SubscriptionArn) =>
        release(`subscription ${SubscriptionArn}`, (abortSignal) =>
          sns.send(new snsSdk.UnsubscribeCommand({ SubscriptionArn }), { abortSignal }))
    )
    const alive = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.asVoid(
        request("create", (abortSignal) =>
          sqs.send(
            new sqsSdk.TagQueueCommand({
              QueueUrl: url,
              Tags: { [queueTags.alive]: new Date(now).toISOString(), [queueTags.subscription]: subscription }
            }),
            { abortSignal }
          ))
      ))
    yield* alive
    return { url, alive }
  })

/** Makes a request, and gives it up when it takes too long. */
const request = <A>(
  operation: string,
  send: (abortSignal: AbortSignal) => Promise<A>,
  millis = requestTime
): Effect.Effect<A, QueueFailure> =>
  withinTime(
    Effect.tryPromise({ try: send, catch: (cause) => queueFailure(operation, cause) }),
    millis,
    () => queueFailure(operation, new Error(`no answer within ${millis / 1000} seconds`))
  )

/** Lets the topic, and nobody else, send to the queue. */
const policyOf = (queue: string, topic: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queue,
      Condition: { ArnEquals: { "aws:SourceArn": topic } }
    }]
  })
