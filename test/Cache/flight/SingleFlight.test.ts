import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option } from "effect"
import { Store } from "effect-aws-cache/Cache"
import * as fc from "fast-check"
import { patience } from "../../../src/Cache/flight/FlightGroup.js"
import { ManualClock } from "../../support/ManualClock.js"
import { property } from "../../support/property.js"

/** A caller: when it asks, and when it is interrupted, if it still waits then. In milliseconds. */
interface Caller {
  readonly joins: number
  readonly leaves: number
}

/** What happens to the key meanwhile. */
interface Write {
  readonly at: number
  readonly what: "set" | "remove"
}

interface Scenario {
  readonly duration: number
  readonly fails: boolean
  readonly callers: ReadonlyArray<Caller>
  readonly writes: ReadonlyArray<Write>
}

/** When all is over, however long callers wait for others: in milliseconds. */
const end = 470
const time = fc.nat({ max: 4 })
// Joins, leaves, writes and completions fall on milliseconds of their own, so that their order is never in doubt.
const scenario: fc.Arbitrary<Scenario> = fc.record({
  duration: time.map((n) => n * 16 + 2),
  fails: fc.boolean(),
  callers: fc.array(
    fc.record({
      joins: time.map((n) => n * 16 + 1),
      leaves: fc.oneof(time.map((n) => n * 16 + 2), fc.constant(end))
    }),
    { minLength: 1, maxLength: 6 }
  ),
  writes: fc.array(
    fc.record({ at: time.map((n) => n * 16 + 4), what: fc.constantFrom("set" as const, "remove" as const) }),
    { maxLength: 2 }
  )
})

interface Flight {
  readonly number: number
  readonly owner: number
  readonly completes: number
  readonly waiting: Set<number>
  /** Whether others may join it. */
  readonly isShared: boolean
  attached: boolean
}

/** Whether callers share all failures, as those of a memoized function do, or compute by themselves after others' failures. */
type Sharing = "all" | "values"

/** What should happen, told step by step: the outcome of each caller, how computations ended, what is stored. */
const predict = ({ callers, duration, fails, writes }: Scenario, sharing: Sharing) => {
  const outcomes: Array<string> = callers.map(() => "waiting")
  let stored: string | undefined
  let started = 0
  let interrupted = 0
  let flights: Array<Flight> = []
  const failures = callers.map(() => 0)
  const ask = (caller: number, now: number) => {
    if (stored !== undefined) {
      outcomes[caller] = stored
      return
    }
    const isShared = (failures[caller] ?? 0) < patience
    const found = isShared ? flights.find(({ attached, isShared }) => attached && isShared) : undefined
    const flight = found ??
      { number: ++started, owner: caller, completes: now + duration, waiting: new Set(), isShared, attached: true }
    if (found === undefined) flights.push(flight)
    flight.waiting.add(caller)
  }
  for (let now = 0; now < end; now++) {
    for (const flight of flights.filter(({ completes }) => completes === now)) {
      flights = flights.filter((other) => other !== flight)
      if (flight.attached && !fails) stored = `computed ${flight.number}`
      for (const caller of flight.waiting) {
        if (!fails) outcomes[caller] = `computed ${flight.number}`
        else if (sharing === "all" || caller === flight.owner) outcomes[caller] = "failed"
        else {
          failures[caller] = (failures[caller] ?? 0) + 1
          ask(caller, now)
        }
      }
    }
    callers.forEach(({ joins, leaves }, caller) => {
      if (joins === now) ask(caller, now)
      if (leaves === now && joins < now && outcomes[caller] === "waiting") {
        outcomes[caller] = "interrupted"
        for (const flight of flights) {
          if (flight.waiting.delete(caller) && flight.waiting.size === 0) {
            interrupted++
            flights = flights.filter((other) => other !== flight)
          }
        }
      }
    })
    for (const { at, what } of writes) {
      if (at !== now) continue
      for (const flight of flights) flight.attached = false
      stored = what === "set" ? "written" : undefined
    }
  }
  return { outcomes, stored, started, interrupted }
}

const run = (scenario: Scenario, sharing: Sharing) => {
  const clock = new ManualClock()
  return Effect.gen(function*() {
    const { callers, duration, fails, writes } = scenario
    let started = 0
    let interrupted = 0
    const store = yield* Store.make<string, string>()
    const compute = Effect.suspend(() => {
      const number = ++started
      return Effect.sleep(duration).pipe(
        Effect.zipRight(fails ? Effect.fail("failed") : Effect.succeed(`computed ${number}`)),
        Effect.onInterrupt(() => Effect.sync(() => interrupted++))
      )
    })
    const memoized = yield* store.memoize(() => compute)
    const ask = () => sharing === "all" ? memoized("key") : store.getOrCompute("key", compute)
    const asking = yield* Effect.forEach(callers, ({ joins, leaves }) =>
      Effect.gen(function*() {
        yield* Effect.sleep(joins)
        const fiber = yield* Effect.fork(ask())
        if (leaves > joins) {
          yield* Effect.fork(Effect.zipRight(Effect.sleep(leaves - joins), Fiber.interrupt(fiber)))
        }
        return yield* Fiber.await(fiber)
      }).pipe(Effect.fork))
    const write = (what: Write["what"]): Effect.Effect<unknown> =>
      what === "set" ? Effect.exit(store.set("key", "written")) : Effect.exit(store.remove("key"))
    const writing = yield* Effect.forEach(
      writes,
      ({ at, what }) => Effect.fork(Effect.zipRight(Effect.sleep(at), write(what)))
    )
    for (let now = 0; now < end; now++) yield* clock.advance(1)
    const exits = yield* Effect.forEach(asking, Fiber.join)
    yield* Effect.forEach(writing, Fiber.join)
    const outcomes = exits.map((exit) =>
      Exit.isSuccess(exit) ? exit.value : Exit.isInterrupted(exit) ? "interrupted" : "failed"
    )
    assert.strictEqual((yield* store.stats).inFlight, 0)
    return { outcomes, stored: Option.getOrUndefined(yield* store.peek("key")), started, interrupted }
  }).pipe(Effect.scoped, Effect.withClock(clock))
}

describe("single flight, systematically", () => {
  for (const sharing of ["all", "values"] as const) {
    it(
      `callers who share ${sharing} join, leave and write at every moment of a computation: nobody hangs, nothing wrong is stored`,
      () =>
        fc.assert(
          fc.asyncProperty(scenario, async (scenario) => {
            assert.deepStrictEqual(await Effect.runPromise(run(scenario, sharing)), predict(scenario, sharing))
          }),
          property(50)
        )
    )
  }

  it("one caller, interrupted at every millisecond before, during and after", () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...Array.from({ length: 12 }, (_, n) => n)), fc.boolean(), async (at, fails) => {
        const single: Scenario = { duration: 8, fails, callers: [{ joins: 1, leaves: at * 4 + 2 }], writes: [] }
        assert.deepStrictEqual(await Effect.runPromise(run(single, "values")), predict(single, "values"))
      }),
      property(48)
    ))
})
