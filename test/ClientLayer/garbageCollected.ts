import { Effect } from "effect"
import * as v8 from "node:v8"
import * as vm from "node:vm"
import { turns } from "../support/until.js"

const collect = Effect.sync(() => {
  v8.setFlagsFromString("--expose-gc")
  vm.runInNewContext("gc")()
})

/** Collects garbage, with turns of the event loop between, so that what weak references were read is let go of. */
export const garbageCollected = Effect.repeatN(Effect.zipRight(turns(2), collect), 3)
