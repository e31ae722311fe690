import { assert, describe, it } from "@effect/vitest"
import { Cache, Cause, Deferred, Effect, Exit, Fiber, Layer, Request, RequestResolver, Schema } from "effect"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { anyFailure } from "../support/anyFailure.js"
import { cannotBeSync, inBatches, oneByOne } from "../support/majors.js"

class GetUser extends Request.TaggedClass("GetUser")<string, string, { readonly id: number }> {}

/** A resolver that remembers what it was asked for, call by call. */
const resolving = (
  around: <A, E>(effect: Effect.Effect<A, E>, ids: ReadonlyArray<number>) => Effect.Effect<A, E> = (effect) => effect
) => {
  const calls: Array<ReadonlyArray<number>> = []
  const resolver = RequestResolver.makeBatched((requests: ReadonlyArray<GetUser>) =>
    around(
      Effect.suspend(() => {
        calls.push(requests.map(({ id }) => id))
        return Effect.forEach(requests, (request) =>
          Request.complete(
            request,
            request.id === 13 ? Exit.fail("no such user") : Exit.succeed(`user ${request.id}`)
          ), { discard: true })
      }),
      requests.map(({ id }) => id)
    )
  )
  return { calls, load: (id: number) => Effect.request(new GetUser({ id }), resolver) }
}

type Load = (id: number) => Effect.Effect<string, string>
type Ask = (id: number) => Effect.Effect<string, string>

const stores: ReadonlyArray<
  readonly [what: string, make: (load: Load) => Effect.Effect<Ask, unknown, import("effect").Scope.Scope>]
> = [
  [
    "Effect's Cache",
    (load) =>
      Effect.map(Cache.make({ capacity: 100, timeToLive: "1 hour", lookup: load }), (cache) => (id) => cache.get(id))
  ],
  [
    "Store",
    (load) => Effect.map(Store.make<number, string, string>(), (store) => (id) => store.getOrCompute(id, load(id)))
  ],
  [
    "TtlDict",
    (load) => Effect.map(TtlDict.make<number, string, string>(), (dict) => (id) => dict.getOrCompute(id, load(id)))
  ],
  [
    "LeasedStore",
    (load) =>
      Effect.map(
        LeasedStore.make<number, string, string>({ acquire: load }),
        (store) => (id) => store.use(id, Effect.succeed)
      )
  ],
  [
    "S3Cache",
    (load) =>
      Effect.gen(function*() {
        const context = yield* Layer.build(S3Cache.layerMemory())
        const users = yield* Effect.provide(S3Cache.memoize(keyspace, load), context)
        return (id) => users(id)
      })
  ],
  [
    "one store behind another",
    (load) =>
      Effect.gen(function*() {
        const outer = yield* Store.make<number, string, string>()
        const inner = yield* TtlDict.make<number, string, string>()
        return (id) => outer.getOrCompute(id, inner.getOrCompute(id, load(id)))
      })
  ]
]

const keyspace = Keyspace.make("users", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })

const ids = Array.from({ length: 50 }, (_, n) => n)
const others = ids.filter((id) => id !== 13)

