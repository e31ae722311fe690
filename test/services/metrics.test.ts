import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, TestClock } from "effect"
import { CacheMetrics, LeasedStore, Store } from "effect-aws-cache/Cache"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { readFileSync } from "node:fs"
import { type MetricDefinition, metricPrefix, metricTable } from "../../src/Cache/metrics/metricTable.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { ObjectStoreError } from "../../src/S3Store/objects/ObjectStoreErrors.js"
import { localBucket } from "../ClientLayer/credentialSources.js"
import { allSeries } from "../support/allSeries.js"
import { counted, gauged, timed } from "../support/measured.js"

const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8")
const definitions: ReadonlyArray<readonly [string, MetricDefinition]> = Object.entries(metricTable)

const memory = { "cache.tier": "memory" }
const s3 = { "cache.tier": "s3" }
const hit = { "cache.outcome": "hit" }
const miss = { "cache.outcome": "miss" }

const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })
const of = { "cache.keyspace": "numbers" }

const credentials = { accessKeyId: "id", secretAccessKey: "secret" }

/** A cache over memory, whose requests can be made to fail. */
const cacheOver = (name: string) =>
  Effect.gen(function*() {
    const store = yield* makeMemoryObjectStore
    let isDown = false
    const cache = yield* makeS3CacheService({
      ...store,
      load: (name, options) =>
        isDown
          ? new ObjectStoreError({ reason: "Unavailable", operation: "load", target: name, detail: "down" })
          : store.load(name, options)
    }, {
      name,
      metrics: true,
      maxBytes: 10_000,
      maxSize: 2,
      evictionPolicy: "LRU",
      circuitBreaker: { failures: 1, resetAfter: "1 minute" }
    })
    return { cache, down: (value: boolean) => Effect.sync(() => (isDown = value)) }
  })

