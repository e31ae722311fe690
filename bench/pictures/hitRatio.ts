/**
 * How many more requests the eviction policies answer than LRU does, over capacity.
 */
import { styleOf } from "../../src/Command/simulate/styleOf.js"
import { makePicture } from "./Picture.js"

/** What was measured. */
export interface HitRatioData {
  /** Capacities, in % of the keys that a trace asks for. */
  readonly shares: ReadonlyArray<number>
  readonly traces: ReadonlyArray<{
    readonly trace: string
    readonly requests: number
    readonly keys: number
    /** Hits in % of all requests, at each capacity. */
    readonly rows: ReadonlyArray<{ readonly policy: string; readonly hitRatios: ReadonlyArray<number> }>
  }>
}

const kinds: Readonly<Record<string, string>> = {
  "web12": "Pages of a shop",
  "zipf-0.99": "Some keys more popular than others",
  "pairs-loop-pairs": "Scans, a loop, scans"
}

/** Whom the picture is about. */
const champion = "Adaptive"

export const hitRatio = makePicture<HitRatioData>({
  name: "hit-ratio",
  measure: async () => (await import("./measure/hitRatio.js")).measure(),
  chart: ({ shares, traces }) => {
    const panels = traces.map(({ rows, trace }) => {
      const lru = rows.find(({ policy }) => policy === "LRU")?.hitRatios ?? []
      const others = rows.filter(({ policy }) => policy !== "LRU").map(({ hitRatios, policy }) => ({
        policy,
        points: hitRatios.map((ratio, at) => [shares[at] ?? 0, ratio - (lru[at] ?? 0)] as const)
      }))
      const lowest = Math.min(0, ...others.flatMap(({ points }) => points.map(([, more]) => more)))
      return {
        name: kinds[trace] ?? trace,
        y: { name: `(${trace}), points`, from: 10 * Math.floor(lowest / 10) },
        height: 180,
        limits: [{ at: 0, colour: "ink" as const }],
        remarks: [{ x: 1, y: lowest < 0 ? 0.15 * lowest - 2 : 1.2, text: "LRU", colour: "ink" as const }],
        series: others.map(({ points, policy }) => ({
          kind: "line" as const,
          label: policy === "OPT" ? "best possible" : policy,
          ...styleOf(policy),
          points
        }))
      }
    })
    const gains = panels.flatMap(({ series }) =>
      series.filter(({ label }) => label === champion).map(({ points }) => Math.max(...points.map(([, more]) => more)))
    )
    return {
      title: `Where memory is short most policies beat LRU; ${champion} is never far from the best`,
      subtitle: "hits in percentage points more than LRU has at the same capacity; higher is better",
      alt:
        `How many percentage points more hits each eviction policy has than LRU, over capacity, on three traces. ${champion} has up to ${
          gains.map((gain) => gain.toFixed(0)).join(", ")
        } points more. LFU is far below LRU where what is popular changes, and among the best where it does not.`,
      x: {
        name: "capacity, in % of all keys that are asked for (logarithmic)",
        base: 2,
        print: (share) => `${share} %`
      },
      panels,
      note: `Replayed through BoundedMap: ${
        traces.map(({ keys, requests, trace }) =>
          `${trace}: ${requests.toLocaleString("en")} requests for ${keys.toLocaleString("en")} keys`
        ).join("; ")
      }. Best possible: Belady's OPT. npm run pictures hit-ratio`
    }
  }
})
