const runsOfHeavy = process.env["PROPERTY_RUNS"]

/** Whether the heavy suite runs. */
const isHeavy = runsOfHeavy !== undefined

const factor = isHeavy ? Number(runsOfHeavy) : 1 / 3

/**
 * How often property tests run, and from which seed. The quick suite makes a third of the runs, the same every time; the
 * heavy suite sets `PROPERTY_RUNS` to multiply them, and `PROPERTY_SEED` to look elsewhere (`random`: somewhere new each
 * time).
 */
export const property = (runs: number): { readonly numRuns: number; readonly seed?: number } => {
  const seed = process.env["PROPERTY_SEED"] ?? "20260101"
  return { numRuns: Math.ceil(runs * factor), ...(seed === "random" ? {} : { seed: Number(seed) }) }
}

/** How often something must have happened that did so often, at the least, in all the runs that a property says. */
export const share = (times: number): number => times * factor

/** How much of what only repeats: so much in the quick suite, so much in the heavy one. */
export const amount = <A>(quick: A, heavy: A): A => isHeavy ? heavy : quick

/** Of many cases that are alike the quick suite takes every nth, counted from one of them, and the heavy one all. */
export const everyNth = <A>(n: number, cases: ReadonlyArray<A>, from = 0): ReadonlyArray<A> =>
  isHeavy ? cases : cases.filter((_, at) => at % n === from % n)
