import { assert, describe, it } from "@effect/vitest"
import type { ConnectionResults } from "../../bench/connections/results.js"
import { keyKinds, makeKeys } from "../../bench/engine/keys.js"
import { type Key, subjects } from "../../bench/engine/subjects.js"
import { keysFor, makeWorkload, workloadNames } from "../../bench/engine/workloads.js"
import type { Environment } from "../../bench/lib/environment.js"
import { markdownTable } from "../../bench/lib/markdownTable.js"
import { page } from "../../bench/page.js"
import { recordOf, regressions, worstOf } from "../../bench/ratios/history.js"
import { ratioName } from "../../bench/ratios/Ratio.js"
import { ratioGroups } from "../../bench/ratios/ratioGroups.js"
import { ratioTable } from "../../bench/ratios/ratioTable.js"
import type { RatioResults } from "../../bench/ratios/runRatios.js"
import { plots } from "../../bench/resultPlots.js"
import type { EngineResults, OperationResults, Settings } from "../../bench/results.js"
import { isMet, targetsOf } from "../../bench/targets.js"

const environment: Environment = {
  date: "2026-01-02",
  node: "20.0.0",
  v8: "11.3",
  cpu: "a processor",
  processors: 2,
  packages: { "lru-cache": "11.5.3" }
}
const settings: Settings = { quick: false, rounds: 2, time: 1 }

/** Medians by subject; means are twice as much. */
const engineResults = (medians: Readonly<Record<string, number>>): EngineResults => ({
  environment,
  settings,
  rows: Object.entries(medians).flatMap(([subject, median]) =>
    workloadNames.map((workload) => ({
      subject,
      ours: subject.startsWith("BoundedMap"),
      keys: "strings" as const,
      capacity: 1000,
      workload,
      median,
      mean: 2 * median,
      hitRatio: 0.9
    }))
  ),
  memory: [{
    subject: "BoundedMap LRU",
    ours: true,
    keys: "strings",
    capacity: 1000,
    filled: 71,
    churned: 90
  }],
  pauses: [],
  unfinished: [{ subject: "a slow one", keys: "strings", ending: "timedOut" }]
})

const storeResults = (medians: Readonly<Record<string, number>>): OperationResults => ({
  environment,
  settings,
  rows: Object.entries(medians).map(([subject, median]) => ({
    subject,
    ours: subject.startsWith("Store"),
    entries: 100,
    median,
    mean: median
  })),
  unfinished: []
})

const store = storeResults({ "Effect.sync(() => map.get(key))": 100, "Store.get": 150, "Cache.get": 700 })
const engine = engineResults({ "Map (unbounded)": 20, "BoundedMap LRU": 30, "lru-cache": 40 })

const row = {
  subject: "ClientCache.client",
  ours: true,
  calls: 2000,
  failed: 0,
  retried: 0,
  duplicates: 0,
  mostSockets: 65,
  socketsAtEnd: 5,
  socketsLeft: 0,
  milliseconds: 1500
}
const connections: ConnectionResults = {
  environment,
  settings: { quick: false },
  churn: [{ ...row, subject: "plain", ours: false, failed: 2, duplicates: 224, socketsLeft: 745 }, row],
  requests: [{ subject: "a fresh client", ours: false, roundTrip: 20, median: 56.1 }],
  unfinished: []
}

const ratios: RatioResults = {
  environment,
  rows: [
    { what: "Store.get hit", to: "Effect.sync", where: "", goal: 1.5, ours: 150, peer: 100, measured: 1.5 },
    { what: "bytes per entry", where: "1k", goal: 63, ours: 70, measured: 70 }
  ],
  unfinished: []
}

