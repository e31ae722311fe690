import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Deferred, Effect, Exit, Fiber, Layer, Option, Ref, TestClock } from "effect"
import { Background, Store } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"
import { invocation } from "../../src/Lambda/invocation.js"
import { turns } from "../support/until.js"
import { withWarnings } from "../support/warningsOf.js"

/** What has begun gets as far as it can without a clock. */
const meanwhile = turns(5)

class Prices extends Context.Tag("test/Prices")<Prices, Store.Store<string, number>>() {
  static readonly layer = Store.layer(Prices, { timeToLive: "1 minute", staleWhileRevalidate: "1 day" })
}

const Live = Layer.mergeAll(Prices.layer, TtlDict.layer({ onRemoval: () => Effect.sleep("10 minutes") })).pipe(
  Layer.provideMerge(Background.layer)
)

const times = { settle: 500, margin: 200, close: 250 }
const unlimited = () => Number.POSITIVE_INFINITY

/** Tells how much is left of so many milliseconds from now on. */
const remainingOf = (millis: number) =>
  Effect.map(
    Effect.zip(Clock.currentTimeMillis, Effect.clock),
    ([start, clock]) => () => start + millis - clock.unsafeCurrentTimeMillis()
  )

/** A value that is given out stale, while another is computed. */
const stale = (compute: Effect.Effect<number>) =>
  Effect.gen(function*() {
    const prices = yield* Prices
    yield* prices.set("a-secret-key", 1)
    yield* TestClock.adjust("2 minutes")
    return prices.getOrCompute("a-secret-key", compute)
  })

describe("an invocation", () => {
  it.scoped("answers when what it left in the background has ended", () =>
    Effect.gen(function*() {
      const computed = yield* Deferred.make<number>()
      const answer = yield* Effect.fork(invocation(yield* stale(Deferred.await(computed)), unlimited, times))
      yield* meanwhile
      yield* TestClock.adjust("499 millis")
      assert.isTrue(Option.isNone(yield* Fiber.poll(answer)))
      yield* Deferred.succeed(computed, 2)
      assert.strictEqual(yield* Fiber.join(answer), 1)
      assert.strictEqual(yield* (yield* Prices).get("a-secret-key"), 2)
    }).pipe(Effect.provide(Live)))

  it.scoped("waits no longer than settle, and tells what goes on then by its kinds, without keys", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const lookup = yield* stale(Effect.never)
        yield* TtlDict.set("another-secret-key", 1)
        yield* TtlDict.clear
        const answer = yield* Effect.fork(invocation(lookup, unlimited, times))
        yield* meanwhile
        yield* TestClock.adjust("500 millis")
        assert.strictEqual(yield* Fiber.join(answer), 1)
        assert.strictEqual(warnings().length, 1)
        assert.include(warnings()[0], "1 × computation, 1 × call of onRemoval")
        assert.notInclude(warnings().join(), "secret")
        // It goes on.
        assert.strictEqual((yield* Background.settle({ within: 0 })).computations, 1)
        yield* TestClock.adjust("10 minutes")
      }).pipe(Effect.provide(Live))
    ))

  it.scoped("waits no longer than there is time for", () =>
    Effect.gen(function*() {
      const lookup = yield* stale(Effect.never)
      const remaining = yield* remainingOf(400)
      const answer = yield* Effect.fork(invocation(lookup, remaining, times))
      yield* meanwhile
      yield* TestClock.adjust("299 millis")
      assert.isTrue(Option.isNone(yield* Fiber.poll(answer)))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(answer), 1)
    }).pipe(Effect.provide(Live)))

  it.scoped("waits for what is in the background when it fails, too", () =>
    Effect.gen(function*() {
      const computed = yield* Deferred.make<number>()
      const lookup = yield* stale(Deferred.await(computed))
      const answer = yield* Effect.fork(
        Effect.exit(invocation(Effect.zipRight(lookup, Effect.fail("no")), unlimited, times))
      )
      yield* meanwhile
      assert.isTrue(Option.isNone(yield* Fiber.poll(answer)))
      yield* Deferred.succeed(computed, 2)
      assert.deepStrictEqual(yield* Fiber.join(answer), Exit.fail("no"))
    }).pipe(Effect.provide(Live)))

  it.scoped("is interrupted when its time is about to run out, and does not wait for its finalizers", () =>
    Effect.gen(function*() {
      const interrupted = yield* Ref.make(0)
      const remaining = yield* remainingOf(3000)
      const endless = Effect.onInterrupt(
        Effect.never,
        () => Effect.zipRight(Ref.update(interrupted, (n) => n + 1), Effect.sleep("1 hour"))
      )
      const answer = yield* Effect.fork(Effect.flip(invocation(endless, remaining, times)))
      yield* meanwhile
      yield* TestClock.adjust("2799 millis")
      assert.strictEqual(yield* Ref.get(interrupted), 0)
      yield* TestClock.adjust("1 millis")
      const error = yield* Fiber.join(answer)
      assert.strictEqual(error.name, "InvocationTimeoutError")
      assert.include(error.message, "interrupted after 2s 800ms")
      yield* meanwhile
      assert.strictEqual(yield* Ref.get(interrupted), 1)
      yield* TestClock.adjust("1 hour")
    }).pipe(Effect.provide(Live)))

  it.scoped("has a scope of its own, which is closed before it answers", () =>
    Effect.gen(function*() {
      const closed = yield* Ref.make(false)
      const held = Effect.acquireRelease(Effect.succeed(7), () => Ref.set(closed, true))
      assert.strictEqual(yield* invocation(held, unlimited, times), 7)
      assert.isTrue(yield* Ref.get(closed))
    }).pipe(Effect.provide(Live)))
})
