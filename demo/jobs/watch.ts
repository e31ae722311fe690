/**
 * Notices when another process has invalidated what is in this one's memory.
 */
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fetchZone, TaggedZones } from "../Zones.js"

/** What lookups of one zone were answered with, one after the other. */
export const Watch = Schema.Array(Schema.Struct({
  /** When it was answered, in milliseconds since the epoch. */
  at: Schema.Number,
  /** Whether it was computed anew, since the watch began. */
  isNew: Schema.Boolean
}))

/** How many lookups to make, until one is new and after that. */
const most = 20_000
const after = 12

/** Looks up a zone every 10 ms until it has been computed anew, and a few times more. */
export const watch = (source: string, zone: string) =>
  Effect.gen(function*() {
    let computed = 0
    const lookup = yield* S3Cache.memoize(TaggedZones, (key) => {
      computed++
      return fetchZone(source)(key)
    })
    const seen: Array<(typeof Watch.Type)[number]> = []
    let left = most
    while (left-- > 0) {
      yield* lookup({ zone })
      if (computed > 0 && left > after) left = after
      seen.push({ at: yield* Clock.currentTimeMillis, isNew: computed > 0 })
      yield* Effect.sleep(10)
    }
    return seen
  })
