import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { amount, property } from "../support/property.js"
import { broken } from "./guarantees.js"
import { follow, schedules, worlds } from "./schedules.js"

describe("many processes over one store", () => {
  it("keep what is documented, whatever goes wrong between them", () =>
    fc.assert(
      fc.asyncProperty(worlds, schedules(25), async (world, schedule) => {
        // A turn of the event loop: the runner of the tests wants to hear of this one now and then.
        await Effect.runPromise(Effect.sleep(0))
        assert.isUndefined(broken(follow(world, schedule)))
      }),
      // 15 ms each on a quiet machine, three times as much where other files run beside it: 1,800 in the heavy suite.
      // `PROPERTY_RUNS=333` makes them 100,000, which takes the better part of an hour.
      property(amount(300, 300))
    ))
})
