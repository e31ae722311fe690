import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import { ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { Faults } from "effect-aws-cache/testing"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
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

const named = (store: ObjectStore, description: string): ObjectStore => ({ ...store, description })

/** Each step of each store, and how it went. */
const stepsOf = (store: ObjectStore) =>
  Effect.map(checkStore(store), ({ steps }) => steps.map(({ outcome, part, step }) => [part, step, outcome].join(" ")))

describe("S3Cache.check, of a store over others", () => {
  const two = Effect.gen(function*() {
    const one = yield* ObjectStore.makeMemory
    const other = yield* Faults.make(yield* ObjectStore.makeMemory)
    return { one: named(one, "one/"), other: { ...other, store: named(other.store, "other/") } }
  })

  it.effect("tries each, and leaves nothing", () =>
    Effect.gen(function*() {
      // At the epoch a clock tells nothing.
      yield* TestClock.adjust("1 day")
      const { one, other } = yield* two
      const bySize = yield* ObjectStore.makeBySize({ small: one, large: other.store })
      const ofOne = ["write", "read", "list", "conditions", "clock", "remove"].map((step) => `small ${step} ok`)
      const ofOther = ["write", "read", "list", "clock", "remove"].map((step) => `large ${step} ok`)
      assert.deepStrictEqual(yield* stepsOf(bySize), [...ofOne, ...ofOther])
      const check = yield* checkStore(bySize)
      assert.isTrue(check.isFine)
      assert.match(String(check), /^small one\/, large other\/ can be used:\n {2}small, write: ok\n/)
      for (const store of [one, other.store]) assert.strictEqual(yield* Stream.runCount(store.list("")), 0)
    }))

  it.effect("names the one that failed, and with verify the layer fails", () =>
    Effect.gen(function*() {
      const { one, other } = yield* two
      yield* other.faults.down("AccessDenied")
      for (
        const [store, part] of [
          [yield* ObjectStore.makeBySize({ small: one, large: other.store }), "large"],
          [yield* ObjectStore.makeBySize({ small: other.store, large: one }), "small"],
          [yield* ObjectStore.makeChain({ near: other.store, far: one }), "near"],
          [yield* ObjectStore.makeChain({ near: one, far: other.store }), "far"]
        ] as const
      ) {
        const { isFine, steps } = yield* checkStore(store)
        assert.isFalse(isFine)
        const failed = steps.filter(({ outcome }) => outcome === "failed")
        assert.deepStrictEqual(
          new Set(failed.map(({ part, target }) => `${part} ${target}`)),
          new Set([`${part} other/`])
        )
        const error = yield* Effect.flip(makeS3CacheService(store, { verify: "startup" }))
        assert.include(error.message, `write of other/ (${part}) failed: `)
      }
    }).pipe(Effect.scoped))

  it.effect("tells the stores of stores from each other", () =>
    Effect.gen(function*() {
      const { one, other } = yield* two
      const bySize = yield* ObjectStore.makeBySize({ small: one, large: other.store })
      const partsOf = (store: ObjectStore) =>
        Effect.map(checkStore(store), ({ steps }) => [...new Set(steps.map(({ part }) => part))])
      const near = yield* ObjectStore.makeMemory
      const chain = yield* ObjectStore.makeChain({ near, far: bySize })
      assert.deepStrictEqual(yield* partsOf(chain), ["small of far", "large of far", "near"])
      const small = yield* ObjectStore.makeChain({ near, far: one })
      assert.deepStrictEqual(
        yield* partsOf(yield* ObjectStore.makeBySize({ small, large: other.store })),
        ["far of small", "near of small", "large"]
      )
      yield* other.faults.clear
      const read = yield* ObjectStore.makeReadOnly(bySize)
      assert.isTrue((yield* checkStore(read)).isFine)
      assert.deepStrictEqual(
        new Set((yield* other.faults.requests).map(({ operation }) => operation)),
        new Set(["load", "list"])
      )
    }))

  it.scopedLive("tries the bucket of a store by size where contents are", () =>
    Effect.gen(function*() {
      const s3 = yield* makeAnsweringS3()
      const written: Array<string> = []
      yield* s3.refuse((kind, path) => {
        if (kind === "put") written.push(path)
        return undefined
      })
      const store = yield* ObjectStore.makeBySize({ small: yield* ObjectStore.makeMemory, large: s3.store })
      assert.isTrue((yield* checkStore(store)).isFine)
      assert.strictEqual(written.length, 1)
      assert.match(written.join(), /\.large\/\.probe\/[0-9a-f-]{36}$/)
      yield* s3.refuse((kind) => kind === "put" ? { status: 403, code: "AccessDenied" } : undefined)
      const error = yield* Effect.flip(makeS3CacheService(store, { verify: "startup" }))
      assert.match(error.message, /write of s3:\/\/.*\(large\) failed: .*AccessDenied/)
    }))
})