describe("ratios", () => {
  it("are worse than those of a release only by more than a quarter", () => {
    const [first] = ratios.rows
    assert.isDefined(first)
    const last = recordOf("1.0.0", ratios)
    assert.deepStrictEqual(last, {
      version: "1.0.0",
      date: "2026-01-02",
      node: "20.0.0",
      ratios: { "Store.get hit, to Effect.sync": 1.5, "bytes per entry (1k)": 70 }
    })
    const worse = (measured: number) => regressions([{ ...first, measured }], last).length
    assert.deepStrictEqual([1, 1.87, 1.88, Number.NaN].map(worse), [0, 0, 1, 1])
    assert.deepStrictEqual(regressions([{ ...first, what: "a new one", measured: 9 }], last), [])
    assert.deepStrictEqual(regressions(ratios.rows, undefined), [])
    const calm = { ...last, ratios: { "Store.get hit, to Effect.sync": 1.4, other: 2 } }
    assert.deepStrictEqual(worstOf(last, calm).ratios, { ...last.ratios, other: 2 })
    assert.deepStrictEqual(worstOf(calm, last).ratios, { ...last.ratios, other: 2 })
    assert.deepStrictEqual(worstOf(last, undefined), last)
  })

  it("stand beside those of a release, and have names of their own", () => {
    const table = ratioTable(ratios.rows, { ...recordOf("1.0.0", ratios), ratios: { "bytes per entry (1k)": 60 } })
    assert.match(table, /Store.get hit .*\| +1.50 \| +– \| +≤ 1.50 \| +yes/)
    assert.match(table, /bytes per entry .*\| +70.0 \| +60.0 \| +≤ 63.0 \| +no/)
    const names = ratioGroups.flatMap((group) => group.ratios).map(ratioName)
    assert.strictEqual(new Set(names).size, names.length)
  })
})

describe("targets", () => {
  it("holds ratios of the same run against the promises", () => {
    const targets = targetsOf({ engine, store })
    const of = (what: string) => targets.filter((target) => target.what.includes(what) && target.measured > 0)
    assert.deepStrictEqual(of("mixed zipf").map(({ limit, measured }) => [measured, limit]), [[0.75, 0.8]])
    assert.deepStrictEqual(of("get uniform").map(({ limit, measured }) => [measured, limit]), [[1.5, 1.4], [0.75, 1]])
    assert.deepStrictEqual(of("bytes").map((target) => [target.measured, isMet(target)]), [[71, false]])
    assert.deepStrictEqual(of("Cache.get, to").map((target) => [target.measured > 4, isMet(target)]), [[true, true]])
  })

  it("holds the ratios of a release first", () => {
    const [first, second] = targetsOf({ store, ratios })
    assert.deepStrictEqual([first?.what, first?.measured], ["Store.get hit, to Effect.sync", 1.5])
    assert.deepStrictEqual([first, second].map((target) => target !== undefined && isMet(target)), [true, false])
  })

  it("holds what a write at the limit costs with many entries against 1,000 entries", () => {
    const rows = [[100, 50], [1000, 100], [10_000, 150], [1_000_000, 250]] as const
    const ttl: OperationResults = {
      environment,
      settings,
      rows: rows.map(([entries, median]) => ({ subject: "TtlDict", ours: true, entries, median, mean: median })),
      unfinished: []
    }
    const targets = targetsOf({ ttl })
    assert.deepStrictEqual(
      targets.map((target) => [target.where, target.measured, isMet(target)]),
      [["10000", 1.5, true], ["1000000", 2.5, false]]
    )
  })

  it("does not count as met what was not measured", () => {
    const [missing] = targetsOf({ store: storeResults({ "Store.get": 150 }) })
    assert.isDefined(missing)
    assert.isFalse(missing !== undefined && isMet(missing))
  })
})

