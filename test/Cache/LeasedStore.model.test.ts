import { assert } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Scope, TestClock } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"
import * as fc from "fast-check"
import { effectProperty } from "../support/effectProperty.js"
import { property } from "../support/property.js"
import { turns } from "../support/until.js"
import { type Handle, Ledger } from "./Ledger.js"

const timeToLive = 100
const gracePeriod = 1000
const longestAcquisition = 30
const longestLease = 200

const parameters = property(150)

type Command =
  | {
    readonly _tag: "use" | "lease" | "refresh"
    readonly key: string
    /** Milliseconds that the acquisition takes, if there is one, and how it ends. */
    readonly acquiring: number
    readonly outcome: "value" | "failure" | "defect"
    /** Milliseconds that the lease is held, when it is not interrupted before. */
    readonly holding: number
  }
  | { readonly _tag: "add" | "set" | "remove" | "pop" | "useOption"; readonly key: string }
  | { readonly _tag: "popVictim" | "clear" | "setMany" | "removeMany" }
  | { readonly _tag: "resize"; readonly maxSize: number }
  | { readonly _tag: "interrupt"; readonly fiber: number }
  | { readonly _tag: "wait"; readonly millis: number }
  | { readonly _tag: "turn"; readonly count: number }

const key = fc.constantFrom("a", "b", "c", "d")

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      _tag: fc.constantFrom("use" as const, "use" as const, "lease" as const, "lease" as const, "refresh" as const),
      key,
      acquiring: fc.constantFrom(0, 0, 5, longestAcquisition),
      outcome: fc.constantFrom(
        "value" as const,
        "value" as const,
        "value" as const,
        "failure" as const,
        "defect" as const
      ),
      holding: fc.constantFrom(0, 10, 60, longestLease)
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constantFrom("add" as const, "set" as const, "remove" as const, "pop" as const, "useOption" as const),
      key
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      _tag: fc.constantFrom("popVictim" as const, "clear" as const, "setMany" as const, "removeMany" as const)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constant("resize" as const), maxSize: fc.integer({ min: 0, max: 4 }) })
  },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("interrupt" as const), fiber: fc.nat({ max: 60 }) }) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("wait" as const), millis: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("turn" as const), count: fc.integer({ min: 0, max: 4 }) }) }
)

/** Two ways to acquire: what is acquired is released by the scope it was acquired in, or by `release`. */
const acquisition = (ledger: Ledger, opening: Set<Handle>, isScoped: boolean) => {
  const end = (handle: Handle, outcome: string): Effect.Effect<Handle, string> =>
    outcome === "value" ? Effect.succeed(handle) : outcome === "failure" ? Effect.fail(outcome) : Effect.die(outcome)
  const scoped = (key: string, millis: number, outcome: string) =>
    Effect.gen(function*() {
      const handle = yield* Effect.acquireRelease(
        Effect.tap(ledger.open(key), (handle) => Effect.sync(() => opening.add(handle))),
        (handle) => Effect.zipRight(Effect.sync(() => opening.delete(handle)), ledger.release(handle))
      )
      if (millis > 0) yield* Effect.sleep(millis)
      opening.delete(handle)
      return yield* end(handle, outcome)
    })
  const plain = (key: string, millis: number, outcome: string) =>
    Effect.gen(function*() {
      if (millis > 0) yield* Effect.sleep(millis)
      if (outcome !== "value") return yield* Effect.fail(outcome)
      return yield* ledger.open(key)
    })
  return isScoped ? scoped : plain
}

