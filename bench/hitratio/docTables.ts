/**
 * The tables about hit ratios that stand in pages of the documentation, between `<!-- hitratio: NAME -->` and
 * `<!-- /hitratio -->`: made of the results, so that they say what was measured.
 */
import { markdownTable } from "../lib/markdownTable.js"
import { standingsTable } from "./report.js"
import type { Result } from "./Result.js"
import { standingsOf } from "./standings.js"

const byEntries = (results: ReadonlyArray<Result>) => results.filter(({ unit }) => unit === "entries")

const own = (results: ReadonlyArray<Result>) => byEntries(results).filter((result) => result.own)

const tables: Readonly<Record<string, (results: ReadonlyArray<Result>) => string>> = {
  /** How near each policy comes to the optimum, the best first, in short. */
  "in short": (results) =>
    markdownTable(
      ["policy", "of what is possible", "behind the best, on average", "behind `LRU`, at worst"],
      [...standingsOf(byEntries(results))]
        .sort((one, other) => other.ofOptimum - one.ofOptimum)
        .map(({ gap, ofOptimum, policy, worstToLru: { points, trace } }) => [
          `\`${policy}\``,
          `${ofOptimum.toFixed(0)} %`,
          gap.toFixed(1),
          policy === "LRU" ? "–" : points > -0.05 ? "never" : `${(-points).toFixed(1)} (${trace})`
        ])
    ),
  /** All policies over the traces that anybody can replay. */
  "own traces": (results) => standingsTable(own(results)),
  /** All policies over all traces by entries. */
  "all traces": (results) => standingsTable(byEntries(results))
}

const block = /<!-- hitratio: ([^>]+?) -->[^]*?<!-- \/hitratio -->/g

/** A page, with its tables made anew. Throws for the name of a table that there is not. */
export const fillTables = (page: string, results: ReadonlyArray<Result>): string =>
  page.replaceAll(block, (_, name: string) => {
    const table = tables[name]
    if (table === undefined) throw new Error(`there is no table of hit ratios named "${name}"`)
    return `<!-- hitratio: ${name} -->\n\n${table(results)}\n\n<!-- /hitratio -->`
  })

/** The pages that have such tables, from the root of the repository. */
export const pagesWithTables: ReadonlyArray<string> = ["docs/choosing-a-policy.md"]