describe("the page", () => {
  it("shows times with their ratio to lru-cache, means where writes evict", () => {
    const text = page({ engine, store }, [])
    assert.match(text, /BoundedMap LRU +\| 30\.0 \(0\.75\) \|/)
    assert.match(text, /### set evicting, strings\n\n.*\n.*\n.*\n\| BoundedMap LRU +\| 60\.0 \(0\.75\) \|/)
    assert.match(text, /Store\.get +\| +150 +\| +1\.50 \|/)
    assert.include(text, "a slow one")
    assert.notInclude(text, "NaN")
    assert.notInclude(text, "undefined")
  })

  it("opens with what is good to know, and tells of the goals in one paragraph, which are not met among them", () => {
    const [, , heading, known, goals] = page({ engine, store }, []).split("\n\n")
    assert.strictEqual(heading, "## Good to know")
    assert.match(known ?? "", /^- A hit of `Store\.get` takes 1\.50 times .*Cache\.get` takes 4\.67 times/)
    assert.include(known, "takes 0.75 of it for strings.")
    for (const line of (known ?? "").split("\n")) assert.match(line, /^- .*\.$/)
    assert.match(goals ?? "", /^Of \d+ goals \d+ were met, and \d+ were not: .*\(#goals\)\.$/)
    assert.include(goals, "bytes per entry, ≤ 70.00: 71.00 in 1 of 1")
    for (const target of targetsOf({ engine, store })) {
      if (!isMet(target)) assert.include(goals, target.what)
    }
  })

  it("says nothing about what was not measured, and that all goals are met where they are", () => {
    assert.notInclude(page({ store: storeResults({ "Store.get": 150 }) }, []), "NaN")
    assert.include(page({ connections }, []), "All 2 goals were met.")
  })

  it("shows every plot there is", () => {
    const drawn = plots({ engine, store })
    const text = page({ engine, store }, drawn)
    assert.isAbove(drawn.length, 3)
    for (const { file } of drawn) assert.include(text, `(${file})`)
  })
})

describe("connections", () => {
  it("are shown side by side", () => {
    const text = page({ connections }, [])
    assert.match(text, /\| plain +\| +2 \| +0 \| +224 \| +65 \| +5 \| +745 \| +1\.50 \|/)
    assert.match(text, /\| a fresh client \| 56\.1 \|/)
    assert.notInclude(text, "NaN")
  })

  it("promise no failure, no duplicate and no connection left, of the library's own", () => {
    const met = (churn: ConnectionResults["churn"]) => targetsOf({ connections: { ...connections, churn } }).map(isMet)
    assert.deepStrictEqual(met(connections.churn), [true, true])
    assert.deepStrictEqual(met([{ ...row, duplicates: 1 }]), [false, true])
    assert.deepStrictEqual(met([{ ...row, socketsLeft: 1 }]), [true, false])
  })
})

describe("plots", () => {
  it("draws SVG with the names of all subjects, without numbers that are none", () => {
    for (const { file, svg } of plots({ engine, store })) {
      assert.match(svg, /^<svg [\s\S]*<\/svg>\n$/)
      assert.notInclude(svg, "NaN")
      assert.isBelow(svg.length, 60_000)
      if (file === "store.svg") {
        for (const { subject } of store.rows) assert.include(svg.replaceAll("&gt;", ">"), subject)
      } else if (file.endsWith("-strings.svg")) { for (const { subject } of engine.rows) assert.include(svg, subject) }
    }
  })

  it("cuts a bar that would dwarf the others, and says its value", () => {
    const drawn = plots({ engine: engineResults({ "lru-cache": 1, slow: 50 }) })
    const ratios = drawn.find(({ file }) => file === "engine-ratios-strings.svg")
    assert.isUndefined(ratios, "the plot of ratios is of 10,000 entries")
    const larger = {
      ...engine,
      rows: engineResults({ "lru-cache": 1, slow: 50 }).rows.map((row) => ({ ...row, capacity: 10_000 }))
    }
    const [first] = plots({ engine: larger })
    assert.include(first?.svg, "50.00 →")
  })
})

describe("markdownTable", () => {
  it("pads its columns and keeps cells from breaking out", () => {
    assert.strictEqual(
      markdownTable(["name", "×"], [["a|b", "1"], ["c\nd", "100"]]),
      ["| name |   × |", "| ---- | --: |", "| a\\|b |   1 |", "| c d  | 100 |"].join("\n")
    )
  })
})

describe("keys", () => {
  for (const kind of keyKinds) {
    it(`are distinct ${kind}`, () => {
      const keys = makeKeys(kind, 50_000)
      assert.strictEqual(new Set(keys).size, 50_000)
      if (kind === "strings") assert.isTrue(keys.every((key) => typeof key === "string" && key.length === 24))
    })
  }
})

describe("workloads", () => {
  const capacity = 500
  const keys: ReadonlyArray<Key> = makeKeys("strings", keysFor(capacity))

  for (const entry of subjects) {
    it(`do to ${entry.name} what they say`, async () => {
      const make = await entry.load()
      for (const workload of workloadNames) {
        let size = 0
        const seen = new Map<Key, number>()
        // What goes in is followed from outside, so that the hits can be checked.
        const work = makeWorkload(
          workload,
          (capacity) => {
            const subject = make(capacity)
            return {
              get: (key) => {
                const value = subject.get(key)
                if (value !== undefined && seen.get(key) !== value) throw new Error(`${key} has another value`)
                return value
              },
              set: (key, value) => {
                seen.set(key, value)
                size++
                subject.set(key, value)
              },
              tick: () => subject.tick?.()
            }
          },
          keys,
          capacity
        )
        const before = size
        work.batch()
        const written = size - before
        const hits = work.hitRatio()
        if (workload === "set evicting") {
          assert.isUndefined(hits)
          assert.strictEqual(written, 2048)
        } else if (workload === "mixed zipf") {
          assert.strictEqual(written, Math.round((1 - (hits ?? 0)) * 2048))
          assert.isAbove(hits ?? 0, 0.7)
        } else {
          assert.strictEqual(hits, 1)
          assert.strictEqual(written, 0)
        }
      }
    })
  }
})
