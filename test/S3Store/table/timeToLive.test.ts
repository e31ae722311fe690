/**
 * What DynamoDB's time to live removes: only what is of no use any more.
 */
import { DeleteItemCommand, type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Layer, Schema, TestClock } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import * as DynamoDBServer from "../../servers/DynamoDBServer.js"

class Writer extends S3Cache.Service<Writer>()("test/Writer") {}
class Reader extends S3Cache.Service<Reader>()("test/Reader") {}

/** Removes what is over by now, as DynamoDB does. How many items went. */
const sweep = (client: DynamoDBClient, table: string) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.promise(async () => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table }))
      const over = Items.filter(({ expires }) => expires?.N !== undefined && Number(expires.N) <= now / 1000)
      for (const { pk, sk } of over) {
        if (pk === undefined || sk === undefined) continue
        await client.send(new DeleteItemCommand({ TableName: table, Key: { pk, sk } }))
      }
      return over.length
    }))

/** A writer, a reader, and a table that removes what is over. */
const withTable = <A, E>(
  isBySize: boolean,
  body: (swept: Effect.Effect<number>) => Effect.Effect<A, E, Writer | Reader>
) =>
  Effect.gen(function*() {
    const { client, clientConfig, table } = yield* DynamoDBServer.make
    const small = ObjectStore.layerDynamoDB({ table, clientConfig, partitions: 2 }).pipe(
      Layer.provide(ClientCache.layer())
    )
    const store = isBySize
      ? ObjectStore.layerBySize({ small, large: ObjectStore.layerMemory(), limit: 10 })
      : small
    return yield* Effect.provide(
      body(sweep(client, table)),
      Layer.provide(Layer.merge(Writer.layer(), Reader.layer()), store)
    )
  })

const keyspace = (windows: object) =>
  Keyspace.make("rates", {
    key: Schema.String,
    value: Schema.String,
    timeToLive: "1 minute",
    tags: ["all"],
    ...windows
  })

type Rates = ReturnType<typeof keyspace>

const windows: ReadonlyArray<readonly [string, object]> = [
  ["staleWhileRevalidate", { staleWhileRevalidate: "1 day" }],
  ["staleIfError", { staleIfError: "1 day" }],
  ["staleIfSlow", { staleIfSlow: { after: "1 second", within: "1 day" } }]
]

/** What brings an entry there whose time is over afterwards. */
const changes: ReadonlyArray<readonly [string, (space: Rates) => Effect.Effect<unknown, unknown, Writer>]> = [
  ["set", (space) => Effect.zipRight(Writer.set(space.key("EUR"), "old"), TestClock.adjust("2 minutes"))],
  ["add", (space) => Effect.zipRight(Writer.add(space.key("EUR"), "old"), TestClock.adjust("2 minutes"))],
  ["getOrCompute", (space) =>
    Effect.zipRight(
      Writer.getOrCompute(space.key("EUR"), Effect.succeed("old")),
      TestClock.adjust("2 minutes")
    )],
  ["modify", (space) =>
    Effect.gen(function*() {
      yield* Writer.set(space.key("EUR"), "older")
      yield* Writer.modify(space.key("EUR"), () => Effect.succeed("old"))
      yield* TestClock.adjust("2 minutes")
    })],
  ["expire", (space) =>
    Effect.gen(function*() {
      yield* Writer.set(space.key("EUR"), "old")
      yield* TestClock.adjust("1 second")
      yield* Writer.expire(space.key("EUR"))
      yield* TestClock.adjust("5 seconds")
    })],
  ["expireTag", (space) =>
    Effect.gen(function*() {
      yield* Writer.set(space.key("EUR"), "old")
      yield* TestClock.adjust("1 second")
      yield* Writer.expireTag("all")
      yield* TestClock.adjust("2 minutes")
    })]
]

/** What a process gets that has nothing in memory, while the source of the value gives it none. */
const readLate = (window: string, space: Rates) =>
  Effect.gen(function*() {
    const key = space.key("EUR")
    if (window !== "staleIfSlow") return yield* Reader.getOrCompute(key, Effect.fail("the source is down"))
    const began = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(
      Reader.getOrCompute(key, Effect.zipRight(Deferred.succeed(began, undefined), Effect.never))
    )
    yield* Deferred.await(began)
    yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

for (const isBySize of [false, true]) {
  describe(`the time to live of ${isBySize ? "a table with pointers" : "a table"}`, () => {
    for (const [window, options] of windows) {
      for (const [change, run] of changes) {
        it.scoped(`leaves what ${window} promises to keep: ${change}`, () =>
          withTable(isBySize, (swept) =>
            Effect.gen(function*() {
              const space = keyspace(options)
              yield* run(space)
              assert.strictEqual(yield* swept, 0)
              assert.strictEqual(yield* readLate(window, space), "old")
            })))
      }
    }

    for (const [change, run] of changes) {
      it.scoped(`removes what is past all windows: ${change}`, () =>
        withTable(isBySize, (swept) =>
          Effect.gen(function*() {
            yield* run(keyspace({ staleWhileRevalidate: "1 hour", staleIfError: "1 day" }))
            yield* TestClock.adjust("1 day")
            assert.strictEqual(yield* swept, 1)
          })))
    }

    it.scoped("keeps what may be given out late for ever", () =>
      withTable(isBySize, (swept) =>
        Effect.gen(function*() {
          const space = keyspace({ staleIfError: Infinity })
          yield* Writer.set(space.key("EUR"), "old")
          yield* TestClock.adjust("9999 days")
          assert.strictEqual(yield* swept, 0)
          assert.strictEqual(yield* readLate("staleIfError", space), "old")
        })))

    it.scoped("removes a failure that is remembered at its end, and what has no window", () =>
      withTable(isBySize, (swept) =>
        Effect.gen(function*() {
          const failing = Keyspace.make("failing", {
            key: Schema.String,
            value: Schema.String,
            failure: Schema.Literal("no such rate"),
            failureTimeToLive: "1 minute",
            staleIfError: "1 day"
          })
          yield* Effect.flip(Writer.getOrCompute(failing.key("EUR"), Effect.fail("no such rate" as const)))
          yield* Writer.set(keyspace({}).key("EUR"), "old")
          yield* TestClock.adjust("2 minutes")
          assert.strictEqual(yield* swept, 2)
        })))
  })
}
