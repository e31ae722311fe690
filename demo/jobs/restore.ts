/**
 * A dictionary that survives its process.
 */
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Zone } from "../ZoneTable.js"

/** Zones in a dictionary. */
export class ZoneDict extends TtlDict.Service<ZoneDict>()("demo/ZoneDict", {
  key: Schema.String,
  value: Zone,
  timeToLive: "1 hour",
  maxBytes: "1M"
}) {}

/** What restoring the dictionary came to. */
export const Restored = Schema.Struct({
  outcome: Schema.Literal("restored", "missing", "unusable"),
  entries: Schema.Number,
  millis: Schema.Number
})

/** Brings the dictionary back from a file. */
export const restore = (path: string) =>
  Effect.gen(function*() {
    const started = yield* Clock.currentTimeNanos
    const { entries, outcome } = yield* ZoneDict.restore(path)
    return { outcome, entries, millis: Number((yield* Clock.currentTimeNanos) - started) / 1e6 }
  }).pipe(Effect.provide(ZoneDict.layer()))
