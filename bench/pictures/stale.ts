/**
 * What callers see around the end of an entry's time, with stale-while-revalidate and without.
 */
import type { Environment } from "../lib/environment.js"
import { makePicture } from "./Picture.js"

/** What was measured. */
export interface StaleData {
  readonly environment: Environment
  readonly lookupsPerSecond: number
  /** Seconds. */
  readonly computationTakes: number
  readonly timeToLive: number
  readonly staleWhileRevalidate: number
  readonly lasted: number
  readonly variants: ReadonlyArray<{
    readonly staleWhileRevalidate: boolean
    readonly computations: number
    /** When a lookup began, in seconds; how long it took, and how old the value was that it gave, in milliseconds. */
    readonly lookups: ReadonlyArray<readonly [at: number, took: number, age: number]>
  }>
}

export const stale = makePicture<StaleData>({
  name: "stale",
  measure: async () => (await import("./measure/stale.js")).measure(),
  chart: ({ computationTakes, environment, lasted, lookupsPerSecond, timeToLive, variants, ...data }) => {
    const style = (isStale: boolean) =>
      isStale
        ? { name: "staleWhileRevalidate:", colour: "green" as const }
        : { name: "Without:", colour: "orange" as const }
    const slow = variants.map(({ lookups }) => lookups.filter(([at, took]) => at > 1 && took > 50).length)
    const oldest = variants.map(({ lookups }) => Math.max(...lookups.map(([, , age]) => age)) / 1000)
    const [without = 0, with_ = 0] = slow
    const highest = Math.max(...variants.flatMap(({ lookups }) => lookups.map(([, took]) => took)))
    return {
      title: "With stale-while-revalidate nobody waits for the value that takes the place of an old one",
      subtitle:
        `${lookupsPerSecond} lookups a second of one entry, which lives for ${timeToLive} s, and takes ${computationTakes} s to compute; stale for ${data.staleWhileRevalidate} s more`,
      alt:
        `How long each lookup took, and how old its value was. Without, ${without} lookups waited for a computation; with, ${with_} after the first, and values were up to ${
          oldest[1]?.toFixed(1)
        } s old instead of ${oldest[0]?.toFixed(1)} s.`,
      x: { name: "time (s)", from: 0, to: lasted },
      panels: [
        ...variants.map(({ lookups, staleWhileRevalidate }, at) => ({
          ...style(staleWhileRevalidate),
          y: { name: "how long a lookup takes (ms)", to: highest * 1.25 },
          height: 120,
          series: [{
            kind: "dots" as const,
            colour: style(staleWhileRevalidate).colour,
            points: lookups.map(([at, took]) => [at, took] as const)
          }],
          remarks: [{
            x: lasted,
            y: highest * 1.16,
            text: `${slow[at] === 0 ? "no lookup" : `${slow[at]} lookups`} waited after the first value`,
            anchor: "end" as const,
            colour: style(staleWhileRevalidate).colour
          }]
        })),
        {
          name: "The price:",
          y: { name: "age of the value that a lookup gives (s)" },
          height: 130,
          limits: [{ at: timeToLive, label: "time to live", colour: "grey" as const }],
          // Those without above: both are the same until the time to live ends.
          series: variants.toReversed().map(({ lookups, staleWhileRevalidate }) => ({
            kind: "dots" as const,
            colour: style(staleWhileRevalidate).colour,
            label: staleWhileRevalidate ? "with" : "without",
            points: lookups.map(([at, , age]) => [at, age / 1000] as const)
          }))
        }
      ],
      note: `Measured on ${environment.date}: a Store in a process of Node ${environment.node}; ${
        variants.map(({ computations }) => computations).join(" and ")
      } computations. Each dot is a lookup, where it began. npm run pictures stale`
    }
  }
})
