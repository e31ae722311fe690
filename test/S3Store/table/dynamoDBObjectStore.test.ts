import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand
} from "@aws-sdk/client-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Layer, Option, Predicate, Schema, Stream, TestClock } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { toTableError } from "../../../src/S3Store/table/tableFailure.js"
import * as DynamoDBServer from "../../servers/DynamoDBServer.js"
import { whileTurning } from "../../support/whileTurning.js"
import { entryName } from "../levels/asEntries.js"
import { conformance } from "../objects/ObjectStore.conformance.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const table = Layer.unwrapScoped(
  Effect.map(
    DynamoDBServer.make,
    ({ clientConfig, table }) => ObjectStore.layerDynamoDB({ table, clientConfig, partitions: 3 })
  )
).pipe(Layer.provide(ClientCache.layer()))

conformance("a table of DynamoDB", table, { conditions: true, deletes: true, lists: true, modelRuns: 10 })

/** What a client may answer, under a type that hides it. */
const untyped = (value: unknown): never => value as never

/** A client that answers by itself, and notes what it was sent. */
const answering = (answer: (command: object, nth: number) => unknown) => {
  const sent: Array<object> = []
  const client: Pick<DynamoDBClient, "send"> = {
    send: (command: object) => {
      sent.push(command)
      return new Promise((resolve) => resolve(untyped(answer(command, sent.length))))
    }
  }
  return { client, sent }
}

const rejection = (name: string, status = 400) =>
  Object.assign(new Error(`${name} as a test says`), { name, $metadata: { httpStatusCode: status } })

