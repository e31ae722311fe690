/**
 * S3 does not answer for half a minute: what callers of the cache notice.
 */
import type { Environment } from "../lib/environment.js"
import { makePicture } from "./Picture.js"

/** What happened in one second. */
export interface OutageSecond {
  /** Lookups that were answered, by where the answer was from, and those that failed. */
  readonly memory: number
  readonly s3: number
  readonly computed: number
  readonly failed: number
  /** Milliseconds. */
  readonly median: number
  readonly slowest: number
  /** Requests to S3 that failed, and that were not made, since the circuit was open. */
  readonly requestsFailed: number
  readonly requestsSpared: number
}

/** What was measured. */
export interface OutageData {
  readonly environment: Environment
  readonly lookupsPerSecond: number
  readonly keys: number
  readonly maxSize: number
  /** Milliseconds. */
  readonly sourceTakes: number
  /** Of loads and of saves. */
  readonly timeout: number
  /** Seconds. */
  readonly downFrom: number
  readonly downTo: number
  /** When the circuit was opened, and when it was closed again. */
  readonly circuit: ReadonlyArray<readonly [at: number, state: "open" | "closed"]>
  readonly seconds: ReadonlyArray<OutageSecond>
}

export const outage = makePicture<OutageData>({
  name: "outage",
  measure: async () => (await import("./measure/outage.js")).measure(),
  chart: (data) => {
    const { circuit, downFrom, downTo, environment, keys, lookupsPerSecond, maxSize, seconds, sourceTakes, timeout } =
      data
    const columns = (height: (second: OutageSecond) => number) =>
      seconds.map((second, at) => [at, height(second)] as const)
    const sum = (count: (second: OutageSecond) => number) => seconds.reduce((all, second) => all + count(second), 0)
    const lasted = seconds.length
    const failed = sum((second) => second.failed)
    const down = { from: downFrom, to: downTo, colour: "orange" as const }
    const opened = circuit.find(([, state]) => state === "open")?.[0] ?? downFrom
    const closed = circuit.findLast(([, state]) => state === "closed")?.[0] ?? lasted
    return {
      title: `S3 is down for ${downTo - downFrom} s, and ${
        failed === 0 ? "no lookup fails" : `${failed} lookups fail`
      }: memory serves, and the rest is computed`,
      subtitle: `${lookupsPerSecond} lookups a second of ${
        keys.toLocaleString("en")
      } keys by Zipf's law, room for ${maxSize} in memory, all of them in S3; computing one takes ${sourceTakes} ms`,
      alt:
        `Lookups per second, their latency, and requests to S3 over time. While S3 is down, lookups that S3 answered before are computed; ${
          failed === 0 ? "none fails" : `${failed} fail`
        }. ${sum((second) => second.requestsFailed)} requests to S3 fail, then the circuit is open and ${
          sum((second) => second.requestsSpared)
        } are not made. After the outage S3 answers again.`,
      x: { name: "time (s)", from: 0, to: lasted },
      panels: [
        {
          y: { name: "lookups answered per second" },
          height: 150,
          series: [
            {
              kind: "columns",
              colour: "amber",
              label: "computed",
              points: columns(({ computed, memory, s3 }) => memory + s3 + computed)
            },
            { kind: "columns", colour: "sky", label: "from S3", points: columns(({ memory, s3 }) => memory + s3) },
            { kind: "columns", colour: "green", label: "from memory", points: columns(({ memory }) => memory) }
          ],
          spans: [{ ...down, label: "S3 does not answer" }]
        },
        {
          y: { name: "latency of a lookup (ms, logarithmic)", base: 10, from: 0.1 },
          height: 150,
          series: [
            {
              kind: "step",
              colour: "purple",
              label: "slowest",
              points: columns(({ slowest }) => Math.max(0.1, slowest))
            },
            { kind: "step", colour: "blue", label: "median", points: columns(({ median }) => Math.max(0.1, median)) }
          ],
          spans: [down]
        },
        {
          y: { name: "requests to S3 that fail, per second" },
          height: 70,
          series: [{
            kind: "columns",
            colour: "orange",
            points: columns(({ requestsFailed }) => requestsFailed)
          }],
          spans: [down, { from: opened, to: closed, colour: "grey", label: "circuit open" }]
        }
      ],
      note:
        `Measured on ${environment.date} with Node ${environment.node}: embedded S3 behind a proxy that swallows everything meanwhile, which is worse than refusing it. loadTimeout and saveTimeout are ${timeout} ms, the rest as by default. npm run pictures outage`
    }
  }
})
