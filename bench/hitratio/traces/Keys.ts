/**
 * Keys without end: what the traces that are made by recipe are put together from.
 */
import type { Random } from "../../lib/random.js"
import { zipfRanks } from "../../lib/zipf.js"

/** Gives the key of one request after the other: numbers from 0 on. */
export type Keys = () => number

/** Keys of which none comes again. */
export const freshKeys = (): Keys => {
  let next = 0
  return () => next++
}

/** The same `length` keys in the same order, over and over. */
export const loopKeys = (length: number): Keys => {
  let next = 0
  return () => next++ % length
}

/** Independent draws among `population` keys, the key of rank `r` with a probability proportional to `1 / r ** skew`. */
export const zipfKeys = (population: number, skew: number, random: Random): Keys => zipfRanks(population, skew, random)

// Each part has keys of its own.
const numbered = (parts: ReadonlyArray<Keys>): ReadonlyArray<Keys> =>
  parts.map((keys, part) => () => keys() * parts.length + part)

/** Of each request, chance says which part it belongs to: the parts have these shares of them, and no key in common. */
export const mixedKeys = (
  parts: ReadonlyArray<{ readonly share: number; readonly keys: Keys }>,
  random: Random
): Keys => {
  const keys = numbered(parts.map((part) => part.keys))
  return () => {
    let left = random()
    const part = parts.findIndex(({ share }) => (left -= share) < 0)
    return keys.at(part)?.() ?? 0
  }
}

/** One part after the other, each with so many requests and keys of its own. */
export const keysInTurn = (parts: ReadonlyArray<{ readonly requests: number; readonly keys: Keys }>): Keys => {
  const keys = numbered(parts.map((part) => part.keys))
  const lengths = parts.map(({ requests }) => requests)
  let part = 0
  let left = lengths[0] ?? 0
  return () => {
    while (left === 0 && part + 1 < parts.length) left = lengths[++part] ?? 0
    left--
    return keys[part]?.() ?? 0
  }
}
