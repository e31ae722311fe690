/**
 * How much everything takes that is asked for.
 */
import type { Capacity } from "./Capacity.js"
import type { Requests } from "./Requests.js"

/** So many entries are all keys, or so many bytes, each key by the size that was asked for last. */
export const footprint = ({ keys, sizes, unique }: Requests, unit: Capacity["unit"]): number => {
  if (sizes === undefined || unit === "entries") return unique
  const sizeOf = new Float64Array(unique)
  for (let at = 0; at < keys.length; at++) sizeOf[keys[at] as number] = sizes[at] as number
  return sizeOf.reduce((total, size) => total + size, 0)
}
