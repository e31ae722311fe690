import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { amount, property } from "../support/property.js"
import { broken } from "./guarantees.js"
import { calmDeployments, computedInVain, deployments } from "./programs.js"
import { follow } from "./schedules.js"

describe("a program that takes the place of another, whose values have another shape", () => {
  it("keeps what is documented of one program, whatever goes wrong between them", () =>
    fc.assert(
      fc.asyncProperty(deployments(25), async ([world, schedule]) => {
        // A turn of the event loop: the runner of the tests wants to hear of this one now and then.
        await Effect.runPromise(Effect.sleep(0))
        const history = follow(world, schedule)
        assert.isUndefined(broken(history))
      }),
      property(amount(600, 335))
    ))

  it("computes nothing that the other one has", () =>
    fc.assert(
      fc.asyncProperty(calmDeployments(25), async ([world, schedule]) => {
        await Effect.runPromise(Effect.sleep(0))
        const history = follow(world, schedule)
        assert.isUndefined(computedInVain(history))
      }),
      property(amount(600, 335))
    ))
})
