import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Logger, Schema } from "effect"
import { Keyspace, ObjectStore, type S3CacheService } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { readFileSync } from "node:fs"
import { stores, tablePrices } from "../../../src/Command/cost/prices.js"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import * as DynamoDBServer from "../../servers/DynamoDBServer.js"
import { meteredBucket, meteredTable, none, type Used } from "./metered.js"

const Plain = Keyspace.make("plain", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })
const Leased = Keyspace.make("leased", {
  key: Schema.Number,
  value: Schema.String,
  timeToLive: "1 hour",
  coordination: "lease"
})

/** Of entries of less than 1 KB with their names, and of 100 KB. */
const small = "x".repeat(400)
const large = "x".repeat(100_000)

const operations = ["hit", "set", "computed miss", "the same under a lease", "tag check"] as const

/** What each operation uses of a store: of what a cache does that has nothing in memory. */
const usedOf = (store: ObjectStore, writer: ObjectStore, value: string, used: () => Used, clear: () => void) =>
  Effect.gen(function*() {
    const filled = yield* makeS3CacheService(writer)
    yield* filled.set(Plain.key(1), value)
    yield* filled.set(Plain.key(2), value, { tags: ["t"] })
    yield* filled.invalidateTag("t")
    yield* filled.set(Plain.key(2), value, { tags: ["t"] })
    // As a process that runs for some time: whatever is near was loaded before.
    const warm = yield* makeS3CacheService(store)
    yield* Effect.exit(warm.get(Plain.key(1)))
    yield* Effect.exit(warm.get(Plain.key(2)))
    const measured = (operation: (cache: S3CacheService) => Effect.Effect<unknown, unknown>) =>
      Effect.gen(function*() {
        const cache = yield* makeS3CacheService(store)
        clear()
        const exit = yield* Effect.exit(operation(cache))
        return { ...used(), isDone: Exit.isSuccess(exit) }
      })
    const hit = yield* measured((cache) => cache.get(Plain.key(1)))
    const tagged = yield* measured((cache) => cache.get(Plain.key(2)))
    return [
      hit,
      yield* measured((cache) => cache.set(Plain.key(3), value)),
      yield* measured((cache) => cache.getOrCompute(Plain.key(4), Effect.succeed(value))),
      yield* measured((cache) => cache.getOrCompute(Leased.key(5), Effect.succeed(value))),
      {
        get: tagged.get - hit.get,
        put: tagged.put - hit.put,
        readUnits: tagged.readUnits - hit.readUnits,
        writeUnits: tagged.writeUnits - hit.writeUnits,
        isDone: tagged.isDone
      }
    ]
  })

const [standard, express] = stores

type Paid = Pick<Used, "get" | "put" | "readUnits" | "writeUnits">

/** What a million of an operation cost. */
const dollars =
  (bucket = standard) => ({ get, isDone, put, readUnits, writeUnits }: Paid & { readonly isDone: boolean }): string => {
    if (!isDone) return "fails"
    const perThousand = bucket?.perThousand ?? { get: 0, put: 0 }
    const sum = get * perThousand.get + put * perThousand.put + readUnits * tablePrices.perThousand.read +
      writeUnits * tablePrices.perThousand.write
    return sum === 0 ? "free" : `$${(sum * 1000).toFixed(2)}`
  }

const cells = (row: string): ReadonlyArray<string> => row.split("|").slice(1, -1).map((cell) => cell.trim())

describe("the cost of combinations of stores", () => {
  it.scopedLive("is as docs/levels.md says, by what the servers were asked", () =>
    Effect.gen(function*() {
      let now = none()
      const used = () => now
      const clear = () => void (now = none())
      const server = yield* EmbeddedS3.make({ buckets: ["cache"] })
      const s3 = yield* Effect.acquireRelease(
        Effect.sync(() => new S3Client(server.clientConfig)),
        (client) => Effect.sync(() => client.destroy())
      )
      const { client, table } = yield* DynamoDBServer.make
      const bucketOf = (keyPrefix: string) =>
        ObjectStore.makeS3Client(meteredBucket(s3, used), {
          bucket: "cache",
          keyPrefix,
          conditionalWrites: "required",
          conditionalDeletes: "required"
        })
      const tableOf = (keyPrefix: string) =>
        ObjectStore.makeDynamoDBClient(meteredTable(client, used), { table, keyPrefix })
      const both = (keyPrefix: string) =>
        Effect.gen(function*() {
          return yield* ObjectStore.makeBySize({ small: yield* tableOf(keyPrefix), large: yield* bucketOf(keyPrefix) })
        })

      const bucket = yield* bucketOf("a/")
      const items = yield* tableOf("b/")
      const sized = yield* both("c/")
      const sizedToo = yield* both("d/")
      const farBucket = yield* bucketOf("e/")
      const chain = yield* ObjectStore.makeChain({ near: yield* ObjectStore.makeMemory, far: farBucket })
      const farSized = yield* both("f/")
      const chainOfSized = yield* ObjectStore.makeChain({ near: yield* ObjectStore.makeMemory, far: farSized })
      const readable = yield* bucketOf("g/")
      const readOnly = yield* ObjectStore.makeReadOnly(readable)

      const inBucket = yield* usedOf(bucket, bucket, small, used, clear)
      const rows: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
        ["S3 Standard, of any size", inBucket.map(dollars())],
        ["S3 Express, up to 1 KB", inBucket.map(dollars(express))],
        ["DynamoDB, up to 1 KB", (yield* usedOf(items, items, small, used, clear)).map(dollars())],
        ["by size: DynamoDB and S3, up to 1 KB", (yield* usedOf(sized, sized, small, used, clear)).map(dollars())],
        ["the same, above the limit", (yield* usedOf(sizedToo, sizedToo, large, used, clear)).map(dollars())],
        ["files before S3, found near", (yield* usedOf(chain, farBucket, small, used, clear)).map(dollars())],
        [
          "files before both by size, found near",
          (yield* usedOf(chainOfSized, farSized, small, used, clear)).map(dollars())
        ],
        ["S3 that is only read", (yield* usedOf(readOnly, readable, small, used, clear)).map(dollars())]
      ]
      const page = readFileSync("docs/levels.md", "utf8").split("\n").map(cells)
      assert.deepInclude(page, ["a million", ...operations])
      for (const [label, costs] of rows) assert.deepInclude(page, [label, ...costs])
    }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, Logger.none))))
})
