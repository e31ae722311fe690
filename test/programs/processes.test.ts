import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as LocalHttp from "../servers/LocalHttp.js"
import { WorkerReport } from "../support/cacheWorker.js"
import { amount } from "../support/property.js"
import { eventually, until } from "../support/until.js"
import { type Program, start } from "./program.js"

const bucket = "processes"

/** A bucket, and a source that counts its computations and lets workers start together. */
const setting = (starters: number, held: (key: string, ordinal: number) => boolean = () => false) =>
  Effect.gen(function*() {
    const server = yield* EmbeddedS3.make({ buckets: [bucket] })
    const computed = new Map<string, number>()
    const waiting: Array<() => void> = []
    const source = yield* LocalHttp.make((request, response) => {
      const path = request.url ?? ""
      if (path === "/start") {
        waiting.push(() => response.end())
        if (waiting.length >= starters) { for (const go of waiting) go() }
        return
      }
      const key = path.replace("/compute/", "")
      const ordinal = (computed.get(key) ?? 0) + 1
      computed.set(key, ordinal)
      if (!held(key, ordinal)) response.end(`${key} computed`)
    })
    const worker = (options: {
      readonly keys: ReadonlyArray<string>
      readonly coordination: "none" | "lease"
      readonly leaseTime?: string
    }) =>
      start("test/support/cacheWorkerMain.js", {
        WORKER_SOURCE: source.url,
        WORKER_KEYS: options.keys.join(","),
        WORKER_BUCKET: bucket,
        WORKER_COORDINATION: options.coordination,
        WORKER_LEASE_TIME: options.leaseTime ?? "30 seconds",
        WORKER_ENDPOINT: server.endpoint,
        AWS_REGION: server.region,
        AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey
      })
    return { server, computed, worker }
  })

const report = (program: Program) =>
  Effect.flatMap(program.ended, (code) =>
    code === 0
      ? Schema.decode(WorkerReport)(program.stdout())
      : Effect.dieMessage(`a worker ended with ${code}: ${program.stdout()}${program.stderr()}`))

const keys = Array.from({ length: amount(60, 200) }, (_, n) => `key-${n}`)
const expected = keys.map((key) => `${key} computed`)

describe("processes that share a bucket", () => {
  for (const count of amount([4], [2, 4])) {
    it.scopedLive(
      `${count} of them compute each of ${keys.length} keys once with leases, though they start together`,
      () =>
        Effect.gen(function*() {
          const { computed, worker } = yield* setting(count)
          const workers = yield* Effect.all(
            Array.from({ length: count }, () => worker({ keys, coordination: "lease" }))
          )
          const reports = yield* Effect.all(workers.map(report), { concurrency: "unbounded" })
          for (const { values } of reports) assert.deepStrictEqual(values, expected)
          assert.deepStrictEqual([...computed.values()].filter((times) => times !== 1), [])
          assert.strictEqual(computed.size, keys.length)
          assert.strictEqual(reports.reduce((sum, { computations }) => sum + computations, 0), keys.length)
        })
    )
  }

  it.scopedLive("without leases each computes a key once at most", () =>
    Effect.gen(function*() {
      const { computed, worker } = yield* setting(2)
      const doubled = [...keys, ...keys]
      const workers = yield* Effect.all([1, 2].map(() => worker({ keys: doubled, coordination: "none" })))
      const reports = yield* Effect.all(workers.map(report), { concurrency: "unbounded" })
      for (const { computations, values } of reports) {
        assert.deepStrictEqual(values, [...expected, ...expected])
        assert.isAtMost(computations, keys.length)
      }
      assert.isAtMost(Math.max(...computed.values()), 2)
    }))

  it.scopedLive(
    "a process that is killed while it computes is replaced by one that waits",
    () =>
      Effect.gen(function*() {
        const { computed, server, worker } = yield* setting(1, (key, ordinal) => key === "slow" && ordinal === 1)
        const started = process.hrtime.bigint()
        yield* Effect.flatMap(worker({ keys: ["quick"], coordination: "lease" }), report)
        const usual = Number(process.hrtime.bigint() - started) / 1e6
        // An owner that waits for the processor is not dead.
        const leaseTime = Math.ceil(Math.max(2000, usual))
        const waiting = { keys: ["slow"], coordination: "lease", leaseTime: `${leaseTime} millis` } as const
        const first = yield* worker(waiting)
        yield* until(() => computed.get("slow") === 1)
        const second = yield* worker(waiting)
        // It waits: it asks for the lease again and again.
        yield* eventually(Effect.map(
          server.requests,
          (requests) => requests.filter(({ key, method }) => method === "GET" && key.endsWith(".run")).length > 3
        ))
        assert.strictEqual(computed.get("slow"), 1)
        const before = process.hrtime.bigint()
        first.kill("SIGKILL")
        assert.strictEqual(yield* first.ended, "SIGKILL")
        const { awaited, computations, values } = yield* report(second)
        const millis = Number(process.hrtime.bigint() - before) / 1e6
        assert.deepStrictEqual([awaited, computations, values], [1, 1, ["slow computed"]])
        assert.strictEqual(computed.get("slow"), 2)
        // The lease time, a poll, and the end of a process on a machine that is busy with other things, or slow.
        assert.isBelow(millis, leaseTime + 500 + Math.max(5000, 5 * usual))
      })
  )
})
