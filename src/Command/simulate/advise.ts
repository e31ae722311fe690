/**
 * Which policy and size to take.
 */
import type { EvictionPolicyName } from "../../Cache/engine/policies/EvictionPolicy.js"
import type { Cell, Replayed, Simulation } from "./Simulation.js"

/** What a cache is for: to answer many requests, many bytes, or those that take long. */
export const goals = ["hits", "bytes", "time"] as const

/** One of them. */
export type Goal = (typeof goals)[number]

/** What a user wants. */
export interface AdviceOptions {
  readonly goal: Goal
  /** The most room there is, in the unit of the sizes. */
  readonly limit: number
  /** The smallest size is taken that has so many percentage points less than the best, at the most. */
  readonly within: number
}

/** A policy at a size. */
export interface Choice {
  readonly policy: EvictionPolicyName
  readonly size: number
  readonly cell: Cell
}

/** What is saved. */
export interface Savings {
  readonly requests: number
  readonly bytes?: number | undefined
  /** In milliseconds. */
  readonly cost?: number | undefined
}

/** Which policy and size to take, and what comes of it. */
export interface Advice {
  readonly goal: Goal
  readonly take: Choice
  /** LRU at the same size. */
  readonly lru: Choice
  /** What has the most, at whatever size there is room for. */
  readonly best: Choice
  /** What has the most at any size. */
  readonly most: Choice
  /** In percentage points of the goal. */
  readonly pointsOverLru: number
  readonly savings: Savings
  readonly savingsOverLru: Savings
}

/** What a cell has of a goal, in percent. */
export const scoreOf = (
  { byteHitRatio = 0, hitRatio, missCost = 0 }: Cell,
  goal: Goal,
  { cost = 0 }: Replayed
): number => {
  switch (goal) {
    case "hits":
      return 100 * hitRatio
    case "bytes":
      return 100 * byteHitRatio
    case "time":
      return cost === 0 ? 0 : 100 * (1 - missCost / cost)
  }
}

/** Policies that differ by less are taken for alike, in points: a sample says no more. */
const alike = { whole: 0.1, sample: 0.5 }

/** Among policies that are alike these are taken first: the one that is exactly predictable, and the one that is never far off. */
const preferred: ReadonlyArray<EvictionPolicyName> = ["LRU", "Adaptive"]

/** What is saved over no cache. */
const savingsOf = (cell: Cell, { bytes, cost, requests }: Replayed): Savings => ({
  requests: cell.hitRatio * requests,
  bytes: cell.byteHitRatio === undefined || bytes === undefined ? undefined : cell.byteHitRatio * bytes,
  cost: cell.missCost === undefined || cost === undefined ? undefined : cost - cell.missCost
})

const difference = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one - other

/** Which policy and size to take; nothing where no size is within the limit, or nothing is ever asked for again. */
export const advise = (simulation: Simulation, { goal, limit, within }: AdviceOptions): Advice | undefined => {
  const { replayed, rows, sizes } = simulation
  const all = sizes.flatMap((size, at) => {
    const tried = rows.flatMap(({ cells, policy }): ReadonlyArray<Choice & { readonly score: number }> => {
      const cell = cells[at]
      return cell === undefined || policy === "optimum"
        ? []
        : [{ policy, size, cell, score: scoreOf(cell, goal, replayed) }]
    })
    const most = Math.max(...tried.map(({ score }) => score))
    const good = tried.filter(({ score }) => score >= most - (replayed.rate < 1 ? alike.sample : alike.whole))
    const take = preferred.flatMap((name) => good.filter(({ policy }) => policy === name))[0] ??
      good.find(({ score }) => score === most)
    const lru = tried.find(({ policy }) => policy === "LRU")
    return take === undefined || lru === undefined ? [] : [{ take, lru }]
  })
  const bestOf = (choices: typeof all) =>
    choices.reduce<(typeof all)[number] | undefined>(
      (best, choice) => best === undefined || choice.take.score > best.take.score ? choice : best,
      undefined
    )
  const choices = all.filter(({ take }) => take.size <= limit)
  const best = bestOf(choices)
  if (best === undefined || best.take.score === 0) return undefined
  const found = choices.find(({ take }) => take.score >= best.take.score - within) ?? best
  const savings = savingsOf(found.take.cell, replayed)
  const ofLru = savingsOf(found.lru.cell, replayed)
  return {
    goal,
    take: withoutScore(found.take),
    lru: withoutScore(found.lru),
    best: withoutScore(best.take),
    most: withoutScore((bestOf(all) ?? best).take),
    pointsOverLru: found.take.score - found.lru.score,
    savings,
    savingsOverLru: {
      requests: savings.requests - ofLru.requests,
      bytes: difference(savings.bytes, ofLru.bytes),
      cost: difference(savings.cost, ofLru.cost)
    }
  }
}

const withoutScore = ({ cell, policy, size }: Choice): Choice => ({ policy, size, cell })
