/**
 * A value is computed anew while the old one serves.
 */
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import type { Panel } from "../../src/Command/charts/Chart.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"
import { largest, median, printMillis } from "../numbers.js"
import { claim, type Outcome, type Part } from "../Part.js"
import { type Stage, timed } from "../Stage.js"

const timeToLive = 300
const computeMillis = 200
const watched = 1600

export const part: Part = {
  title: "A value gets old, and nobody waits for the new one",
  about:
    `A value that takes ${computeMillis} ms to compute and is fresh for ${timeToLive} ms, looked up every 10 ms: once ` +
    "with a time to live alone, and once with staleWhileRevalidate besides."
}

const makeKeyspace = (name: string, options: { readonly staleWhileRevalidate?: number }) =>
  Keyspace.make(name, { key: Schema.String, value: Schema.Number, timeToLive, ...options })

const Fresh = makeKeyspace("demo/fresh", {})
const Stale = makeKeyspace("demo/stale", { staleWhileRevalidate: 60_000 })

interface Lookup {
  readonly at: number
  readonly millis: number
  /** Whether the answer was computed while it waited. */
  readonly waited: boolean
}

const observe = (keyspace: typeof Fresh) =>
  Effect.gen(function*() {
    let begun = 0
    const done = { version: 0 }
    const lookup = yield* S3Cache.memoize(keyspace, () =>
      Effect.gen(function*() {
        const version = ++begun
        yield* Effect.sleep(computeMillis)
        done.version = version
        return version
      }))
    yield* lookup("price")
    const start = yield* Clock.currentTimeMillis
    const lookups: Array<Lookup> = []
    const asked: Array<Fiber.Fiber<unknown, unknown>> = []
    const ask = Effect.gen(function*() {
      const at = (yield* Clock.currentTimeMillis) - start
      const known = done.version
      const { millis, value } = yield* timed(lookup("price"))
      lookups.push({ at, millis, waited: value > known })
    })
    // However slow the machine is, the value is computed anew.
    while ((yield* Clock.currentTimeMillis) - start < watched || done.version < 2) {
      asked.push(yield* Effect.fork(ask))
      yield* Effect.sleep(10)
    }
    yield* Fiber.joinAll(asked)
    return { lookups, refreshed: done.version - 1 }
  })

type Observed = Effect.Effect.Success<ReturnType<typeof observe>>

const waiting = ({ lookups }: Observed): number => lookups.filter(({ waited }) => waited).length

const row = (name: string, observed: Observed): ReadonlyArray<string> => {
  const times = observed.lookups.map(({ millis }) => millis)
  return [
    name,
    String(times.length),
    String(observed.refreshed),
    String(waiting(observed)),
    printMillis(median(times)),
    printMillis(largest(times))
  ]
}

const panel = (name: string, observed: Observed, colour: "orange" | "green"): Panel => ({
  name,
  colour,
  y: { name: "milliseconds until the answer", from: 0, to: computeMillis * 1.25 },
  height: 100,
  series: [{
    kind: "dots",
    points: observed.lookups.toSorted((one, other) => one.at - other.at)
      .map(({ at, millis }) => [at / 1000, Math.min(millis, computeMillis * 1.25)] as const),
    colour
  }]
})

/** Runs the part. */
export const run = ({ say }: Stage) =>
  Effect.gen(function*() {
    yield* say("a value gets old, again and again")
    const [fresh, stale] = yield* Effect.all([observe(Fresh), observe(Stale)], { concurrency: 2 })
    return {
      table: [
        ["", "lookups", "computed anew", "waited for it", "median", "slowest"],
        row("timeToLive", fresh),
        row("staleWhileRevalidate", stale)
      ],
      claims: [
        claim(
          waiting(stale) === 0 && stale.refreshed > 0,
          `the value was computed anew ${stale.refreshed} times behind its callers, and none of them waited`
        )
      ],
      pictures: [drawChart({
        title: "The old value serves while the new one is computed",
        subtitle: `A dot for each lookup of a value that is fresh for ${timeToLive} ms and takes ${computeMillis} ms`,
        alt:
          `With a time to live alone ${
            waiting(fresh)
          } of ${fresh.lookups.length} lookups waited for a computation, with ` +
          `staleWhileRevalidate ${waiting(stale)} of ${stale.lookups.length}.`,
        x: { name: "seconds", from: 0 },
        panels: [
          panel("timeToLive", fresh, "orange"),
          panel("with staleWhileRevalidate", stale, "green")
        ]
      })]
    } satisfies Outcome
  })
