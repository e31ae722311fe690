/**
 * The page that shows the results.
 */
import type { ConnectionResults } from "./connections/results.js"
import { type KeyKind, keyKinds } from "./engine/keys.js"
import { floor, reference } from "./engine/subjects.js"
import { type WorkloadName, workloadsOf } from "./engine/workloads.js"
import { goalsInWords, goodToKnow } from "./goodToKnow.js"
import type { Environment } from "./lib/environment.js"
import { markdownTable } from "./lib/markdownTable.js"
import { geometricMean, printCount, printNumber } from "./lib/statistics.js"
import { bareGet } from "./operations/store.js"
import type { ReleaseRatios } from "./ratios/history.js"
import { ratioTable } from "./ratios/ratioTable.js"
import type { PlotFile } from "./resultPlots.js"
import {
  distinct,
  engineCost,
  type EngineResults,
  type OperationResults,
  type Results,
  type Settings
} from "./results.js"
import { isMet, printLimit, printMeasured, type Target, targetsOf } from "./targets.js"

const runOn = ({ cpu, date, node, packages, processors, v8 }: Environment, { quick, rounds }: Settings): string =>
  `${date}, Node ${node} (V8 ${v8}), ${processors} × ${cpu}; ${
    rounds === 1 ? "one round" : `best of ${rounds} rounds`
  }${quick ? ", quick" : ""}. ` +
  `${Object.entries(packages).map(([name, version]) => `${name} ${version}`).join(", ")}.`

const printRatio = (ratio: number): string => Number.isFinite(ratio) ? ratio.toFixed(2) : "–"

const targetTable = (targets: ReadonlyArray<Target>): string =>
  markdownTable(
    ["goal", "where", "measured", "limit", "met"],
    targets.map((target) => [
      target.what,
      target.where,
      printMeasured(target.measured),
      printLimit(target),
      isMet(target) ? "yes" : "no"
    ])
  )

const workloadTable = (results: EngineResults, keys: KeyKind, workload: WorkloadName): string => {
  const rows = results.rows.filter((row) => row.keys === keys && row.workload === workload)
  const capacities = distinct(rows.map((row) => row.capacity))
  const costOf = (subject: string, capacity: number) => engineCost(results, { subject, keys, capacity, workload })
  const hits = (subject: string) => rows.find((row) => row.subject === subject && row.capacity === 10_000)?.hitRatio
  const withHits = workload === "mixed zipf" && capacities.includes(10_000)
  return markdownTable(
    [
      "ns/op (ratio to lru-cache)",
      ...capacities.map(printCount),
      "ratio to Map, mean",
      ...(withHits ? ["hits at 10k"] : [])
    ],
    distinct(rows.map((row) => row.subject)).map((subject) => [
      subject,
      ...capacities.map((capacity) => {
        const nanoseconds = costOf(subject, capacity)
        return Number.isNaN(nanoseconds)
          ? "–"
          : `${printNumber(nanoseconds)} (${printRatio(nanoseconds / costOf(reference, capacity))})`
      }),
      printRatio(
        geometricMean(
          capacities
            .map((capacity) => costOf(subject, capacity) / costOf(floor, capacity))
            .filter((ratio) => !Number.isNaN(ratio))
        )
      ),
      ...(withHits ? [`${((hits(subject) ?? Number.NaN) * 100).toFixed(1)} %`] : [])
    ])
  )
}

const memoryTable = (results: EngineResults): string => {
  const capacities = distinct(results.memory.map((row) => row.capacity))
  const columns = keyKinds.flatMap((keys) => capacities.map((capacity) => ({ keys, capacity })))
  return markdownTable(
    ["bytes per entry, filled / churned", ...columns.map(({ capacity, keys }) => `${keys}, ${printCount(capacity)}`)],
    distinct(results.memory.map((row) => row.subject)).map((subject) => [
      subject,
      ...columns.map(({ capacity, keys }) => {
        const row = results.memory.find((each) =>
          each.subject === subject && each.keys === keys && each.capacity === capacity
        )
        return row === undefined ? "–" : `${row.filled.toFixed(0)} / ${row.churned.toFixed(0)}`
      })
    ])
  )
}

