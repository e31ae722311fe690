/**
 * Reading a queue to its end, and telling what its messages say.
 */
import type { Message, SQSClient } from "@aws-sdk/client-sqs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import { withinTime } from "../common/standstill.js"
import type { Listeners } from "./Listeners.js"
import { type QueueFailure, queueFailure } from "./queueFailure.js"
import { readMessage } from "./readMessage.js"
import type { NotificationCounts } from "./S3NotificationsStats.js"

type Sdk = typeof import("@aws-sdk/client-sqs")

/** What reads a queue. */
export interface QueueReaderOptions {
  readonly client: Pick<SQSClient, "send">
  readonly sdk: Pick<Sdk, "DeleteMessageBatchCommand" | "ReceiveMessageCommand">
  /** How long SQS waits for a message, in seconds. */
  readonly waitSeconds: number
  /** Whether it was made for this process, which makes another one when it is gone. */
  readonly isOwn: boolean
  /** What is done once it is known that the queue can be read, or that this is tried again. */
  readonly begun: Effect.Effect<unknown>
  /** Tells others that the process lives. */
  readonly alive: Effect.Effect<void, QueueFailure>
  readonly listeners: Listeners
  readonly counts: NotificationCounts
}

/** The most messages of a receive, and of a batch of removals. */
const mostMessages = 10

/** How many receives there are at a time at most, when a queue is full. */
const mostReceives = 8

/** How many batches may be waiting to be removed. */
const mostRemovals = 8

/**
 * For how long what was received is nobody else's, in seconds, whatever the queue says: what was in an answer that got lost
 * comes again after that, and so does what SQS gives to a request whose sender has gone.
 */
const visibility = 5

/** What an answer may take longer than SQS waits, in seconds. */
const answerTime = 10

/** How often it is told that this process lives, in milliseconds. */
const aliveEvery = 3_600_000

const shortestPause = 200
const longestPause = 20_000

/**
 * Reads a queue for as long as it is let. Failures are told once for each outage, and tried again; unless there is no such
 * queue, and `isOwn`, or the first request fails as all others would.
 */
export const readQueue = (
  queueUrl: string,
  { alive, begun, client, counts, isOwn, listeners, sdk, waitSeconds }: QueueReaderOptions
): Effect.Effect<never, QueueFailure, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const removals = yield* Effect.makeSemaphore(mostRemovals)
    const told = new Set<string>()
    let failuresInRow = 0

    const request = <A>(operation: string, seconds: number, send: (abortSignal: AbortSignal) => Promise<A>) =>
      withinTime(
        Effect.tryPromise({ try: send, catch: (cause) => queueFailure(operation, cause) }),
        seconds * 1000,
        () => queueFailure(operation, new Error(`no answer within ${seconds} seconds`))
      )

    /** Once for each outage. */
    const failed = (what: string, { detail }: QueueFailure) =>
      Effect.suspend(() => {
        counts.failures++
        if (told.has(what)) return Effect.void
        told.add(what)
        return Effect.logWarning(`S3Notifications: ${what} ${queueUrl}: ${detail}`)
      })

    const remove = (messages: ReadonlyArray<Message>) => {
      const entries = messages.flatMap(({ ReceiptHandle }, index) =>
        ReceiptHandle === undefined ? [] : [{ Id: String(index), ReceiptHandle }]
      )
      if (entries.length === 0) return Effect.void
      return Effect.catchAll(
        Effect.map(
          request("delete", answerTime, (abortSignal) =>
            client.send(new sdk.DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }), { abortSignal })),
          ({ Failed = [] }) =>
            void (counts.undeleted += Failed.length)
        ),
        // They come again, which costs a request and changes nothing.
        (failure) => {
          counts.undeleted += entries.length
          return failed("messages come again, since they cannot be removed from", failure)
        }
      )
    }

    /** How many came. */
    const receive = (wait: number) =>
      Effect.flatMap(
        request("receive", wait + answerTime, (abortSignal) =>
          client.send(
            new sdk.ReceiveMessageCommand({
              QueueUrl: queueUrl,
              MaxNumberOfMessages: mostMessages,
              WaitTimeSeconds: wait,
              VisibilityTimeout: visibility
            }),
            { abortSignal }
          )),
        ({ Messages = [] }) => {
          counts.receives++
          if (Messages.length === 0) {
            return Effect.succeed(0)
          }
          return Effect.as(
            Effect.zipRight(
              Effect.forEach(Messages, ({ Body }) =>
                tell(Body ?? ""), { discard: true }),
              // Not waited for: what changes next may be in the queue already.
              Effect.forkIn(removals.withPermits(1)(remove(Messages)), scope)
            ),
            Messages.length
          )
        }
      )

    const tell = (body: string): Effect.Effect<void> =>
      Effect.suspend(() => {
        counts.messages++
        const message = readMessage(body)
        if (message._tag === "changes") {
          counts.changes += message.changes.length
          return Effect.forEach(message.changes, (change) =>
            listeners.changed(change), { discard: true })
        }
        counts[message._tag]++
        return Effect.void
      })

    let isFirst = true
    let receives = 1
    let toldAlive = yield* Clock.currentTimeMillis
    /** One receive, or several at once where the last ones were full. */
    const round = Effect.gen(function*() {
      const before = yield* Clock.currentTimeMillis
      // The first one does not wait: it tells whether the queue can be read.
      const wait = isFirst || receives > 1 ? 0 : waitSeconds
      const came = yield* Effect.forEach(
        Array.from({ length: receives }),
        () =>
          Effect.matchEffect(receive(wait), {
            onFailure: (failure) =>
              (isOwn && failure.isGone) || (isFirst && failure.isSetup)
                ? Effect.fail(failure)
                : Effect.as(
                  failed("what is in memory is confirmed before it is given out, since nothing is heard from", failure),
                  -1
                ),
            onSuccess: Effect.succeed
          }),
        { concurrency: "unbounded" }
      )
      isFirst = false
      yield* begun
      if (came.includes(-1)) {
        receives = 1
        // There may have been something in the answer.
        if (failuresInRow === 0) yield* listeners.missed
        const pause = Math.min(shortestPause * 2 ** failuresInRow++, longestPause)
        return yield* unrefSleep(pause * (0.5 + (yield* Random.next) / 2))
      }
      failuresInRow = 0
      if (told.size > 0) {
        told.clear()
        yield* Effect.logInfo(`S3Notifications: ${queueUrl} is heard again`)
      }
      const isFull = came.includes(mostMessages)
      receives = isFull ? Math.min(receives * 2, mostReceives) : 1
      // What lies behind a full answer may be old. And an answer may be older than it looks: a process stands still at times.
      const now = yield* Clock.currentTimeMillis
      if (!isFull) yield* listeners.heard(Math.min(now, before + wait * 1000))
      if (isOwn && now - toldAlive >= aliveEvery) {
        toldAlive = now
        yield* Effect.forkIn(
          Effect.catchAll(alive, (failure) => failed("nobody is told that this process lives, by a tag of", failure)),
          scope
        )
      }
    })

    return yield* Effect.forever(round)
  })
