/**
 * What a cache costs, in lines for people.
 */
import { formatCount } from "../terminal/formats.js"
import type { Paint } from "../terminal/Paint.js"
import { barOf, type Column, tableLines } from "../terminal/table.js"
import { advise } from "./advise.js"
import { formatDollars } from "./formatDollars.js"
import type { MonthlyCost } from "./monthlyCosts.js"
import type { MonthlyUse } from "./MonthlyUse.js"
import { priceList } from "./prices.js"

const columns: ReadonlyArray<Column> = [
  { title: "A MONTH" },
  { title: "GET", side: "right" },
  { title: "PUT", side: "right" },
  { title: "READS", side: "right" },
  { title: "WRITES", side: "right" },
  { title: "TRANSFER", side: "right" },
  { title: "STORAGE", side: "right" },
  { title: "TOTAL", side: "right" },
  { title: "" }
]

/** `1.2M`, `38.9K`, `730` */
const short = (count: number): string => {
  if (count < 10_000) return formatCount(count)
  const [amount, unit] = count < 1e6 ? [count / 1e3, "K"] : count < 1e9 ? [count / 1e6, "M"] : [count / 1e9, "G"]
  return `${amount.toFixed(amount < 100 ? 1 : 0)}${unit}`
}

/** The costs as lines. */
export const costLines = (
  paint: Paint,
  use: MonthlyUse,
  costs: ReadonlyArray<MonthlyCost>
): ReadonlyArray<string> => {
  const most = Math.max(...costs.map(({ dollars }) => dollars.total))
  const cheapest = Math.min(...costs.map(({ dollars }) => dollars.total))
  return [
    `${short(use.lookups)} lookups a month: ${short(use.memoryHits)} answered by memory, ` +
    `${short(use.lookups - use.memoryHits - use.misses)} by the second level, ${short(use.misses)} computed` +
    (use.sets > 0 ? `; ${short(use.sets)} set` : "") +
    (use.refreshes > 0 ? `; ${short(use.refreshes)} refreshed` : "") +
    (use.tagLooks > 0 ? `; ${short(use.tagLooks)} looks at tags` : ""),
    "",
    ...tableLines(
      paint,
      columns,
      costs.map(({ dollars, leases, requests, store }) => [
        store.name + (leases ? " + leases" : ""),
        short(requests.get),
        short(requests.put),
        formatDollars(dollars.reads),
        formatDollars(dollars.writes),
        formatDollars(dollars.transfer),
        formatDollars(dollars.storage),
        dollars.total === cheapest ? paint("green", formatDollars(dollars.total)) : formatDollars(dollars.total),
        paint("cyan", barOf(dollars.total / Math.max(most, Number.MIN_VALUE), 20))
      ])
    ),
    "",
    advise(use, costs),
    ...use.entries === 0 || use.entryBytes === 0
      ? [paint("dim", "Without storage: --entries and --size say how much lies there.")]
      : [],
    ...use.entryBytes === 0
      ? [paint("dim", "DynamoDB as for entries of up to 1 KB, as it costs by size: say --size.")]
      : [],
    "",
    ...costs.filter(({ leases }) => !leases).map(({ store: { name, note } }) => paint("dim", `${name}: ${note}.`)),
    paint("dim", `List prices of ${priceList.region} as of ${priceList.asOf} (${priceList.sources[0]},`),
    paint("dim", `${priceList.sources[2]}), on demand.`),
    paint("dim", "Traffic that leaves the region, NAT gateways, KMS and taxes are not in it.")
  ]
}
