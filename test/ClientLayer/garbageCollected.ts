import { Effect } from "effect"
import { collectGarbage } from "../support/collectGarbage.js"
import { turns } from "../support/until.js"

/** Collects garbage, with turns of the event loop between, so that what weak references were read is let go of. */
export const garbageCollected = Effect.repeatN(Effect.zipRight(turns(2), Effect.sync(collectGarbage)), 3)
