import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"
import { hasEnded } from "../../src/effect/fibers.js"
import { amount, everyNth } from "../support/property.js"
import { StopOnce } from "../support/StopOnce.js"
import { turns, until } from "../support/until.js"
import { type Handle, Ledger } from "./Ledger.js"

// A fiber that may run only so many operations at a time stops at every point where one can be interrupted. What it
// takes to stop counts too, so that with fewer than ten it would never get on.
const budgets = amount([11, 2048], [12, 13, 17])

/** Runs something for 0, 1, 2, ... turns of the scheduler, until it has come to its end well before. */
const afterEachTurn = <E, R>(run: (turns: number) => Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.gen(function*() {
    for (const budget of budgets) {
      let ended = 0
      for (let turns = 0; ended < 4; turns++) {
        const isOver = yield* Effect.withMaxOpsBeforeYield(run(turns), budget)
        ended = isOver ? ended + 1 : 0
      }
    }
  })

type Handles = LeasedStore.LeasedStore<string, Handle>

/** Callers of the key "a": those named here are interrupted, at the same moment. */
interface Scenario {
  readonly name: string
  readonly callers: ReadonlyArray<(store: Handles, ledger: Ledger) => Effect.Effect<unknown>>
  readonly interrupted: ReadonlyArray<number>
  readonly options?: Partial<LeasedStore.Options<string, Handle>>
  /** What happens in the store after half of the turns. */
  readonly meanwhile?: (store: Handles, ledger: Ledger) => Effect.Effect<unknown, unknown>
  /** Whether it makes sense with a release only, which is what hands over need. */
  readonly handsOver?: boolean
}

const pause = Effect.yieldNow()

const use = (store: Handles, ledger: Ledger) => store.use("a", (handle) => ledger.using(handle, pause))

const lease = (store: Handles, ledger: Ledger) =>
  Effect.scoped(Effect.flatMap(store.lease("a"), (handle) => ledger.using(handle, pause)))

const pop = (store: Handles, ledger: Ledger) =>
  Effect.ignore(Effect.scoped(Effect.flatMap(store.pop("a"), (handle) => ledger.using(handle, pause))))

const popVictim = (store: Handles) => Effect.scoped(store.popVictim)

const option = (store: Handles, ledger: Ledger) =>
  Effect.zipRight(store.useOption("a", (handle) => ledger.using(handle, pause)), Effect.scoped(store.leaseOption("a")))

const evict = (store: Handles, ledger: Ledger) => store.use("b", (handle) => ledger.using(handle, pause))

const scenarios: ReadonlyArray<Scenario> = [
  { name: "one who uses", callers: [use], interrupted: [0] },
  { name: "one who leases", callers: [lease], interrupted: [0] },
  { name: "the first of two", callers: [use, lease], interrupted: [0] },
  { name: "the second of two", callers: [use, lease], interrupted: [1] },
  { name: "all of three", callers: [use, lease, use], interrupted: [0, 1, 2] },
  { name: "one of two in a store of no entries", callers: [use, lease], interrupted: [0], options: { maxSize: 0 } },
  { name: "both in a store of no entries", callers: [lease, use], interrupted: [0, 1], options: { maxSize: 0 } },
  {
    name: "one of two, while the key is removed",
    callers: [use, lease],
    interrupted: [1],
    meanwhile: (store) => store.remove("a")
  },
  {
    name: "both, while the store is cleared",
    callers: [lease, lease],
    interrupted: [0, 1],
    meanwhile: (store) => store.clear
  },
  { name: "who evicts", callers: [use, evict], interrupted: [1], options: { maxSize: 1 } },
  { name: "who is evicted", callers: [lease, evict], interrupted: [0], options: { maxSize: 1 } },
  { name: "who pops", callers: [use, pop, popVictim], interrupted: [1, 2] },
  { name: "who asks for what is there", callers: [use, option], interrupted: [1] },
  {
    name: "nobody, while a value is written",
    callers: [use, lease],
    interrupted: [],
    meanwhile: (store, ledger) => Effect.flatMap(ledger.open("a"), (handle) => store.set("a", handle)),
    handsOver: true
  },
  {
    name: "nobody, and one comes later",
    callers: [use],
    interrupted: [],
    meanwhile: (store) => store.use("a", () => pause)
  }
]

const acquisitions = {
  "with a release": (ledger: Ledger) => ({
    acquire: (key: string) => Effect.zipLeft(Effect.zipRight(pause, ledger.open(key)), pause),
    release: (_: string, handle: Handle) => Effect.zipRight(pause, ledger.release(handle))
  }),
  "with a scope": (ledger: Ledger) => ({
    acquire: (key: string) =>
      Effect.gen(function*() {
        yield* Effect.acquireRelease(ledger.open("part"), ledger.release)
        yield* pause
        const handle = yield* Effect.acquireRelease(
          Effect.zipLeft(ledger.open(key), pause),
          (handle) => Effect.zipRight(pause, ledger.release(handle))
        )
        yield* pause
        return handle
      })
  })
}

const haveEnded = (fibers: ReadonlyArray<Fiber.RuntimeFiber<unknown, unknown>>) => fibers.every(hasEnded)

const run = (
  scenario: Scenario,
  acquisition: (ledger: Ledger) => Pick<LeasedStore.Options<string, Handle, never, Scope.Scope>, "acquire" | "release">,
  turns: number
) =>
  Effect.gen(function*() {
    const ledger = new Ledger()
    const scope = yield* Scope.make()
    const store = yield* Scope.extend(LeasedStore.make({ ...acquisition(ledger), ...scenario.options }), scope)
    const callers = yield* Effect.forEach(scenario.callers, (caller) => Effect.fork(caller(store, ledger)))
    const half = Math.floor(turns / 2)
    for (let turn = 0; turn < turns; turn++) {
      if (turn === half && scenario.meanwhile !== undefined) yield* Effect.ignore(scenario.meanwhile(store, ledger))
      yield* pause
    }
    const hit = scenario.interrupted.map((index) => callers[index] as Fiber.RuntimeFiber<unknown>)
    const isOver = haveEnded(callers)
    yield* Fiber.interruptAll(hit)
    yield* Fiber.awaitAll(callers)
    const stats = yield* store.stats
    yield* Scope.close(scope, Exit.void)
    const about = `${scenario.name}, after ${turns} turns`
    ledger.assertBalanced(about)
    assert.deepStrictEqual([stats.leased, stats.inFlight, stats.retired], [0, 0, 0], about)
    const { acquired, releases, releasing, retired, size } = yield* store.stats
    assert.deepStrictEqual([size, retired, releasing, releases.failed, releases.timedOut], [0, 0, 0, 0, 0], about)
    assert.strictEqual(acquired, releases.succeeded, about)
    return isOver
  })

describe("LeasedStore: interrupted at every step, it loses nothing (Effect #8390)", () => {
  for (const [nth, [name, acquisition]] of Object.entries(acquisitions).entries()) {
    // Quickly, each scenario with one of them: with the one that it is about.
    for (const scenario of everyNth(2, scenarios, nth + 1)) {
      if (scenario.handsOver === true && name !== "with a release") continue
      it.effect(`${scenario.name}, ${name}`, () => afterEachTurn((turns) => run(scenario, acquisition, turns)))
    }

    it.effect(`the store's scope is closed, ${name}`, () =>
      afterEachTurn((turns) =>
        Effect.gen(function*() {
          const ledger = new Ledger()
          const scope = yield* Scope.make()
          const store = yield* Scope.extend(LeasedStore.make({ ...acquisition(ledger), maxSize: 1 }), scope)
          const callers = yield* Effect.forEach([use, lease, evict], (caller) => Effect.fork(caller(store, ledger)))
          for (let turn = 0; turn < turns; turn++) yield* pause
          const isOver = haveEnded(callers)
          yield* Scope.close(scope, Exit.void)
          for (const exit of yield* Effect.forEach(callers, Fiber.await)) {
            assert.isTrue(Exit.isSuccess(exit) || Exit.isInterrupted(exit))
          }
          ledger.assertBalanced(`closed after ${turns} turns`)
          return isOver
        })
      ))

    it.effect(`the owner of the store is interrupted, ${name}`, () =>
      afterEachTurn((turns) =>
        Effect.gen(function*() {
          const ledger = new Ledger()
          const owner = yield* Effect.fork(Effect.scoped(Effect.gen(function*() {
            const store = yield* LeasedStore.make(acquisition(ledger))
            yield* use(store, ledger)
            yield* store.lease("b")
            yield* store.remove("a")
          })))
          for (let turn = 0; turn < turns; turn++) yield* pause
          const isOver = haveEnded([owner])
          yield* Fiber.interrupt(owner)
          ledger.assertBalanced(`interrupted after ${turns} turns`)
          return isOver
        })
      ))
  }

  it.effect("a value that is written at any moment of a lookup is leased as if it had been there before", () =>
    Effect.gen(function*() {
      for (let operations = 0;; operations++) {
        const ledger = new Ledger()
        const scheduler = new StopOnce(operations)
        const store = yield* LeasedStore.make({ acquire: ledger.open, release: ledger.releaseOf })
        const handle = yield* ledger.open("a")
        const user = yield* store.use("a", (handle) => ledger.using(handle, turns(5))).pipe(
          Effect.withScheduler(scheduler),
          Effect.fork
        )
        yield* pause
        yield* store.set("a", handle)
        yield* until(() => ledger.handles.some(({ users }) => users > 0) || hasEnded(user))
        yield* store.clear
        yield* Fiber.join(user)
        yield* until(() => ledger.unreleased.length === 0)
        ledger.assertBalanced(`stopped after ${operations} operations`)
        if (!scheduler.hasStopped) break
      }
    }).pipe(Effect.scoped))
})
