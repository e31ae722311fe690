/**
 * The metrics of a cache whose entries are in several maps.
 */
import type { Meter, Series } from "./Meter.js"
import { type MetricName, metricTable, type SeriesLabels } from "./metricTable.js"

/** What all parts have set a gauge to. */
interface Total {
  readonly tell: Series
  sum: number
}

/** A meter for each map: what they set gauges to is told as one sum, and what they count with their own labels. */
export const metersOfParts = (whole: Meter): (labels?: SeriesLabels) => Meter => {
  const totals = new Map<MetricName, Total>()
  const partOf = (name: MetricName): Series => {
    const total = totals.get(name) ?? { tell: whole.series(name), sum: 0 }
    totals.set(name, total)
    let part = 0
    return (value) => {
      total.sum += value - part
      part = value
      total.tell(total.sum)
    }
  }
  return (own) => ({
    observe: whole.observe,
    flush: whole.flush,
    series: (name, labels) => {
      if (metricTable[name].kind === "gauge") return partOf(name)
      return whole.series(
        name,
        own !== undefined && "cache.keyspace" in metricTable[name].labels ? { ...own, ...labels } : labels
      )
    }
  })
}