const pauseTable = (results: EngineResults): string =>
  markdownTable(
    [
      "longest single write, ms",
      "while it grows to 1M",
      "while it is full",
      "without collections",
      "after all expired",
      "clear"
    ],
    results.pauses.map((row) => [
      row.subject,
      ...[row.growing, row.full, row.apart, row.expired, row.cleared].map((time) => printNumber(time ?? Number.NaN))
    ])
  )

const operationTable = (results: OperationResults, base: string | undefined): string => {
  const sizes = distinct(results.rows.map((row) => row.entries))
  const subjects = distinct([...results.rows, ...results.unfinished].map((row) => row.subject))
  const costOf = (subject: string, entries: number) =>
    results.rows.find((row) => row.subject === subject && row.entries === entries)?.median ?? Number.NaN
  return markdownTable(
    [
      "ns/op",
      ...(sizes.length === 1 ? ["time"] : sizes.map((size) => `${printCount(size)} entries`)),
      ...(base === undefined ? [] : ["ratio"])
    ],
    subjects.map((subject) => [
      subject,
      ...sizes.map((size) => printNumber(costOf(subject, size))),
      ...(base === undefined ? [] : [printRatio(costOf(subject, sizes[0] ?? 0) / costOf(base, sizes[0] ?? 0))])
    ])
  )
}

const churnTable = ({ churn }: ConnectionResults): string =>
  markdownTable(
    ["", "failed", "retried", "duplicates", "most sockets", "at the end", "after closing", "seconds"],
    churn.map((row) => [
      row.subject,
      ...[row.failed, row.retried, row.duplicates, row.mostSockets, row.socketsAtEnd, row.socketsLeft].map(String),
      printNumber(row.milliseconds / 1000)
    ])
  )

const requestTable = ({ requests }: ConnectionResults): string =>
  markdownTable(["with", "ms"], requests.map(({ median, subject }) => [subject, printNumber(median)]))

const unfinishedNote = (subjects: ReadonlyArray<string>): Array<string> =>
  subjects.length === 0
    ? []
    : [`Took too long and was stopped, so that some of its cells are empty: ${distinct(subjects).join(", ")}.`]

