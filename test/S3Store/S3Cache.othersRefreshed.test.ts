import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Schema, TestClock } from "effect"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { Fault, Faults } from "effect-aws-cache/testing"

class One extends S3Cache.Service<One>()("test/One") {}
class Other extends S3Cache.Service<Other>()("test/Other") {}

const windows = {
  "no stale window": {},
  staleWhileRevalidate: { staleWhileRevalidate: "1 hour" },
  staleIfError: { staleIfError: "1 hour" },
  staleIfSlow: { staleIfSlow: { after: "100 millis", within: "1 hour" } }
} as const

const keyspaceOf = (options: object) =>
  Keyspace.make("values", { key: Schema.String, value: Schema.String, timeToLive: "1 minute", ...options })

const failing = Effect.fail("the source is down")

const levels = Layer.merge(One.layer({ loadTimeout: "10 seconds" }), Other.layer({ loadTimeout: "10 seconds" })).pipe(
  Layer.provideMerge(Faults.layer({})),
  Layer.provide(ObjectStore.layerMemory())
)

describe("an old value in memory that another process has replaced", () => {
  for (const [window, options] of Object.entries(windows)) {
    for (const coordination of ["none", "lease"] as const) {
      it.effect(`is not computed anew, nor given out after a look (${window}, coordination: ${coordination})`, () =>
        Effect.gen(function*() {
          const Values = keyspaceOf({ ...options, coordination })
          const [one, many] = [Values.key("a"), Values.key("b")]
          for (const key of [one, many]) yield* Other.getOrCompute(key, Effect.succeed("old"))
          yield* TestClock.adjust("61 seconds")
          for (const key of [one, many]) yield* One.set(key, "new")
          yield* Other.getOrCompute(one, failing)
          yield* Other.settle({ within: "1 second" })
          assert.strictEqual(yield* Other.getOrCompute(one, failing), "new")
          assert.deepStrictEqual(yield* Other.getManyOrCompute([many], () => failing), [Option.some("new")])
          assert.strictEqual((yield* Other.stats).computationFailures, 0)
        }).pipe(Effect.provide(levels)))
    }
  }

  it.effect("is computed anew where another one has removed what was there, and given out no more", () =>
    Effect.gen(function*() {
      const key = keyspaceOf(windows.staleIfError).key("a")
      yield* Other.getOrCompute(key, Effect.succeed("old"))
      yield* One.remove(key)
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* Effect.flip(Other.getOrCompute(key, failing)), "the source is down")
    }).pipe(Effect.provide(levels)))

  it.effect("is given out while the second level cannot be asked, and the source fails", () =>
    Effect.gen(function*() {
      const key = keyspaceOf(windows.staleIfError).key("a")
      yield* Other.getOrCompute(key, Effect.succeed("old"))
      yield* TestClock.adjust("61 seconds")
      yield* Faults.down()
      assert.strictEqual(yield* Other.getOrCompute(key, failing), "old")
    }).pipe(Effect.provide(levels)))
})

describe("staleIfSlow", () => {
  it.effect("waits for what the second level says of tags: what was invalidated is not given out", () =>
    Effect.gen(function*() {
      const key = keyspaceOf({ ...windows.staleIfSlow, tags: ["all"] }).key("a")
      yield* Other.getOrCompute(key, Effect.succeed("old"))
      yield* TestClock.adjust("61 seconds")
      yield* One.invalidateTag("all")
      yield* Faults.set([{ fault: Fault.Slow({ by: "2 seconds" }), operations: ["load"] }])
      const asked = yield* Effect.fork(Other.getOrCompute(key, Effect.succeed("new")))
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* Fiber.join(asked), "new")
    }).pipe(Effect.provide(levels)))

  for (
    const [what, options] of Object.entries({
      "nothing else": {},
      revalidateAfter: { revalidateAfter: "10 seconds" },
      notice: { notice: "5 seconds" },
      coordination: { coordination: "lease" }
    })
  ) {
    it.effect(`waits no longer for the second level than for a computation (with ${what})`, () =>
      Effect.gen(function*() {
        const key = keyspaceOf({ ...windows.staleIfSlow, timeToLive: "30 seconds", ...options }).key("a")
        yield* One.set(key, "old")
        yield* TestClock.adjust("35 seconds")
        yield* Faults.set([{ fault: Fault.Slow({ by: "2 seconds" }), operations: ["load"] }])
        let computed = 0
        const asked = yield* Effect.fork(One.getOrCompute(
          key,
          Effect.sync(() => {
            computed++
            return "new"
          })
        ))
        yield* TestClock.adjust("99 millis")
        assert.isTrue(Option.isNone(yield* Fiber.poll(asked)))
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* Fiber.join(asked), "old")
        // What was begun goes on, and its value is kept.
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual(computed, 1)
        assert.deepStrictEqual(yield* One.peek(key), Option.some("new"))
      }).pipe(Effect.provide(levels)))
  }
})
