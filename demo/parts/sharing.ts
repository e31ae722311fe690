/**
 * Two processes share what one of them computed.
 */
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Effect from "effect/Effect"
import { drawBars } from "../../src/Command/charts/drawBars.js"
import { printMillis } from "../numbers.js"
import { claim, type Outcome, type Part } from "../Part.js"
import type { Stage } from "../Stage.js"
import { lookUpAll, Round, Zones, zonesOf } from "../Zones.js"

/** How long the source takes for a zone, in milliseconds. */
export const sourceMillis = 40

/** The zones that are looked up. */
export const sharedZones = (source: Stage["source"]): ReadonlyArray<string> => zonesOf(source.zones, ["Asia", "Europe"])

export const part: Part = {
  title: "Two processes share their results",
  about:
    `The time zones of Asia and Europe, each of which the source takes ${sourceMillis} ms for. One process looks all ` +
    "of them up, then another one, then the first one again."
}

const row = (who: string, { computed, fromMemory, fromS3, millis, zones }: Round): ReadonlyArray<string> => [
  who,
  ...[zones, computed, fromS3, fromMemory].map(String),
  printMillis(millis)
]

/** Runs the part; what the first round came to is of use to others. */
export const run = ({ say, second, source }: Stage) =>
  Effect.gen(function*() {
    const zones = sharedZones(source)
    const lookUp = lookUpAll(source.url, "plain", zones)
    yield* say("this process looks all zones up")
    const first = yield* lookUp
    const calls = source.calls()
    yield* say("the second process looks all zones up")
    const other = yield* second.ask({ _tag: "LookUp", source: source.url, keyspace: "plain", zones }, Round)
    const again = yield* lookUp
    const paris = Zones.key({ zone: "Europe/Paris" })
    const before = yield* S3Cache.get(paris)
    const refused = yield* S3Cache.add(paris, { ...before, countries: ["XX"] }).pipe(
      Effect.as(false),
      Effect.catchTag("CacheExistsError", () => Effect.succeed(true))
    )
    const after = yield* S3Cache.get(paris)
    const bar = (name: string, { millis }: Round, colour: "orange" | "blue" | "green") => ({
      name,
      value: millis,
      label: printMillis(millis),
      colour
    })
    return {
      first,
      table: [
        ["", "zones", "computed", "from S3", "from memory", "time"],
        row("this process", first),
        row("second process", other),
        row("this process, again", again)
      ],
      claims: [
        claim(
          first.computed === zones.length && calls === zones.length,
          `the first process computed each of the ${zones.length} results once`
        ),
        claim(
          other.processId !== first.processId && other.fromS3 === zones.length && other.computed === 0 &&
            source.calls() === calls && other.digest === first.digest,
          "the second process found them all in S3, and asked the source for none"
        ),
        claim(
          again.fromMemory === zones.length && again.digest === first.digest,
          "the next round was answered from memory; all three saw the same zones"
        ),
        claim(
          refused && before.countries[0] === "FR" && after.countries[0] === "FR",
          "adding what is there fails with CacheExistsError, and leaves it as it was"
        )
      ],
      pictures: [drawBars({
        title: "What one process has computed, the others find",
        subtitle: `${zones.length} lookups, 32 at a time, from a source that takes ${sourceMillis} ms for each`,
        alt: `${zones.length} lookups took ${printMillis(first.millis)} where all were computed, ` +
          `${printMillis(other.millis)} where all were in S3, and ${
            printMillis(again.millis)
          } where all were in memory.`,
        x: { name: "milliseconds for all of them" },
        bars: [bar("computed", first, "orange"), bar("from S3", other, "blue"), bar("from memory", again, "green")]
      })]
    } satisfies Outcome & { readonly first: Round }
  })
