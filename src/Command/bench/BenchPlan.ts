/**
 * What a benchmark does, and what it will cost.
 */
import { stores } from "../cost/prices.js"
import { type CountedOperation, type Requests, requestsFor } from "../cost/requestCounts.js"

/** What is measured, in this order: what is read was written before. */
export const benchOperations = ["set", "get", "add", "lease"] as const

/** One of them. */
export type BenchOperation = (typeof benchOperations)[number]

/** What a benchmark does. */
export interface BenchPlan {
  readonly operations: ReadonlyArray<BenchOperation>
  /** How large values are, in bytes. */
  readonly sizes: ReadonlyArray<number>
  /** How often each operation is done with each size. */
  readonly count: number
  /** How many are under way at the same time. */
  readonly concurrency: number
}

const counted: Readonly<Record<BenchOperation, CountedOperation>> = {
  set: "set",
  get: "hit in the bucket",
  add: "add",
  lease: "miss, computed under a lease"
}

/** Whether an operation is done: what is to be read must be written. */
export const isDone = ({ operations }: BenchPlan, operation: BenchOperation): boolean =>
  operations.includes(operation) || (operation === "set" && operations.includes("get"))

/** The requests of a plan, the removals in the end included. */
export const requestsOfPlan = (plan: BenchPlan): Requests => {
  const times = plan.count * plan.sizes.length
  const done = benchOperations.filter((operation) => isDone(plan, operation))
  const requests = requestsFor(Object.fromEntries(done.map((operation) => [counted[operation], times])))
  const objects = done.filter((operation) => operation !== "get").length * times
  return { ...requests, remove: requests.remove + Math.ceil(2 * objects / 1000) }
}

/** What requests cost at the list price of S3 Standard or S3 Express, in dollars. */
export const priceOf = ({ get, list, put, remove }: Requests, id: "standard" | "express"): number => {
  const prices = stores.find((store) => store.id === id)?.perThousand
  return prices === undefined
    ? 0
    : (get * prices.get + put * prices.put + list * prices.list + remove * prices.remove) / 1000
}