effectProperty(
  "whatever is leased, written, removed, interrupted and closed in whatever order: released are exactly those values that are neither in the store nor leased",
  [
    fc.array(command, { maxLength: 60 }),
    fc.record({
      maxSize: fc.integer({ min: 0, max: 4 }),
      budget: fc.constantFrom(11, 12, 13, 17, 29, 2048),
      concurrency: fc.constantFrom(1, 2, 16),
      timeToIdle: fc.constantFrom(undefined, undefined, 20, 60),
      isScoped: fc.boolean()
    })
  ],
  ([commands, { budget, concurrency, isScoped, maxSize, timeToIdle }]) =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      const opening = new Set<Handle>()
      const fibers: Array<Fiber.RuntimeFiber<unknown, unknown>> = []
      const acquire = acquisition(ledger, opening, isScoped)
      const scope = yield* Scope.make()
      const store: LeasedStore.LeasedStore<string, Handle, string> = yield* Scope.extend(
        LeasedStore.make({
          maxSize,
          timeToLive,
          timeToIdle,
          gracePeriod,
          releaseConcurrency: concurrency,
          acquire: (key: string) => acquire(key, 0, "value"),
          release: isScoped ? undefined : ledger.releaseOf
        }),
        scope
      )
      let limit = maxSize
      let now = 0

      const hold = (handle: Handle, millis: number) =>
        ledger.using(handle, millis === 0 ? Effect.yieldNow() : Effect.sleep(millis))

      const fork = (effect: Effect.Effect<unknown, unknown>) =>
        Effect.map(Effect.fork(effect), (fiber) => fibers.push(fiber))

      // Without a `release`, there is nothing that could release what is handed over.
      const handOver = (key: string, write: (handle: Handle) => Effect.Effect<void, unknown>) =>
        isScoped ? Effect.void : Effect.gen(function*() {
          const handle = yield* ledger.open(key)
          // Refused, it is still the caller's.
          yield* Effect.catchAll(write(handle), () => ledger.release(handle))
        })

      const apply = (command: Command): Effect.Effect<unknown> => {
        switch (command._tag) {
          case "use":
          case "lease": {
            const { acquiring, holding, key, outcome } = command
            const options = { acquire: acquire(key, acquiring, outcome) }
            return fork(
              command._tag === "use"
                ? store.use(key, (handle) => hold(handle, holding), options)
                : Effect.scoped(Effect.flatMap(store.lease(key, options), (handle) => hold(handle, holding)))
            )
          }
          case "refresh": {
            const { acquiring, key, outcome } = command
            return fork(store.refresh(key, { acquire: acquire(key, acquiring, outcome) }))
          }
          case "useOption":
            return fork(store.useOption(command.key, (handle) => hold(handle, 10)))
          case "add":
            return handOver(command.key, (handle) => store.add(command.key, handle))
          case "set":
            return handOver(command.key, (handle) => store.set(command.key, handle))
          case "setMany":
            return handOver("a", (a) =>
              handOver("b", (b) =>
                Effect.ignore(store.setMany([["a", a], ["b", b, { timeToLive: timeToLive / 2 }]]))))
          case "removeMany":
            return store.removeMany(["a", "c", "a"])
          case "remove":
            return Effect.ignore(store.remove(command.key))
          case "pop":
            return fork(Effect.scoped(Effect.flatMap(store.pop(command.key), (handle) =>
              hold(handle, 10))))
          case "popVictim":
            return fork(Effect.scoped(Effect.flatMap(store.popVictim, (popped) =>
              Option.isNone(popped) ? Effect.void : hold(popped.value[1], 10))))
          case "clear":
            return store.clear
          case "resize":
            limit = command.maxSize
            return Effect.orDie(store.resize({ maxSize: command.maxSize }))
          case "interrupt": {
            const fiber = fibers[command.fiber % Math.max(1, fibers.length)]
            return fiber === undefined ? Effect.void : Fiber.interruptFork(fiber)
          }
          case "wait":
            now += command.millis
            return TestClock.adjust(command.millis)
          case "turn":
            return turns(command.count)
        }
      }

      const check = (about: string) =>
        Effect.gen(function*() {
          const [values, stats] = yield* Effect.all([store.values, store.stats])
          assert.deepStrictEqual(ledger.mistakes, [], about)
          assert.isAtMost(stats.size, limit, about)
          for (const handle of values) {
            assert.strictEqual(handle.releases, 0, `${about}: ${handle.id} is in the store, but released`)
            assert.isFalse(opening.has(handle), `${about}: ${handle.id} is in the store, but not acquired yet`)
          }
          const ended = stats.releases.succeeded + stats.releases.failed + stats.releases.timedOut
          assert.strictEqual(stats.acquired, stats.size + stats.retired + stats.releasing + ended, about)
          assert.strictEqual(stats.releases.failed + stats.releases.timedOut, 0, about)
          return values
        })

      // When nothing moves any more, what is not released is held by the store or by somebody, and nothing else.
      const checkAtRest = (about: string) =>
        Effect.gen(function*() {
          yield* turns(60)
          const values = yield* check(about)
          for (const handle of ledger.handles) {
            const isHeld = values.includes(handle) || handle.users > 0 || opening.has(handle)
            assert.strictEqual(handle.releases, isHeld ? 0 : 1, `${about}: handle ${handle.id}`)
            if (values.includes(handle)) {
              assert.isBelow(now, handle.openedAt + longestAcquisition + timeToLive)
              if (handle.users === 0) {
                const since = handle.usedUntil ?? handle.openedAt + longestAcquisition
                assert.isBelow(now, since + (timeToIdle ?? Infinity), `${about}: handle ${handle.id} is idle`)
              }
            }
          }
        })

      for (const [step, command] of commands.entries()) {
        yield* apply(command)
        yield* check(`after step ${step}`)
        if (step % 10 === 9) {
          yield* checkAtRest(`at rest after step ${step}`)
        }
      }
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      for (const millis of [longestAcquisition, longestLease]) {
        yield* turns(60)
        yield* TestClock.adjust(millis)
      }
      yield* Fiber.join(closing)
      yield* Effect.forEach(fibers, Fiber.await)
      ledger.assertBalanced()
      const { releasing, retired, size } = yield* store.stats
      assert.deepStrictEqual([size, retired, releasing], [0, 0, 0])
    }).pipe(
      // What cannot be interrupted ends too, so that a failure is told.
      Effect.onError(() =>
        TestClock.adjust("1 minute")
      ),
      Effect.withMaxOpsBeforeYield(budget)
    ),
  parameters
)
