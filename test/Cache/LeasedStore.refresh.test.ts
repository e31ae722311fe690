import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"
import { turns } from "../support/until.js"

/** A store whose acquisitions end when the test says so, and what became of each. */
const scenario = (withRelease: boolean) =>
  Effect.gen(function*() {
    const gates: Array<Deferred.Deferred<void, string>> = []
    const released: Array<number> = []
    const acquire = () =>
      Effect.gen(function*() {
        const gate = yield* Deferred.make<void, string>()
        const nth = gates.push(gate)
        yield* Deferred.await(gate)
        return { nth }
      })
    const pools = yield* LeasedStore.make({
      acquire: (_: string) =>
        withRelease
          ? acquire()
          : Effect.tap(acquire(), ({ nth }) => Effect.addFinalizer(() => Effect.sync(() => released.push(nth)))),
      release: withRelease ? (_, { nth }) => Effect.sync(() => released.push(nth)) : undefined
    })
    const nthOf = Effect.map(Effect.scoped(pools.lease("db")), ({ nth }) => nth)
    const end = (nth: number, exit: Exit.Exit<void, string> = Exit.void) =>
      Effect.zipRight(
        Effect.suspend(() => {
          const gate = gates[nth - 1]
          return gate === undefined ? Effect.dieMessage(`no acquisition ${nth}`) : Deferred.done(gate, exit)
        }),
        turns(3)
      )
    const begin = <A, E>(effect: Effect.Effect<A, E>) => Effect.zipLeft(Effect.fork(effect), turns(3))
    return { begin, end, gates, nthOf, pools, released }
  })

for (const withRelease of [true, false]) {
  describe(`refresh of a LeasedStore, ${withRelease ? "released by the store" : "released by finalizers"}`, () => {
    it.scoped("does not take what began to be acquired before, and all who wait for that share the next", () =>
      Effect.gen(function*() {
        const { begin, end, gates, nthOf, pools, released } = yield* scenario(withRelease)
        const first = yield* begin(nthOf)
        const refreshes = yield* Effect.all([begin(pools.refresh("db")), begin(pools.refresh("db"))])
        assert.strictEqual(gates.length, 1)
        yield* end(1)
        assert.strictEqual(yield* Fiber.join(first), 1)
        assert.strictEqual(gates.length, 2)
        // Until it is there, the older one is leased.
        assert.strictEqual(yield* nthOf, 1)
        yield* end(2)
        yield* Effect.forEach(refreshes, Fiber.join)
        assert.strictEqual(yield* nthOf, 2)
        yield* turns(3)
        assert.deepStrictEqual(released, [1])
        assert.strictEqual((yield* pools.stats).leased, 0)
      }))

    it.scoped("goes on where what began before fails, or its callers leave", () =>
      Effect.gen(function*() {
        const { begin, end, gates, nthOf, pools, released } = yield* scenario(withRelease)
        const first = yield* begin(Effect.exit(nthOf))
        const refresh = yield* begin(pools.refresh("db"))
        yield* end(1, Exit.fail("refused"))
        assert.deepStrictEqual(yield* Fiber.join(first), Exit.fail("refused"))
        assert.strictEqual(gates.length, 2)
        const second = yield* begin(pools.refresh("db"))
        const third = yield* begin(nthOf)
        yield* Effect.zipRight(Fiber.interruptFork(refresh), turns(3))
        yield* Effect.zipRight(Fiber.interruptFork(third), turns(3))
        yield* end(2)
        assert.strictEqual(gates.length, 3)
        yield* end(3)
        yield* Fiber.join(second)
        assert.strictEqual(yield* nthOf, 3)
        yield* turns(3)
        assert.deepStrictEqual(released, [2])
        assert.strictEqual((yield* pools.stats).leased, 0)
      }))

    it.scoped("who waits can be interrupted", () =>
      Effect.gen(function*() {
        const { begin, end, gates, nthOf, pools, released } = yield* scenario(withRelease)
        const first = yield* begin(nthOf)
        const refresh = yield* begin(pools.refresh("db"))
        yield* Fiber.interrupt(refresh)
        yield* end(1)
        assert.strictEqual(yield* Fiber.join(first), 1)
        assert.strictEqual(gates.length, 1)
        assert.strictEqual((yield* pools.stats).leased, 0)
        assert.deepStrictEqual(released, [])
      }))
  })
}
