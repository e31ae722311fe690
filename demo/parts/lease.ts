/**
 * Two processes want the same at the same time, with a lease and without.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Panel, Point } from "../../src/Command/charts/Chart.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"
import { callersOfEach, reportCount, reportMillis, Reports, wantReports } from "../jobs/reports.js"
import { largest, printMillis } from "../numbers.js"
import { claim, type Outcome, type Part } from "../Part.js"
import type { Stage } from "../Stage.js"

export const part: Part = {
  title: "Two processes want the same, at the same time",
  about:
    `${reportCount} reports that take ${reportMillis} ms each. In both processes ${callersOfEach} callers want each ` +
    "of them, all at the same moment. Within a process they share one computation in any case; with a lease, all " +
    "processes do."
}

interface Both {
  readonly here: Reports
  readonly there: Reports
}

const madeTwice = ({ here, there }: Both): number =>
  here.made.filter(({ report }) => there.made.some((other) => other.report === report)).length

const seenAlike = ({ here, there }: Both): number => here.seen.filter((text) => there.seen.includes(text)).length

const row = (name: string, both: Both): ReadonlyArray<string> => [
  name,
  String(2 * reportCount * callersOfEach),
  String(both.here.made.length),
  String(both.there.made.length),
  `${seenAlike(both)} of ${reportCount}`,
  printMillis(Math.max(both.here.millis, both.there.millis))
]

const panel = (name: string, { here, there }: Both): Panel => {
  const bars = (made: Reports["made"], below: number): ReadonlyArray<Point> =>
    made.toSorted((one, other) => one.report - other.report).flatMap(({ from, report, to }): ReadonlyArray<Point> => {
      const y = 2 * (reportCount - report) - below
      return [[from, y], [to, y], [to, undefined]]
    })
  const series = (made: Reports["made"], below: number, colour: "blue" | "orange", label: string) =>
    made.length === 0 ? [] : [{ kind: "line" as const, points: bars(made, below), colour, label }]
  return {
    name,
    y: { name: `${here.made.length + there.made.length} computations`, from: -1, to: 2 * reportCount + 1, ticks: [] },
    height: 110,
    series: [...series(here.made, 0, "blue", "this process"), ...series(there.made, 1, "orange", "second process")]
  }
}

/** Runs the part. */
export const run = ({ say, second }: Stage) =>
  Effect.gen(function*() {
    const inBoth = (coordination: "none" | "lease") =>
      Effect.gen(function*() {
        const at = (yield* Clock.currentTimeMillis) + 100
        const [here, there] = yield* Effect.all(
          [wantReports(coordination, at), second.ask({ _tag: "Reports", coordination, at }, Reports)],
          { concurrency: 2 }
        )
        return { here, there }
      })
    yield* say("both processes want reports, without a lease")
    const without = yield* inBoth("none")
    yield* say("both processes want reports, with a lease")
    const leased = yield* inBoth("lease")
    const end = largest([without, leased].flatMap(({ here, there }) => [here.millis, there.millis]))
    const total = ({ here, there }: Both) => here.made.length + there.made.length
    return {
      table: [
        ["", "callers", "made here", "made there", "same in both", "time"],
        row("without a lease", without),
        row("with a lease", leased)
      ],
      claims: [
        claim(
          total(leased) === reportCount && madeTwice(leased) === 0 && seenAlike(leased) === reportCount &&
            leased.here.seen.length === reportCount && leased.there.seen.length === reportCount,
          `with a lease each report was made once, by one process for both; without, ${total(without)} were made`
        )
      ],
      pictures: [drawChart({
        title: "With a lease, one process of all computes",
        subtitle: `A line for each computation of ${reportCount} reports that both processes want at the same time`,
        alt: `Without a lease the processes made ${total(without)} reports, with a lease ${total(leased)}.`,
        x: { name: "milliseconds since both wanted them", from: 0, to: end },
        panels: [panel("without a lease", without), panel("with a lease", leased)]
      })]
    } satisfies Outcome
  })
