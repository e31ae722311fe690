/**
 * An object store in a table of DynamoDB.
 */
import type { AttributeValue, DynamoDBClient, PutItemCommandInput } from "@aws-sdk/client-dynamodb"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createHash, randomUUID } from "node:crypto"
import { asExit } from "../../Cache/errors/asExit.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { rethrow } from "../../Cache/installed/rethrow.js"
import { millis } from "../../Cache/options/timeToLive.js"
import { pages } from "../../effect/streams.js"
import { repeatConflict } from "../bucket/repeatConflict.js"
import { makeRequestTimeouts } from "../bucket/RequestTimeouts.js"
import { makeSentOnce, type SentOnce } from "../bucket/SentOnce.js"
import { statusOf } from "../bucket/toObjectStoreError.js"
import { withSeenSpan } from "../common/seenSpan.js"
import { disassembleHeader } from "../entry/entryFrame.js"
import { isEntryName } from "../objects/objectName.js"
import { ConditionalOutcome, type ListedObject, LoadOutcome, type ObjectStore } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { DynamoDBObjectStoreOptions } from "./DynamoDBObjectStoreOptions.js"
import { TableClock } from "./TableClock.js"
import { isConditionFailed, toTableError } from "./tableFailure.js"

type Item = Readonly<Record<string, AttributeValue>>

/** The most bytes of an item: 400 KB, of which this much is left to names and times. */
const mostBytes = 409_600 - 2048

/** The longest object that is read whole: a little less than what can be written. */
const maxObjectBytes = 400_000

/** How often what a batch has left undone is asked for again. */
const batchTries = 8

/**
 * Objects as items of a table. The client is used, not owned.
 *
 * An item has the partition key `pk`, the prefix and one of so many numbers that its name draws, and the sort key `sk`, its name:
 * so one object is one item, found by its name; and a list is a range of each partition.
 */
