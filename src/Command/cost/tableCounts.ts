/**
 * What each operation uses of a table, and of a bucket beside it. Tests count it.
 */
import type { Requests } from "./requestCounts.js"
import { requestsOf } from "./requestCounts.js"

/** What is paid for: a read that need not be consistent takes half a unit. */
export interface Units {
  readonly read: number
  readonly write: number
}

/** What an operation uses: requests to a bucket, requests to a table, and its units. */
export interface Used {
  readonly bucket: Requests
  readonly table: Requests
  readonly units: Units
}

/** An operation whose costs are told. */
export type PricedOperation =
  | "hit in the bucket"
  | "revalidation"
  | "miss, computed"
  | "miss, computed under a lease"
  | "refresh"
  | "refresh under a lease"
  | "set"
  | "look at a tag"

const none: Requests = { get: 0, put: 0, list: 0, remove: 0 }

/** The most bytes of an item. */
export const mostItemBytes = 400 * 1024

/** Of what a read of an item that is not there, or of a short one, takes. */
const shortRead = 0.5

const readUnits = (bytes: number): number => shortRead * Math.max(1, Math.ceil(bytes / 4096))

const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024))

/** A lease is written and removed again, besides. */
const lease = 2

const unitsFor = (operation: PricedOperation, bytes: number): Units => {
  switch (operation) {
    case "hit in the bucket":
    case "revalidation":
      return { read: readUnits(bytes), write: 0 }
    case "miss, computed":
      return { read: shortRead, write: writeUnits(bytes) }
    case "miss, computed under a lease":
      return { read: 2 * shortRead, write: writeUnits(bytes) + lease }
    case "refresh":
    case "set":
      return { read: 0, write: writeUnits(bytes) }
    case "refresh under a lease":
      return { read: 2 * readUnits(bytes), write: writeUnits(bytes) + lease }
    case "look at a tag":
      return { read: 2 * shortRead, write: 0 }
  }
}

/** What an operation uses of a bucket. */
export const usedOfBucket = (operation: PricedOperation): Used => ({
  bucket: requestsOf[operation],
  table: none,
  units: { read: 0, write: 0 }
})

/** What an operation uses of a table, with an entry of so many bytes with its names. */
export const usedOfTable = (operation: PricedOperation, bytes: number): Used => ({
  bucket: none,
  table: requestsOf[operation],
  units: unitsFor(operation, bytes)
})

/** What is asked of the bucket for the content of a large entry. What was there before is removed. */
const contentRequests: Readonly<Record<PricedOperation, Partial<Requests>>> = {
  "hit in the bucket": { get: 1 },
  "revalidation": {},
  "miss, computed": { put: 1 },
  "miss, computed under a lease": { put: 1 },
  "refresh": { put: 1, remove: 1 },
  "refresh under a lease": { get: 2, put: 1, remove: 1 },
  "set": { put: 1 },
  "look at a tag": {}
}

/** Whoever writes a pointer on no condition looks first which one is there. */
const looksAtPointer: ReadonlySet<PricedOperation> = new Set(["miss, computed", "refresh", "set"])

/** The same of a large entry, whose content is in a bucket, and the pointer to it in the table. */
export const usedBySize = (operation: PricedOperation): Used => {
  const { table, units } = usedOfTable(operation, 0)
  const looks = looksAtPointer.has(operation) ? 1 : 0
  return {
    bucket: { ...none, ...contentRequests[operation] },
    table: { ...table, get: table.get + looks },
    units: { ...units, read: units.read + looks * shortRead }
  }
}

/** What operations use, each done so many times. */
export const sumOfUsed = (all: ReadonlyArray<readonly [times: number, used: Used]>): Used =>
  all.reduce<Used>((sum, [times, used]) => ({
    bucket: added(sum.bucket, used.bucket, times),
    table: added(sum.table, used.table, times),
    units: {
      read: sum.units.read + times * used.units.read,
      write: sum.units.write + times * used.units.write
    }
  }), { bucket: none, table: none, units: { read: 0, write: 0 } })

/** Requests, and so many times others. */
export const added = (one: Requests, other: Requests, times = 1): Requests => ({
  get: one.get + times * other.get,
  put: one.put + times * other.put,
  list: one.list + times * other.list,
  remove: one.remove + times * other.remove
})
