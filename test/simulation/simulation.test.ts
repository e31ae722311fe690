import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { property } from "../support/property.js"
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
      property(300)
    ))
})
