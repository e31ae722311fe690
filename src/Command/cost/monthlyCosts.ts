/**
 * What a use of a cache costs in a month.
 */
import type { MonthlyUse } from "./MonthlyUse.js"
import { bySizePrices, type StorePrices, stores, tablePrices } from "./prices.js"
import type { Requests } from "./requestCounts.js"
import {
  added,
  mostItemBytes,
  type PricedOperation,
  sumOfUsed,
  type Units,
  type Used,
  usedBySize,
  usedOfBucket,
  usedOfTable
} from "./tableCounts.js"

/** A kind of second level. */
interface SecondLevel {
  readonly id: "standard" | "express" | "dynamodb" | "bySize"
  readonly name: string
  /** What else is to be known. */
  readonly note: string
}

/** What one kind of second level costs in a month, in dollars. */
export interface MonthlyCost {
  readonly store: SecondLevel
  readonly leases: boolean
  /** To all its stores together. */
  readonly requests: Requests
  /** Of a table. */
  readonly units: Units
  readonly dollars: {
    readonly reads: number
    readonly writes: number
    readonly transfer: number
    readonly storage: number
    readonly total: number
  }
}

/** Entries of one size, and which part of all they are. */
interface Sized {
  readonly bytes: number
  readonly share: number
}

/** How a kind of second level keeps entries of a size. */
interface Kind {
  readonly level: SecondLevel
  /** Of its bucket, where it has one. */
  readonly bucket: StorePrices | undefined
  /** How many bytes of an entry are in the bucket, and how many in the table. */
  readonly kept: (bytes: number) => { readonly bucket: number; readonly table: number }
  readonly used: (operation: PricedOperation, bytes: number) => Used
  readonly takes: (bytes: number) => boolean
}

const gigabyte = 1024 ** 3

/** Of a pointer and its names. */
const pointerBytes = 1024

const inBucket = (prices: StorePrices): Kind => ({
  level: prices,
  bucket: prices,
  kept: (bytes) => ({ bucket: bytes, table: 0 }),
  used: usedOfBucket,
  takes: () => true
})

const inTable: Kind = {
  level: tablePrices,
  bucket: undefined,
  kept: (bytes) => ({ bucket: 0, table: bytes }),
  used: usedOfTable,
  takes: (bytes) => bytes <= mostItemBytes
}

const bySize = (standard: StorePrices, limit: number): Kind => {
  const isLarge = (bytes: number) => bytes > Math.min(limit, mostItemBytes)
  return {
    level: bySizePrices,
    bucket: standard,
    kept: (bytes) => isLarge(bytes) ? { bucket: bytes, table: pointerBytes } : { bucket: 0, table: bytes },
    used: (operation, bytes) => isLarge(bytes) ? usedBySize(operation) : usedOfTable(operation, bytes),
    takes: () => true
  }
}

const costOf = (use: MonthlyUse, sizes: ReadonlyArray<Sized>, kind: Kind, leases: boolean): MonthlyCost => {
  const { bucket, kept, level, used } = kind
  const asked = Math.max(0, use.lookups - use.memoryHits - use.misses)
  const written = use.misses + use.refreshes + use.sets
  const operations: ReadonlyArray<readonly [PricedOperation, number]> = [
    ["hit in the bucket", asked],
    [leases ? "miss, computed under a lease" : "miss, computed", use.misses],
    [leases ? "refresh under a lease" : "refresh", use.refreshes],
    ["set", use.sets],
    ["revalidation", use.revalidations],
    ["look at a tag", use.tagLooks]
  ]
  const sum = sumOfUsed(
    sizes.flatMap(({ bytes, share }) =>
      operations.map(([operation, times]): readonly [number, Used] => [times * share, used(operation, bytes)])
    )
  )
  const inTables = tablePrices.perThousand
  const ofBucket = bucket?.perThousand ?? { get: 0, put: 0, list: 0, remove: 0 }
  const reads = (sum.bucket.get * ofBucket.get + sum.bucket.list * ofBucket.list + sum.units.read * inTables.read) /
    1000
  const writes =
    (sum.bucket.put * ofBucket.put + sum.bucket.remove * ofBucket.remove + sum.units.write * inTables.write) / 1000
  const transferred = asked * (bucket?.perGigabyte.read ?? 0) + written * (bucket?.perGigabyte.written ?? 0)
  let transfer = 0
  let storage = 0
  for (const { bytes, share } of sizes) {
    const each = kept(bytes)
    transfer += share * transferred * each.bucket / gigabyte
    if (bytes === 0) continue
    storage += share * use.entries *
      (each.bucket * (bucket?.perGigabyteMonth ?? 0) + each.table * tablePrices.perGigabyteMonth) / gigabyte
  }
  return {
    store: level,
    leases,
    requests: added(sum.bucket, sum.table),
    units: sum.units,
    dollars: { reads, writes, transfer, storage, total: reads + writes + transfer + storage }
  }
}

/** The entries by their sizes. */
const sizesOf = ({ entryBytes, largeBytes, largeShare }: MonthlyUse): ReadonlyArray<Sized> =>
  [{ bytes: entryBytes, share: 1 - largeShare }, { bytes: largeBytes, share: largeShare }].filter(({ share }) =>
    share > 0
  )

/** What a use costs in each kind of second level that takes such entries, without leases and with them. */
export const monthlyCosts = (use: MonthlyUse): ReadonlyArray<MonthlyCost> => {
  const sizes = sizesOf(use)
  const [standard] = stores
  return [...stores.map(inBucket), inTable, bySize(standard, use.limit)]
    .filter(({ takes }) => sizes.every(({ bytes }) => takes(bytes)))
    .flatMap((kind) => [costOf(use, sizes, kind, false), costOf(use, sizes, kind, true)])
}
