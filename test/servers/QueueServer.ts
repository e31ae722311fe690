/**
 * SQS and SNS inside the process, on a port of 127.0.0.1.
 */
import { CreateTopicCommand, SNSClient, type SNSClientConfig } from "@aws-sdk/client-sns"
import { CreateQueueCommand, SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs"
import { Effect } from "effect"
import { buildApp } from "fauxqs"

/** What reaches a server. */
const clients = (endpoint: string) =>
  Effect.gen(function*() {
    const clientConfig: SQSClientConfig & SNSClientConfig = {
      endpoint,
      region: "us-east-1",
      maxAttempts: 1,
      credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-queues" }
    }
    const sqs = yield* Effect.acquireRelease(
      Effect.sync(() => new SQSClient(clientConfig)),
      (client) => Effect.sync(() => client.destroy())
    )
    const sns = yield* Effect.acquireRelease(
      Effect.sync(() => new SNSClient(clientConfig)),
      (client) => Effect.sync(() => client.destroy())
    )
    return { clientConfig, sqs, sns }
  })

/** A server of its own. */
export const make = Effect.gen(function*() {
  const app = yield* Effect.acquireRelease(
    Effect.sync(() => buildApp({ logger: false })),
    (app) => Effect.promise(() => app.close())
  )
  const endpoint = yield* Effect.promise(() => app.listen({ host: "127.0.0.1", port: 0 }))
  return { endpoint, ...(yield* clients(endpoint)) }
})

/** Makes a queue, and tells its URL. */
export const makeQueue = (sqs: SQSClient, name: string): Effect.Effect<string> =>
  Effect.promise(async () => (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? "")

/** Makes a topic, and tells its ARN. */
export const makeTopic = (sns: SNSClient, name: string): Effect.Effect<string> =>
  Effect.promise(async () => (await sns.send(new CreateTopicCommand({ Name: name }))).TopicArn ?? "")
