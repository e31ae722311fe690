import { assert, describe, it } from "@effect/vitest"
import { broken } from "./guarantees.js"
import { calmWorld, follow, type Step, type Verb, type World } from "./schedules.js"

const step = (process: number, verb: Verb, pause = 0, millis = 0): Step => ({ process, verb, key: 0, pause, millis })

/** When one of these holds, its exclusion in guarantees.ts is to be removed, and what is here becomes a test. */
describe("what is known not to hold", () => {
  const breaks = (world: Partial<World>, steps: ReadonlyArray<Step>, what: RegExp) => {
    const history = follow({ ...calmWorld, ...world }, steps)
    assert.match(broken(history, []) ?? "", what)
    assert.isUndefined(broken(history))
  }

  it("clear ends leases", () => {
    breaks(
      { coordination: "lease" },
      [step(1, "getOrCompute", 0, 4000), step(0, "clear", 1000), step(0, "getOrCompute")],
      /two computations at once/
    )
  })

  it("unsure set gives way", () => {
    // The value of the other process counts as newer: its clock is ahead. Memory does not know it.
    const worlds = Array.from({ length: 60 }, (_, seed): World => ({
      ...calmWorld,
      ahead: [2000, -2000],
      faults: { ...calmWorld.faults, seed, lostRequests: 0.2 }
    }))
    const steps = [step(0, "set"), step(1, "set", 1000)]
    const found = worlds.filter((world) => broken(follow(world, steps), []) !== undefined)
    assert.isAbove(found.length, 0)
    for (const world of found) breaks(world, steps, /an old value/)
  })
})
