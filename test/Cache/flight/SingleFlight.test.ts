import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option } from "effect"
import { Store } from "effect-aws-cache/Cache"
import * as fc from "fast-check"
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

const end = 200
const time = fc.integer({ min: 1, max: 40 })
// Joins, leaves, writes and completions fall on milliseconds of their own, so that their order is never in doubt.
const scenario: fc.Arbitrary<Scenario> = fc.record({
  duration: time.map((n) => n * 4),
  fails: fc.boolean(),
  callers: fc.array(
    fc.record({
      joins: time.map((n) => n * 4 + 1),
      leaves: fc.oneof(time.map((n) => n * 4 + 2), fc.constant(end * 2))
    }),
    { minLength: 1, maxLength: 6 }
  ),
  writes: fc.array(
    fc.record({ at: time.map((n) => n * 4 + 3), what: fc.constantFrom("set" as const, "remove" as const) }),
    { maxLength: 2 }
  )
})

interface Flight {
  readonly number: number
  readonly completes: number
  readonly waiting: Set<number>
  attached: boolean
}

/** What should happen, told step by step: the outcome of each caller, how computations ended, what is stored. */
const predict = ({ callers, duration, fails, writes }: Scenario) => {
  const outcomes: Array<string> = callers.map(() => "waiting")
  let stored: string | undefined
  let started = 0
  let interrupted = 0
  let flights: Array<Flight> = []
  for (let now = 0; now <= end * 2; now++) {
    for (const flight of flights.filter(({ completes }) => completes === now)) {
      flights = flights.filter((other) => other !== flight)
      for (const caller of flight.waiting) outcomes[caller] = fails ? "failed" : `computed ${flight.number}`
      if (flight.attached && !fails) stored = `computed ${flight.number}`
    }
    callers.forEach(({ joins, leaves }, caller) => {
      if (joins === now) {
        if (stored !== undefined) {
          outcomes[caller] = stored
          return
        }
        const found = flights.find(({ attached }) => attached)
        const flight = found ?? { number: ++started, completes: now + duration, waiting: new Set(), attached: true }
        if (found === undefined) flights.push(flight)
        flight.waiting.add(caller)
      }
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

const run = (scenario: Scenario) => {
  const clock = new ManualClock()
  return Effect.gen(function*() {
    const { callers, duration, fails, writes } = scenario
    let started = 0
    let interrupted = 0
    const store = yield* Store.make<string, string, string>()
    const compute = Effect.suspend(() => {
      const number = ++started
      return Effect.sleep(duration).pipe(
        Effect.zipRight(fails ? Effect.fail("failed") : Effect.succeed(`computed ${number}`)),
        Effect.onInterrupt(() => Effect.sync(() => interrupted++))
      )
    })
    const asking = yield* Effect.forEach(callers, ({ joins, leaves }) =>
      Effect.gen(function*() {
        yield* Effect.sleep(joins)
        const fiber = yield* Effect.fork(store.getOrCompute("key", compute))
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
    for (let now = 0; now < end * 2; now++) yield* clock.advance(1)
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
  it(
    "callers join, leave and write at every moment of a computation: nobody hangs, nothing wrong is stored",
    () =>
      fc.assert(
        fc.asyncProperty(scenario, async (scenario) => {
          assert.deepStrictEqual(await Effect.runPromise(run(scenario)), predict(scenario))
        }),
        property(100)
      )
  )

  it("one caller, interrupted at every millisecond before, during and after", () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...Array.from({ length: 12 }, (_, n) => n)), fc.boolean(), async (at, fails) => {
        const single: Scenario = { duration: 8, fails, callers: [{ joins: 1, leaves: at * 4 + 2 }], writes: [] }
        assert.deepStrictEqual(await Effect.runPromise(run(single)), predict(single))
      }),
      property(48)
    ))
})