describe("an object store in a table", () => {
  it.scopedLive("is a second level, whose entries say when they are over", () =>
    Effect.gen(function*() {
      const { client, clientConfig, table } = yield* DynamoDBServer.make
      const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
      yield* Effect.gen(function*() {
        yield* S3Cache.set(Names.key(1), "Ada", { timeToLive: "1 hour", tags: ["people"] })
        yield* S3Cache.add(Names.key(2), "Grace", { timeToLive: Infinity })
        assert.strictEqual((yield* Effect.flip(S3Cache.add(Names.key(2), "again")))._tag, "CacheExistsError")
        assert.strictEqual(yield* Stream.runCount(S3Cache.list(Names)), 2)
        yield* S3Cache.invalidateTag("people")
        assert.deepStrictEqual(yield* S3Cache.getOption(Names.key(1)), Option.none())
        yield* S3Cache.set(Names.key(3), "Barbara", { timeToLive: "1 hour" })
        const check = yield* S3Cache.check
        assert.isTrue(check.isFine, String(check))
      }).pipe(
        Effect.provide(S3Cache.layer({ coordination: "lease" })),
        Effect.provide(ObjectStore.layerDynamoDB({ table, clientConfig })),
        Effect.provide(ClientCache.layer())
      )
      const { Items = [] } = yield* Effect.promise(() => client.send(new ScanCommand({ TableName: table })))
      const ends = Items.map(({ expires, sk }) => [sk?.S?.split("/")[0], expires?.N !== undefined])
      assert.sameDeepMembers(ends, [["names", true], ["names", false], [".tags", false]])
      const soon = Items.flatMap(({ expires }) =>
        expires?.N === undefined ? [] : [Number(expires.N) - Date.now() / 1000]
      )
      assert.isTrue(soon.every((seconds) => seconds > 3000 && seconds <= 3601), String(soon))
    }))

  it.scoped("reads what is certain, and what coordinates, after every write before", () =>
    Effect.gen(function*() {
      const { client, sent } = answering(() => ({}))
      const store = yield* ObjectStore.makeDynamoDBClient(client, { table: "names" })
      const always = yield* ObjectStore.makeDynamoDBClient(client, { table: "names", consistentReads: "always" })
      const entry = entryName("one")
      yield* store.load(entry)
      yield* store.load(entry, { isCertain: true })
      yield* store.load(`${entry}.run`)
      yield* store.load(`.tags/${entry.slice(-64)}`)
      yield* always.load(entry)
      assert.deepStrictEqual(
        sent.map((command) => command instanceof GetItemCommand && command.input.ConsistentRead),
        [false, true, true, true, true]
      )
    }))

  it.scoped("knows its own write again that was sent twice", () =>
    Effect.gen(function*() {
      const { client } = answering((command) => {
        if (!(command instanceof PutItemCommand)) return {}
        assert.strictEqual(command.input.ReturnValuesOnConditionCheckFailure, "ALL_OLD")
        throw Object.assign(rejection("ConditionalCheckFailedException"), { Item: command.input.Item })
      })
      const store = yield* ObjectStore.makeDynamoDBClient(client, { table: "names" })
      assert.strictEqual((yield* store.add("a", bytes("one")))._tag, "Written")
      const others = answering(() => {
        throw Object.assign(rejection("ConditionalCheckFailedException"), { Item: { etag: { S: "\"another\"" } } })
      })
      const second = yield* ObjectStore.makeDynamoDBClient(others.client, { table: "names" })
      assert.strictEqual((yield* second.add("a", bytes("one")))._tag, "Refused")
      assert.strictEqual((yield* second.replace("a", bytes("one"), "\"x\""))._tag, "Refused")
      assert.strictEqual(yield* second.removeIfMatch("a", "\"x\""), "refused")
      const ill = answering(() => {
        throw rejection("InternalServerError", 500)
      })
      const third = yield* ObjectStore.makeDynamoDBClient(ill.client, { table: "names" })
      assert.strictEqual((yield* third.add("a", bytes("one")))._tag, "Unknown")
      assert.strictEqual((yield* Effect.flip(third.save("a", bytes("one")))).reason, "Unavailable")
    }))

  it.scoped("refuses what is longer than an item, and sends nothing", () =>
    Effect.gen(function*() {
      const { client, sent } = answering(() => ({}))
      const store = yield* ObjectStore.makeDynamoDBClient(client, { table: "names" })
      const error = yield* Effect.flip(store.save("a", new Uint8Array(409_600)))
      assert.strictEqual(error.reason, "Rejected")
      assert.include(error.message, "an item of DynamoDB has at most 400 KB, and this would be one of 409600 bytes")
      assert.strictEqual((yield* Effect.flip(store.add("a", new Uint8Array(409_600)))).reason, "Rejected")
      assert.strictEqual(sent.length, 0)
    }))

  it.scoped("asks again for removals that were left undone, and not for ever", () =>
    Effect.gen(function*() {
      let left = 3
      const { client, sent } = answering((command) => {
        if (!(command instanceof BatchWriteItemCommand)) return {}
        const requests = command.input.RequestItems?.["names"] ?? []
        return { UnprocessedItems: left-- > 0 ? { names: requests.slice(0, left) } : {} }
      })
      const store = yield* ObjectStore.makeDynamoDBClient(client, { table: "names" })
      const removal = yield* Effect.fork(store.removeAll(["a", "b", "c", "d", "a"]))
      for (let time = 0; time < 10; time++) yield* TestClock.adjust("1 second")
      yield* Fiber.join(removal)
      const counts = sent.map((command) =>
        command instanceof BatchWriteItemCommand && command.input.RequestItems?.["names"]?.length
      )
      assert.deepStrictEqual(counts, [4, 2, 1])
      left = 1000
      const endless = yield* Effect.fork(Effect.flip(store.removeAll(["a", "b"])))
      for (let time = 0; time < 20; time++) yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(endless)).reason, "Throttled")
      assert.strictEqual(sent.length, 3 + 8)
    }))

  it("says what the answers of DynamoDB mean", () => {
    const reasonOf = (name: string, status?: number) =>
      toTableError("load", "dynamodb://names/cache/a", "names", rejection(name, status)).reason
    assert.deepStrictEqual(
      [
        "ResourceNotFoundException",
        "AccessDeniedException",
        "ExpiredTokenException",
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "ValidationException"
      ].map((name) => reasonOf(name)),
      ["NoSuchBucket", "AccessDenied", "Credentials", "Throttled", "Throttled", "Throttled", "Rejected"]
    )
    assert.strictEqual(reasonOf("InternalServerError", 500), "Unavailable")
    assert.strictEqual(reasonOf("SomethingNew", 503), "Unavailable")
    const { message } = toTableError("load", "dynamodb://names/cache/a", "names", rejection("AccessDeniedException"))
    assert.include(message, "dynamodb:GetItem on table names")
  })

  // As DynamoDB says it.
  const refusals: ReadonlyArray<readonly [says: string, isAboutKeys: boolean]> = [
    ["The provided key element does not match the schema", true],
    ["One or more parameter values were invalid: Missing the key pk in the item", true],
    ["One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S", true],
    ["Query condition missed key schema element: id", true],
    ["Number overflow. Attempting to store a number with magnitude larger than supported range", false],
    ["Item size has exceeded the maximum allowed size", false],
    ["Invalid ConditionExpression: Attribute name is a reserved keyword", false],
    [
      "One or more parameter values were invalid: Size of rangekey has exceeded the maximum size limit of1024 bytes",
      false
    ]
  ]
  for (const [says, isAboutKeys] of refusals) {
    it(`tells ${isAboutKeys ? "" : "nothing "}of the table's keys for "${says}"`, () => {
      const { detail, reason } = toTableError(
        "save",
        "dynamodb://names/cache/a",
        "names",
        Object.assign(new Error(says), { name: "ValidationException", $metadata: { httpStatusCode: 400 } })
      )
      assert.strictEqual(reason, "Rejected")
      assert.include(detail, says)
      assert.strictEqual(detail.includes("partition key pk"), isAboutKeys)
    })
  }

  it("has words of its own for each refusal", () => {
    const rows: ReadonlyArray<readonly [name: string, reason: string, says: string]> = [
      ["ReplicatedWriteConflictException", "Conflict", "ReplicatedWriteConflictException as a test says"],
      ["TransactionConflictException", "Conflict", "TransactionConflictException as a test says"],
      ["ItemCollectionSizeLimitExceededException", "Rejected", "table names has a local secondary index"],
      ["KMSAccessDeniedException", "Encryption", "the key that DynamoDB encrypts table names with cannot be used"],
      ["KMSDisabledException", "Encryption", "the key that DynamoDB encrypts table names with cannot be used"],
      ["ResourceInUseException", "Rejected", "the request was refused. "]
    ]
    for (const [name, reason, says] of rows) {
      const error = toTableError("save", "dynamodb://names/cache/a", "names", rejection(name))
      assert.strictEqual(error.reason, reason, name)
      assert.include(error.detail, says)
      assert.include(error.detail, name)
      assert.notInclude(error.detail, "partition key pk")
    }
  })

  for (const name of ["ReplicatedWriteConflictException", "TransactionConflictException"]) {
    const requests: ReadonlyArray<
      readonly [what: string, run: (store: ObjectStore) => Effect.Effect<unknown, unknown>, outcome: unknown]
    > = [
      ["load", (store) => store.load("a"), undefined],
      ["save", (store) => store.save("a", bytes("one")), undefined],
      ["saveOnce", (store) => store.saveOnce?.("a", bytes("one")) ?? Effect.void, undefined],
      ["remove", (store) => store.remove("a"), undefined],
      ["removeAll", (store) => store.removeAll(["a"]), undefined],
      ["add", (store) => store.add("a", bytes("one")), "Unknown"],
      ["replace", (store) => store.replace("a", bytes("one"), "\"x\""), "Unknown"],
      ["removeIfMatch", (store) => store.removeIfMatch("a", "\"x\""), "unknown"]
    ]
    for (const [what, run, outcome] of requests) {
      it.scoped(`${outcome === undefined ? "asks again after" : "leaves open what became of"} ${what}: ${name}`, () =>
        Effect.gen(function*() {
          let left = outcome === undefined ? 3 : 1
          const { client, sent } = answering(() => {
            if (left-- > 0) throw rejection(name)
            return {}
          })
          const store = yield* ObjectStore.makeDynamoDBClient(client, { table: "names" })
          const became = yield* whileTurning(run(store))
          assert.strictEqual(sent.length, outcome === undefined ? 4 : 1)
          if (outcome !== undefined) {
            assert.strictEqual(Predicate.hasProperty(became, "_tag") ? became._tag : became, outcome)
            return
          }
          left = Infinity
          assert.strictEqual(
            Either.match(yield* whileTurning(Effect.either(run(store))), {
              onLeft: (error) => Predicate.hasProperty(error, "reason") ? error.reason : error,
              onRight: () => "nothing"
            }),
            "Conflict"
          )
          assert.strictEqual(sent.length, 8)
        }))
    }
  }

  it.scopedLive("tells of the keys of a table that has others, whatever it is asked", () =>
    Effect.gen(function*() {
      const { client, clientConfig } = yield* DynamoDBServer.make
      yield* Effect.promise(() =>
        client.send(
          new CreateTableCommand({
            TableName: "others",
            BillingMode: "PAY_PER_REQUEST",
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }]
          })
        )
      )
      yield* Effect.gen(function*() {
        const store = yield* ObjectStore
        for (
          const request of [
            store.load("a"),
            store.save("a", bytes("one")),
            store.add("a", bytes("one")),
            store.remove("a"),
            store.removeAll(["a"]),
            Stream.runDrain(store.list(""))
          ]
        ) {
          const error = yield* Effect.flip(request)
          assert.include(error.message, "partition key pk and the sort key sk", String(error))
        }
      }).pipe(
        Effect.provide(ObjectStore.layerDynamoDB({ table: "others", clientConfig })),
        Effect.provide(ClientCache.layer())
      )
    }))

  for (
    const [option, value] of [["table", ""], ["partitions", 0], ["consistentReads", "never"], [
      "expiresAttribute",
      "sk"
    ], ["region", "x"]] as const
  ) {
    it.scoped(`does not take ${JSON.stringify(value)} for ${option}`, () =>
      Effect.gen(function*() {
        const { client } = answering(() => ({}))
        const options = { table: "names", [option]: value }
        const error = yield* Effect.flip(ObjectStore.makeDynamoDBClient(client, options))
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.option, option)
      }))
  }
})
