import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import { S3Cache } from "effect-aws-cache/S3Store"
import { checkStore } from "../../../src/S3Store/guard/checkStore.js"
import { Fault } from "../../servers/FaultProxy.js"
import { makeAnsweringS3 } from "../answeringS3.js"
import { makeBucket } from "../bucketOf.js"

describe("S3Cache.check", () => {
  it.effect("finds nothing wrong with memory", () =>
    Effect.gen(function*() {
      const check = yield* S3Cache.check
      assert.isTrue(check.isFine, String(check))
      assert.deepStrictEqual(check.steps.map(({ step }) => step), [
        "write",
        "read",
        "list",
        "conditions",
        "clock",
        "remove"
      ])
    }).pipe(Effect.provide(S3Cache.layerMemory())))

  it.scopedLive("finds nothing wrong with a bucket, and leaves nothing in it", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const cache = yield* process({ verify: "startup" })
      const check = yield* cache.check
      assert.isTrue(check.isFine, String(check))
      assert.deepStrictEqual(check.steps.map(({ outcome }) => outcome), ["ok", "ok", "ok", "ok", "ok", "ok"])
      assert.match(String(check), /^s3:\/\/.* can be used:\n {2}write: ok\n/)
      assert.deepStrictEqual(yield* Stream.runCount(direct.list(".probe/")), 0)
    }))

  for (
    const [kinds, refusal, outcomes] of [
      [["get"], { status: 403, code: "AccessDenied" }, ["ok", "failed", "ok", "ok", "ok"]],
      [["list"], { status: 403, code: "AccessDenied" }, ["ok", "ok", "failed", "ok", "ok"]],
      [["delete"], { status: 403, code: "AccessDenied" }, ["ok", "ok", "ok", "ok", "failed"]],
      [["get", "put", "list", "delete"], { status: 404, code: "NoSuchBucket" }, [
        "failed",
        "untried",
        "untried",
        "untried",
        "untried"
      ]],
      [["get"], { status: 503, code: "SlowDown" }, ["ok", "failed", "untried", "untried", "ok"]]
    ] as const
  ) {
    it.scopedLive(`tells that ${kinds.join(", ")} end with ${refusal.code}, and with verify the layer fails`, () =>
      Effect.gen(function*() {
        const s3 = yield* makeAnsweringS3()
        const rule = (kind: string, path: string) =>
          kinds.some((one) => one === kind)
            ? refusal
            : kind === "put" && s3.paths().includes(path)
            ? { status: 412, code: "PreconditionFailed" }
            : undefined
        yield* s3.refuse(rule)
        const { steps } = yield* checkStore(s3.store)
        const of = (name: string) => steps.find(({ step }) => step === name)?.outcome
        assert.deepStrictEqual(["write", "read", "list", "conditions", "remove"].map(of), [...outcomes])
        assert.include(steps.find(({ outcome }) => outcome === "failed")?.detail, refusal.code)
        assert.lengthOf(s3.paths(), kinds.some((kind) => kind === "delete") && refusal.code === "AccessDenied" ? 1 : 0)
        const error = yield* Effect.flip(s3.cache({ verify: "startup" }))
        assert.strictEqual(error._tag, "CacheConfigError")
        assert.include(error.message, "verify is \"startup\", but must be over a second level that works")
        assert.include(error.message, refusal.code)
      }))
  }

  it.scoped("tells nothing of the clock where nothing could be written, or seen in a list", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket({}, {})
      const cache = yield* process()
      yield* proxy.set(Fault.Refuse())
      const check = yield* cache.check
      assert.strictEqual(check.steps.find(({ step }) => step === "clock")?.outcome, "untried")
    }))

  it.scoped("tells a clock that is wrong", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket({}, {})
      yield* TestClock.setTime(Date.UTC(2020, 0, 1))
      const check = yield* (yield* process()).check
      const clock = check.steps.find(({ step }) => step === "clock")
      assert.strictEqual(clock?.outcome, "failed")
      assert.include(clock?.detail, "ahead of the one of this machine")
      assert.isFalse(check.isFine)
      assert.include(String(check), "cannot be used")
    }))
})
