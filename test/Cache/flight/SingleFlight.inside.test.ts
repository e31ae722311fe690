import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Scope } from "effect"
import { CacheReentryError } from "effect-aws-cache/Cache"
import type { FlightGroup } from "../../../src/Cache/flight/FlightGroup.js"
import { SingleFlight } from "../../../src/Cache/flight/SingleFlight.js"
import { turns } from "../../support/until.js"

/** A flight `outer` a part of which is the flight `inner`, whose computations end with the next number when it is let. */
const nested = Effect.gen(function*() {
  const flights = yield* SingleFlight.make<string>("test")
  const outer = flights.group<number, string>("work")
  const inner = flights.group<number, string>("work")
  const commits: Array<Exit.Exit<number, string>> = []
  const gates: Array<Deferred.Deferred<void, string>> = []
  const runs = { ended: 0, after: 0 }
  const work = () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void, string>()
      const number = gates.push(gate)
      yield* Deferred.await(gate)
      return number
    }).pipe(Effect.ensuring(Effect.sync(() => runs.ended++)))
  const inside = (key: string) => inner.runInside(key, work, (exit) => void commits.push(exit))
  const ask = <A>(group: FlightGroup<string, A, string>, key: string, compute: () => Effect.Effect<A, string>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime<A, string>((caller) =>
        flights.await(group.enter(key, caller, compute, () => {}), restore)
      )
    )
  return {
    flights,
    inner,
    commits,
    gates,
    runs,
    /** Asks for what is one flight with its part. */
    askOuter: ask(outer, "a", () => Effect.tap(inside("a"), () => Effect.sync(() => runs.after++))),
    /** Asks for the part alone. */
    askInner: ask(inner, "a", work),
    ask,
    inside,
    open: (number: number) =>
      Effect.forEach(gates.slice(number - 1, number), (gate) => Deferred.succeed(gate, undefined))
  }
})

