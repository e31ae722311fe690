/**
 * Numbers that follow Zipf's law, as the popularity of cached things does.
 */
import type { Random } from "./random.js"

/**
 * A generator of ranks from `0` to `ranks - 1`, where rank `r` is drawn with a probability proportional to
 * `1 / (r + 1) ** exponent`. It needs no table, and about 1.1 random numbers per draw.
 *
 * W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", ACM
 * Transactions on Modeling and Computer Simulation 6 (1996).
 *
 * @param ranks how many there are, 1 or more
 * @param exponent above 0; the usual one for caches is 0.99
 */
export const zipfRanks = (ranks: number, exponent: number, random: Random): () => number => {
  // The integral of x ** -exponent and its inverse, written so that an exponent close to 1 does no harm.
  const integral = (x: number): number => {
    const log = Math.log(x)
    return expm1Over((1 - exponent) * log) * log
  }
  const inverse = (x: number): number => {
    const scaled = Math.max(-1, x * (1 - exponent))
    return Math.exp(log1pOver(scaled) * x)
  }
  const density = (x: number): number => Math.exp(-exponent * Math.log(x))

  const low = integral(1.5) - 1
  const high = integral(ranks + 0.5)
  const squeeze = 2 - inverse(integral(2.5) - density(2))
  return () => {
    for (;;) {
      const drawn = high + random() * (low - high)
      const x = inverse(drawn)
      const rank = Math.min(ranks, Math.max(1, Math.round(x)))
      if (rank - x <= squeeze || drawn >= integral(rank + 0.5) - density(rank)) return rank - 1
    }
  }
}

/** A sequence of such ranks. */
export const zipf = (length: number, ranks: number, exponent: number, random: Random): Int32Array => {
  const next = zipfRanks(ranks, exponent, random)
  const sequence = new Int32Array(length)
  for (let at = 0; at < length; at++) sequence[at] = next()
  return sequence
}

const small = 1e-8

// (exp(x) - 1) / x, and ln(1 + x) / x, which are 1 at 0.
const expm1Over = (x: number): number => Math.abs(x) > small ? Math.expm1(x) / x : 1 + x / 2
const log1pOver = (x: number): number => Math.abs(x) > small ? Math.log1p(x) / x : 1 - x / 2
