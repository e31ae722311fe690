/**
 * What caches take in memory while their entries become larger.
 */
import type { Environment } from "../lib/environment.js"
import { makePicture } from "./Picture.js"

/** What bounds a cache. */
export type Bound = "maxBytes" | "entries" | "nothing" | "json"

/** What was measured. */
export interface MemoryData {
  readonly environment: Environment
  readonly maxBytes: number
  readonly maxEntries: number
  /** How many fields the records have: at the beginning, and at the end. */
  readonly fields: readonly [number, number]
  readonly variants: ReadonlyArray<{
    readonly bound: Bound
    /** How many entries were written, and by how many bytes the heap has grown, after collecting garbage. */
    readonly samples: ReadonlyArray<readonly [writes: number, bytes: number]>
  }>
}

const mebi = 1024 * 1024

export const memory = makePicture<MemoryData>({
  name: "memory",
  measure: async () => (await import("./measure/memory.js")).measure(),
  chart: ({ environment, fields, maxBytes, maxEntries, variants }) => {
    const limit = maxBytes / mebi
    const end = Math.max(...variants.flatMap(({ samples }) => samples.map(([writes]) => writes)))
    const most = (bound: Bound) =>
      (Math.max(...variants.find((each) => each.bound === bound)?.samples.map(([, bytes]) => bytes) ?? [0]) / mebi)
        .toFixed(0)
    const labels = {
      maxBytes: { label: `SyncTtlDict, maxBytes: ${most("maxBytes")}`, colour: "green" },
      entries: { label: `lru-cache, max: ${most("entries")}`, colour: "orange" },
      nothing: { label: "Map", colour: "grey" },
      json: { label: `lru-cache, maxSize: ${most("json")}`, colour: "purple" }
    } as const
    return {
      title: `A limit in bytes of memory keeps it near ${limit} MiB when entries grow; other limits do not`,
      subtitle: `records that grow from ${fields[0]} to ${
        fields[1]
      } fields are written into caches that are to take ${limit} MiB; most MiB of each at its line`,
      alt: `Growth of the heap over entries written. A SyncTtlDict limited to ${limit} MiB never takes more than ${
        most("maxBytes")
      } MiB; lru-cache with a limit of ${maxEntries} entries ${
        most("entries")
      } MiB, with a limit of ${limit} MiB by the length of JSON ${most("json")} MiB; a Map grows without end.`,
      x: { name: "entries written", from: 0, to: end, print: (value) => value === 0 ? "0" : `${value / 1000}k` },
      panels: [{
        y: { name: "growth of the heap (MiB)", to: limit * 5 },
        height: 300,
        limits: [{ at: limit, label: `${limit} MiB`, colour: "ink" }],
        series: variants.map(({ bound, samples }) => ({
          kind: "line",
          ...labels[bound],
          thin: bound === "nothing",
          points: samples.filter(([, bytes]) => bytes / mebi <= limit * 5).map((
            [writes, bytes]
          ) => [writes, bytes / mebi])
        }))
      }],
      note: `Measured on ${environment.date} with Node ${environment.node}, after collecting garbage. lru-cache ${
        environment.packages["lru-cache"]
      }: max is ${
        maxEntries.toLocaleString("en")
      }, which is what fits in while records are small; or maxSize, with the length of each value's JSON as its size. npm run pictures memory`
    }
  }
})
