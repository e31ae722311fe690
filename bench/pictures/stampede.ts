/**
 * A popular entry expires: how often a slow source is asked for it.
 */
import type { Environment } from "../lib/environment.js"
import { makePicture } from "./Picture.js"

/** How callers look the entry up. */
export type StampedeVariant = "none" | "memoize" | "lease"

/** What was measured. */
export interface StampedeData {
  readonly environment: Environment
  readonly processes: number
  /** Of all processes together. */
  readonly lookupsPerSecond: number
  /** Seconds. */
  readonly sourceTakes: number
  readonly timeToLive: number
  readonly lasted: number
  readonly binSeconds: number
  readonly variants: ReadonlyArray<{
    readonly variant: StampedeVariant
    /** Lookups that were answered. */
    readonly lookups: number
    /** Requests that came to the source, in each bin of time. */
    readonly requests: ReadonlyArray<number>
  }>
}

const titles = {
  none: { name: "Look, fetch, write:", colour: "orange" },
  memoize: { name: "memoize, one in each process:", colour: "blue" },
  lease: { name: "lease, one of all processes:", colour: "green" }
} as const

const total = (numbers: ReadonlyArray<number>) => numbers.reduce((sum, each) => sum + each, 0)

/** How often requests came after a second without any. */
const burstsOf = (requests: ReadonlyArray<number>, binSeconds: number): number =>
  requests.filter((count, bin) => count > 0 && total(requests.slice(Math.max(0, bin - 1 / binSeconds), bin)) === 0)
    .length

export const stampede = makePicture<StampedeData>({
  name: "stampede",
  measure: async () => (await import("./measure/stampede.js")).measure(),
  chart: ({ binSeconds, environment, lasted, lookupsPerSecond, processes, sourceTakes, timeToLive, variants }) => {
    const totals = variants.map(({ requests }) => total(requests))
    const bursts = variants.map(({ requests }) => burstsOf(requests, binSeconds))
    const each = totals.map((count, at) => Math.round(count / (bursts[at] ?? 1)))
    const lookups = Math.max(...variants.map((each) => each.lookups))
    const highest = Math.max(...variants.flatMap(({ requests }) => requests))
    return {
      title: `Each time a popular entry expires its source gets ${each[0]} requests, or just one`,
      subtitle:
        `${processes} processes look one key up ${lookupsPerSecond} times a second; it lives for ${timeToLive} s, and its source takes ${sourceTakes} s to answer`,
      alt:
        `Requests to a slow source over time. Without sharing there is a burst of requests each time the entry expires, ${
          totals[0]
        } in all; with one computation in each process ${totals[1]}; under a lease ${totals[2]}.`,
      x: { name: "time (s)", from: 0, to: lasted },
      panels: variants.map(({ requests, variant }, at) => ({
        ...titles[variant],
        y: { name: `requests in ${binSeconds} s`, to: highest },
        height: 96,
        series: [{
          kind: "columns",
          colour: titles[variant].colour,
          width: binSeconds,
          points: requests.map((count, bin) => [bin * binSeconds, count])
        }],
        remarks: [{
          x: lasted,
          y: highest * 0.9,
          text: `${bursts[at]} times ${each[at] === 1 ? "one request" : `${each[at]} requests`}`,
          anchor: "end",
          colour: titles[variant].colour
        }]
      })),
      note:
        `Measured on ${environment.date}: ${processes} processes of Node ${environment.node} on one machine, embedded S3; about ${
          Math.round(lookups / 100) * 100
        } lookups each time. npm run pictures stampede`
    }
  }
})
