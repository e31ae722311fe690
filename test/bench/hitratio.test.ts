import { assert, describe, it } from "@effect/vitest"
import { evictionPolicyNames } from "effect-aws-cache/Cache"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { capacitiesOf, shares } from "../../bench/hitratio/capacities.js"
import { fillTables, pagesWithTables } from "../../bench/hitratio/docTables.js"
import { plotOf } from "../../bench/hitratio/plot.js"
import { hitsOf, optimalHits, replay } from "../../bench/hitratio/replay.js"
import { pageOf } from "../../bench/hitratio/report.js"
import { printResults, readResults, type Result } from "../../bench/hitratio/Result.js"
import { readVariations } from "../../bench/hitratio/sensitivity.js"
import { bytesHit, standingsOf } from "../../bench/hitratio/standings.js"
import type { Trace } from "../../bench/hitratio/Trace.js"
import { generatedTrace, generatedTraces } from "../../bench/hitratio/traces/generated.js"

const root = new URL("../../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")
const results = readResults(read("bench/results/hitratio.json"))

const variations = readVariations(read("bench/results/hitratio-sensitivity.json"))

const small = (name: string): Trace => generatedTrace(name, 0.02).load()

describe("generated traces", () => {
  it("are the same in every run, and on every machine", () => {
    const sums = Object.fromEntries(
      generatedTraces(0.02).map(({ load, name }) => {
        const { keys, unique } = load()
        const sum = createHash("sha256").update(keys.join()).digest("hex").slice(0, 8)
        return [name, `${keys.length} for ${unique}: ${sum}`]
      })
    )
    assert.deepStrictEqual(sums, {
      "zipf-0.99": "20000 for 1807: 3bfce3ad",
      "loop-1011": "4000 for 20: 79d27967",
      "pairs-loop-pairs": "9600 for 2504: e0db0b7e",
      "recency": "6000 for 327: 5161fabf",
      "recency-flat": "6000 for 167: 8018f7d3",
      "loop-recency": "6000 for 297: ccc86608",
      "drift": "8000 for 400: fc5098d0",
      "phases": "8000 for 1297: 6facbb19",
      "generations": "6000 for 632: 38933d0f",
      "loop-zipf-scan": "6000 for 2040: bd3bdac4"
    })
  })

  it("by recency are answered by LRU as deep as it is", () => {
    const { keys, name, sizes, unique } = generatedTrace("recency", 0.2).load()
    // A key at depth d is drawn with the chance of ln((d + 1) / d) / ln(2001), and 3 % are new.
    for (const capacity of [10, 100, 1000]) {
      const expected = 0.97 * Math.log(capacity + 1) / Math.log(2001)
      const hits = hitsOf({ keys, name, sizes, unique }, "LRU", capacity).requests / keys.length
      assert.closeTo(hits, expected, 0.01)
    }
  })

  it("in generations have no key that comes back later than it lives", () => {
    const { keys } = small("generations")
    const alive = 40
    const first = new Map<number, number>()
    keys.forEach((key, request) => first.set(key, first.get(key) ?? request))
    const ages = keys.map((key, request) => request - (first.get(key) ?? 0))
    assert.isBelow(Math.max(...ages), alive * 10)
  })

  it("in phases have keys of their own in each", () => {
    const { keys } = small("phases")
    const phase = keys.length / 20
    const seen = Array.from({ length: 20 }, (_, at) => new Set(keys.slice(at * phase, (at + 1) * phase)))
    assert.strictEqual(seen.reduce((sum, { size }) => sum + size, 0), new Set(keys).size)
    assert.strictEqual(seen[0]?.size, 50)
  })

  it("are told by their names where there is no such", () => {
    assert.throws(() => generatedTrace("nothing"), "there is no generated trace named nothing")
  })
})

describe("replaying", () => {
  it("finds what can be found by hand, and the optimum above every policy", () => {
    const trace: Trace = { name: "abcabc", keys: Int32Array.of(0, 1, 2, 0, 1, 2), sizes: undefined, unique: 3 }
    assert.strictEqual(hitsOf(trace, "LRU", 2).requests, 0)
    assert.strictEqual(optimalHits(trace)(2).requests, 2)
    for (const name of ["drift", "loop-zipf-scan"]) {
      const [optimum, ...policies] = replay(small(name), [20, 100], ["OPT", ...evictionPolicyNames])
      assert.deepStrictEqual(policies.map(({ policy }) => policy), [...evictionPolicyNames])
      for (const { hitRatios } of policies) {
        hitRatios.forEach((ratio, at) => assert.isAtMost(ratio, optimum?.hitRatios[at] ?? 0))
      }
    }
  })

  it("counts bytes where there are sizes", () => {
    const trace: Trace = {
      name: "sized",
      keys: Int32Array.of(0, 1, 0, 1, 2, 0),
      sizes: Float64Array.of(10, 30, 10, 30, 20, 10),
      unique: 3
    }
    assert.deepStrictEqual(hitsOf(trace, "LRU", 60), { requests: 3, bytes: 50 })
    assert.deepStrictEqual(optimalHits(trace)(60), { requests: 3, bytes: 50 })
    assert.strictEqual(capacitiesOf(trace).at(-1), 54)
    const [row] = replay(trace, [60], ["LRU"])
    assert.deepStrictEqual(row, { policy: "LRU", hitRatios: [50], byteHitRatios: [45.455] })
  })

  it("takes eleven sizes, each the same multiple of the one before", () => {
    assert.lengthOf(shares, 11)
    assert.closeTo(shares[0] ?? 0, 0.005, 1e-12)
    assert.closeTo(shares[10] ?? 0, 0.9, 1e-12)
    assert.closeTo((shares[5] ?? 0) ** 2, 0.005 * 0.9, 1e-12)
  })
})

