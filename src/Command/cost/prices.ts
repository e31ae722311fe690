/**
 * List prices, of one region and date.
 */

/** Of what day the prices are, where, and who says so. */
export const priceList = {
  region: "us-east-1",
  asOf: "January 2026",
  sources: [
    "https://aws.amazon.com/s3/pricing/",
    "https://aws.amazon.com/s3/faqs/",
    "https://aws.amazon.com/dynamodb/pricing/on-demand/"
  ]
} as const

/** What one kind of bucket costs, in dollars. */
export interface StorePrices {
  readonly id: "standard" | "express"
  readonly name: string
  /** Of a thousand requests. */
  readonly perThousand: { readonly get: number; readonly put: number; readonly list: number; readonly remove: number }
  /** Of a GiB that is read or written, besides the request; nothing within a region for S3 Standard. */
  readonly perGigabyte: { readonly read: number; readonly written: number }
  /** Of a GiB that is kept for a month. */
  readonly perGigabyteMonth: number
  /** What else is to be known. */
  readonly note: string
}

/** The kinds of buckets, in the order of tables. */
export const stores: readonly [StorePrices, StorePrices] = [
  {
    id: "standard",
    name: "S3 Standard",
    perThousand: { get: 0.0004, put: 0.005, list: 0.005, remove: 0 },
    perGigabyte: { read: 0, written: 0 },
    perGigabyteMonth: 0.023,
    note: "three zones; some 10 to 100 ms a request"
  },
  {
    id: "express",
    name: "S3 Express",
    perThousand: { get: 0.00003, put: 0.00113, list: 0.00113, remove: 0 },
    perGigabyte: { read: 0.0006, written: 0.0032 },
    perGigabyteMonth: 0.11,
    note: "one zone; less than 10 ms a request"
  }
]

/** What a table of DynamoDB costs on demand, in dollars. A read that need not be consistent takes half a unit. */
export const tablePrices = {
  id: "dynamodb",
  name: "DynamoDB",
  note: "three zones; some milliseconds a request; no entry above 400 KB",
  /** Of a thousand units: a consistent read of 4 KB, a write or removal of 1 KB. */
  perThousand: { read: 0.000125, write: 0.000625 },
  /** Of a GB that is kept for a month. */
  perGigabyteMonth: 0.25
} as const

/** A table for what is small, with S3 Standard for what is large: each at its prices. */
export const bySizePrices = {
  id: "bySize",
  name: "By size",
  note: "DynamoDB up to --limit, and S3 Standard above it"
} as const
