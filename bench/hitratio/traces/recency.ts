/**
 * Keys drawn by how many others were asked for since.
 */
import type { Random } from "../../lib/random.js"
import type { Keys } from "./Keys.js"

/**
 * Keys by stack distance: `distance` says how many different keys were asked for since the last request for the one that
 * is next, itself included; where there are not so many yet, it is a new one. When short distances are likelier than long
 * ones, nobody who does not know the future does better than LRU, which answers what lies no deeper than its capacity.
 *
 * @param requests how many will be drawn at most
 */
export const keysByDistance = (requests: number, distance: () => number): Keys => {
  const lastUses = new Ranks(requests)
  const keys = new Int32Array(requests)
  let known = 0
  let now = 0
  return () => {
    const depth = distance()
    let key = known
    if (depth > known) {
      known++
    } else {
      const last = lastUses.find(known - depth)
      key = keys[last] ?? 0
      lastUses.add(last, -1)
    }
    keys[now] = key
    lastUses.add(now++, 1)
    return key
  }
}

/**
 * Distances whose logarithms are evenly spread, up to `most`, and beyond it with a chance of `fresh`: each doubling of a
 * cache gives as many more hits as the one before.
 */
export const steepDistances = (most: number, fresh: number, random: Random) => (): number =>
  random() < fresh ? Number.POSITIVE_INFINITY : Math.floor(Math.exp(random() * Math.log(most + 1)))

/** Distances whose third roots are evenly spread: most hits lie deep, and the sooner is only slightly the likelier. */
export const flatDistances = (most: number, fresh: number, random: Random) => (): number => {
  if (random() < fresh) return Number.POSITIVE_INFINITY
  const root = random()
  return 1 + Math.floor(most * root * root * root)
}

/** How many marks there are up to a place: a tree of sums (P. M. Fenwick, 1994). */
class Ranks {
  private readonly sums: Int32Array
  private readonly top: number

  constructor(places: number) {
    this.sums = new Int32Array(places + 1)
    this.top = 2 ** Math.floor(Math.log2(places))
  }

  add(place: number, marks: number): void {
    for (let at = place + 1; at < this.sums.length; at += at & -at) this.sums[at] = (this.sums[at] ?? 0) + marks
  }

  /** The place of a mark that has so many before it. */
  find(before: number): number {
    let at = 0
    let left = before
    for (let step = this.top; step > 0; step >>>= 1) {
      const sum = this.sums[at + step]
      if (sum !== undefined && sum <= left) {
        at += step
        left -= sum
      }
    }
    return at
  }
}
