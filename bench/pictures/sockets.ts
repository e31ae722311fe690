/**
 * Clients leave a cache while requests run: what becomes of their sockets and requests.
 */
import type { Environment } from "../lib/environment.js"
import { makePicture } from "./Picture.js"

/** What is done with a client that leaves. */
export type Leaving = "destroy" | "drop" | "drain"

/** What was measured. */
export interface SocketsData {
  readonly environment: Environment
  readonly workers: number
  readonly configurations: number
  readonly capacity: number
  /** Seconds: when the last call began, and when the cache was closed. */
  readonly calledUntil: number
  readonly closedAt: number
  readonly lasted: number
  readonly variants: ReadonlyArray<{
    readonly leaving: Leaving
    readonly calls: number
    /** Seconds, the connections that are open then, and how many requests the SDK has sent again until then. */
    readonly samples: ReadonlyArray<readonly [at: number, sockets: number, again: number]>
  }>
}

const styles = {
  destroy: { label: "destroy() it", colour: "orange" },
  drop: { label: "drop it", colour: "purple" },
  drain: { label: "drain it: ClientCache", colour: "green" }
} as const

const largest = (numbers: ReadonlyArray<number>) => numbers.reduce((one, other) => Math.max(one, other), 0)

export const sockets = makePicture<SocketsData>({
  name: "sockets",
  measure: async () => (await import("./measure/sockets.js")).measure(),
  chart: (data) => {
    const { calledUntil, capacity, closedAt, configurations, environment, lasted, variants, workers } = data
    const of = (leaving: Leaving) => variants.find((each) => each.leaving === leaving)?.samples ?? []
    const lines = (column: 1 | 2) =>
      variants.map(({ leaving, samples }) => ({
        kind: "step" as const,
        ...styles[leaving],
        points: samples.map((sample) => [sample[0], sample[column]] as const)
      }))
    const at = (leaving: Leaving, column: 1 | 2) => of(leaving).at(-1)?.[column] ?? 0
    const most = largest(variants.flatMap(({ samples }) => samples.map(([, sockets]) => sockets)))
    return {
      title: "A client that leaves a cache leaks its sockets or breaks its requests, unless it is drained",
      subtitle:
        `${workers} workers send requests by ${configurations} configurations in turn, through an LRU cache with room for ${capacity} clients`,
      alt: `Open connections and repeated requests over time. With destroy on eviction ${
        at("destroy", 2)
      } requests were sent again, and ${at("destroy", 1)} connections stay open at the end; with dropped clients ${
        at("drop", 1)
      } stay open; with drained clients there were never more than ${
        largest(of("drain").map(([, sockets]) => sockets))
      }, none stays, and ${at("drain", 2)} requests were sent again.`,
      x: { name: "time (s)", from: 0, to: lasted },
      panels: [
        {
          y: { name: "open connections", to: most * 1.12 },
          height: 210,
          series: lines(1),
          spans: [
            { from: 0, to: calledUntil, colour: "grey", label: "requests are sent" },
            { from: closedAt, to: lasted, colour: "blue", label: "closed" }
          ]
        },
        {
          y: { name: "requests cut off, and sent again by the SDK (sum)" },
          height: 130,
          series: lines(2),
          spans: [
            { from: 0, to: calledUntil, colour: "grey" },
            { from: closedAt, to: lasted, colour: "blue" }
          ]
        }
      ],
      note: `Measured on ${environment.date} with Node ${environment.node} and @aws-sdk/client-s3 ${
        environment.packages["@aws-sdk/client-s3"]
      }, on a local server that closes no idle connection; ${
        variants.map(({ calls }) => calls.toLocaleString("en")).join(", ")
      } requests. npm run pictures sockets`
    }
  }
})
