/**
 * What a use of a cache costs in a month.
 */
import type { MonthlyUse } from "./MonthlyUse.js"
import { type StorePrices, stores } from "./prices.js"
import { type Requests, requestsFor } from "./requestCounts.js"

/** What one kind of second level costs in a month, in dollars. */
export interface MonthlyCost {
  readonly store: StorePrices
  readonly leases: boolean
  readonly requests: Requests
  readonly dollars: {
    readonly reads: number
    readonly writes: number
    readonly transfer: number
    readonly storage: number
    readonly total: number
  }
}

const gigabyte = 1024 ** 3

const costOf = (use: MonthlyUse, store: StorePrices, leases: boolean): MonthlyCost => {
  const asked = Math.max(0, use.lookups - use.memoryHits - use.misses)
  const requests = requestsFor({
    "hit in the bucket": asked,
    "miss, computed": leases ? 0 : use.misses,
    "miss, computed under a lease": leases ? use.misses : 0,
    "refresh": leases ? 0 : use.refreshes,
    "refresh under a lease": leases ? use.refreshes : 0,
    set: use.sets,
    revalidation: use.revalidations,
    "look at a tag": use.tagLooks
  })
  const written = use.misses + use.refreshes + use.sets
  const { perGigabyte, perGigabyteMonth, perThousand } = store
  const reads = (requests.get * perThousand.get + requests.list * perThousand.list) / 1000
  const writes = (requests.put * perThousand.put + requests.remove * perThousand.remove) / 1000
  const transfer = (asked * perGigabyte.read + written * perGigabyte.written) * use.entryBytes / gigabyte
  const storage = use.entries * use.entryBytes / gigabyte * perGigabyteMonth
  return {
    store,
    leases,
    requests,
    dollars: { reads, writes, transfer, storage, total: reads + writes + transfer + storage }
  }
}

/** What a use costs in each kind of second level, without leases and with them. */
export const monthlyCosts = (use: MonthlyUse): ReadonlyArray<MonthlyCost> =>
  stores.flatMap((store) => [costOf(use, store, false), costOf(use, store, true)])
