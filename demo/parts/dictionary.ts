/**
 * A dictionary within a budget of bytes, and a warm start.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { drawBars } from "../../src/Command/charts/drawBars.js"
import { Restored, ZoneDict } from "../jobs/restore.js"
import { printCount, printMillis } from "../numbers.js"
import { claim, type Outcome, type Part } from "../Part.js"
import type { Stage } from "../Stage.js"
import { type Round, Zones } from "../Zones.js"
import type { Zone } from "../ZoneTable.js"
import { sharedZones } from "./sharing.js"

const budget = 24 * 1024

export const part: Part = {
  title: "A dictionary within a budget of bytes, and a warm start",
  about:
    "For functions such as AWS Lambda's: a dictionary in memory that never holds more bytes than it may, and that a new " +
    "process brings back from a file."
}

/** Runs the part; `computing` is the round in which the zones were computed. */
export const run = ({ say, second, source }: Stage, computing: Round) =>
  Effect.gen(function*() {
    const names = sharedZones(source)
    const zones = yield* Effect.forEach(names, (zone) => S3Cache.get(Zones.key({ zone })))
    const small = yield* TtlDict.make<string, Zone>({ maxBytes: budget, timeToLive: "5 minutes" })
    let most = 0
    for (const zone of zones) {
      yield* small.set(zone.zone, zone)
      most = Math.max(most, yield* small.byteSize)
    }
    const left = yield* small.size
    const last = names[names.length - 1] ?? ""

    yield* say("the second process starts warm")
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped({ prefix: "effect-aws-cache-demo-" })
    const path = join(folder, "zones.snapshot")
    yield* Effect.gen(function*() {
      yield* ZoneDict.setMany(zones.map((zone) => [zone.zone, zone] as const))
      yield* ZoneDict.snapshot(path)
    }).pipe(Effect.provide(ZoneDict.layer()))
    const { size } = yield* fs.stat(path)
    const restored = yield* second.ask({ _tag: "Restore", path }, Restored)
    return {
      claims: [
        claim(
          most <= budget && left > 0 && left < zones.length && (yield* small.has(last)),
          `${zones.length} entries written, never more than ${printCount(most)} of ${printCount(budget)} bytes held, ` +
            `the ${left} used last are left`
        ),
        claim(
          restored.outcome === "restored" && restored.entries === zones.length,
          `the second process restored ${restored.entries} entries from a file of ${
            printCount(Number(size))
          } bytes in ${printMillis(restored.millis)}`
        )
      ],
      pictures: [drawBars({
        title: "A new process starts warm",
        subtitle: `Where ${zones.length} entries come from, and how long all of them take`,
        alt: `Computing ${zones.length} entries took ${printMillis(computing.millis)}, restoring them from a file ${
          printMillis(restored.millis)
        }.`,
        x: { name: "milliseconds" },
        bars: [
          { name: "computed", value: computing.millis, label: printMillis(computing.millis), colour: "orange" },
          { name: "from a snapshot", value: restored.millis, label: printMillis(restored.millis), colour: "green" }
        ]
      })]
    } satisfies Outcome
  })
