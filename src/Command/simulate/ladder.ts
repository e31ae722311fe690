/**
 * At which sizes a log is replayed.
 */
import type { Capacity } from "./replay/Capacity.js"

/** Each is about one and six tenths of the one before: Renard's series of five numbers. */
const steps = [1, 1.6, 2.5, 4, 6.3]

/** The smallest size, as a share of everything that is asked for. */
const smallestShare = 0.005

/** What is nearer to a size that was asked for tells nothing more. */
const apart = 1.2

/** Round sizes from 1 on, in order: of bytes in the units of 1024. */
function* roundSizes(unit: Capacity["unit"]): Generator<number> {
  const base = unit === "bytes" ? 1024 : 1000
  for (let one = 1;; one *= base) {
    for (const power of [1, 10, 100]) {
      for (const step of steps) yield Math.round(one * power * step)
    }
  }
}

/**
 * Round sizes from half a percent of what everything takes up to where everything fits, and the one that the user says is the
 * most.
 *
 * @param all what everything takes
 */
export const ladder = (
  all: number,
  unit: Capacity["unit"],
  limit: number = Number.POSITIVE_INFINITY
): ReadonlyArray<number> => {
  const sizes: Array<number> = []
  for (const size of roundSizes(unit)) {
    if (size >= smallestShare * all && size !== sizes.at(-1)) sizes.push(size)
    if (size >= all) break
  }
  if (limit >= (sizes.at(-1) ?? 0)) return sizes
  return inOrder([...sizes.filter((size) => size < limit / apart || size > limit * apart), limit])
}

/** Sizes in order, each once. */
export const inOrder = (sizes: ReadonlyArray<number>): ReadonlyArray<number> =>
  [...new Set(sizes)].sort((one, other) => one - other)
