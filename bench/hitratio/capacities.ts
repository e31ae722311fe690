/**
 * At which capacities a trace is replayed.
 */
import type { Trace } from "./Trace.js"

/** Shares of what a trace asks for: eleven, from 0.5 % to 90 %, each the same multiple of the one before. */
export const shares: ReadonlyArray<number> = Array.from({ length: 11 }, (_, at) => 0.005 * 180 ** (at / 10))

/** These shares of a trace, in entries, or in bytes where it has sizes. */
export const capacitiesOf = (trace: Trace): ReadonlyArray<number> => {
  const all = footprint(trace)
  return shares.map((share) => Math.max(1, Math.round(share * all)))
}

const footprint = ({ keys, sizes, unique }: Trace): number => {
  if (sizes === undefined) return unique
  const sizeOf = new Float64Array(unique)
  keys.forEach((key, request) => {
    sizeOf[key] = sizes[request] ?? 0
  })
  return sizeOf.reduce((total, size) => total + size, 0)
}
