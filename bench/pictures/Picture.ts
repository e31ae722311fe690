/**
 * A picture of the documentation: what was measured, and the chart of it.
 */
import type { Chart } from "../../src/Command/charts/Chart.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"

/** A picture. */
export interface Picture {
  /** `docs/pictures/NAME.svg` is drawn from `docs/pictures/data/NAME.json`. */
  readonly name: string
  /** Measures anew what the picture shows, which takes about a minute. */
  readonly measure: () => Promise<object>
  /** Draws what was measured: the same data gives the same text. */
  readonly draw: (data: string) => string
}

/** Makes a picture of data of one type, which is kept as JSON. */
export const makePicture = <Data extends object>(
  { chart, measure, name }: {
    readonly name: string
    readonly measure: () => Promise<Data>
    readonly chart: (data: Data) => Chart
  }
): Picture => ({
  name,
  measure,
  draw: (text) => {
    const data: Data = JSON.parse(text)
    return drawChart(chart(data))
  }
})