describe("requests of computations", () => {
  for (const [what, make] of stores) {
    it.scoped(`of callers in one batch are one batch: ${what}`, () =>
      Effect.gen(function*() {
        for (const options of [{}, { concurrency: "unbounded" }, { concurrency: 7 }] as const) {
          const { calls, load } = resolving()
          const ask = yield* make(load)
          const users = yield* Effect.forEach(others, ask, { ...options, ...inBatches })
          assert.deepStrictEqual(users, others.map((id) => `user ${id}`))
          assert.deepStrictEqual(calls.map((call) => [...call].sort((one, other) => one - other)), [others])
          // They are there.
          assert.deepStrictEqual(yield* Effect.forEach(others, ask, inBatches), users)
          assert.strictEqual(calls.length, 1)
        }
      }))

    it.scoped(`one after the other are in as many batches: ${what}`, () =>
      Effect.gen(function*() {
        const { calls, load } = resolving()
        const ask = yield* make((id) => Effect.flatMap(load(id), (user) => Effect.as(load(id + 100), user)))
        yield* Effect.forEach(others, ask, inBatches)
        assert.deepStrictEqual(calls.map((call) => call.length), [49, 49])
      }))

    it.scoped(`without a batch are made one by one: ${what}`, () =>
      Effect.gen(function*() {
        const { calls, load } = resolving()
        const ask = yield* make(load)
        assert.strictEqual(yield* ask(1), "user 1")
        assert.deepStrictEqual(yield* Effect.forEach([2, 3], ask), ["user 2", "user 3"])
        assert.deepStrictEqual(yield* Effect.forEach([4, 5], ask, oneByOne), ["user 4", "user 5"])
        assert.deepStrictEqual(calls, [[1], [2], [3], [4], [5]])
      }))

    it.scoped(`fail for the key that fails: ${what}`, () =>
      Effect.gen(function*() {
        const { calls, load } = resolving()
        const ask = yield* make(load)
        const exits = yield* Effect.forEach(ids, (id) => Effect.exit(ask(id)), inBatches)
        assert.deepStrictEqual(
          exits,
          ids.map((id) => id === 13 ? Exit.fail("no such user") : Exit.succeed(`user ${id}`))
        )
        assert.strictEqual(calls.length, 1)
      }))

    it.scoped(`run finalizers around them: ${what}`, () =>
      Effect.gen(function*() {
        const { load } = resolving()
        let open = 0
        const ask = yield* make((id) =>
          Effect.acquireUseRelease(Effect.sync(() => open++), () => load(id), () => Effect.sync(() => open--))
        )
        yield* Effect.forEach(others, ask, inBatches)
        assert.strictEqual(open, 0)
      }))
  }

  // Effect's own waits for itself here.
  for (const [what, make] of stores.slice(1)) {
    it.scoped(`of one key asked for twice in a batch are made once: ${what}`, () =>
      Effect.gen(function*() {
        const { calls, load } = resolving()
        const ask = yield* make(load)
        assert.deepStrictEqual(yield* Effect.forEach([1, 2, 1], ask, inBatches), [
          "user 1",
          "user 2",
          "user 1"
        ])
        assert.deepStrictEqual(calls, [[1, 2]])
      }))

    it.scoped(`are made for those who stay when others leave: ${what}`, () =>
      Effect.gen(function*() {
        const gate = yield* Deferred.make<void>()
        const { calls, load } = resolving()
        const ask = yield* make((id) => id === 2 ? Effect.as(Deferred.await(gate), "late") : load(id))
        // It waits for its second key, and for the end of its batch.
        const batch = yield* Effect.fork(Effect.forEach([1, 2, 3], ask, inBatches))
        for (let n = 0; n < 20; n++) yield* Effect.yieldNow()
        assert.deepStrictEqual(calls, [])
        // Another caller, of no batch, does not wait for that.
        assert.strictEqual(yield* ask(1), "user 1")
        assert.deepStrictEqual(calls, [[1]])
        yield* Fiber.interrupt(batch)
        assert.strictEqual(yield* ask(3), "user 3")
        yield* Deferred.succeed(gate, undefined)
      }))

    it.scoped(`end with the last who waits: ${what}`, () =>
      Effect.gen(function*() {
        const interrupted: Array<number> = []
        const { calls, load } = resolving((effect, ids) =>
          Effect.zipRight(Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted.push(...ids))), effect)
        )
        const ask = yield* make(load)
        const asking = yield* Effect.fork(Effect.all([ask(1), ask(2), ask(1)], { concurrency: 3 }))
        for (let n = 0; n < 20; n++) yield* Effect.yieldNow()
        yield* Fiber.interrupt(asking)
        for (let n = 0; n < 20; n++) yield* Effect.yieldNow()
        assert.sameMembers(interrupted, [1, 2])
        assert.deepStrictEqual(calls, [])
      }))

    for (const [how, options] of [["", {}], [" in a batch", inBatches]] as const) {
      it.scoped(`that ask for what waits for them get an error${how}: ${what}`, () =>
        Effect.gen(function*() {
          const again: { ask: Ask } = { ask: () => Effect.never }
          const resolver = RequestResolver.makeBatched((requests: ReadonlyArray<GetUser>) =>
            Effect.forEach(requests, (request) =>
              Effect.flatMap(Effect.exit(again.ask(request.id)), (exit) => Request.complete(request, exit)), {
              discard: true
            })
          )
          again.ask = yield* make((id) =>
            Effect.request(new GetUser({ id }), resolver)
          )
          for (const exit of yield* Effect.forEach([1, 2], (id) => Effect.exit(again.ask(id)), options)) {
            assert.match(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", /waits for its own result/)
          }
        }))
    }
  }
})

