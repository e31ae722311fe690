/**
 * One sentence about what a use costs.
 */
import { formatDollars } from "./formatDollars.js"
import type { MonthlyCost } from "./monthlyCosts.js"
import type { MonthlyUse } from "./MonthlyUse.js"

/** From which part of the costs on something is what they are made of. */
const most = 0.5

/** The cheapest of some kinds; of those that cost the same, the simplest. */
const cheapest = (kinds: ReadonlyArray<MonthlyCost>): MonthlyCost | undefined =>
  kinds.reduce<MonthlyCost | undefined>(
    (best, kind) => best === undefined || kind.dollars.total < best.dollars.total ? kind : best,
    undefined
  )

const nameOf = ({ store }: MonthlyCost): string => store.id === "bySize" ? "DynamoDB with S3 by size" : store.name

const savings = (kind: MonthlyCost, than: MonthlyCost): string => formatDollars(than.dollars.total - kind.dollars.total)

/** What to do about what a cache costs. Where it is not known how large entries are, nothing is said of tables. */
export const advise = (use: MonthlyUse, costs: ReadonlyArray<MonthlyCost>): string => {
  const kinds = costs.filter(({ leases, store }) =>
    !leases && (use.entryBytes > 0 || store.id === "standard" || store.id === "express")
  )
  const standard = kinds.find(({ store }) => store.id === "standard")
  const best = cheapest(kinds)
  const next = cheapest(kinds.filter((kind) => kind !== best))
  if (standard === undefined || best === undefined || next === undefined) return ""
  if (kinds.every(({ dollars }) => dollars.total < 1)) {
    return "It is less than a dollar a month: choose by how fast it is to be, and take leases where computing is dear."
  }
  return `${choice(kinds, best, best === standard ? next : standard)}; ${whatItIsMadeOf(use, costs)}.`
}

const choice = (kinds: ReadonlyArray<MonthlyCost>, best: MonthlyCost, than: MonthlyCost): string => {
  if (best.dollars.total > than.dollars.total * 0.8) {
    return `${nameOf(best)} and ${nameOf(than)} cost about the same, so choose by how fast it is to be`
  }
  const saves = `${nameOf(best)} saves ${savings(best, than)} a month`
  if (best.store.id !== "express") return than.store.id === "standard" ? `${saves} over ${nameOf(than)}` : saves
  const inZones = cheapest(kinds.filter(({ store }) => store.id !== "express"))
  return inZones === undefined || inZones === than
    ? `${saves}, in one zone only`
    : `${saves}, in one zone only, and ${nameOf(inZones)} ${savings(inZones, than)} in three`
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
