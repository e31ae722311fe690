import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Option, Random } from "effect"
import { connect, createServer } from "node:net"
import { start } from "../programs/program.js"
import * as ScopedServer from "../servers/ScopedServer.js"
import { property } from "../support/property.js"
import { isAlwaysThere, isWhole, names, Texts } from "../support/wholeTexts.js"
import { makeBucket } from "./bucketOf.js"

/** Forwards connections, and tells when a number of bytes has gone to the server: an instant within a request. */
const meteredProxy = (port: number, bytes: number) =>
  Effect.gen(function*() {
    const reached = yield* Deferred.make<void>()
    let sent = 0
    const proxy = yield* ScopedServer.make(() =>
      createServer((client) => {
        const server = connect(port, "127.0.0.1")
        const end = () => {
          client.destroy()
          server.destroy()
        }
        for (const socket of [client, server]) socket.on("error", end).on("close", end)
        client.on("data", (chunk) => {
          const rest = bytes - sent
          sent += chunk.length
          // Of the chunk that crosses the limit the server gets the first part, and nothing ever again.
          if (rest > 0) server.write(chunk.length > rest ? chunk.subarray(0, rest) : chunk)
          if (sent >= bytes) Deferred.unsafeDone(reached, Effect.void)
        })
        server.pipe(client)
      })
    )
    return { url: `http://127.0.0.1:${proxy.port}`, reached: Deferred.await(reached) }
  })

describe("S3Cache: processes that are killed while they write", () => {
  // 50 times in the heavy suite.
  const kills = Math.min(50, 3 * (property(1).numRuns ?? 1))

  it.scopedLive(
    "at any moment leave every entry whole, or none",
    () =>
      Effect.gen(function*() {
        const { direct, process, server } = yield* makeBucket()
        const cache = yield* process({
          maxSize: 0,
          onUnreadable: "fail",
          coordination: "lease",
          leaseTime: "1 second"
        })
        const credentials = yield* Effect.promise(async () => {
          const { credentials } = server.clientConfig
          return typeof credentials === "function" ? credentials() : credentials
        })
        const there = new Set<string>()
        const found = new Set<string>()

        for (let round = 0; round < kills; round++) {
          yield* Effect.scoped(Effect.gen(function*() {
            const bytes = yield* Random.nextIntBetween(1, 4_000_000)
            const proxy = yield* meteredProxy(Number(new URL(String(server.clientConfig.endpoint)).port), bytes)
            const writer = yield* start("test/support/cacheWriterMain.js", {
              WRITER_SEED: String(round),
              WRITER_BUCKET: server.bucket,
              WRITER_KEY_PREFIX: server.keyPrefix,
              WRITER_ENDPOINT: proxy.url,
              AWS_REGION: "us-east-1",
              AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? globalThis.process.env["AWS_ACCESS_KEY_ID"] ?? "",
              AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey
                ?? globalThis.process.env["AWS_SECRET_ACCESS_KEY"]
                ?? ""
            })
            yield* Effect.raceFirst(
              proxy.reached,
              Effect.flatMap(writer.ended, (code) =>
                Effect.dieMessage(`the writer ended with ${code}: ${writer.stderr()}`))
            )
            writer.kill("SIGKILL")
            assert.strictEqual(yield* writer.ended, "SIGKILL")
          }))

          for (const name of names) {
            const text = yield* Effect.option(
              cache.get(Texts.key(name)).pipe(
                Effect.catchTag("ObjectStoreError", Effect.die)
              )
            )
            if (Option.isSome(text)) {
              assert.isTrue(isWhole(name, text.value), name)
              found.add(name)
              if (isAlwaysThere(name)) {
                there.add(name)
              }
            } else {
              assert.isFalse(there.has(name), `${name} was there before it was replaced`)
            }
          }
        }
        assert.isAbove(found.size, 10)
        // The leases of the killed end, and whoever comes next computes.
        for (const name of names) {
          yield* direct.remove(Texts.key(name).objectName)
          assert.strictEqual(yield* cache.getOrCompute(Texts.key(name), Effect.succeed("computed")), "computed")
        }
      }).pipe(Effect.withRandom(Random.make("kills")))
  )
})
