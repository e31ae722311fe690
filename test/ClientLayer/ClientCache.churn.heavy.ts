import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { until } from "../support/until.js"
import { garbageCollected } from "./garbageCollected.js"
import { bytesOf, type Fetched, fetchObject, type LocalS3, localS3, localS3Tls, openObject } from "./localS3.js"

const calls = 2000
const maxSockets = 8
const dropped = 500
// More than files can be open.
const requests = 3000
const wholeSize = bytesOf(64 * 1024).length

const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length

/**
 * 8 configurations, room for 4 clients, 64 workers, many calls: a third each through `withClient`, `lease` and
 * `client`, and a third of all read a body that streams only after the lease of its client has ended.
 */
const churn = (server: LocalS3, config: (region: string) => ReturnType<LocalS3["config"]>) =>
  Effect.gen(function*() {
    let mostLive = 0
    const timersBefore = timers()
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(ClientCache.layer({ maxSize: 4 }), scope)

    const fetch = (n: number, client: S3Client): Effect.Effect<Effect.Effect<Fetched>> =>
      n % 6 < 2
        ? Effect.map(
          openObject(client, `slow-${n}`),
          ({ attempts, read }) => Effect.map(read, (size) => ({ attempts, size }))
        )
        : Effect.map(fetchObject(client, `object-${n}`), Effect.succeed)

    const call = (n: number) =>
      Effect.gen(function*() {
        // Neighbours ask for different clients, and each kind of call for all of them.
        const configuration = config(`r-${(n * 7919) % 1009 % 8}`)
        const read = n % 3 === 0
          ? yield* ClientCache.withClient(S3Client, configuration, (client) => fetch(n, client))
          : n % 3 === 1
          ? yield* Effect.scoped(
            Effect.flatMap(ClientCache.lease(S3Client, configuration), (client) => fetch(n, client))
          )
          : yield* Effect.flatMap(ClientCache.client(S3Client, configuration), (client) => fetch(n, client))
        const { draining, openSockets, retired, size } = yield* ClientCache.stats
        const live = size + retired + draining
        assert.isAtMost(size, 4)
        assert.isAtMost(openSockets, live * maxSockets)
        mostLive = Math.max(mostLive, live)
        return yield* read
      })

    const fetched = yield* Effect.forEach(Array.from({ length: calls }, (_, n) => n), call, { concurrency: 64 }).pipe(
      Effect.provide(context)
    )
    assert.isTrue(fetched.every(({ attempts, size }) => attempts === 1 && size === wholeSize))
    assert.strictEqual(server.requests(), calls)
    for (let n = 0; n < calls; n++) {
      assert.strictEqual(server.executions(n % 6 < 2 ? `slow-${n}` : `object-${n}`), 1, `call ${n}`)
    }
    assert.isAtMost(server.maxOpenSockets(), mostLive * maxSockets)

    const { evicted, leased, retired, size } = yield* Effect.provide(ClientCache.stats, context)
    assert.deepStrictEqual({ leased, retired, size }, { leased: 0, retired: 0, size: 4 })
    assert.isAbove(evicted, calls / 20)
    yield* until(() => server.openSockets() <= 4 * maxSockets)
    yield* Scope.close(scope, Exit.void)
    yield* until(() => server.openSockets() === 0)
    yield* until(() => timers() <= timersBefore)
  })

describe("a ClientCache under churn", () => {
  it.scoped("over HTTP: no failure, no request twice, no socket or timer left", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* churn(server, (region) => server.config({ region, requestHandler: { httpAgent: { maxSockets } } }))
    }))

  it.scoped("over HTTPS: no failure, no request twice, no socket or timer left", () =>
    Effect.gen(function*() {
      const server = yield* localS3Tls
      const { ca } = server
      yield* churn(server, (region) => server.config({ region, requestHandler: { httpsAgent: { ca, maxSockets } } }))
    }))

  it.scoped(
    `${dropped} clients that were dropped leave no socket once they are evicted, or the cache is closed`,
    () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(ClientCache.layer({ maxSize: dropped }), scope)
        yield* Effect.forEach(
          Array.from({ length: dropped }, (_, n) => n),
          (n) =>
            Effect.flatMap(
              ClientCache.client(S3Client, server.config({ region: `r-${n}` })),
              (client) => fetchObject(client, "object")
            ),
          { concurrency: 20 }
        ).pipe(Effect.provide(context))
        yield* garbageCollected
        assert.strictEqual(server.openSockets(), dropped)
        yield* Effect.provide(ClientCache.resize({ maxSize: dropped / 2 }), context)
        yield* until(() => server.openSockets() === dropped / 2)
        yield* Scope.close(scope, Exit.void)
        yield* until(() => server.openSockets() === 0)
      })
  )
})

/** Runs `oneClientPerRequest.mjs` where a process may have 1,024 files open, and succeeds with what it prints. */
const withFewFiles = (mode: "bare" | "cached", endpoint: string, requests: number) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const script = fileURLToPath(new URL("oneClientPerRequest.mjs", import.meta.url))
      const child = spawn("sh", [
        "-c",
        "ulimit -n 1024 && exec \"$0\" \"$@\"",
        process.execPath,
        script,
        mode,
        endpoint,
        String(requests)
      ], {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        env: { PATH: process.env["PATH"], NODE_NO_WARNINGS: "1" },
        stdio: ["ignore", "pipe", "inherit"]
      })
      let printed = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text))
      const ended = new Promise<string>((resolve, reject) => {
        child.on("error", reject)
        child.on("close", () => resolve(printed.trim()))
      })
      return { child, ended }
    }),
    ({ ended }) => Effect.promise(() => ended),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

describe("a client for each request, where a process may have 1,024 files open", () => {
  it.scopedLive("without the cache, sockets run out", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      assert.match(yield* withFewFiles("bare", server.url, requests), /^EMFILE after (9\d\d|10\d\d) requests$/)
    }))

  it.scopedLive(`with the cache, ${requests} requests pass, and the process ends by itself`, () =>
    Effect.gen(function*() {
      const server = yield* localS3
      assert.strictEqual(
        yield* withFewFiles("cached", server.url, requests),
        `${requests} requests, at most 10 clients`
      )
      assert.strictEqual(server.requests(), requests)
      // Closing a socket takes a moment, in which the next one is opened.
      assert.isAtMost(server.maxOpenSockets(), 40)
      yield* until(() => server.openSockets() === 0)
    }))
})
