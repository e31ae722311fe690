/**
 * How a program uses its cache, in a month.
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { usualLimit } from "../../S3Store/levels/ObjectStoreBySizePolicy.js"

/** A month, as AWS bills it: 730 hours. */
export const monthMillis = 730 * 3_600_000

/** How a program uses its cache in a month: all its processes together. */
export interface MonthlyUse {
  /** Lookups, whoever answers them. */
  readonly lookups: number
  /** Those that memory answers. */
  readonly memoryHits: number
  /** Those that nobody answers, so that the value is computed. */
  readonly misses: number
  /** Values that are written with `set`. */
  readonly sets: number
  /** Values that are computed anew before they expire. */
  readonly refreshes: number
  /** Looks at what is in memory, whether it is still in the second level as it was. */
  readonly revalidations: number
  /** Looks at the markers of tags. */
  readonly tagLooks: number
  /** Of an entry, as it lies in the second level. */
  readonly entryBytes: number
  /** How many lie there. */
  readonly entries: number
  /** The part of the entries that are much larger, and how large those are. */
  readonly largeShare: number
  readonly largeBytes: number
  /** Up to how many bytes an entry is in the small one of two stores by size. */
  readonly limit: number
}

/** What is said of a program: rates are in a month. */
export interface SaidUse {
  readonly lookups: number
  /** The part of the lookups that memory answers. */
  readonly memoryShare: number
  /** Lookups that nobody answers: so many, or this part of those that the second level is asked for. */
  readonly misses: { readonly rate: number } | { readonly share: number }
  readonly sets: number
  readonly refreshes: number
  readonly processes: number
  readonly tags: number
  /** How long what is known of a tag counts, in milliseconds. */
  readonly tagsAge: number
  readonly entryBytes: number
  readonly entries: number
  readonly large?: { readonly share: number; readonly bytes: number } | undefined
  readonly limit?: number | undefined
}

/** How large entries are, and how many there are. */
const sizesOf = ({ entries, entryBytes, large, limit = usualLimit }: SaidSizes) => ({
  entryBytes,
  entries,
  largeShare: large?.share ?? 0,
  largeBytes: large?.bytes ?? 0,
  limit
})

type SaidSizes = Pick<SaidUse, "entries" | "entryBytes" | "large" | "limit">

/** The use that follows. */
export const useOf = (said: SaidUse): MonthlyUse => {
  const memoryHits = said.lookups * said.memoryShare
  const asked = said.lookups - memoryHits
  return {
    lookups: said.lookups,
    memoryHits,
    misses: "rate" in said.misses ? Math.min(asked, said.misses.rate) : asked * said.misses.share,
    sets: said.sets,
    refreshes: said.refreshes,
    revalidations: 0,
    // Each process looks at a tag once for that long, and no more often than it reads at all.
    tagLooks: Math.min(said.tags * said.processes * monthMillis / said.tagsAge, said.lookups * said.tags),
    ...sizesOf(said)
  }
}

const counted = ["memoryHits", "storeHits", "misses", "writes", "computations", "revalidations", "taken"] as const

/**
 * The use that the counts of a running program tell, `S3Cache.stats` as JSON; or what is wrong with them.
 *
 * @param over how long the program had run, in milliseconds
 */
export const useOfStats = (
  stats: unknown,
  over: number,
  said: SaidSizes & Pick<SaidUse, "processes" | "tags" | "tagsAge">
): Either.Either<MonthlyUse, string> => {
  const numbers = new Map<string, number>()
  const leases = Predicate.hasProperty(stats, "leases") ? stats.leases : undefined
  for (const name of counted) {
    const from = name === "taken" ? leases : stats
    const value = Predicate.hasProperty(from, name) ? from[name] : undefined
    if (typeof value !== "number" || !(value >= 0)) {
      return Either.left(`it has no number ${name}: it is to be what S3Cache.stats gives, written as JSON`)
    }
    numbers.set(name, value * said.processes * monthMillis / over)
  }
  const count = (name: (typeof counted)[number]) => numbers.get(name) ?? 0
  // Who takes a lease looks once more, which is a miss again.
  const vain = Math.max(0, count("misses") - count("taken"))
  const lookups = count("memoryHits") + count("storeHits") + vain
  const misses = Math.min(vain, count("computations"))
  // What was computed without a miss was so before its time, and what was written and not computed was set.
  const refreshes = Math.max(0, count("computations") - vain)
  return Either.right({
    lookups,
    memoryHits: count("memoryHits"),
    misses,
    sets: Math.max(0, count("writes") - count("computations")),
    refreshes,
    revalidations: count("revalidations"),
    tagLooks: Math.min(said.tags * said.processes * monthMillis / said.tagsAge, lookups * said.tags),
    ...sizesOf(said)
  })
}
