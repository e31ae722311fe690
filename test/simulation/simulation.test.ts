import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { property } from "../support/property.js"
import { broken } from "./guarantees.js"
import { follow, schedules, worlds } from "./schedules.js"

describe("many processes over one store", () => {
  it("keep what is documented, whatever goes wrong between them", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(worlds, schedules(25), (world, schedule) => {
        assert.isUndefined(broken(follow(world, schedule)))
      }),
      property(1000)
    )
  })
})
