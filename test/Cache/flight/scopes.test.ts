import { assert, describe, it } from "@effect/vitest"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"

describe("the scope of a computation", () => {
  it.scoped("closes when the computation ends, and not with what is made within it", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const log: Array<string> = []
      const compute = Effect.gen(function*() {
        yield* Effect.addFinalizer((exit) => Effect.sync(() => log.push(`closed: ${exit._tag}`)))
        const leased = yield* LeasedStore.make({ maxSize: 1, acquire: (key: string) => Effect.succeed(key) })
        yield* leased.use("a", () => Effect.void)
        const inner = yield* Store.make<string, number>()
        const one = yield* inner.getOrCompute("one", Effect.succeed(1))
        log.push(yield* leased.use("b", Effect.succeed))
        return one
      })
      assert.strictEqual(yield* store.getOrCompute("a", compute), 1)
      assert.deepStrictEqual(log, ["b", "closed: Success"])
    }))

  it.scoped("has a part in how the computation ends", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const defect = new Error("the finalizer")
      const failing = Effect.zipRight(Effect.addFinalizer(() => Effect.die(defect)), Effect.succeed(1))
      assert.deepStrictEqual(yield* Effect.exit(store.getOrCompute("a", failing)), Exit.die(defect))
      assert.isFalse(yield* store.has("a"))
      const both = yield* Effect.exit(store.getOrCompute("a", Effect.zipRight(failing, Effect.fail("no" as const))))
      assert.isTrue(Exit.isFailure(both) && Option.contains(Cause.failureOption(both.cause), "no"))
    }))
})