describe("metrics", () => {
  it("are documented as they are", () => {
    const rows = definitions.map(([id, { description, kind, labels, name, unit }]) => {
      const told = Object.entries(labels).map(([label, values]) =>
        typeof values === "string"
          ? `\`${label}\``
          : `\`${label}\`: ${values.map((value) => `\`${value}\``).join(", ")}`
      )
      return ["", `\`${name}\``, `\`${id}\``, kind, `\`${unit}\``, description, told.join("; "), ""]
    })
    const table = page.split("\n").filter((line) => line.startsWith(`| \`${metricPrefix}`)).map((line) =>
      line.split("|").map((cell) => cell.trim())
    )
    assert.deepStrictEqual(table, rows)
  })

  it("are named as OpenTelemetry has it", () => {
    for (const [id, { kind, name, unit }] of definitions) {
      assert.match(name, /^effect_aws_cache(\.[a-z_]+)+$/, id)
      // What is counted grows in the plural, what is there in the singular; a unit is no part of a name.
      if (kind === "counter") assert.match(name, /s$/)
      else assert.match(name, /\.(?:count|limit|usage|state|duration)$/)
      assert.match(unit, /^(?:1|s|By|\{[a-z]+\})$/)
      // No name is what another one is under.
      assert.isFalse(definitions.some(([, other]) => other.name.startsWith(`${name}.`)), name)
    }
    assert.sameMembers(Object.keys(CacheMetrics), Object.keys(metricTable))
  })

  it.scoped("of two levels say where hits were, what requests and computations took, and how the circuit is", () =>
    Effect.gen(function*() {
      const { cache, down } = yield* cacheOver("two levels")
      const lookups = (labels: Readonly<Record<string, string>>) =>
        counted(CacheMetrics.lookups, "two levels", { ...of, ...labels })
      const square = yield* cache.memoize(Numbers, (n) => Effect.as(Effect.yieldNow(), n * n))
      for (const n of [1, 1, 2, 3, 1]) yield* square(n)
      // The first went to make room, and was in the second level still.
      assert.strictEqual(yield* lookups({ ...hit, ...memory }), 1)
      assert.strictEqual(yield* lookups({ ...hit, ...s3 }), 1)
      assert.strictEqual(yield* lookups(miss), 3)
      assert.strictEqual(yield* counted(CacheMetrics.insertions, "two levels", { ...of, ...s3 }), 3)
      assert.strictEqual(yield* counted(CacheMetrics.insertions, "two levels", memory), 4)
      assert.strictEqual(
        yield* counted(CacheMetrics.removals, "two levels", { ...memory, "cache.reason": "evicted" }),
        2
      )
      const computed = yield* timed(CacheMetrics.computationDuration, "two levels", {
        ...of,
        "cache.outcome": "success"
      })
      assert.strictEqual(computed.count, 3)
      const loads = { "cache.request": "load", "cache.outcome": "success" }
      assert.strictEqual((yield* timed(CacheMetrics.requestDuration, "two levels", loads)).count, 4)
      assert.strictEqual(yield* gauged(CacheMetrics.entryCount, "two levels"), 2)
      assert.strictEqual(yield* gauged(CacheMetrics.entryLimit, "two levels"), 2)
      assert.strictEqual(yield* gauged(CacheMetrics.memoryLimit, "two levels"), 10_000)
      assert.strictEqual(yield* gauged(CacheMetrics.memoryUsage, "two levels"), (yield* cache.stats).byteSize)

      yield* down(true)
      assert.strictEqual(yield* gauged(CacheMetrics.circuitState, "two levels"), 0)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(cache.get(Numbers.key(9)))))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(cache.get(Numbers.key(9)))))
      assert.strictEqual(yield* gauged(CacheMetrics.circuitState, "two levels"), 2)
      const failed = { "cache.request": "load", "cache.outcome": "failure", "error.type": "Unavailable" }
      assert.strictEqual((yield* timed(CacheMetrics.requestDuration, "two levels", failed)).count, 1)
      const events = (event: string) => counted(CacheMetrics.events, "two levels", { "cache.event": event })
      assert.deepStrictEqual([yield* events("circuit_opened"), yield* events("request_refused")], [1, 1])
      yield* down(false)
      yield* TestClock.adjust("1 minute")
      yield* Effect.exit(cache.get(Numbers.key(9)))
      assert.strictEqual(yield* gauged(CacheMetrics.circuitState, "two levels"), 0)
      assert.strictEqual(yield* events("circuit_closed"), 1)
    }))

  it.scoped("of clients say how many sockets there are", () =>
    Effect.gen(function*() {
      const bucket = yield* localBucket
      yield* Effect.gen(function*() {
        yield* ClientCache.send(
          S3Client,
          { ...bucket.config, region: "us-east-1", credentials },
          new HeadBucketCommand({ Bucket: "bucket" })
        )
        yield* TestClock.adjust("10 seconds")
        const { freeSockets, openSockets } = yield* ClientCache.stats
        const sockets = (state: string) => gauged(CacheMetrics.socketCount, "sockets", { "cache.state": state })
        assert.deepStrictEqual([yield* sockets("used"), yield* sockets("idle")], [
          openSockets - freeSockets,
          freeSockets
        ])
      }).pipe(Effect.provide(ClientCache.layer({ name: "sockets", metrics: true })))
    }))

  it.scoped("have the labels of the table, with its values, and no others", () =>
    Effect.gen(function*() {
      const { cache, down } = yield* cacheOver("labels")
      const lookup = yield* cache.memoize(Numbers, (n) => n < 5 ? Effect.succeed(n) : Effect.fail("no"))
      for (const n of [1, 2, 3, 9, 1]) yield* Effect.exit(lookup(n))
      yield* cache.remove(Numbers.key(1))
      yield* cache.invalidateTag("tag")
      yield* down(true)
      yield* Effect.exit(lookup(4))
      const store = yield* Store.make<number, number>({
        name: "labels",
        metrics: true,
        weigher: (_, value) => value,
        maxWeight: 10
      })
      for (const compute of [Effect.succeed(1), Effect.fail("no"), Effect.die("no"), Effect.interrupt]) {
        yield* Effect.exit(store.getOrCompute(1, compute))
        yield* store.invalidate(1)
      }
      yield* Effect.exit(store.set(2, 11))
      const dict = yield* TtlDict.make<string, number>({ name: "labels", metrics: true })
      yield* dict.set("a", 1)
      yield* dict.clear
      const leased = yield* LeasedStore.make({
        name: "labels",
        metrics: true,
        acquire: (key: string) => Effect.succeed(key)
      })
      yield* leased.use("a", Effect.succeed)

      const known = new Map(definitions.map(([, definition]) => [definition.name, definition]))
      const ours = (yield* allSeries).filter(({ name }) => name.startsWith(metricPrefix))
      assert.isAbove(ours.length, 20)
      for (const { labels: { "cache.name": cache, unit, ...labels }, name } of ours) {
        const definition = known.get(name)
        assert.isString(cache)
        assert.strictEqual(unit, definition?.unit)
        for (const [label, value] of Object.entries(labels)) {
          const values = Object.entries(definition?.labels ?? {}).find(([each]) => each === label)?.[1]
          assert.isDefined(values, `${name} ${label}`)
          if (typeof values !== "string") assert.include(values, value, `${name} ${label}`)
        }
      }
    }))

  it.scoped("count keyspaces together when there are too many to be told apart", () =>
    Effect.gen(function*() {
      const { cache } = yield* cacheOver("many keyspaces")
      for (let at = 0; at < 102; at++) {
        const Space = Keyspace.make(`space-${at}`, { key: Schema.Number, value: Schema.Number })
        yield* cache.getOption(Space.key(1))
      }
      const misses = (keyspace: string) =>
        counted(CacheMetrics.lookups, "many keyspaces", { "cache.keyspace": keyspace, ...miss })
      assert.deepStrictEqual([yield* misses("space-99"), yield* misses("space-100"), yield* misses("_OTHER")], [
        1,
        0,
        2
      ])
    }))
})