describe("synchronous programs", () => {
  it("look up and compute what is not there", () => {
    const scope = Effect.runSync(Effect.scoped(Effect.scope))
    assert.isDefined(scope)
    const program = Effect.gen(function*() {
      const store = yield* Store.make<number, number, string>({
        failure: anyFailure,
        failureTimeToLive: "1 hour",
        jitter: 0.1,
        timeToLive: "1 hour"
      })
      const dict = yield* TtlDict.make<number, number, string>({ failure: anyFailure, failureTimeToLive: "1 hour" })
      const leased = yield* LeasedStore.make<number, number>({ acquire: Effect.succeed })
      const { load } = resolving()
      // Each in a run of its own, as programs without Effect do it.
      assert.strictEqual(Effect.runSync(leased.use(1, Effect.succeed)), 1)
      for (const { getOrCompute } of [store, dict]) {
        assert.strictEqual(Effect.runSync(getOrCompute(1, Effect.sync(() => 1))), 1)
        assert.strictEqual(Effect.runSync(getOrCompute(1, Effect.never)), 1)
        const nested = Effect.map(getOrCompute(2, Effect.yieldNow().pipe(Effect.as(2))), (n) => n + 1)
        assert.strictEqual(Effect.runSync(getOrCompute(3, nested)), 3)
        const failed = Effect.runSyncExit(getOrCompute(4, Effect.fail("no")))
        assert.deepStrictEqual(failed, Exit.fail("no"))
        assert.deepStrictEqual(Effect.runSyncExit(getOrCompute(4, Effect.never)), failed)
        assert.strictEqual(Effect.runSync(getOrCompute(5, Effect.map(load(5), (user) => user.length))), 6)
        const deep = (n: number): Effect.Effect<number, string> =>
          getOrCompute(n, n === 1000 ? Effect.succeed(n) : deep(n + 1))
        assert.strictEqual(Effect.runSync(deep(100)), 1000)
      }
      return [yield* store.stats, yield* dict.stats] as const
    })
    const [stats, dictStats] = Effect.runSync(Effect.scoped(program))
    assert.deepStrictEqual([stats.inFlight, dictStats.inFlight], [0, 0])
  })

  it("compute in a batch", () => {
    const program = Effect.gen(function*() {
      const store = yield* Store.make<number, number, string>()
      const dict = yield* TtlDict.make<number, number, string>()
      const { load } = resolving()
      for (const { getOrCompute } of [store, dict]) {
        assert.deepStrictEqual(
          Effect.runSync(Effect.forEach([6, 7], (id) => getOrCompute(id, Effect.as(load(id), id)), inBatches)),
          [6, 7]
        )
      }
    })
    Effect.runSync(Effect.scoped(program))
  })

  it("do not hold up a computation that takes its time: it goes on without them", () =>
    Effect.runPromise(
      Effect.gen(function*() {
        const store = yield* Store.make<number, number>()
        const gate = yield* Deferred.make<void>()
        const compute = Effect.as(Effect.zipRight(Deferred.await(gate), Effect.sleep(1)), 5)
        const exit = Effect.runSyncExit(store.getOrCompute(1, compute))
        assert.match(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", cannotBeSync)
        const waiting = yield* Effect.fork(store.getOrCompute(1, Effect.never))
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(yield* Fiber.join(waiting), 5)
      }).pipe(Effect.scoped)
    ))
})

describe("who joins a computation", () => {
  it.scoped("has missed, and is counted apart", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const dict = yield* TtlDict.make<string, number>()
      const leased = yield* LeasedStore.make<string, number>({ acquire: () => Effect.as(Effect.yieldNow(), 1) })
      for (
        const made of [
          { ask: store.getOrCompute("a", Effect.as(Effect.yieldNow(), 1)), stats: store.stats },
          { ask: dict.getOrCompute("a", Effect.as(Effect.yieldNow(), 1)), stats: dict.stats },
          { ask: leased.use("a", Effect.succeed), stats: leased.stats }
        ]
      ) {
        yield* Effect.replicateEffect(made.ask, 5, { concurrency: "unbounded" })
        yield* made.ask
        const { coalesced, hits, misses } = yield* made.stats
        assert.deepStrictEqual({ coalesced, hits, misses }, { coalesced: 4, hits: 1, misses: 5 })
      }
    }))
})