describe("a flight inside another", () => {
  it.scoped("runs in the fiber of the other, and is joined as any", () =>
    Effect.gen(function*() {
      const { askInner, askOuter, commits, flights, gates, open, runs } = yield* nested
      const owner = yield* Effect.fork(askOuter)
      yield* turns(3)
      const joined = yield* Effect.forEach([askInner, askInner, askOuter], (ask) => Effect.fork(ask))
      yield* turns(3)
      assert.strictEqual(gates.length, 1)
      assert.strictEqual(flights.size, 1)
      assert.strictEqual(flights.counted.coalesced, 3)
      yield* open(1)
      assert.deepStrictEqual(yield* Effect.forEach([owner, ...joined], Fiber.join), [1, 1, 1, 1])
      assert.deepStrictEqual(commits, [Exit.succeed(1)])
      assert.deepStrictEqual(runs, { ended: 1, after: 1 })
      assert.strictEqual(flights.size, 0)
    }))

  it.scoped("joins one that has a fiber of its own", () =>
    Effect.gen(function*() {
      const { askInner, askOuter, flights, gates, open } = yield* nested
      const first = yield* Effect.fork(askInner)
      yield* turns(3)
      const second = yield* Effect.fork(askOuter)
      yield* turns(3)
      assert.strictEqual(gates.length, 1)
      assert.strictEqual(flights.size, 2)
      yield* Fiber.interrupt(first)
      yield* open(1)
      assert.strictEqual(yield* Fiber.join(second), 1)
    }))

  it.scoped("begins anew for those who joined it when everybody has left the other", () =>
    Effect.gen(function*() {
      const { askInner, askOuter, commits, flights, gates, open, runs } = yield* nested
      const owner = yield* Effect.fork(askOuter)
      yield* turns(3)
      const joined = yield* Effect.fork(askInner)
      yield* turns(3)
      yield* Fiber.interrupt(owner)
      yield* turns(3)
      const later = yield* Effect.fork(askInner)
      yield* turns(3)
      assert.strictEqual(gates.length, 2)
      assert.strictEqual(flights.size, 1)
      yield* open(2)
      assert.deepStrictEqual(yield* Effect.forEach([joined, later], Fiber.join), [2, 2])
      assert.deepStrictEqual(commits, [Exit.succeed(2)])
      assert.deepStrictEqual(runs, { ended: 2, after: 0 })
    }))

  it.scoped("ends with the other when nobody has joined it, or who has is gone", () =>
    Effect.gen(function*() {
      const { askInner, askOuter, commits, flights, gates, inner, runs } = yield* nested
      const owner = yield* Effect.fork(askOuter)
      yield* turns(3)
      const joined = yield* Effect.fork(askInner)
      yield* turns(3)
      yield* Fiber.interrupt(joined)
      assert.deepStrictEqual(runs, { ended: 0, after: 0 })
      yield* Fiber.interrupt(owner)
      assert.deepStrictEqual(runs, { ended: 1, after: 0 })
      assert.strictEqual(gates.length, 1)
      assert.isFalse(inner.has("a"))
      assert.strictEqual(flights.size, 0)
      assert.strictEqual(commits.length, 1)
    }))

  it.scoped("is not joined and commits nothing once it is detached, and goes on for those who have joined it", () =>
    Effect.gen(function*() {
      const { askInner, askOuter, commits, flights, gates, open } = yield* nested
      const owner = yield* Effect.fork(askOuter)
      yield* turns(3)
      const joined = yield* Effect.fork(askInner)
      yield* turns(3)
      flights.detach("a")
      const next = yield* Effect.fork(askInner)
      yield* turns(3)
      assert.strictEqual(gates.length, 2)
      yield* open(1)
      assert.deepStrictEqual(yield* Effect.forEach([owner, joined], Fiber.join), [1, 1])
      assert.deepStrictEqual(commits, [])
      yield* open(2)
      assert.strictEqual(yield* Fiber.join(next), 2)
    }))

  it.scoped("fails for all with what it failed with", () =>
    Effect.gen(function*() {
      const { askInner, askOuter, commits, gates } = yield* nested
      const owner = yield* Effect.fork(askOuter)
      yield* turns(3)
      const joined = yield* Effect.fork(askInner)
      yield* turns(3)
      yield* Effect.forEach(gates, (gate) => Deferred.fail(gate, "broken"))
      assert.deepStrictEqual(yield* Effect.forEach([owner, joined], (fiber) => Effect.flip(Fiber.join(fiber))), [
        "broken",
        "broken"
      ])
      assert.deepStrictEqual(commits, [Exit.fail("broken")])
    }))

  it.scoped("that would wait for itself dies", () =>
    Effect.gen(function*() {
      const { ask, flights, inner } = yield* nested
      const outer = flights.group<number, string>("work")
      const itself: Effect.Effect<number, string> = Effect.suspend(() => ask(inner, "b", () => itself))
      const around = ask(outer, "b", () => inner.runInside("b", () => itself, () => {}))
      const exit = yield* Effect.exit(around)
      assert(Exit.isFailure(exit))
      assert.instanceOf(
        yield* Effect.flip(
          Effect.sandbox(around).pipe(Effect.mapError((cause) => Option.getOrElse(Cause.dieOption(cause), () => cause)))
        ),
        CacheReentryError
      )
    }))

  it.scoped("that others wait for is in nobody's way when it is over", () =>
    Effect.gen(function*() {
      const { ask, flights, inside, open } = yield* nested
      const [one, two] = [flights.group<number, string>("work"), flights.group<number, string>("work")]
      // `one` waits for `two` at once after its part; `two` has waited for that part.
      const asksTwo = Effect.suspend((): Effect.Effect<number, string> => ask(two, "two", () => inside("a")))
      const owner = yield* Effect.fork(ask(one, "one", () => Effect.zipRight(inside("a"), asksTwo)))
      yield* turns(3)
      const other = yield* Effect.fork(asksTwo)
      yield* turns(3)
      yield* open(1)
      assert.strictEqual(yield* Fiber.join(other), 1)
      assert.strictEqual(yield* Fiber.join(owner), 1)
    }))

  it.effect("ends for all when the scope closes", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { askInner, askOuter, flights } = yield* Scope.extend(nested, scope)
      const fibers = [yield* Effect.fork(askOuter)]
      yield* turns(3)
      fibers.push(yield* Effect.fork(askInner))
      yield* turns(3)
      yield* Scope.close(scope, Exit.void)
      const exits = yield* Effect.forEach(fibers, Fiber.await)
      assert.isTrue(exits.every(Exit.isInterrupted))
      assert.strictEqual(flights.size, 0)
    }))
})
