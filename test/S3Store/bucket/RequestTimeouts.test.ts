import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Scope, TestClock } from "effect"
import { makeRequestTimeouts, type RequestTimeouts } from "../../../src/S3Store/bucket/RequestTimeouts.js"
import { turns } from "../../support/until.js"

/** A promise that is never settled, and whether it was aborted. */
const stuck = () => {
  const state = { aborted: false }
  const start = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => {
      state.aborted = true
    })
    return new Promise<never>(() => {})
  }
  return { state, start }
}

const run = <A>(timeouts: RequestTimeouts, start: (signal: AbortSignal) => Promise<A>) =>
  timeouts.run(start, (cause) => `rejected: ${cause}`, () => "late")

describe("Deadlines", () => {
  it.scoped("gives the value, or the failure, of what is in time", () =>
    Effect.gen(function*() {
      const timeouts = yield* makeRequestTimeouts(Duration.seconds(1))
      assert.strictEqual(yield* run(timeouts, () => Promise.resolve(1)), 1)
      assert.strictEqual(yield* Effect.flip(run(timeouts, () => Promise.reject("no"))), "rejected: no")
      const thrown = run(timeouts, () => {
        throw new Error("at once")
      })
      assert.strictEqual(yield* Effect.flip(thrown), "rejected: Error: at once")
    }))

  it.scoped("gives up each at its own time, to the millisecond, and aborts it", () =>
    Effect.gen(function*() {
      const timeouts = yield* makeRequestTimeouts(Duration.seconds(10))
      // The first one starts to watch; what follows is watched on.
      yield* run(timeouts, () => Promise.resolve(0))
      const waiting = []
      for (let at = 0; at < 5; at++) {
        const { start, state } = stuck()
        waiting.push({ state, fiber: yield* Effect.fork(Effect.flip(run(timeouts, start))) })
        yield* turns(2)
        yield* TestClock.adjust("1 second")
      }
      yield* TestClock.adjust("4999 millis")
      for (const [at, { fiber, state }] of waiting.entries()) {
        yield* turns(2)
        assert.isFalse(state.aborted, `${at} is not late yet`)
        yield* TestClock.adjust("1 millis")
        yield* turns(2)
        assert.isTrue(state.aborted)
        assert.strictEqual(yield* Fiber.join(fiber), "late")
        yield* TestClock.adjust("999 millis")
      }
      // Nothing is left to watch, and it can begin again.
      yield* TestClock.adjust("1 hour")
      const { start } = stuck()
      const again = yield* Effect.fork(Effect.flip(run(timeouts, start)))
      yield* turns(2)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(again), "late")
    }))

  it.scoped("thousands that are in time do not delay one that is not", () =>
    Effect.gen(function*() {
      const timeouts = yield* makeRequestTimeouts(Duration.seconds(10))
      const { start, state } = stuck()
      const late = yield* Effect.fork(Effect.flip(run(timeouts, start)))
      yield* turns(2)
      for (let at = 0; at < 5000; at++) yield* run(timeouts, () => Promise.resolve(at))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(late), "late")
      assert.isTrue(state.aborted)
    }))

  it.effect("gives up what is awaited when its scope closes", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const timeouts = yield* Scope.extend(makeRequestTimeouts(Duration.seconds(10)), scope)
      const ended = yield* Deferred.make<string>()
      yield* Scope.addFinalizer(scope, Deferred.await(ended))
      const { start } = stuck()
      yield* Effect.fork(Deferred.complete(ended, Effect.flip(run(timeouts, start))))
      yield* turns(2)
      const closed = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* turns(2)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(closed)
      assert.strictEqual(yield* Deferred.await(ended), "late")
    }))

  it.scoped("interruption aborts at once, and does not wait", () =>
    Effect.gen(function*() {
      const timeouts = yield* makeRequestTimeouts(Duration.seconds(1))
      const { start, state } = stuck()
      const fiber = yield* Effect.fork(run(timeouts, start))
      yield* turns(2)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      assert.isTrue(state.aborted)
    }))

  it.scoped("an uninterruptible caller does not keep the watch from ending with its scope", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const timeouts = yield* makeRequestTimeouts(Duration.seconds(1))
        yield* Effect.uninterruptible(run(timeouts, () => Promise.resolve(1)))
        const { start } = stuck()
        yield* Effect.fork(run(timeouts, start))
        yield* turns(2)
      }))
    }))

  it.scoped("without a limit nothing is late", () =>
    Effect.gen(function*() {
      const timeouts = yield* makeRequestTimeouts(Duration.infinity)
      const fiber = yield* Effect.fork(
        run(timeouts, () => new Promise<number>((resolve) => setImmediate(() => setImmediate(() => resolve(1)))))
      )
      yield* TestClock.adjust("1000 days")
      assert.strictEqual(yield* Fiber.join(fiber), 1)
    }))
})
