/**
 * Random numbers that are the same in every run.
 */

/** A generator of numbers from 0 (included) to 1 (excluded). */
export type Random = () => number

/** A generator with 32 bits of state: `mulberry32` by Tommy Ettinger. The same seed gives the same numbers. */
export const seededRandom = (seed: number): Random => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** The numbers `0` to `length - 1` in random order (Fisher and Yates). */
export const shuffled = (length: number, random: Random): Int32Array => {
  const numbers = new Int32Array(length)
  for (let at = 0; at < length; at++) {
    const other = Math.floor(random() * (at + 1))
    numbers[at] = numbers[other] ?? 0
    numbers[other] = at
  }
  return numbers
}

/** Numbers from `0` to `below - 1`, each as likely as the others. */
export const uniform = (length: number, below: number, random: Random): Int32Array => {
  const numbers = new Int32Array(length)
  for (let at = 0; at < length; at++) numbers[at] = Math.floor(random() * below)
  return numbers
}
