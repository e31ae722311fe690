import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { property, share } from "../support/property.js"
import { noticeWorlds, tooOld } from "./noticed.js"
import { follow, noticeVerbs, schedules } from "./schedules.js"

describe("processes that hear of each other", () => {
  it("give out nothing that was replaced for longer than notice, whatever goes wrong between them", async () => {
    let noted = 0
    await fc.assert(
      fc.asyncProperty(noticeWorlds, schedules(25, noticeVerbs), async (world, schedule) => {
        // A turn of the event loop: the runner of the tests wants to hear of this one now and then.
        await Effect.runPromise(Effect.sleep(0))
        const history = follow(world, schedule)
        noted += history.store.history.filter(({ name }) => name.startsWith(".notice/")).length
        assert.isUndefined(tooOld(history))
      }),
      property(600)
    )
    assert.isAbove(noted, share(600))
  })
})
