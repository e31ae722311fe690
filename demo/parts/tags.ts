/**
 * A tag invalidated in one process, and gone in the other.
 */
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { drawChart } from "../../src/Command/charts/drawChart.js"
import { tagsAge } from "../cacheOptions.js"
import { Watch } from "../jobs/watch.js"
import { claim, type Outcome, type Part } from "../Part.js"
import type { Stage } from "../Stage.js"
import { lookUpAll, Round, zonesOf } from "../Zones.js"

export const part: Part = {
  title: "A tag is invalidated in one process, and gone in the other",
  about:
    "The second process has the zones of Australia and of the Atlantic in memory, each with the tag of its area. This " +
    `process invalidates one tag, by a small object in S3 that the others look for every ${tagsAge} ms (tagsAge).`
}

/** How long to watch before the tag is invalidated, in milliseconds. */
const lead = 150

/** Runs the part. */
export const run = ({ say, second, source }: Stage) =>
  Effect.gen(function*() {
    const zones = zonesOf(source.zones, ["Australia", "Atlantic"])
    const australian = zonesOf(zones, ["Australia"])
    const [watched = ""] = australian
    const lookUp = second.ask({ _tag: "LookUp", source: source.url, keyspace: "tagged", zones }, Round)
    yield* say("both processes look zones up")
    yield* lookUpAll(source.url, "tagged", zones)
    yield* lookUp
    const before = yield* lookUp

    yield* say("the tag of Australia is invalidated")
    const watching = yield* Effect.fork(second.ask({ _tag: "Watch", source: source.url, zone: watched }, Watch))
    yield* Effect.sleep(lead)
    yield* S3Cache.invalidateTag("area:Australia")
    const invalidated = yield* Clock.currentTimeMillis
    const seen = (yield* Fiber.join(watching)).map(({ at, isNew }) => ({ at: at - invalidated, isNew }))
    const after = yield* lookUp
    const noticed = seen.find(({ isNew }) => isNew)?.at
    const dots = (isNew: boolean) =>
      seen.filter((lookup) => lookup.isNew === isNew && lookup.at > -200).map(({ at }) => [at, isNew ? 2 : 1] as const)
    return {
      claims: [
        claim(
          before.fromMemory === zones.length && noticed !== undefined,
          `the second process had all ${zones.length} zones in memory, and noticed ${
            Math.max(0, noticed ?? 0)
          } ms after the write`
        ),
        claim(
          // The zone that was watched is in memory again.
          after.computed === australian.length - 1 && after.fromMemory === zones.length - australian.length + 1,
          `it computed the ${australian.length} zones of Australia anew; the other ${
            zones.length - australian.length
          } stayed in memory`
        )
      ],
      pictures: [drawChart({
        title: "One small write makes a tag's entries go everywhere",
        subtitle: "A dot for each lookup in the second process",
        alt: `The second process computed anew ${noticed ?? 0} ms after the tag was invalidated in the first.`,
        x: { name: "milliseconds since the tag was invalidated" },
        panels: [{
          y: { name: "what a lookup was answered with", from: 0, to: 3, ticks: [] },
          height: 110,
          spans: [{ from: 0, to: tagsAge, colour: "purple", label: `tagsAge: ${tagsAge} ms` }],
          series: [
            { kind: "dots", points: dots(false), colour: "blue", label: "the old value" },
            { kind: "dots", points: dots(true), colour: "green", label: "computed anew" }
          ]
        }]
      })]
    } satisfies Outcome
  })
