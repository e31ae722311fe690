/**
 * How many requests each operation makes of its second level. Tests count them.
 */

/** Requests, by their kind. */
export interface Requests {
  readonly get: number
  readonly put: number
  readonly list: number
  readonly remove: number
}

const of = (requests: Partial<Requests>): Requests => ({ get: 0, put: 0, list: 0, remove: 0, ...requests })

/** What an operation asks of the second level, by its row in docs/requests.md. */
export const requestsOf = {
  "hit in memory": of({}),
  "hit in the bucket": of({ get: 1 }),
  "revalidation": of({ get: 1 }),
  "miss, computed": of({ get: 1, put: 1 }),
  "miss, computed under a lease": of({ get: 2, put: 2, remove: 1 }),
  "waiting for another process": of({ get: 3, put: 1 }),
  "found after its time, computed": of({ get: 1, put: 1, remove: 1 }),
  "refresh": of({ put: 1 }),
  "refresh under a lease": of({ get: 2, put: 2, remove: 1 }),
  "set": of({ put: 1 }),
  "add": of({ put: 1 }),
  "remove": of({ get: 1, remove: 1 }),
  "modify": of({ get: 1, put: 1 }),
  "invalidate": of({ remove: 1 }),
  "invalidateTag": of({ get: 1, put: 1 }),
  "look at a tag": of({ get: 1 })
} as const satisfies Readonly<Record<string, Requests>>

/** An operation that asks something of the second level, or could. */
export type CountedOperation = keyof typeof requestsOf

/** The requests of operations, each done so many times. */
export const requestsFor = (counts: Readonly<Partial<Record<CountedOperation, number>>>): Requests => {
  const sum = { get: 0, put: 0, list: 0, remove: 0 }
  for (const [operation, count = 0] of Object.entries(counts)) {
    const requests = isCounted(operation) ? requestsOf[operation] : of({})
    sum.get += requests.get * count
    sum.put += requests.put * count
    sum.list += requests.list * count
    sum.remove += requests.remove * count
  }
  return sum
}

const isCounted = (operation: string): operation is CountedOperation => operation in requestsOf
