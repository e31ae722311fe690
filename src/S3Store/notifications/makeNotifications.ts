/**
 * Puts together what hears of changes in buckets.
 */
import type { SNSClient } from "@aws-sdk/client-sns"
import type { SQSClient } from "@aws-sdk/client-sqs"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import { asExit } from "../../Cache/errors/asExit.js"
import { CacheConfigError, type CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { orInstall } from "../../Cache/installed/orInstall.js"
import { checkNested } from "../../Cache/options/checkOptions.js"
import { millis } from "../../Cache/options/timeToLive.js"
import { printedAs } from "../../Cache/printing/printedAs.js"
import { ClientCache } from "../../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../../ClientLayer/errors/ClientErrors.js"
import { failOfBadKey } from "../../ClientLayer/key/badKeys.js"
import { withinTime } from "../common/standstill.js"
import { notPushed, tellingBucket } from "../notice/notPushed.js"
import { checkBucketOptions } from "../options/checkBucketOptions.js"
import { Listeners } from "./Listeners.js"
import { makeOwnQueue } from "./ownQueue.js"
import { type QueueFailure, queueFailure } from "./queueFailure.js"
import { readQueue } from "./QueueReader.js"
import {
  acceptedQueue,
  acceptedTopic,
  isQueueUrl,
  notificationsKinds,
  ownQueueKinds,
  queueNameOf,
  regionOfTopic,
  type S3NotificationsOptions
} from "./S3NotificationsOptions.js"
import type { S3NotificationsService } from "./S3NotificationsService.js"
import { zeroCounts } from "./S3NotificationsStats.js"

const cache = "S3Notifications"

/** The longest that a start waits for SQS, in milliseconds: a cache works without it. */
const longestStart = 5000

/** How often it is looked whether something was heard, in milliseconds. */
const longestWatch = 5000

const longestPause = 30_000

/** Hears of changes in buckets for as long as the scope lives. */
export const makeNotifications = (
  options: S3NotificationsOptions
): Effect.Effect<
  S3NotificationsService,
  CacheConfigError | CacheKeyError | ClientBuildError,
  ClientCache | Scope.Scope
> =>
  Effect.gen(function*() {
    yield* asExit(checkBucketOptions(cache, options, notificationsKinds))
    const { clientConfig = {}, queue } = options
    if (queue === undefined) return yield* configError(cache, "queue", queue, acceptedQueue)
    const waitTime = yield* asExit(millis(cache, "waitTime", options.waitTime ?? "20 seconds", "durationAboveZero"))
    if (!Number.isInteger(waitTime / 1000) || waitTime > 20_000) {
      return yield* configError(cache, "waitTime", options.waitTime, "1 to 20 whole seconds")
    }
    const trustFor = yield* asExit(
      millis(cache, "trustFor", options.trustFor ?? waitTime + 10_000, "durationAboveZero")
    )
    if (trustFor <= waitTime) {
      return yield* configError(cache, "trustFor", options.trustFor, "a duration of more than waitTime")
    }
    const sqs = yield* failOfBadKey(ClientCache.client(loadSqsClient, clientConfig))
    const sdk = yield* Effect.promise(loadSqs)
    const counts = zeroCounts()
    const listeners = new Listeners(trustFor)
    // It has begun, or will not without somebody's help.
    const begun = yield* Deferred.make<void, QueueFailure>()
    let failuresInRow = 0
    const read = (url: string, isOwn: boolean, alive: Effect.Effect<void, QueueFailure>) =>
      readQueue(url, {
        client: sqs,
        sdk,
        waitSeconds: waitTime / 1000,
        isOwn,
        begun: Effect.suspend(() => {
          failuresInRow = 0
          return Deferred.succeed(begun, undefined)
        }),
        alive,
        listeners,
        counts
      })
    /** The queue, each time that there is to be one. */
    const acquire = typeof queue === "string" ? findQueue(sqs, sdk, queue) : yield* ownQueue(options, queue, sqs, sdk)

    const reading = Effect.scoped(
      Effect.flatMap(acquire, ({ alive, url }) =>
        Effect.gen(function*() {
          yield* listeners.begin(yield* Clock.currentTimeMillis)
          return yield* read(url, typeof queue !== "string", alive)
        }))
    )
    // A mistake in here must not be the end of all hearing.
    const unbroken = Effect.catchAllDefect(reading, (defect) => Effect.fail(queueFailure("receive", defect)))
    const again = (failure: QueueFailure) =>
      Effect.gen(function*() {
        counts.failures++
        if (failure.isSetup && (yield* Deferred.fail(begun, failure))) return yield* Effect.never
        yield* Deferred.succeed(begun, undefined)
        if (failuresInRow === 0) {
          yield* Effect.logWarning(
            `S3Notifications: what is in memory is confirmed before it is given out, since there is no queue: ${failure.detail}`
          )
        }
        yield* unrefSleep(Math.min(500 * 2 ** failuresInRow++, longestPause))
      })
    yield* Effect.forkScoped(Effect.interruptible(Effect.forever(Effect.catchAll(unbroken, again))))
    const watching = Effect.zipRight(
      unrefSleep(Math.min(trustFor / 2, longestWatch)),
      Effect.flatMap(Clock.currentTimeMillis, (now) => listeners.watch(now))
    )
    yield* Effect.forkScoped(Effect.interruptible(Effect.forever(watching)))
    yield* Effect.mapError(
      withinTime(Deferred.await(begun), longestStart, () => undefined).pipe(
        Effect.catchAll((failure) => failure === undefined ? Effect.void : Effect.fail(failure))
      ),
      ({ cause, detail }) =>
        new CacheConfigError({
          cache,
          option: "queue",
          value: typeof queue === "string" ? JSON.stringify(queue) : `one at ${JSON.stringify(queue.topic)}`,
          accepted: `a queue that can be read: ${detail}`,
          cause
        })
    )

    const service: S3NotificationsService = {
      listen: (place, hearing) =>
        Either.match(tellingBucket(place), {
          onLeft: (why) => notPushed(cache, why),
          onRight: (bucket) =>
            Effect.asVoid(Effect.acquireRelease(
              Effect.sync(() => {
                const listener = { bucket, prefix: place.prefix, hearing }
                listeners.add(listener)
                return listener
              }),
              (listener) => Effect.sync(() => listeners.remove(listener))
            ))
        }),
      stats: Effect.sync(() => ({ ...counts, told: listeners.told }))
    }
    return printedAs(service, () => ({ _id: "S3Notifications", ...counts, told: listeners.told }))
  })

const findQueue = (
  sqs: Pick<SQSClient, "send">,
  sdk: Pick<typeof import("@aws-sdk/client-sqs"), "GetQueueUrlCommand">,
  queue: string
) => {
  const alive: Effect.Effect<void, QueueFailure> = Effect.void
  if (isQueueUrl(queue)) return Effect.succeed({ url: queue, alive })
  const { name, owner } = queueNameOf(queue) ?? { name: queue, owner: undefined }
  return Effect.flatMap(
    withinTime(
      Effect.tryPromise({
        try: (abortSignal) =>
          sqs.send(new sdk.GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: owner }), { abortSignal }),
        catch: (cause) => queueFailure("find", cause)
      }),
      10_000,
      () => queueFailure("find", new Error("no answer within 10 seconds"))
    ),
    ({ QueueUrl }) =>
      QueueUrl === undefined
        ? Effect.fail(queueFailure("find", new Error("the answer names no queue")))
        : Effect.succeed({ url: QueueUrl, alive })
  )
}

