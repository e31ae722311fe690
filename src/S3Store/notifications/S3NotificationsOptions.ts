/**
 * Where a process hears of what others write and remove in a bucket.
 *
 * @since 1.0.0
 */
import type { SNSClient } from "@aws-sdk/client-sns"
import type { SQSClient } from "@aws-sdk/client-sqs"
import type { DurationInput } from "effect/Duration"
import { describeType } from "../../Cache/engine/options/describeType.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { ClientConfig } from "../../ClientLayer/sdk/AwsClient.js"

/**
 * A queue that is made for this process, and removed with the scope.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3NotificationsOwnQueue {
  /** That it is to be made. */
  readonly create: true
  /** The ARN of the topic of SNS that the bucket's notifications, or EventBridge's, go to. */
  readonly topic: string
  /** What the name of the queue begins with, before a random end. Default `"effect-aws-cache-"`. */
  readonly prefix?: string | undefined
  /** How long SQS keeps what nobody has read, from 1 minute to 14 days. Default 5 minutes. */
  readonly retention?: DurationInput | undefined
  /** Tags of the queue, besides those by which orphaned queues are found. Default none. */
  readonly tags?: Readonly<Record<string, string>> | undefined
}

/**
 * Where the bucket's notifications are read.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3NotificationsOptions {
  /**
   * The name, the URL or the ARN of a queue that this process alone reads: what one reader takes, no other one sees. Or one that is made
   * for the process and removed with it.
   */
  readonly queue: string | S3NotificationsOwnQueue
  /**
   * How long SQS waits for a message before it answers that there is none, from 1 to 20 whole seconds: the shorter, the more
   * requests. Default 20 seconds.
   */
  readonly waitTime?: DurationInput | undefined
  /**
   * For how long memory is trusted when nothing is heard from SQS, more than `waitTime`: then what it has is confirmed before it
   * is given out. Default: `waitTime` and 10 seconds.
   */
  readonly trustFor?: DurationInput | undefined
  /**
   * The configuration of the client, as `ClientCache.client(SQSClient, ...)` takes it. Default `{}`: what the SDK finds in the
   * environment.
   */
  readonly clientConfig?: ClientConfig<typeof SQSClient> | undefined
  /**
   * The configuration of the client that subscribes to the topic, as `ClientCache.client(SNSClient, ...)` takes it. Default: the
   * region of the topic.
   */
  readonly snsClientConfig?: ClientConfig<typeof SNSClient> | undefined
}

/** What `queue` may be, for messages. */
export const acceptedQueue = "the name, the URL or the ARN of a queue, or { create: true, topic: \"arn:aws:sns:...\" }"

/** What `topic` may be, for messages. */
export const acceptedTopic = "the ARN of a topic of SNS that is no FIFO topic: \"arn:aws:sns:region:account:name\""

/** The kinds of the options. */
export const notificationsKinds: OptionKinds<S3NotificationsOptions> = {
  queue: {
    accepted: acceptedQueue,
    accepts: (value) =>
      typeof value === "string"
        ? isQueueUrl(value) || queueNameOf(value) !== undefined
        : typeof value === "object" && value !== null && !Array.isArray(value),
    describe: (value) => typeof value === "string" ? JSON.stringify(value) : describeType(value)
  },
  waitTime: "durationAboveZero",
  trustFor: "durationAboveZero",
  clientConfig: "object",
  snsClientConfig: "object"
}

/** Whether a queue is called by its URL. */
export const isQueueUrl = (text: string): boolean => /^https?:\/\/\S+$/.test(text)

const queueName = /^(?:arn:aws[a-z-]*:sqs:[a-z0-9-]+:(\d{12}):)?([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/

/** The name of a queue, and whose it is where that is said; nothing of what is no name and no ARN. */
export const queueNameOf = (
  text: string
): { readonly name: string; readonly owner: string | undefined } | undefined => {
  const [, owner, name] = queueName.exec(text) ?? []
  return name === undefined ? undefined : { name, owner }
}

/** The kinds of the options of a queue of one's own. */
export const ownQueueKinds: OptionKinds<S3NotificationsOwnQueue> = {
  create: {
    accepted: "true",
    accepts: (value) => value === true,
    describe: String
  },
  topic: {
    accepted: acceptedTopic,
    accepts: (value) => typeof value === "string" && topicArn.test(value),
    describe: (value) => typeof value === "string" ? JSON.stringify(value.slice(0, 200)) : describeType(value)
  },
  prefix: {
    accepted: "1 to 60 letters, digits, - and _",
    accepts: (value) => typeof value === "string" && /^[A-Za-z0-9_-]{1,60}$/.test(value),
    describe: (value) => typeof value === "string" ? JSON.stringify(value.slice(0, 200)) : describeType(value)
  },
  retention: "durationAboveZero",
  tags: "object"
}

/** ARNs of topics that are in no order: a bucket sends to no others. */
const topicArn = /^arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}$/

/** The region of a topic. */
export const regionOfTopic = (arn: string): string => topicArn.exec(arn)?.[1] ?? ""
