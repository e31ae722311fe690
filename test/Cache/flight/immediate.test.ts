import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Scope } from "effect"
import { CacheReentryError, Store } from "effect-aws-cache/Cache"
import { turns } from "../../support/until.js"

describe("computations begin in the midst of who asks for them", () => {
  it.scoped("what takes no time has ended before anybody else has his turn", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<number, string>({ maxSize: 1 })
      const order: Array<string> = []
      const other = yield* Effect.fork(Effect.sync(() => order.push("another")))
      for (const key of [1, 2, 3]) {
        const value = yield* store.getOrCompute(key, Effect.sync(() => `${key}`))
        order.push(value)
      }
      yield* Fiber.join(other)
      assert.deepStrictEqual(order, ["1", "2", "3", "another"])
      assert.strictEqual((yield* store.stats).inFlight, 0)
    }))

  it.scoped("however deep they ask for each other, the stack does not grow with it", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<number, number>({ maxSize: 5_000 })
      const sum = (n: number): Effect.Effect<number> =>
        n === 0
          ? Effect.succeed(0)
          : store.getOrCompute(n, Effect.map(Effect.suspend(() => sum(n - 1)), (less) => less + n))
      const depth = 5_000
      assert.strictEqual(yield* sum(depth), depth * (depth + 1) / 2)
      assert.strictEqual(yield* store.size, depth)
    }))

  it.scoped("asking for themselves is an error at every depth", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<number, number>({})
      const ask = (n: number, depth: number): Effect.Effect<number> =>
        store.getOrCompute(n, Effect.suspend(() => ask((n + 1) % depth, depth)))
      for (const depth of [1, 2, 15, 16, 17, 40]) {
        const exit = yield* Effect.exit(ask(0, depth))
        const defect = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.dieOption(exit.cause)) : undefined
        assert.instanceOf(defect, CacheReentryError, `${depth}`)
        assert.strictEqual(yield* store.size, 0)
        assert.strictEqual((yield* store.stats).inFlight, 0)
      }
    }))

  it.scoped("one that closes its store is interrupted where it can be", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const store = yield* Scope.extend(Store.make<string, number>({}), scope)
      let isInterrupted = false
      const closing = Effect.forkDaemon(Scope.close(scope, Exit.void)).pipe(
        Effect.zipRight(Effect.never),
        Effect.onInterrupt(() => Effect.sync(() => isInterrupted = true))
      )
      const exit = yield* Effect.exit(store.getOrCompute("a", closing))
      assert.isTrue(Exit.isInterrupted(exit))
      assert.isTrue(isInterrupted)
    }))

  it.scoped("one that interrupts who asked is left by it, and others have its value", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({})
      const gate = yield* Deferred.make<void>()
      const caller = yield* Deferred.make<Fiber.RuntimeFiber<unknown, unknown>>()
      const compute = Effect.gen(function*() {
        const fiber = yield* Deferred.await(caller)
        yield* Effect.forkDaemon(Fiber.interrupt(fiber))
        yield* Deferred.await(gate)
        return 1
      })
      const first = yield* Effect.fork(store.getOrCompute("a", compute))
      const second = yield* Effect.fork(store.getOrCompute("a", Effect.succeed(2)))
      yield* turns(3)
      yield* Deferred.succeed(caller, first)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(first)))
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(second), 1)
    }))
})