export const makeDynamoDBObjectStore = (
  client: Pick<DynamoDBClient, "send">,
  options: DynamoDBObjectStoreOptions
): Effect.Effect<ObjectStore, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const { consistentReads = "certain", expiresAttribute = "expires", keyPrefix = "cache/", partitions = 16, table } =
      options
    if (typeof table !== "string" || !/^[A-Za-z0-9_.:/-]{3,1024}$/.test(table)) {
      return yield* configError(cache, "table", table, "the name or the ARN of a table")
    }
    if (ownAttributes.has(expiresAttribute)) {
      return yield* configError(
        cache,
        "expiresAttribute",
        expiresAttribute,
        "another name than pk, sk, body, etag, modified"
      )
    }
    const timeout = Duration.millis(
      yield* asExit(millis(cache, "requestTimeout", options.requestTimeout ?? "10 seconds", "durationAboveZero"))
    )
    const sdk = yield* loadSdk
    const timeouts = yield* makeRequestTimeouts(timeout)
    const description = `dynamodb://${table}/${keyPrefix}`

    const request = <A>(operation: string, name: string, send: (abortSignal: AbortSignal) => Promise<A>) =>
      timeouts.run(
        send,
        (cause) => toTableError(operation, description + name, table, cause),
        () =>
          new ObjectStoreError({
            reason: "Timeout",
            operation,
            target: description + name,
            detail: `no answer within ${Duration.format(timeout)}`
          })
      ).pipe(
        withSeenSpan(`effect-aws-cache.DynamoDB.${operation}`, () => ({
          kind: "client",
          attributes: { "aws.dynamodb.table_names": table, "aws.dynamodb.key": keyPrefix + name }
        }))
      )

    const tableClock = new TableClock()
    const heard = (sent: number) => <A extends { readonly response: unknown }>(answer: A): A => {
      tableClock.answered(answer.response, sent)
      return answer
    }

    const partition = (number: number) => `${keyPrefix}#${number}`
    const keyOf = (name: string) => ({
      pk: { S: partition(createHash("sha256").update(name).digest().readUInt32BE(0) % partitions) },
      sk: { S: name }
    })

    const load: ObjectStore["load"] = (name, { firstBytes, ifNoneMatch, isCertain } = {}) =>
      Effect.map(
        repeatConflict(Effect.flatMap(Clock.currentTimeMillis, (now) =>
          request("load", name, (abortSignal) => {
            const command = new sdk.GetItemCommand({
              TableName: table,
              Key: keyOf(name),
              ConsistentRead: consistentReads === "always" || isCertain === true || !isEntryName(name)
            })
            command.middlewareStack.add((next) => (args) => next(args).then(heard(now)), { step: "deserialize" })
            return client.send(command, { abortSignal })
          }))),
        ({ Item }) => {
          const object = Item && objectOf(Item)
          if (object === undefined) return LoadOutcome.Absent()
          const { body, etag, modified } = object
          if (etag === ifNoneMatch) return LoadOutcome.Unchanged()
          return body.length > maxObjectBytes && firstBytes === undefined
            ? LoadOutcome.TooLarge({ size: body.length, etag })
            : LoadOutcome.Found({ body: body.slice(0, firstBytes), size: body.length, etag, modified })
        }
      )

    /** Writes an item; as nobody else has its etag, it is known again. */
    const put = (
      operation: string,
      name: string,
      body: Uint8Array,
      condition: Pick<PutItemCommandInput, "ConditionExpression" | "ExpressionAttributeValues">,
      each?: SentOnce["each"]
    ): Effect.Effect<ConditionalOutcome, ObjectStoreError> => {
      if (body.length > mostBytes) return Effect.suspend(() => tooLong(operation, name, body.length))
      const etag = `"${randomUUID()}"`
      return Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const end = isEntryName(name) ? endOf(body) : undefined
        return Effect.matchEffect(
          request(operation, name, (abortSignal) => {
            const command = new sdk.PutItemCommand({
              TableName: table,
              Item: {
                ...keyOf(name),
                body: { B: body },
                etag: { S: etag },
                modified: { N: String(tableClock.timeOf(now)) },
                ...(end === undefined ? {} : { [expiresAttribute]: { N: String(end) } })
              },
              ...condition,
              ...(condition.ConditionExpression === undefined
                ? {}
                : { ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const })
            })
            command.middlewareStack.add((next) => (args) => next(args).then(heard(now)), { step: "deserialize" })
            // After the retries, whose every try comes through it.
            if (each !== undefined) {
              command.middlewareStack.add((next) => (args) => each(() => next(args)), {
                step: "finalizeRequest",
                priority: "low"
              })
            }
            // The SDK's own error says what lies there instead, and what others see of it does not.
            return client.send(command, { abortSignal }).then(() => "Written" as const, (cause: unknown) => {
              if (condition.ConditionExpression === undefined || !isConditionFailed(cause)) throw cause
              return etagIn(cause) === etag ? "Written" as const : "Refused" as const
            })
          }),
          {
            onSuccess: (tag) =>
              Effect.succeed(
                tag === "Written"
                  ? ConditionalOutcome.Written({ etag: Option.some(etag) })
                  : ConditionalOutcome.Refused()
              ),
            onFailure: (error) =>
              condition.ConditionExpression !== undefined &&
                (error.reason === "Conflict" || (statusOf(error.cause) ?? 0) >= 500)
                ? Effect.succeed(ConditionalOutcome.Unknown())
                : Effect.fail(error)
          }
        )
      })
    }

    const tooLong = (operation: string, name: string, length: number) =>
      new ObjectStoreError({
        reason: "Rejected",
        operation,
        target: description + name,
        detail:
          `an item of DynamoDB has at most 400 KB, and this would be one of ${length} bytes: compress it, say a ` +
          "smaller maxEntryBytes, or keep what is so large in a bucket"
      })

    const saveOnce = (name: string, body: Uint8Array): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
      repeatConflict(Effect.suspend(() => {
        const sentOnce = makeSentOnce()
        return Effect.catchAll(
          put("save", name, body, {}, sentOnce.each),
          (error) => sentOnce.stopped() ? Effect.succeed(ConditionalOutcome.Unknown()) : Effect.fail(error)
        )
      }))

    const remove = (name: string, etag?: string) =>
      request("remove", name, (abortSignal) =>
        client.send(
          new sdk.DeleteItemCommand({
            TableName: table,
            Key: keyOf(name),
            ...(etag === undefined
              ? {}
              : { ConditionExpression: "etag = :etag", ExpressionAttributeValues: { ":etag": { S: etag } } })
          }),
          { abortSignal }
        ).then(() => "removed" as const, (cause: unknown) => {
          if (etag !== undefined && isConditionFailed(cause)) return "refused" as const
          throw cause
        }))

    /** What a batch leaves undone, since the table is asked too much, is asked for again, later and later. */
    const removeBatch = (names: ReadonlyArray<string>, nth = 1): Effect.Effect<void, ObjectStoreError> =>
      Effect.flatMap(
        repeatConflict(request("remove", names[0] ?? "", (abortSignal) =>
          client.send(
            new sdk.BatchWriteItemCommand({
              RequestItems: { [table]: names.map((name) => ({ DeleteRequest: { Key: keyOf(name) } })) }
            }),
            { abortSignal }
          ))),
        ({ UnprocessedItems }) => {
          const left = Object.values(UnprocessedItems ?? {}).flat().flatMap(({ DeleteRequest }) => {
            const name = DeleteRequest?.Key?.["sk"]?.S
            return name === undefined ? [] : [name]
          })
          if (left.length === 0) return Effect.void
          return nth < batchTries
            ? Effect.zipRight(Effect.sleep(Duration.millis(25 * 2 ** nth)), removeBatch(left, nth + 1))
            : new ObjectStoreError({
              reason: "Throttled",
              operation: "remove",
              target: description,
              detail: `${left.length} removals of a batch were left undone ${batchTries} times in a row`
            })
        }
      )

    const listPartition = (number: number, prefix: string): Stream.Stream<ListedObject, ObjectStoreError> =>
      pages<Item | undefined, ListedObject, ObjectStoreError, never>(undefined, (from) =>
        Effect.map(
          request("list", prefix, (abortSignal) =>
            client.send(
              new sdk.QueryCommand({
                TableName: table,
                ConsistentRead: true,
                KeyConditionExpression: prefix === "" ? "pk = :pk" : "pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues: {
                  ":pk": { S: partition(number) },
                  ...(prefix === "" ? {} : { ":prefix": { S: prefix } })
                },
                ExclusiveStartKey: from
              }),
              { abortSignal }
            )),
          ({ Items = [], LastEvaluatedKey }) => [
            Items.flatMap((item) => {
              const object = objectOf(item)
              const name = item["sk"]?.S
              return object === undefined || name === undefined
                ? []
                : [{ name, size: object.body.length, etag: object.etag, modified: object.modified ?? 0 }]
            }),
            Option.map(Option.fromNullable(LastEvaluatedKey), (key): Item | undefined => key)
          ]
        ))

    return {
      description,
      place: description,
      maxObjectBytes,
      load,
      save: (name, body) =>
        Effect.map(
          repeatConflict(put("save", name, body, {})),
          (outcome) => outcome._tag === "Written" ? outcome.etag : Option.none()
        ),
      saveOnce,
      add: (name, body) => put("add", name, body, { ConditionExpression: "attribute_not_exists(pk)" }),
      replace: (name, body, etag) =>
        put("replace", name, body, {
          ConditionExpression: "etag = :etag",
          ExpressionAttributeValues: { ":etag": { S: etag } }
        }),
      remove: (name) => Effect.asVoid(repeatConflict(remove(name))),
      removeIfMatch: (name, etag) =>
        Effect.catchIf(
          remove(name, etag),
          ({ reason }) => reason === "Conflict",
          () => Effect.succeed("unknown" as const)
        ),
      removeAll: (names) =>
        Effect.forEach(Arr.chunksOf([...new Set(names)], 25), (some) => removeBatch(some), {
          concurrency: 4,
          discard: true
        }),
      list: (prefix) =>
        Stream.flatMap(
          Stream.fromIterable(Array.from({ length: partitions }, (_, number) => number)),
          (number) => listPartition(number, prefix)
        )
    }
  })

