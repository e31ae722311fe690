/**
 * What the page opens with: the results in a few sentences, and an honest paragraph about the goals.
 */
import type { ConnectionResults } from "./connections/results.js"
import type { KeyKind } from "./engine/keys.js"
import { floor, reference } from "./engine/subjects.js"
import { printNumber } from "./lib/statistics.js"
import { bareGet } from "./operations/store.js"
import {
  distinct,
  engineCost,
  type EngineResults,
  operationCost,
  type OperationResults,
  type Results
} from "./results.js"
import { isMet, ourLru, printLimit, printMeasured, type Target } from "./targets.js"

const isNumber = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value)

/** Such as `0.43 to 0.70`, and one number where both are the same as printed. */
const printRange = (values: ReadonlyArray<number>, print: (value: number) => string = printNumber): string => {
  const [least, most] = [print(Math.min(...values)), print(Math.max(...values))]
  return least === most ? least : `${least} to ${most}`
}

const aboutEngine = (results: EngineResults): Array<string> => {
  const ratios = (keys: KeyKind): Array<number> =>
    distinct(results.rows.map(({ capacity }) => capacity)).map((capacity) => {
      const costOf = (subject: string) => engineCost(results, { subject, keys, capacity, workload: "mixed zipf" })
      return costOf(ourLru) / costOf(reference)
    }).filter(isNumber)
  const [strings, integers] = [ratios("strings"), ratios("integers")]
  const speed = [
    ...(integers.length === 0
      ? []
      : [`${printRange(integers)} of the time of \`lru-cache\` for whole numbers as keys`]),
    ...(strings.length === 0 ? [] : [`${printRange(strings)} of it for strings`])
  ]
  const bytes = (subject: string) =>
    results.memory.filter((row) => row.subject === subject && row.keys === "strings").map(({ filled }) => filled)
  const longest = (subject: string) => {
    const found = results.pauses.find((row) => row.subject === subject)
    return found === undefined ? Number.NaN : Math.max(found.growing, found.full)
  }
  const [ourBytes, theirBytes] = [bytes(ourLru), bytes(reference)]
  return [
    ...(speed.length === 0
      ? []
      : [`The engine of all stores, with LRU and a mix of reads and writes, takes ${speed.join(", and ")}.`]),
    ...(ourBytes.length === 0 || theirBytes.length === 0
      ? []
      : [
        `An entry under a string takes ${printRange(ourBytes, (value) => value.toFixed(0))} bytes beside its key and ` +
        `value; in \`lru-cache\` ${printRange(theirBytes, (value) => value.toFixed(0))}.`
      ]),
    ...(isNumber(longest(ourLru)) && isNumber(longest(floor))
      ? [
        `The longest single write on the way to a million entries, and among them, takes ` +
        `${printNumber(longest(ourLru))} ms; to a bare \`Map\` ${printNumber(longest(floor))} ms.`
      ]
      : [])
  ]
}

const aboutStore = (results: OperationResults): Array<string> => {
  const [bare, hit, other] = [bareGet, "Store.get", "Cache.get"].map((subject) => operationCost(results, subject))
  return isNumber(hit) && isNumber(bare) && isNumber(other)
    ? [
      `A hit of \`Store.get\` takes ${printNumber(hit / bare)} times what \`${bareGet}\` takes (${
        printNumber(hit)
      } ns ` +
      `here); a hit of Effect's own \`Cache.get\` takes ${printNumber(other / hit)} times what \`Store.get\` takes.`
    ]
    : []
}

const aboutDictionary = (results: OperationResults): Array<string> => {
  const sizes = distinct(results.rows.map(({ entries }) => entries))
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
  const ofSize = (entries: number) => operationCost(results, "TtlDict", entries)
  const other = operationCost(results, "lru-cache + ttl + sizeCalculation", least)
  return isNumber(ofSize(least)) && isNumber(ofSize(most)) && isNumber(other)
    ? [
      `A write to a full \`TtlDict\`, which measures what it holds, takes ${printNumber(ofSize(least))} ns with ` +
      `${least.toLocaleString("en-US")} entries and ${printNumber(ofSize(most))} ns with ` +
      `${most.toLocaleString("en-US")}. \`lru-cache\`, told the sizes, takes ${printNumber(other)} ns with ` +
      `${least.toLocaleString("en-US")}.`
    ]
    : []
}

const aboutClients = (results: OperationResults): Array<string> => {
  const built = operationCost(results, "new S3Client(region)")
  const found = operationCost(results, "ClientCache.client(S3Client, region)")
  return isNumber(built) && isNumber(found)
    ? [
      `Building an \`S3Client\` takes ${printNumber(built / found)} times what finding it in the \`ClientCache\` takes.`
    ]
    : []
}

const aboutConnections = ({ churn, requests }: ConnectionResults): Array<string> => {
  const ours = churn.filter((row) => row.ours)
  const [destroying] = churn.filter((row) => !row.ours)
  const most = (values: ReadonlyArray<number>) => Math.max(...values).toLocaleString("en-US")
  const timeOf = (subject: string) => requests.find((row) => row.subject === subject)?.median
  const [fresh, cached] = ["a fresh client", "ClientCache.withClient"].map(timeOf)
  return [
    ...(ours.length === 0 || destroying === undefined
      ? []
      : [
        `Clients that leave while they are used: with the \`ClientCache\` ${
          most(ours.map(({ failed }) => failed))
        } calls ` +
        `failed, ${most(ours.map(({ duplicates }) => duplicates))} were executed twice, and ` +
        `${most(ours.map(({ mostSockets }) => mostSockets))} connections were open at most; with ` +
        `"${destroying.subject}" ${most([destroying.failed])}, ${most([destroying.duplicates])} and ` +
        `${most([destroying.mostSockets])}.`
      ]),
    ...(isNumber(fresh) && isNumber(cached)
      ? [
        `A request over HTTPS takes ${printNumber(cached)} ms with a client from the cache, and ${
          printNumber(fresh)
        } ms ` +
        `with a fresh one.`
      ]
      : [])
  ]
}

/** The results in a few sentences, most important first; of what was not measured there is none. */
export const goodToKnow = ({ clients, connections, engine, store, ttl }: Results): Array<string> => [
  ...(store === undefined ? [] : aboutStore(store)),
  ...(engine === undefined ? [] : aboutEngine(engine)),
  ...(ttl === undefined ? [] : aboutDictionary(ttl)),
  ...(clients === undefined ? [] : aboutClients(clients)),
  ...(connections === undefined ? [] : aboutConnections(connections))
]

const isOfStrings = ({ where }: Target): boolean => /\bstrings\b/.test(where)

/** How many goals were met, and, in words and numbers, which were not. */
export const goalsInWords = (targets: ReadonlyArray<Target>): string => {
  const missed = targets.filter((target) => !isMet(target))
  if (missed.length === 0) return `All ${targets.length} goals were met.`
  const described = distinct(missed.map(({ what }) => what)).map((what) => {
    const of = targets.filter((target) => target.what === what)
    const not = of.filter((target) => !isMet(target))
    const range = printRange(not.map(({ measured }) => measured), printMeasured)
    const limits = distinct(not.map(printLimit)).join(" and ")
    return `${what}, ${limits}: ${range} in ${not.length} of ${of.length}${
      not.every(isOfStrings) && !of.every(isOfStrings) ? ", with strings as keys" : ""
    }`
  })
  return `Of ${targets.length} goals ${targets.length - missed.length} were met, and ${missed.length} were not: ${
    described.join("; ")
  }.`
}