const ownQueue = (
  options: S3NotificationsOptions,
  queue: Exclude<S3NotificationsOptions["queue"], string>,
  sqs: Pick<SQSClient, "send">,
  sqsSdk: typeof import("@aws-sdk/client-sqs")
) =>
  Effect.gen(function*() {
    yield* asExit(checkNested(cache, "queue", queue, ownQueueKinds))
    if (queue.create !== true || queue.topic === undefined) {
      return yield* configError(cache, "queue.topic", queue.topic, acceptedTopic)
    }
    const retention = yield* asExit(
      millis(cache, "queue.retention", queue.retention ?? "5 minutes", "durationAboveZero")
    )
    const seconds = Math.round(retention / 1000)
    if (seconds < 60 || seconds > 1_209_600) {
      return yield* configError(cache, "queue.retention", queue.retention, "a duration of 1 minute to 14 days")
    }
    const sns: SNSClient = yield* failOfBadKey(
      ClientCache.client(loadSnsClient, options.snsClientConfig ?? { region: regionOfTopic(queue.topic) })
    )
    const snsSdk = yield* Effect.promise(loadSns)
    return makeOwnQueue({ sqs, sns, sqsSdk, snsSdk }, {
      topic: queue.topic,
      prefix: queue.prefix ?? "effect-aws-cache-",
      retention: seconds,
      tags: queue.tags ?? {}
    })
  })

const loadSqs = async () => {
  try {
    return await import("@aws-sdk/client-sqs")
  } catch (cause) {
    return orInstall("@aws-sdk/client-sqs")(cause)
  }
}

const loadSns = async () => {
  try {
    return await import("@aws-sdk/client-sns")
  } catch (cause) {
    return orInstall("@aws-sdk/client-sns")(cause)
  }
}

const loadSqsClient = async () => (await loadSqs()).SQSClient
const loadSnsClient = async () => (await loadSns()).SNSClient
