/**
 * Runs the benchmarks, and writes what they found: JSON, a page of tables, and plots.
 *
 * Options: `--short` for a minute that measures the ratios only, and fails when one is worse than it was; `--record` to put
 * the ratios down as those of this version; `--quick` for a look at all in some minutes, whose results go to `build`;
 * `--only NAME,NAME` for some of `ratios`, `engine`, `store`, `ttl`, `clients`, `connections` and `sizes`; `--report` to run
 * nothing, and write the page and the plots anew; `--out FOLDER` where to write, default `bench/results`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { repository } from "./lib/repository.js"
import { rowsOnLines } from "./lib/rowsOnLines.js"
import * as clients from "./operations/clients.js"
import type { SuiteName } from "./operations/Operation.js"
import * as store from "./operations/store.js"
import * as ttl from "./operations/ttl.js"
import { page } from "./page.js"
import { lastRelease, record } from "./ratios/history.js"
import { ratioTable } from "./ratios/ratioTable.js"
import { runRatios } from "./ratios/runRatios.js"
import { runShort } from "./ratios/runShort.js"
import { plots } from "./resultPlots.js"
import type { Results, Settings } from "./results.js"
import { runConnections } from "./runConnections.js"
import { runEngine } from "./runEngine.js"
import { runOperations, type Suite } from "./runOperations.js"
import { runSizes, sizePage, type SizeResults } from "./sizes/runSizes.js"

const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    report: { type: "boolean", default: false },
    out: { type: "string" }
  }
})
const { quick } = options

const sections = ["ratios", "engine", "store", "ttl", "clients", "connections", "sizes"] as const
const only = options.only?.split(",")
const unknown = only?.filter((name) => !sections.some((section) => section === name)) ?? []
if (unknown.length > 0) {
  throw new Error(`there is no benchmark named ${unknown.join(", ")}; they are ${sections.join(", ")}`)
}

const start = performance.now()
const say = (text: string) => console.log(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`)

if (options.short) process.exit(await runShort(options.record, say) ? 0 : 1)

const last = lastRelease()
const out = options.out ?? fileURLToPath(new URL(quick ? "build/bench/results" : "bench/results", repository))
mkdirSync(out, { recursive: true })

const engineSettings: Settings = quick ? { quick, rounds: 1, time: 15 } : { quick, rounds: 2, time: 100 }
const operationSettings: Settings = quick ? { quick, rounds: 1, time: 100 } : { quick, rounds: 2, time: 500 }

const suites: Readonly<Record<SuiteName, Suite>> = {
  store: {
    name: "store",
    subjects: store.subjects,
    sizes: [store.size],
    operations: quick ? 5000 : 100_000,
    packages: []
  },
  ttl: {
    name: "ttl",
    subjects: ttl.subjects,
    sizes: quick ? ttl.sizes.slice(0, 2) : ttl.sizes,
    operations: quick ? 5000 : 100_000,
    packages: ["lru-cache", "@isaacs/ttlcache", "quick-lru", "node-cache"]
  },
  clients: {
    name: "clients",
    subjects: clients.subjects,
    sizes: [1],
    operations: quick ? 100 : 500,
    packages: ["@aws-sdk/client-s3", "@aws-sdk/client-dynamodb"]
  }
}

const measureRatios = async () => {
  const ratios = await runRatios(quick, say)
  console.log(`\n${ratioTable(ratios.rows, last)}\n`)
  return ratios
}

const fileOf = (section: string) => join(out, `${section}.json`)

let failed = false
for (const section of options.report ? [] : sections) {
  if (only !== undefined && !only.includes(section)) continue
  const results = section === "ratios"
    ? await measureRatios()
    : section === "engine"
    ? await runEngine(engineSettings, say)
    : section === "connections"
    ? await runConnections(quick, say)
    : section === "sizes"
    ? await runSizes(quick, say)
    : await runOperations(suites[section], operationSettings, say)
  writeFileSync(fileOf(section), rowsOnLines(results))
  for (const { ending, subject } of results.unfinished) {
    say(`${section}: ${subject} ${ending === "failed" ? "failed" : "took too long and was stopped"}`)
    if (ending === "failed") failed = true
  }
}

const read = <A>(section: string): A | undefined =>
  existsSync(fileOf(section)) ? JSON.parse(readFileSync(fileOf(section), "utf8")) : undefined

const results: Results = {
  ratios: read("ratios"),
  engine: read("engine"),
  store: read("store"),
  ttl: read("ttl"),
  clients: read("clients"),
  connections: read("connections")
}
if (options.record && results.ratios !== undefined) record(results.ratios)
const drawn = plots(results)
for (const { file, svg } of drawn) writeFileSync(join(out, file), svg)
writeFileSync(join(out, "README.md"), page(results, drawn, last))
const sizes = read<SizeResults>("sizes")
if (sizes !== undefined) writeFileSync(join(out, "sizes.md"), sizePage(sizes))
say(`wrote ${out}`)
if (failed) process.exitCode = 1
