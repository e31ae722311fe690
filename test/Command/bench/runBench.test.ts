import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { type BenchPlan, priceOf, requestsOfPlan } from "../../../src/Command/bench/BenchPlan.js"
import { latenciesOf } from "../../../src/Command/bench/latencies.js"
import { runBench } from "../../../src/Command/bench/runBench.js"
import { makeAnsweringS3 } from "../../S3Store/answeringS3.js"
import { makeBucket } from "../../S3Store/bucketOf.js"

const plan: BenchPlan = { operations: ["set", "get", "add", "lease"], sizes: [100, 2000], count: 3, concurrency: 2 }

describe("bench", () => {
  it.scopedLive("makes the requests that it said, and leaves nothing", () =>
    Effect.gen(function*() {
      const { direct, requests, store } = yield* makeBucket(
        { conditionalWrites: "required", conditionalDeletes: "required" },
        {}
      )
      const rows = yield* runBench(store, plan)
      assert.deepStrictEqual(
        rows.map(({ bytes, count, failures, operation }) => [operation, bytes, count, failures]),
        [100, 2000].flatMap((bytes) => ["set", "get", "add", "lease"].map((operation) => [operation, bytes, 3, 0]))
      )
      for (const { max, p50, p90, p99, perSecond } of rows) {
        assert.isTrue(0 < p50 && p50 <= p90 && p90 <= p99 && p99 <= max && perSecond > 0)
      }
      const made = (...methods: ReadonlyArray<string>) =>
        requests().filter(({ method }) => methods.includes(method)).length
      const { get, put, remove } = requestsOfPlan(plan)
      assert.deepStrictEqual([made("GET"), made("PUT"), made("DELETE", "POST")], [get, put, remove])
      assert.strictEqual(yield* Stream.runCount(direct.list("")), 0)
    }))

  it.scopedLive("writes what it only reads, and does not tell of that", () =>
    Effect.gen(function*() {
      const { store } = yield* makeBucket()
      const rows = yield* runBench(store, { ...plan, operations: ["get"] })
      assert.deepStrictEqual(rows.map(({ operation }) => operation), ["get", "get"])
    }))

  it.scopedLive("leaves nothing when it is interrupted", () =>
    Effect.gen(function*() {
      const { direct, store } = yield* makeBucket()
      const isUnderWay = yield* Deferred.make<void>()
      const running = runBench(store, plan, ({ done }) =>
        done < 4 ? Effect.void : Effect.zipRight(Deferred.succeed(isUnderWay, undefined), Effect.never))
      const fiber = yield* Effect.fork(Effect.scoped(running))
      yield* Deferred.await(isUnderWay)
      assert.isAbove(yield* Stream.runCount(direct.list("")), 0)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* Stream.runCount(direct.list("")), 0)
    }))

  it.scopedLive("fails with what the store says when nothing can be done", () =>
    Effect.gen(function*() {
      const s3 = yield* makeAnsweringS3()
      yield* s3.refuse(() => ({ status: 403, code: "AccessDenied" }))
      const exit = yield* Effect.exit(Effect.scoped(runBench(s3.store, plan)))
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "AccessDenied")
    }))

  it("tells percentiles that were measured", () => {
    const times = Array.from({ length: 200 }, (_, at) => 200 - at)
    assert.deepStrictEqual(latenciesOf(times), { count: 200, p50: 100, p90: 180, p99: 198, max: 200 })
    assert.deepStrictEqual(latenciesOf([7]), { count: 1, p50: 7, p90: 7, p99: 7, max: 7 })
  })

  it("knows what a plan costs", () => {
    const requests = requestsOfPlan({ ...plan, count: 1000 })
    assert.deepStrictEqual(requests, { get: 6000, put: 8000, list: 0, remove: 2012 })
    assert.closeTo(priceOf(requests, "standard"), 6 * 0.0004 + 8 * 0.005, 1e-9)
    assert.closeTo(priceOf(requests, "express"), 6 * 0.00003 + 8 * 0.00113, 1e-9)
  })
})