/** Writes the page, in Markdown. */
export const page = (results: Results, plots: ReadonlyArray<PlotFile>, last?: ReleaseRatios): string => {
  const { clients, connections, engine, ratios, store, ttl } = results
  const show = (file: string) =>
    plots.filter((plot) => plot.file.startsWith(file)).map((plot) => `![${plot.alt}](${plot.file})`)
  const targets = targetsOf(results)
  const parts = [
    "# Benchmarks",
    "Written by `npm run bench`; the numbers themselves are in the JSON files here. Read the ratios, which are of one " +
    "run on one machine, and not the nanoseconds. How often a cache is hit is another question, and so is what the level " +
    "in a bucket costs: see [the hit ratios](hitratio.md) and [the second level](s3.md).",
    ...(ratios === undefined ? [] : [
      "## Ratios",
      "What each takes, to what stands beside it, or a figure by itself; beside it what a release took " +
      "(`history.json`). Both take turns in one run, and of all turns the least counts, so that a busy " +
      "machine changes little. `npm run bench -- --short` measures most of them in a minute, and fails when one is more " +
      `than a quarter worse than it was. ${
        runOn(ratios.environment, { quick: false, rounds: 1, time: 0 }).replace("; one round", "")
      }`,
      ratioTable(ratios.rows, last)
    ]),
    "## Good to know",
    goodToKnow(results).map((sentence) => `- ${sentence}`).join("\n"),
    `${goalsInWords(targets)} [All goals, one by one](#goals).`
  ]
  if (engine !== undefined) {
    parts.push(
      "## The engine",
      runOn(engine.environment, engine.settings),
      "Every subject runs in a process of its own for each kind of keys: strings of 24 characters that exist already, " +
        "and whole numbers from 0. Values are small whole numbers. `get uniform` and `get zipf` read a full cache, and " +
        "every read is a hit; `get built` is `get uniform`, but puts each string together for its read, so that nobody has " +
        "hashed it yet; `set evicting` writes keys that are not there; `mixed zipf` reads, and writes after a " +
        "miss, over twice as many keys as fit, with the exponent 0.99. Numbers are medians of batches of 2,048 " +
        "operations, those of `set evicting` means, because a rehash belongs to what a write costs; a million entries are " +
        "measured in the first round only. " +
        "`Map (unbounded)` evicts nothing: it is the floor. `quick-lru` keeps up to twice its capacity, so that it " +
        "misses less. `+ ttl`: every entry expires, in an hour; `+ weight`: it is limited by what entries weigh.",
      ...unfinishedNote(engine.unfinished.map((each) => each.subject)),
      ...show("engine-ratios"),
      ...keyKinds.flatMap((keys) =>
        workloadsOf(keys).flatMap((workload) => [
          `### ${workload}, ${keys}`,
          workloadTable(engine, keys, workload),
          ...show(`engine-${workload.replaceAll(" ", "-")}-${keys}`)
        ])
      ),
      "### Memory",
      "Keys and values apart. Churned: after as many writes again, all with new keys; a `Map` that evicts nothing " +
        "holds twice as much then.",
      memoryTable(engine)
    )
    if (engine.pauses.length > 0) {
      parts.push(
        "### Pauses",
        "The longest single write, of the best of three runs, at a million entries with strings as keys. It is the " +
          "rehash of a `Map` of V8, or a collection of garbage, whose time the third column leaves out: this library's " +
          "tables grow a few entries at a time. Then the first write after all entries have expired, and the removal of all.",
        pauseTable(engine)
      )
    }
  }
  if (store !== undefined) {
    parts.push(
      "## Inside Effect",
      runOn(store.environment, store.settings),
      "Loops of 100,000 operations (slow ones 10,000) in a single `Effect.gen`, over 100 keys; misses have a new key each time, " +
        `in a cache of 1,000 entries. Ratios are to \`${bareGet}\`.`,
      operationTable(store, bareGet),
      ...unfinishedNote(store.unfinished.map((each) => each.subject)),
      ...show("store")
    )
  }
  if (ttl !== undefined) {
    parts.push(
      "## TtlDict at its limit",
      runOn(ttl.environment, ttl.settings),
      "Every write has a new key of 24 characters, made in the loop, a small object as its value, and puts an entry " +
        "out. `TtlDict` measures every entry; with a weigher of its own it does what `lru-cache` does here. " +
        "`@isaacs/ttlcache`, `quick-lru` (which keeps up to twice as many) and `node-cache` are bounded by entries.",
      operationTable(ttl, undefined),
      ...unfinishedNote(ttl.unfinished.map((each) => each.subject)),
      ...show("ttl")
    )
  }
  if (clients !== undefined) {
    parts.push(
      "## Clients",
      runOn(clients.environment, clients.settings),
      "A hit of the cache against building a client, without the network. `region` is a configuration of one field; " +
        "`full` has an endpoint, static credentials and two more; a new object is one that is written in the call. " +
        "Ratios are to `new S3Client(region)`.",
      operationTable(clients, "new S3Client(region)"),
      ...unfinishedNote(clients.unfinished.map((each) => each.subject))
    )
  }
  if (connections !== undefined) {
    parts.push(
      "## Connections",
      `${runOn(connections.environment, { ...connections.settings, rounds: 1, time: 0 })} Local servers.`,
      "### Churn",
      "2,000 calls by 64 workers, over 8 configurations, with room for 4 clients; the server takes 15 ms, and 15 ms more " +
        "in the middle of every third body. Duplicates are requests that the server executed once too often, because the " +
        "SDK sent again what `destroy()` had cut off.",
      churnTable(connections),
      "### A request over HTTPS",
      "Medians of 50 requests, one after the other, 20 ms away; connecting by itself is not delayed, so in real life a " +
        "fresh connection takes one round trip more.",
      requestTable(connections),
      ...unfinishedNote(connections.unfinished.map((each) => each.subject))
    )
  }
  parts.push("## Goals", targetTable(targets))
  return `${parts.join("\n\n")}\n`
}
