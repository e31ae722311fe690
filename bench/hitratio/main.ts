/**
 * Replays request traces through a bounded map with every eviction policy, and prints the hit ratios next to those of
 * an optimal cache, as Markdown. Writes them to `hitratio.md` and `hitratio.json`, and a plot per trace.
 *
 * Options: `--traces FOLDER` replays the traces of a folder (`NAME.gz`, `NAME.sized.gz`) besides those the repository
 * has; `--only NAME,NAME` only some of them; `--report` replays nothing, and writes the page and the plots anew from
 * `hitratio.json`; `--out FOLDER` where to write, default `bench/results`.
 */
import { evictionPolicyNames } from "effect-aws-cache/Cache"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { repository } from "../lib/repository.js"
import { capacitiesOf } from "./capacities.js"
import { optimalHits } from "./optimal.js"
import { plotOf } from "./plot.js"
import { hitsOf } from "./replay.js"
import { summaryOf, tableOf } from "./report.js"
import type { Result } from "./Result.js"
import { loopTrace, phasesTrace, type Trace, tracesIn, type TraceSource, zipfTrace } from "./Trace.js"

const options = parseArgs({
  options: {
    traces: { type: "string" },
    only: { type: "string" },
    report: { type: "boolean", default: false },
    out: { type: "string", default: fileURLToPath(new URL("bench/results", repository)) }
  }
}).values

const ownTraces: ReadonlyArray<TraceSource> = [
  ...tracesIn(fileURLToPath(new URL("bench/hitratio/traces", repository))),
  { name: "zipf-0.99", load: () => zipfTrace("zipf-0.99", 1_000_000, 100_000, 0.99, 1) },
  { name: "loop-1011", load: () => loopTrace("loop-1011", 200_000, 1011) },
  { name: "phases", load: () => phasesTrace("phases", 60_000, 2000, 120, 1) }
]

const replay = (trace: Trace): Result => {
  const capacities = capacitiesOf(trace)
  const row = (policy: string, hits: (capacity: number) => number) => ({
    policy,
    hitRatios: capacities.map((capacity) => (100 * hits(capacity)) / trace.keys.length)
  })
  return {
    trace: trace.name,
    requests: trace.keys.length,
    unique: trace.unique,
    unit: trace.sizes === undefined ? "entries" : "bytes",
    capacities,
    rows: [
      row(trace.sizes === undefined ? "OPT" : "Belady", (capacity) => optimalHits(trace, capacity)),
      ...evictionPolicyNames.map((policy) => row(policy, (capacity) => hitsOf(trace, policy, capacity)))
    ]
  }
}

const wanted = options.only?.split(",")
const sources = new Map(
  [...ownTraces, ...(options.traces === undefined ? [] : tracesIn(options.traces))]
    .filter(({ name }) => wanted === undefined || wanted.includes(name))
    .map((source) => [source.name, source])
)
if (sources.size === 0) throw new Error(`There is no trace named ${options.only}`)

mkdirSync(options.out, { recursive: true })
const file = join(options.out, "hitratio.json")
const replayed: ReadonlyArray<Result> = options.report ? JSON.parse(readFileSync(file, "utf8")) : []
const results: Array<Result> = []
const report: Array<string> = ["# Hit ratios\n"]
const tell = (part: string) => {
  report.push(part)
  console.log(part)
}
const add = (result: Result) => {
  const { trace } = result
  results.push(result)
  tell(`${tableOf(result)}\n![Hit ratio over capacity on ${trace}](hitratio-${trace}.svg)\n`)
  writeFileSync(join(options.out, `hitratio-${trace}.svg`), plotOf(result))
}
if (options.report) {
  for (const result of replayed) add(result)
} else {
  // One trace at a time, and its requests are dropped before the next: a large one takes a few hundred megabytes.
  for (const { load } of sources.values()) add(replay(load()))
}
tell(summaryOf(results))
writeFileSync(join(options.out, "hitratio.md"), report.join("\n"))
if (!options.report) writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