/** At a tenth of the size: the most that `Adaptive` is ever under `LRU`, in percentage points of hits. */
const mostUnderLru = 1

describe("Adaptive", () => {
  for (const { load, name } of generatedTraces(0.1)) {
    it(`is never more than ${mostUnderLru} point under LRU on ${name}`, () => {
      const trace = load()
      for (const capacity of capacitiesOf(trace)) {
        const [lru, adaptive] = (["LRU", "Adaptive"] as const).map((policy) =>
          100 * hitsOf(trace, policy, capacity).requests / trace.keys.length
        )
        assert.isAtLeast(adaptive ?? 0, (lru ?? 0) - mostUnderLru, `with room for ${capacity}`)
      }
    })
  }
})

describe("standings", () => {
  const made: ReadonlyArray<Result> = [{
    trace: "one",
    what: "made up",
    own: true,
    requests: 100,
    unique: 10,
    unit: "bytes",
    capacities: [1, 2],
    rows: [
      { policy: "Belady", hitRatios: [40, 80], byteHitRatios: [50, 60] },
      { policy: "LRU", hitRatios: [20, 60], byteHitRatios: [30, 40] },
      { policy: "GDSF", hitRatios: [30, 55], byteHitRatios: [20, 50] }
    ]
  }]

  it("hold each policy against the optimum, LRU, and the best of each cell", () => {
    const [lru, gdsf] = standingsOf(made)
    assert.deepStrictEqual(lru, {
      policy: "LRU",
      cells: 2,
      ofOptimum: 62.5,
      gap: 5,
      worstToLru: { points: 0, trace: "one", capacity: 1 },
      worstToBest: { points: -10, trace: "one", capacity: 1 }
    })
    assert.deepStrictEqual(gdsf?.worstToLru, { points: -5, trace: "one", capacity: 2 })
    assert.strictEqual(gdsf?.gap, 2.5)
    assert.deepStrictEqual(standingsOf(made, bytesHit)[1]?.worstToLru, { points: -10, trace: "one", capacity: 1 })
  })

  it("are read from a file as they were written", () => {
    assert.deepStrictEqual(readResults(printResults(made)), made)
  })
})

describe("what was measured", () => {
  it("is of every trace that the repository makes or has, at eleven sizes", () => {
    const has = readdirSync(new URL("bench/hitratio/traces", root))
      .filter((file) => file.endsWith(".gz"))
      .map((file) => file.replace(".gz", ""))
    assert.deepStrictEqual(
      results.filter(({ own }) => own).map(({ trace }) => trace).sort(),
      [...generatedTraces().map(({ name }) => name), ...has].sort()
    )
    for (const { capacities, rows, unit } of results) {
      const policies = rows.map(({ policy }) => policy)
      assert.deepStrictEqual(policies, [unit === "bytes" ? "Belady" : "OPT", ...evictionPolicyNames])
      for (const { hitRatios } of rows) assert.lengthOf(hitRatios, capacities.length)
    }
  })

  it("is what the page says and the plots show", () => {
    assert.isTrue(
      read("bench/results/hitratio.md") === pageOf(results),
      "bench/results/hitratio.md is not the page of its results any more: run npm run bench:hitratio -- --report"
    )
    for (const result of results) {
      assert.isTrue(
        read(`bench/results/hitratio-${result.trace}.svg`) === plotOf(result),
        `hitratio-${result.trace}.svg is not the plot of its results any more: run npm run bench:hitratio -- --report`
      )
    }
    assert.deepStrictEqual(
      readdirSync(new URL("bench/results", root)).filter((file) => /^hitratio-.*\.svg$/.test(file)).sort(),
      results.map(({ trace }) => `hitratio-${trace}.svg`).sort()
    )
  })

  for (const page of pagesWithTables) {
    it(`is what the tables of ${page} say`, () => {
      const text = read(page)
      assert.include(text, "<!-- hitratio: ")
      assert.strictEqual(text, fillTables(text, results, variations))
    })
  }

  it("has no table by a name that there is not", () => {
    assert.throws(
      () => fillTables("<!-- hitratio: nothing -->\n\n<!-- /hitratio -->", results, variations),
      "\"nothing\""
    )
  })
})
