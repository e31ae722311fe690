import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Logger, LogLevel, Option, Random } from "effect"
import { type ObjectStore, ObjectStoreError } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { start } from "../../programs/program.js"
import { Counted, keyOf, keysOfWriter, notice } from "../../support/countedNumbers.js"
import { amount } from "../../support/property.js"
import { until } from "../../support/until.js"
import { makeBucket } from "../bucketOf.js"

/** How many changes there are, and of how many writers at a time. */
const changes = amount(200, 10_000)
const writers = 2
const millis = Duration.toMillis(notice)

/** A store of which every fifth look into the journal fails. */
const losingPolls = (store: ObjectStore): ObjectStore => {
  let polls = 0
  return {
    ...store,
    load: (name, options) =>
      name.startsWith(".notice/") && ++polls % 5 === 0
        ? new ObjectStoreError({ reason: "Timeout", operation: "load", target: name, detail: "the poll was lost" })
        : store.load(name, options)
  }
}

describe("S3Cache: readers of what processes write that are killed", () => {
  it.scopedLive("give out nothing for longer than notice, and miss nothing", () =>
    Effect.gen(function*() {
      const { direct, server, store } = yield* makeBucket()
      const credentials = yield* Effect.promise(async () => {
        const { credentials } = server.clientConfig
        return typeof credentials === "function" ? credentials() : credentials
      })
      /** What was acknowledged of each key, and when that was heard here at the latest. */
      const acknowledged = new Map<string, Array<{ readonly change: number; readonly at: number }>>()
      let heard = 0
      let next = 1

      const write = (writer: number) =>
        Effect.scoped(Effect.gen(function*() {
          const from = next
          next += 1_000_000
          const process = yield* start("test/support/noticeWriterMain.js", {
            WRITER: String(writer),
            WRITER_FROM: String(from),
            WRITER_BUCKET: server.bucket,
            WRITER_KEY_PREFIX: server.keyPrefix,
            WRITER_ENDPOINT: String(server.clientConfig.endpoint),
            AWS_REGION: "us-east-1",
            AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? globalThis.process.env["AWS_ACCESS_KEY_ID"] ?? "",
            AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey
              ?? globalThis.process.env["AWS_SECRET_ACCESS_KEY"]
              ?? ""
          })
          let read = 0
          const hear = () => {
            const text = process.stdout()
            const end = text.lastIndexOf("\n") + 1
            for (const line of text.slice(read, end).split("\n").filter((line) => line !== "")) {
              const key = keyOf(writer, Number(line))
              acknowledged.set(key, [...acknowledged.get(key) ?? [], { change: Number(line), at: Date.now() }])
              heard++
            }
            read = end
            return heard
          }
          const most = heard + (yield* Random.nextIntBetween(1, amount(80, 500)))
          yield* Effect.raceFirst(
            until(() => hear() >= Math.min(most, changes)),
            Effect.flatMap(process.ended, (code) =>
              Effect.dieMessage(`the writer ended with ${code}: ${process.stderr()}`))
          )
          process.kill("SIGKILL")
          assert.strictEqual(yield* process.ended, "SIGKILL")
          hear()
        }))

      const keys = Array.from({ length: writers * keysOfWriter }, (_, n) =>
        Counted.key(keyOf(Math.floor(n / keysOfWriter), n % keysOfWriter)))
      const newest = (key: string, before: number) =>
        acknowledged.get(key)?.findLast(({ at }) =>
          at < before
        )?.change ?? 0
      let fromMemory = 0
      const tooOld: Array<string> = []

      /** The life of a reader. */
      const read = Effect.scoped(Effect.gen(function*() {
        const cache = yield* makeS3CacheService(losingPolls(store), { notice, circuitBreaker: false })
        const rounds = yield* Random.nextIntBetween(3, 40)
        for (let round = 0; round < rounds; round++) {
          for (const key of keys) {
            const due = newest(key.input, Date.now() - millis)
            const found = yield* cache.getOption(key)
            if (Option.isSome(found) && found.value < due) {
              tooOld.push(`${key} has ${found.value} after ${due}`)
            }
          }
          fromMemory = Math.max(fromMemory, (yield* cache.stats).memoryHits)
          // Others have something to do as well.
          yield* Effect.sleep(20)
        }
      }))

      const steady = yield* makeS3CacheService(store, { notice })
      const look = Effect.forEach(keys, (key) =>
        steady.getOption(key))
      const readers = yield* Effect.forEach([1, 2], () => Effect.fork(Effect.forever(read)))
      const looking = yield* Effect.fork(Effect.forever(Effect.zipRight(look, Effect.sleep(100))))
      yield* Effect.forEach(
        Array.from({ length: writers }, (_, writer) => writer),
        (writer) => Effect.repeat(write(writer), { until: () => heard >= changes }),
        { concurrency: "unbounded" }
      )
      // All that may be under way has landed, and is old enough.
      yield* Effect.sleep(millis + 1000)
      const seen = yield* look
      yield* Fiber.interrupt(looking)
      yield* Effect.forEach(readers, Fiber.interrupt)
      assert.deepStrictEqual(tooOld, [])
      const fresh = yield* makeS3CacheService(direct, { maxSize: 0 })
      assert.deepStrictEqual(seen, yield* fresh.getMany(keys))
      assert.isAtLeast(heard, changes)
      assert.isAbove(fromMemory, 0)
    }).pipe(
      Effect.withRandom(Random.make("notice")),
      // Each poll that is lost is told.
      Logger.withMinimumLogLevel(LogLevel.None)
    ))
})
