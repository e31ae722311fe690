import type * as fc from "fast-check"

const factor = Number(process.env["PROPERTY_RUNS"] ?? 1)

/** How long a property may take that has so many milliseconds when each runs once. */
export const timeLimit = (millis: number): number => millis * factor

/**
 * How often property tests run, and from which seed. The unit suite is the same every time; the heavy suite sets
 * `PROPERTY_RUNS` to multiply the runs, and `PROPERTY_SEED` to look elsewhere (`random`: somewhere new each time).
 */
export const property = (runs: number): fc.Parameters<unknown> => {
  const seed = process.env["PROPERTY_SEED"] ?? "20260101"
  return { numRuns: runs * factor, ...(seed === "random" ? {} : { seed: Number(seed) }) }
}
