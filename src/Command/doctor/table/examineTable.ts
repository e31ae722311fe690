/**
 * Asks a table all that the cache will ask of it.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Buffer } from "node:buffer"
import { randomUUID } from "node:crypto"
import type { CacheConfigError } from "../../../Cache/errors/CacheErrors.js"
import { consequences } from "../../../S3Store/bucket/s3Answers.js"
import { clientRegionOf } from "../../../S3Store/bucket/s3Region.js"
import { probeFolder } from "../../../S3Store/objects/objectName.js"
import type { ObjectStoreError } from "../../../S3Store/objects/ObjectStoreErrors.js"
import { makeDynamoDBObjectStore } from "../../../S3Store/table/dynamoDBObjectStore.js"
import { toTableError } from "../../../S3Store/table/tableFailure.js"
import { type Answer, makeHearing, reasonOf, withinLimit } from "../Answer.js"
import { seeCredentials } from "../seeCredentials.js"
import type { TableFacts } from "./TableFacts.js"

/** What is examined. */
export interface ExaminedTable {
  readonly client: DynamoDBClient
  readonly table: string
  readonly keyPrefix: string
  readonly partitions: number | undefined
  readonly expiresAttribute: string
  /** The SDK, which is not imported before it is needed. */
  readonly sdk: typeof import("@aws-sdk/client-dynamodb")
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

const content = Buffer.from("what the doctor writes")
const wrongEtag = "\"none\""

/**
 * Asks a table, one request after the other, by the very store that a cache has there. All that is written is one item
 * `.probe/UUID`, which is removed again, also when it is interrupted.
 */
export const examineTable = (
  { client, expiresAttribute, keyPrefix, partitions, sdk, table }: ExaminedTable
): Effect.Effect<{ readonly facts: TableFacts; readonly requests: number }, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const store = yield* makeDynamoDBObjectStore(client, { table, keyPrefix, partitions, expiresAttribute })
    const hearing = makeHearing()
    let requests = 0
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        requests++
        hearing.note(result.response)
        return result
      },
      { step: "deserialize", priority: "low", name: "effect-aws-cache.answer", override: true }
    )
    const region = yield* clientRegionOf(client)
    const facts: Mutable<TableFacts> = {
      place: { table, keyPrefix, region },
      expiresAttribute,
      credentials: yield* seeCredentials(client),
      isLeft: false
    }
    if (!facts.credentials.isDone) return { facts, requests }
    const target = `dynamodb://${table}/${keyPrefix}`
    const name = `${probeFolder}${randomUUID()}`
    let mayBeThere = false

    const ask = <A>(operation: string, request: Effect.Effect<A, ObjectStoreError>) =>
      Effect.tap(hearing.answered(withinLimit(operation, target, request)), noteArn)

    /** Who is refused is told which table that is of. */
    const noteArn = (answer: Answer<unknown>) =>
      Effect.sync(() => {
        if (answer.isDone || facts.place.arn !== undefined) return
        const cause = answer.error.cause
        const message = Predicate.hasProperty(cause, "message") ? String(cause.message) : ""
        const arn = /\barn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+/.exec(message)?.[0]
        if (arn?.endsWith(`/${table}`) === true) facts.place = { ...facts.place, arn }
      })

    const look = <A>(send: (abortSignal: AbortSignal) => Promise<A>) =>
      ask(
        "look",
        Effect.tryPromise({ try: send, catch: (cause) => toTableError("look", target, table, cause) })
      )

    const describe = Effect.gen(function*() {
      const described = yield* look(async (abortSignal) => {
        const command = new sdk.DescribeTableCommand({ TableName: table })
        return (await client.send(command, { abortSignal })).Table ?? {}
      })
      facts.described = described
      const arn = described.isDone ? described.output.TableArn : undefined
      if (arn !== undefined) facts.place = { ...facts.place, arn }
    })

    /** Whatever was answered, it may have been written; who interrupts waits for the answer. */
    const writing = <A>(request: Effect.Effect<A>) =>
      Effect.uninterruptible(Effect.zipRight(Effect.sync(() => void (mayBeThere = true)), request))

    const examination = Effect.gen(function*() {
      const absent = yield* ask("load", store.load(name, { isCertain: true }))
      facts.absent = absent
      const reason = reasonOf(absent)
      if (reason !== undefined && reason !== "AccessDenied") {
        const { counts, isSetup } = consequences[reason]
        if (reason === "Rejected") yield* describe
        if (isSetup || counts || reason === "Rejected") return
      }
      yield* describe
      facts.timeToLive = yield* look(async (abortSignal) => {
        const command = new sdk.DescribeTimeToLiveCommand({ TableName: table })
        return (await client.send(command, { abortSignal })).TimeToLiveDescription ?? {}
      })

      const list = ask(
        "list",
        Effect.map(Stream.runHead(Stream.filter(store.list(probeFolder), (item) => item.name === name)), Option.isSome)
      )
      facts.remove = yield* ask("remove", store.remove(name))
      if (!facts.remove.isDone) {
        // What is written could not be removed: only what cannot succeed is tried.
        facts.isDryWrite = true
        facts.write = yield* ask("save", store.replace(name, content, wrongEtag))
        facts.list = yield* list
        facts.removeAll = yield* ask("remove", store.removeAll([name]))
        return
      }
      const saved = yield* writing(ask("save", store.save(name, content)))
      facts.write = saved
      facts.list = yield* list
      if (!saved.isDone) {
        facts.removeAll = yield* ask("remove", store.removeAll([name]))
        return
      }
      facts.read = yield* ask("load", store.load(name, { isCertain: true }))
      facts.addToExisting = yield* writing(ask("add", store.add(name, content)))
      const etag = saved.output
      const wrong = yield* writing(ask("replace", store.replace(name, content, wrongEtag)))
      if (Option.isSome(etag)) {
        facts.replace = { wrong, right: yield* writing(ask("replace", store.replace(name, content, etag.value))) }
      }
      facts.removeIfMatch = yield* ask("remove", store.removeIfMatch(name, wrongEtag))
      facts.removeAll = yield* ask("remove", store.removeAll([name]))
    })

    const cleanUp = Effect.suspend(() =>
      mayBeThere ? Effect.map(ask("remove", store.remove(name)), ({ isDone }) => !isDone) : Effect.succeed(false)
    )
    yield* Effect.onInterrupt(examination, () => cleanUp)
    facts.isLeft = yield* Effect.uninterruptible(cleanUp)
    return { facts, requests }
  })

/** Whether what was read is what was written. */
export const isWhatWasWritten = (body: Uint8Array): boolean => content.equals(body)
