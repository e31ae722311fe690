/**
 * The ratios that a release is known by.
 */
import { reference } from "../engine/subjects.js"
import type { WorkloadName } from "../engine/workloads.js"
import { printCount } from "../lib/statistics.js"
import { bareGet } from "../operations/store.js"
import type { Ratio, RatioGroup, Subject } from "./Ratio.js"

const sizes = [1000, 10_000, 100_000, 1_000_000]

/** What the short form takes of the sizes. */
const shortSizes = [1000, 10_000]

const operation = (name: string): Subject => ({ kind: "operation", of: [name] })

const operations: RatioGroup = {
  name: "operations inside Effect",
  together: false,
  rounds: 150,
  shortRounds: 50,
  ratios: [
    ["Store.get hit", "Store.get", bareGet, 1.5],
    ["S3Cache.get hit in memory", "S3Cache.get, in memory", "Store.get", 1.15],
    ["Store.getOrCompute miss", "Store.getOrCompute, miss", "Cache.get, miss", 1]
  ].map(([what, ours, to, goal]) => ({
    what: String(what),
    to: String(to),
    where: "",
    ours: operation(String(ours)),
    peer: operation(String(to)),
    goal: Number(goal),
    isShort: true
  }))
}

/** A kind of work of some engines, at each size. */
const engineGroups = (
  workload: WorkloadName,
  engines: ReadonlyArray<readonly [name: string, goal: number]>
): ReadonlyArray<RatioGroup> =>
  sizes.map((size) => ({
    name: `${workload}, ${printCount(size)} entries`,
    together: false,
    rounds: size > 100_000 ? 10 : 40,
    shortRounds: 20,
    ratios: engines.map(([name, goal]): Ratio => ({
      what: `${name}, ${workload}`,
      to: reference,
      where: printCount(size),
      ours: { kind: "engine", of: [name, workload, String(size)] },
      peer: { kind: "engine", of: [reference, workload, String(size)] },
      goal,
      isShort: shortSizes.includes(size)
    }))
  }))

/** What an entry takes, which is a figure by itself. */
const memory: RatioGroup = {
  name: "bytes per entry",
  together: false,
  rounds: 1,
  shortRounds: 1,
  ratios: ([["BoundedMap LRU", 63], ["BoundedMap LRU + ttl", 75]] as const).flatMap(([name, goal]) =>
    sizes.map((size): Ratio => ({
      what: `${name}, bytes per entry`,
      to: undefined,
      where: printCount(size),
      ours: { kind: "memory", of: [name, String(size)] },
      peer: undefined,
      goal,
      isShort: size === 10_000
    }))
  )
}

const [small, large] = [4096, 1 << 20]

/** Of each operation the goals with a small value, and with a large one. */
const secondLevelRows = [
  ["S3Cache.get from S3, bytes", "GetObject", 1.1, 1.15],
  ["S3Cache.get from S3, JSON", "GetObject, JSON.parse, decode", 1.1, 1.15],
  ["S3Cache.set, bytes", "PutObject", 1.1, 1.1],
  ["S3Cache.set, JSON", "encode, JSON.stringify, PutObject", 1.1, 1.1]
] as const

const list: Ratio = {
  what: "S3Cache.list of 64",
  to: "GetObject, ranged, of each",
  where: "1 KB",
  ours: { kind: "secondLevel", of: ["S3Cache.list of 64", "1024", "ours"] },
  peer: { kind: "secondLevel", of: ["S3Cache.list of 64", "1024", "bare"] },
  goal: 1.2,
  isShort: true
}

const secondLevel: RatioGroup = {
  name: "the second level",
  together: true,
  rounds: 40,
  shortRounds: 8,
  ratios: [
    ...secondLevelRows.flatMap(([what, to, goal, goalOfLarge]) =>
      ([[small, "4 KB", goal], [large, "1 MB", goalOfLarge]] as const).map(([bytes, where, limit]): Ratio => ({
        what,
        to,
        where,
        ours: { kind: "secondLevel", of: [what, String(bytes), "ours"] },
        peer: { kind: "secondLevel", of: [what, String(bytes), "bare"] },
        goal: limit,
        isShort: bytes === small || what.endsWith("bytes")
      }))
    ),
    list
  ]
}

const imported = "effect/Effect"

const imports: RatioGroup = {
  name: "imports",
  together: true,
  rounds: 15,
  shortRounds: 5,
  ratios: ["Cache", "Ttl", "S3Store"].map((part): Ratio => ({
    what: `import effect-aws-cache/${part}`,
    to: `import ${imported}`,
    where: "",
    ours: { kind: "imports", of: [`effect-aws-cache/${part}`] },
    peer: { kind: "imports", of: [imported] },
    goal: 1.2,
    isShort: true
  }))
}

const bundles: RatioGroup = {
  name: "bundles",
  together: true,
  rounds: 1,
  shortRounds: 1,
  ratios: [{
    what: "eviction policies in the bundle of a program that has a Store with LRU",
    to: undefined,
    where: "",
    ours: {
      kind: "bundle",
      of: [
        `import { Store } from "effect-aws-cache/Cache"\nglobalThis.store = Store.make({ maxSize: 100 })`,
        "effect-aws-cache-lru-only"
      ]
    },
    peer: undefined,
    goal: 1,
    isShort: true
  }]
}

/** All of them, in the order of the table. */
export const ratioGroups: ReadonlyArray<RatioGroup> = [
  operations,
  ...engineGroups("get zipf", [["BoundedMap W-TinyLFU", 1.3], ["BoundedMap Adaptive", 1.3]]),
  ...engineGroups("set evicting", [["BoundedMap S3-FIFO", 1.2]]),
  ...engineGroups("mixed zipf", [["BoundedMap LRU", 0.9]]),
  memory,
  secondLevel,
  imports,
  bundles
]
