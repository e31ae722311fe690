import type { Settled } from "effect-aws-cache/Cache"

/** What a `settle` tells. */
export const settled = (counts: Partial<Omit<Settled, "open">> = {}): Settled => {
  const { computations = 0, hooks = 0, releases = 0, writes = 0 } = counts
  return { open: computations + writes + hooks + releases, computations, writes, hooks, releases }
}
