/**
 * How policies are drawn.
 */
import type { Series } from "../charts/Chart.js"

/** What a line looks like. */
type Style = Pick<Series, "colour" | "thick" | "thin" | "dashed">

const styles: Readonly<Record<string, Style>> = {
  "OPT": { colour: "grey", thin: true, dashed: true },
  "Belady": { colour: "grey", thin: true, dashed: true },
  "LRU": { colour: "ink", thin: true },
  "LFU": { colour: "grey", thin: true },
  "LFU-DA": { colour: "amber", thin: true },
  "S3-FIFO": { colour: "green", thin: true },
  "W-TinyLFU": { colour: "blue", thin: true },
  "GDSF": { colour: "purple", thin: true },
  "Adaptive": { colour: "orange", thick: true }
}

/** The same in every picture of hit ratios: `Adaptive` is told from the others at a glance. */
export const styleOf = (policy: string): Style => styles[policy] ?? { colour: "sky" }