const cache = "DynamoDB object store"

const ownAttributes: ReadonlySet<string> = new Set(["pk", "sk", "body", "etag", "modified"])

const objectOf = (item: Item) => {
  const body = item["body"]?.B
  const etag = item["etag"]?.S
  const modified = item["modified"]?.N
  return body === undefined || etag === undefined
    ? undefined
    : { body, etag, modified: modified === undefined ? undefined : Number(modified) }
}

/** When an entry is of no use any more, fresh or late, in whole seconds since the epoch; nothing where it does not say. */
const endOf = (body: Uint8Array): number | undefined =>
  Either.match(disassembleHeader(body), {
    onLeft: () => undefined,
    onRight: ({ expires, until = expires }) => Number.isFinite(until) ? Math.ceil(until / 1000) : undefined
  })

/** The etag of the item that was in the way. */
const etagIn = (cause: unknown): unknown => {
  const item = Predicate.hasProperty(cause, "Item") ? cause.Item : undefined
  const etag = Predicate.hasProperty(item, "etag") ? item.etag : undefined
  return Predicate.hasProperty(etag, "S") ? etag.S : undefined
}

const loadSdk = Effect.tryPromise({
  try: async () => {
    try {
      return await import("@aws-sdk/client-dynamodb")
    } catch (cause) {
      return rethrow(cause)
    }
  },
  catch: (cause) =>
    new CacheConfigError({
      cache,
      option: "@aws-sdk/client-dynamodb",
      value: "not installed",
      accepted: "installed next to effect-aws-cache: npm install @aws-sdk/client-dynamodb",
      cause
    })
})
