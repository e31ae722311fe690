/**
 * At which capacities a trace is replayed.
 */
import type { Trace } from "./Trace.js"

const known: Readonly<Record<string, ReadonlyArray<number>>> = {
  "zipf-0.99": [1000, 5000, 20_000, 50_000],
  "loop-1011": [256, 512, 768, 1000],
  "phases": [500, 1000, 2000, 4000],
  "loop": [256, 512, 768, 1000],
  "glimpse": [500, 1000, 1500, 2000],
  "2_pools": [100, 500, 1000, 5000],
  "oltp": [1000, 2000, 5000, 15_000],
  "web12": [75, 300, 1200, 4800],
  "stress": [512, 1024, 4096, 16_384],
  "scarab-recs": [5000, 25_000, 50_000, 100_000],
  "zipf099": [1000, 5000, 20_000, 50_000],
  "orm-busy": [1250, 2500, 5000, 20_000],
  "p3": [8192, 32_768, 131_072, 262_144],
  "adaptsize-web.sized": [2_804_312, 14_021_562, 28_043_124, 84_129_373]
}

/**
 * Four capacities for a trace, in entries, or in bytes where it has sizes: those at which it has been replayed by
 * others where there are such, else 1 %, 5 %, 10 % and 30 % of what it asks for.
 */
export const capacitiesOf = (trace: Trace): ReadonlyArray<number> =>
  known[trace.name] ?? [0.01, 0.05, 0.1, 0.3].map((share) => Math.max(1, Math.round(share * footprint(trace))))

const footprint = ({ keys, sizes, unique }: Trace): number => {
  if (sizes === undefined) return unique
  const sizeOf = new Float64Array(unique)
  keys.forEach((key, request) => {
    sizeOf[key] = sizes[request] ?? 0
  })
  return sizeOf.reduce((total, size) => total + size, 0)
}
