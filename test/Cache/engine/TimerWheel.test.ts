import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { TimerWheel } from "../../../src/Cache/engine/TimerWheel.js"
import { property } from "../../support/property.js"

type Command =
  | { readonly _tag: "schedule"; readonly slot: number; readonly delay: number }
  | { readonly _tag: "cancel"; readonly slot: number }
  | { readonly _tag: "advance"; readonly by: number }

const slots = 40
const delays = fc.oneof(
  fc.integer({ min: -5, max: 200 }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.constantFrom(0, 1, 63, 64, 65, 4095, 4096, 4097, 262_143, 262_144, 16_777_216, 1e12, 1e15, Infinity)
)
const commands = fc.array(
  fc.oneof(
    fc.record({ _tag: fc.constant("schedule" as const), slot: fc.nat(slots - 1), delay: delays }),
    fc.record({ _tag: fc.constant("cancel" as const), slot: fc.nat(slots - 1) }),
    fc.record({
      _tag: fc.constant("advance" as const),
      by: fc.oneof(
        fc.integer({ min: 0, max: 130 }),
        fc.integer({ min: 0, max: 100_000_000 }),
        fc.integer({ min: -900, max: 0 }),
        fc.integer({ min: -100_000_000, max: -1001 })
      )
    })
  ),
  { maxLength: 80 }
)

const run = (start: number, program: ReadonlyArray<Command>) => {
  const deadlines = new Map<number, number>()
  const wheel = new TimerWheel((slot) => deadlines.get(slot) ?? Infinity)
  wheel.grow(slots)
  let now = start
  // The wheel follows small steps back only once the clock has caught up.
  let followed = Number.NEGATIVE_INFINITY
  const advance = () => {
    const due: Array<number> = []
    wheel.advance(now, (slot) => due.push(slot))
    if (now > followed || now < followed - 1000) followed = now
    const expected = followed === now
      ? [...deadlines].filter(([, deadline]) => deadline <= now).map(([slot]) => slot)
      : []
    assert.deepStrictEqual(due.sort((a, b) => a - b), expected.sort((a, b) => a - b), `at ${now}`)
    for (const slot of due) deadlines.delete(slot)
  }
  advance()
  for (const command of program) {
    switch (command._tag) {
      case "schedule": {
        wheel.cancel(command.slot)
        // What is due already is reported when the next millisecond has come.
        deadlines.set(command.slot, Math.max(now + command.delay, followed + 1))
        wheel.schedule(command.slot)
        break
      }
      case "cancel": {
        wheel.cancel(command.slot)
        deadlines.delete(command.slot)
        break
      }
      case "advance": {
        now += command.by
        advance()
        break
      }
    }
    assert.deepStrictEqual(wheel.violations(), [])
  }
}

describe("TimerWheel", () => {
  it("reports every slot at the first advance at or after its deadline, and no other", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 63, 1_700_000_000_000, -5000), commands, run),
      property(1500)
    )
  })

  it("takes slots scheduled before the first advance", () => {
    const deadlines = [5, 10, Infinity]
    const wheel = new TimerWheel((slot) => deadlines[slot] ?? Infinity)
    wheel.grow(3)
    for (const slot of [0, 1, 2]) wheel.schedule(slot)
    const due: Array<number> = []
    wheel.advance(7, (slot) => due.push(slot))
    assert.deepStrictEqual(due, [0])
    wheel.advance(9, (slot) => due.push(slot))
    assert.deepStrictEqual(due, [0])
    wheel.advance(10, (slot) => due.push(slot))
    assert.deepStrictEqual(due, [0, 1])
  })
})
