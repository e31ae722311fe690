import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Keyspace, ObjectStore, type S3CacheOptions, type S3CacheService } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { readFileSync } from "node:fs"
import { monthlyCosts } from "../../../src/Command/cost/monthlyCosts.js"
import { monthMillis, useOf, useOfStats } from "../../../src/Command/cost/MonthlyUse.js"
import {
  type PricedOperation,
  type Used as Reckoned,
  usedBySize,
  usedOfTable
} from "../../../src/Command/cost/tableCounts.js"
import { orThrow } from "../../../src/effect/plainEither.js"
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

/** A table, and a table with a bucket, with meters on both. */
const metered = Effect.gen(function*() {
  let now = none()
  const used = () => now
  const server = yield* EmbeddedS3.make({ buckets: ["cache"] })
  const s3 = yield* Effect.acquireRelease(
    Effect.sync(() => new S3Client(server.clientConfig)),
    (client) => Effect.sync(() => client.destroy())
  )
  const { client, table } = yield* DynamoDBServer.make
  const tableOf = (keyPrefix: string) =>
    ObjectStore.makeDynamoDBClient(meteredTable(client, used), { table, keyPrefix })
  const large = yield* ObjectStore.makeS3Client(meteredBucket(s3, used), {
    bucket: "cache",
    conditionalWrites: "required",
    conditionalDeletes: "required"
  })
  return {
    table: yield* tableOf("a/"),
    bySize: yield* ObjectStore.makeBySize({ small: yield* tableOf("b/"), large }),
    clear: () => void (now = none()),
    used
  }
})

const asMetered = ({ bucket, table, units }: Reckoned): Used => ({
  get: bucket.get,
  put: bucket.put,
  readUnits: units.read,
  writeUnits: units.write,
  tableGet: table.get,
  tablePut: table.put,
  tableRemove: table.remove
})

/** How long an entry of a value is as an item, about: its header and its names. */
const itemOf = (value: string) => value.length + 350

describe("what is reckoned of tables", () => {
  it.scoped("is what they are asked, and what they say that was used", () =>
    Effect.gen(function*() {
      const { bySize, clear, table, used } = yield* metered
      for (const [store, isBySize] of [[table, false], [bySize, true]] as const) {
        for (const length of [400, 3000, 20_000]) {
          const value = "x".repeat(length)
          const expected = (operation: PricedOperation) =>
            asMetered(
              isBySize && length > 8192 ? usedBySize(operation) : usedOfTable(operation, itemOf(value))
            )
          const costs = (
            operation: PricedOperation,
            run: (cache: S3CacheService) => Effect.Effect<unknown, unknown>,
            before: (cache: S3CacheService) => Effect.Effect<unknown, unknown> = () => Effect.void,
            options: S3CacheOptions = {}
          ) =>
            Effect.gen(function*() {
              const cache = yield* makeS3CacheService(store, options)
              yield* before(cache)
              clear()
              yield* run(cache)
              assert.deepStrictEqual(used(), expected(operation), `${operation} of ${length}, ${isBySize}`)
            })
          const key = Plain.key(length)
          const compute = Effect.succeed(value)
          yield* costs("set", (cache) => cache.set(key, value))
          yield* costs("hit in the bucket", (cache) => cache.get(key))
          yield* costs("revalidation", (cache) => cache.get(key), (cache) => cache.get(key), { revalidateAfter: 0 })
          yield* costs("miss, computed", (cache) => cache.getOrCompute(Plain.key(length + 1), compute))
          yield* costs("miss, computed under a lease", (cache) => cache.getOrCompute(Leased.key(length), compute))
          yield* costs("refresh", (cache) => cache.refresh(key, compute), (cache) => cache.get(key))
          yield* costs(
            "refresh under a lease",
            (cache) => cache.refresh(Leased.key(length), compute),
            (cache) => cache.get(Leased.key(length))
          )
        }
        const tagged = yield* makeS3CacheService(store)
        yield* tagged.set(Plain.key(1), "tagged", { tags: ["t"] })
        yield* tagged.invalidateTag("t")
        yield* tagged.set(Plain.key(1), "tagged", { tags: ["t"] })
        clear()
        yield* (yield* makeS3CacheService(store)).get(Plain.key(1))
        const [hit, look] = [usedOfTable("hit in the bucket", 500), usedOfTable("look at a tag", 0)]
        assert.strictEqual(used().readUnits, hit.units.read + look.units.read)
        assert.strictEqual(used().tableGet, hit.table.get + look.table.get)
      }
    }))

  it("costs what docs/levels.md says", () => {
    const page = readFileSync("docs/levels.md", "utf8").split("\n")
    const said = { lookups: 0, memoryShare: 0, misses: { share: 0 }, sets: 0, refreshes: 0, processes: 1, entries: 0 }
    const of = (id: string, leases: boolean, entryBytes: number, use: Partial<Parameters<typeof useOf>[0]>) => {
      const costs = monthlyCosts(useOf({ ...said, tags: 0, tagsAge: 5000, entryBytes, ...use }))
      const cost = costs.find(({ leases: has, store }) => has === leases && store.id === id)
      return `$${cost?.dollars.total.toFixed(2)}`
    }
    const million = 1_000_000
    for (
      const [label, id, bytes] of [
        ["DynamoDB, up to 1 KB", "dynamodb", 1024],
        ["by size: DynamoDB and S3, up to 1 KB", "bySize", 1024],
        ["the same, above the limit", "bySize", 100_000]
      ] as const
    ) {
      const row = page.find((line) => line.startsWith(`| ${label} `))?.split("|").slice(2, 6).map((cell) => cell.trim())
      const misses = { lookups: million, misses: { share: 1 } }
      assert.deepStrictEqual(row, [
        of(id, false, bytes, { lookups: million }),
        of(id, false, bytes, { sets: million }),
        of(id, false, bytes, misses),
        of(id, true, bytes, misses)
      ])
    }
  })

  it.scoped("is of a running program what its table was asked", () =>
    Effect.gen(function*() {
      const { bySize, clear, used } = yield* metered
      for (const [space, leases] of [[Plain, false], [Leased, true]] as const) {
        for (const [length, first] of [[400, 0], [20_000, 100]] as const) {
          const value = "x".repeat(length)
          yield* (yield* makeS3CacheService(bySize)).set(space.key(first), value)
          const cache = yield* makeS3CacheService(bySize)
          clear()
          for (const nth of [0, 1, 2, 1, 3, 0]) yield* cache.getOrCompute(space.key(first + nth), Effect.succeed(value))
          yield* cache.set(space.key(first + 4), value)
          const stats: unknown = JSON.parse(JSON.stringify(yield* cache.stats))
          const use = orThrow(useOfStats(stats, monthMillis, {
            entries: 0,
            entryBytes: itemOf(value),
            processes: 1,
            tags: 0,
            tagsAge: 5000
          }))
          const cost = monthlyCosts(use).find(({ leases: has, store }) => has === leases && store.id === "bySize")
          const { get, put, readUnits, tableGet, tablePut, writeUnits } = used()
          assert.deepStrictEqual(cost?.units, { read: readUnits, write: writeUnits })
          assert.deepStrictEqual([cost?.requests.get, cost?.requests.put], [get + tableGet, put + tablePut])
        }
      }
    }))
})
