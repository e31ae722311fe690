/**
 * One sentence about what a use costs.
 */
import { formatDollars } from "./formatDollars.js"
import type { MonthlyCost } from "./monthlyCosts.js"
import type { MonthlyUse } from "./MonthlyUse.js"

/** From which part of the costs on something is what they are made of. */
const most = 0.5

const costOf = (costs: ReadonlyArray<MonthlyCost>, id: MonthlyCost["store"]["id"], leases: boolean): number =>
  costs.find(({ leases: has, store }) => has === leases && store.id === id)?.dollars.total ?? 0

/** What to do about what a cache costs. */
export const advise = (use: MonthlyUse, costs: ReadonlyArray<MonthlyCost>): string => {
  const standard = costOf(costs, "standard", false)
  const express = costOf(costs, "express", false)
  if (Math.max(standard, express) < 1) {
    return "It is less than a dollar a month: choose by how fast it is to be, and take leases where computing is dear."
  }
  const [cheap, dear, name] = express < standard
    ? [express, standard, "S3 Express"] as const
    : [standard, express, "S3 Standard"] as const
  const choice = cheap > dear * 0.8
    ? "Both cost about the same, so choose by how fast it is to be"
    : `${name} saves ${formatDollars(dear - cheap)} a month${name === "S3 Express" ? ", in one zone only" : ""}`
  return `${choice}; ${whatItIsMadeOf(use, costs)}.`
}

const whatItIsMadeOf = (use: MonthlyUse, costs: ReadonlyArray<MonthlyCost>): string => {
  const dollars = costs.find(({ leases, store }) => !leases && store.id === "standard")?.dollars
  if (dollars === undefined) return ""
  const { reads, storage, total, writes } = dollars
  if (storage > total * most) return "most of it is storage: let a lifecycle rule remove what expired, or compress"
  if (writes > total * most) {
    return use.misses > use.sets
      ? "most of it is writing what was computed: a longer time to live saves in proportion"
      : "most of it is set: write less often, or only what changed"
  }
  if (reads > total * most && use.tagLooks > (use.lookups - use.memoryHits)) {
    return "most of it is looking at tags: use fewer, or a longer tagsAge"
  }
  if (reads > total * most) {
    return use.memoryHits < use.lookups * 0.9
      ? "most of it is reading: a larger memory level (maxSize) answers more without asking"
      : "most of it is reading what memory does not have"
  }
  return "no part of it is more than half"
}
