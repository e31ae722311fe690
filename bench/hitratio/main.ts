/**
 * Replays request traces through a bounded map with every eviction policy, and prints the hit ratios next to those of an
 * optimal cache, as Markdown. Writes them to `hitratio.json` and `hitratio.md`, a plot per trace, and the tables of the
 * documentation. What was replayed before stays, where it is not replayed now.
 *
 * Options: `--traces FOLDER` replays the traces of a folder (`NAME.gz`, `NAME.sized.gz`) besides those the repository
 * makes and has; `--only NAME,NAME` only some of them; `--policies NAME,NAME` through some policies only; `--at N,N` at these
 * capacities, which only prints; `--report` replays nothing, and writes everything else anew from `hitratio.json`;
 * `--sensitivity` halves and doubles each constant of the policy Adaptive instead, and writes `hitratio-sensitivity.json`;
 * `--out FOLDER` where to write, default `bench/results`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { repository } from "../lib/repository.js"
import { capacitiesOf } from "./capacities.js"
import { fillTables, pagesWithTables } from "./docTables.js"
import { plotOf } from "./plot.js"
import { allPolicies, replay } from "./replay.js"
import { pageOf, reportOf, summaryOf, variationsTable } from "./report.js"
import { printResults, readResults, type Result } from "./Result.js"
import { printVariations, readVariations, vary } from "./sensitivity.js"
import { tracesIn, type TraceSource } from "./Trace.js"
import { generatedTraces } from "./traces/generated.js"

const options = parseArgs({
  options: {
    traces: { type: "string" },
    only: { type: "string" },
    policies: { type: "string" },
    at: { type: "string" },
    sensitivity: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    out: { type: "string" }
  }
}).values

const recorded = tracesIn(fileURLToPath(new URL("bench/hitratio/traces", repository)))
const own = [...generatedTraces(), ...recorded]
const sources = new Map<string, TraceSource & { readonly own: boolean }>()
for (const source of own) sources.set(source.name, { ...source, own: true })
for (const source of options.traces === undefined ? [] : tracesIn(options.traces)) {
  if (!sources.has(source.name)) sources.set(source.name, { ...source, own: false })
}

const chosen = (option: string | undefined, what: string, all: ReadonlyArray<string>): ReadonlyArray<string> => {
  const wanted = option?.split(",") ?? all
  const unknown = wanted.filter((name) => !all.includes(name))
  if (unknown.length === 0) return wanted
  throw new Error(`there is no ${what} named ${unknown.join(", ")}; they are ${all.join(", ")}`)
}
const wanted = chosen(options.only, "trace", [...sources.keys()])
const policies = chosen(options.policies, "policy", allPolicies)
const capacities = options.at?.split(",").map(Number)

// Those that are made come first, in the order of their recipes, then the others by name.
const places = new Map(generatedTraces().map(({ name }, place) => [name, place]))
const placeOf = ({ trace }: Result) => places.get(trace) ?? places.size
const inOrder = (results: ReadonlyArray<Result>) =>
  [...results].sort((one, other) => placeOf(one) - placeOf(other) || (one.trace < other.trace ? -1 : 1))

const out = options.out ?? fileURLToPath(new URL("bench/results", repository))
mkdirSync(out, { recursive: true })
const file = join(out, "hitratio.json")
let results = existsSync(file) ? readResults(readFileSync(file, "utf8")) : []

const replayed: Array<Result> = []
if (!options.report && !options.sensitivity) {
  // One trace at a time, and its requests are dropped before the next: a large one takes a few hundred megabytes.
  for (const { load, name, own, what } of sources.values()) {
    if (!wanted.includes(name)) continue
    const trace = load()
    const { keys, sizes, unique } = trace
    const at = capacities ?? capacitiesOf(trace)
    const before = results.find((result) => result.trace === name && result.capacities.join() === at.join())
    const rows = [...replay(trace, at, policies), ...(before?.rows ?? [])]
    const result: Result = {
      trace: name,
      what,
      own,
      requests: keys.length,
      unique,
      unit: sizes === undefined ? "entries" : "bytes",
      capacities: at,
      // What was replayed now comes before what was replayed earlier.
      rows: allPolicies.flatMap((policy) => rows.filter((row) => row.policy === policy).slice(0, 1))
    }
    replayed.push(result)
    console.log(`${reportOf(result)}\n`)
    if (capacities !== undefined) continue
    results = inOrder([...results.filter(({ trace }) => trace !== name), result])
    // What is done stays, also where this is ended before all is.
    writeFileSync(file, printResults(results))
  }
  console.log(summaryOf(replayed))
}

const variationsFile = join(out, "hitratio-sensitivity.json")
let variations = existsSync(variationsFile) ? readVariations(readFileSync(variationsFile, "utf8")) : []
if (options.sensitivity) {
  const start = process.cpuUsage()
  // A quarter of each trace, since each is replayed some three hundred times.
  const quarters = [...generatedTraces(0.25), ...recorded]
  variations = await vary(quarters, ({ constant = "as it is", value }) => {
    console.error(`${(process.cpuUsage(start).user / 1e6).toFixed(0)} s: ${constant} ${value ?? ""}`)
  })
  console.log(variationsTable(variations))
}

if (capacities === undefined) {
  writeFileSync(file, printResults(results))
  if (variations.length > 0) writeFileSync(variationsFile, printVariations(variations))
  writeFileSync(join(out, "hitratio.md"), pageOf(results))
  for (const result of results) writeFileSync(join(out, `hitratio-${result.trace}.svg`), plotOf(result))
  for (const path of options.out === undefined ? pagesWithTables : []) {
    const page = new URL(path, repository)
    writeFileSync(page, fillTables(readFileSync(page, "utf8"), results, variations))
  }
}
