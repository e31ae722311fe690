import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { property } from "../support/property.js"
import { broken } from "./guarantees.js"
import { follow, schedules, worlds } from "./schedules.js"

// 15 ms each on a quiet machine, three times as much where other files run beside it: with the heavy suite's 9 runs for
// one these are 1,800. `PROPERTY_RUNS=500` makes them 100,000, which takes the better part of an hour.
describe("many processes over one store, for long", () => {
  it("keep what is documented, whatever goes wrong between them", () =>
    fc.assert(
      fc.asyncProperty(worlds, schedules(25), async (world, schedule) => {
        // A turn of the event loop: the runner of the tests wants to hear of this one now and then.
        await Effect.runPromise(Effect.sleep(0))
        assert.isUndefined(broken(follow(world, schedule)))
      }),
      property(200)
    ))
})
