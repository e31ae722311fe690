/**
 * The tables about hit ratios that stand in pages of the documentation, between `<!-- hitratio: NAME -->` and
 * `<!-- /hitratio -->`: made of the results, so that they say what was measured.
 */
import { markdownTable } from "../lib/markdownTable.js"
import { standingsTable, variationsTable } from "./report.js"
import type { Result } from "./Result.js"
import type { Variation } from "./sensitivity.js"
import { bytesHit, type Cell, type Count, standingsOf } from "./standings.js"

const byEntries = (results: ReadonlyArray<Result>) => results.filter(({ unit }) => unit === "entries")

const own = (results: ReadonlyArray<Result>) => byEntries(results).filter((result) => result.own)

const bySize = (results: ReadonlyArray<Result>) => results.filter(({ unit }) => unit === "bytes")

const subject = "Adaptive"

/** How policies stand, without where they are worst. */
const inShort = (results: ReadonlyArray<Result>, count?: Count): string =>
  markdownTable(
    ["policy", "of what is possible", "behind the best, on average", "behind `LRU`, at worst"],
    [...standingsOf(results, count)]
      .sort((one, other) => other.ofOptimum - one.ofOptimum)
      .map(({ gap, ofOptimum, policy, worstToLru: { points } }) => [
        `\`${policy}\``,
        `${ofOptimum.toFixed(0)} %`,
        gap.toFixed(1),
        policy === "LRU" ? "–" : points > -0.05 ? "never" : (-points).toFixed(1)
      ])
  )

/** What the policy Adaptive holds, in sentences. */
const promise = (results: ReadonlyArray<Result>): string => {
  const cells = (some: ReadonlyArray<Result>) => some.reduce((sum, { capacities }) => sum + capacities.length, 0)
  const over = byEntries(results)
  const standings = standingsOf(over)
  const of = (name: string) => standings.find(({ policy }) => policy === name)
  const [adaptive, lru, tiny] = [of(subject), of("LRU"), of("W-TinyLFU")]
  if (adaptive === undefined || lru === undefined || tiny === undefined) return ""
  const { gap, ofOptimum, worstToBest, worstToLru } = adaptive
  const where = ({ capacity, trace }: Cell) => `${trace}, ${capacity.toLocaleString("en")} entries`
  return `On ${over.length} traces at eleven sizes each, ${cells(over)} cells, it has ${
    ofOptimum.toFixed(1)
  } % of the hits of ` +
    `who knows the future; \`LRU\` has ${lru.ofOptimum.toFixed(1)} %, \`W-TinyLFU\` ${tiny.ofOptimum.toFixed(1)} %. ` +
    `At worst it is ${(-worstToLru.points).toFixed(2)} points under \`LRU\` (${
      where(worstToLru)
    }), where \`W-TinyLFU\` ` +
    `is ${(-tiny.worstToLru.points).toFixed(2)} under it (${
      where(tiny.worstToLru)
    }). The best policy of each cell, another in ` +
    `each, has ${gap.toFixed(2)} points more on average, and ${(-worstToBest.points).toFixed(2)} at most ` +
    `(${where(worstToBest)}).`
}

/** What a table is made of. */
type Table = (results: ReadonlyArray<Result>, variations: ReadonlyArray<Variation>) => string

const tables: Readonly<Record<string, Table>> = {
  "in short": (results) => inShort(byEntries(results)),
  "in short, by weight": (results) => inShort(bySize(results)),
  promise,
  "own traces": (results) => standingsTable(own(results)),
  "all traces": (results) => standingsTable(byEntries(results)),
  "by weight, requests": (results) => standingsTable(bySize(results)),
  "by weight, bytes": (results) => standingsTable(bySize(results), bytesHit),
  sensitivity: (_, variations) => variationsTable(variations)
}

const block = /<!-- hitratio: ([^>]+?) -->[^]*?<!-- \/hitratio -->/g

/** A page, with its tables made anew. Throws for the name of a table that there is not. */
export const fillTables = (
  page: string,
  results: ReadonlyArray<Result>,
  variations: ReadonlyArray<Variation>
): string =>
  page.replaceAll(block, (_, name: string) => {
    const table = tables[name]
    if (table === undefined) throw new Error(`there is no table of hit ratios named "${name}"`)
    return `<!-- hitratio: ${name} -->\n\n${table(results, variations)}\n\n<!-- /hitratio -->`
  })

/** The pages that have such tables, from the root of the repository. */
export const pagesWithTables: ReadonlyArray<string> = ["docs/choosing-a-policy.md", "docs/adaptive-policy.md"]
