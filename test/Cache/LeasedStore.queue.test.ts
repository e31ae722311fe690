import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Logger } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"
import { hasEnded } from "../../src/effect/fibers.js"

/** A store whose releases wait for a gate. */
const gated = (options: { readonly releaseCapacity?: number; readonly maxWeight?: number }) =>
  Effect.gen(function*() {
    const gate = yield* Deferred.make<void>()
    const store = yield* LeasedStore.make({
      ...options,
      maxSize: 1,
      weigher: () => 10,
      releaseConcurrency: 2,
      acquire: (key: number) => Effect.succeed({ key }),
      release: () => Deferred.await(gate)
    })
    return { open: Deferred.succeed(gate, undefined), store }
  })

const settled = Effect.repeatN(Effect.yieldNow(), 50)

describe("values that wait for their release", () => {
  for (
    const [what, options] of [
      ["number", { releaseCapacity: 3 }],
      ["weight", { maxWeight: 30 }]
    ] as const
  ) {
    for (const how of ["use", "lease", "refresh", "set", "add", "setMany"] as const) {
      it.scoped(`are limited by their ${what}: ${how} waits until there is room`, () =>
        Effect.gen(function*() {
          const { open, store } = yield* gated(options)
          const bring = (key: number) =>
            Effect.asVoid(
              how === "use" || how === "lease" || how === "refresh"
                ? how === "lease" ? Effect.scoped(store.lease(key)) : how === "use"
                  ? store.use(key, () => Effect.void)
                  : store.refresh(key)
                : how === "setMany"
                ? store.setMany([[key, { key }]])
                : store[how](key, { key })
            )
          const all = yield* Effect.fork(
            Effect.forEach(Array.from({ length: 40 }, (_, key) => key), bring, { discard: true })
          )
          const interrupted = yield* settled.pipe(Effect.zipRight(Effect.fork(bring(100))))
          yield* settled
          // Two are being released, and three wait.
          assert.strictEqual((yield* store.stats).releasing, 5)
          assert.isFalse(hasEnded(all))
          yield* Fiber.interrupt(interrupted)
          yield* open
          yield* Fiber.join(all)
          assert.strictEqual((yield* store.stats).acquired, 40)
        }))
    }
  }

  it.scoped("may be more by what one operation makes leave, and the log tells once that there is no room", () =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => logged.push(String(message)))
      yield* Effect.gen(function*() {
        const { open, store } = yield* gated({ releaseCapacity: 1 })
        yield* store.resize({ maxSize: 10 })
        for (let key = 0; key < 10; key++) yield* store.use(key, () => Effect.void)
        yield* store.clear
        yield* settled
        assert.strictEqual((yield* store.stats).releasing, 10)
        const waiting = yield* Effect.fork(
          Effect.forEach([1, 2, 3], (key) => store.use(key, () => Effect.void), { concurrency: "unbounded" })
        )
        yield* settled
        assert.strictEqual((yield* store.stats).acquired, 10)
        yield* open
        yield* Fiber.join(waiting)
      }).pipe(Effect.scoped, Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.lengthOf(logged.filter((message) => message.includes("waits until there is room")), 1)
    }))

  it.scoped("do not wait for room themselves: a release may use the store", () =>
    Effect.gen(function*() {
      const released: Array<number> = []
      const ready = yield* Deferred.make<LeasedStore.LeasedStore<number, number>>()
      const store = yield* LeasedStore.make({
        maxSize: 1,
        releaseConcurrency: 1,
        releaseCapacity: 1,
        acquire: (key: number) => Effect.succeed(key),
        release: (_: number, value: number) =>
          value >= 100
            ? Effect.void
            : Effect.flatMap(
              Deferred.await(ready),
              (store) => Effect.map(store.use(100 + value, () => Effect.void), () => released.push(value))
            )
      })
      yield* Deferred.succeed(ready, store)
      for (let key = 0; key < 10; key++) yield* store.use(key, () => Effect.void)
      yield* store.clear
      yield* settled
      assert.lengthOf(released, 10)
    }))

  it.effect("hold nobody up who waits when the store closes", () =>
    Effect.gen(function*() {
      const waiting = yield* Effect.scoped(Effect.gen(function*() {
        const { open, store } = yield* gated({ releaseCapacity: 1 })
        const waiting = yield* Effect.forkDaemon(
          Effect.forEach(Array.from({ length: 20 }, (_, key) => key), (key) => store.use(key, () => Effect.void))
        )
        yield* settled
        assert.isFalse(hasEnded(waiting))
        yield* Effect.forkDaemon(Effect.zipRight(settled, open))
        return waiting
      }))
      yield* Fiber.await(waiting)
    }))
})
