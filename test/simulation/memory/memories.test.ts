import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { amount, property } from "../../support/property.js"
import { broken } from "../guarantees.js"
import { followWithFiles } from "../schedules.js"
import { brokenMemory, memorySchedules, memoryWorlds } from "./memories.js"

const runs = amount(200, 2000)

describe("processes whose memory is filled from the store and from files", () => {
  it("keep what is documented, whatever goes wrong between them", async () => {
    const came = { warm: 0, restore: 0 }
    await fc.assert(
      fc.asyncProperty(memoryWorlds, memorySchedules, async (world, schedule) => {
        // A turn of the event loop: the runner of the tests wants to hear of this one now and then.
        await Effect.runPromise(Effect.sleep(0))
        const history = await followWithFiles(world, schedule)
        for (const { brought = 0, verb } of history.operations) {
          if (verb === "warm" || verb === "restore") came[verb] += brought
        }
        assert.isUndefined(broken(history))
        assert.isUndefined(brokenMemory(history))
      }),
      { ...property(1), numRuns: runs }
    )
    assert.isAbove(came.warm, runs / 10)
    assert.isAbove(came.restore, runs / 10)
  })
})
