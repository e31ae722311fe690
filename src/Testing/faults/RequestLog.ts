/**
 * What was asked of a store with faults.
 */
import type { LoggedRequest, RequestCounts, RequestOutcome, StoreOperation, StoreRequest } from "./StoreRequest.js"

/** A request that has not ended. */
export interface OpenRequest extends StoreRequest {
  readonly at: number
  fault: LoggedRequest["fault"]
  outcome: RequestOutcome
}

const none: Readonly<Record<StoreOperation, number>> = {
  load: 0,
  save: 0,
  saveOnce: 0,
  add: 0,
  replace: 0,
  remove: 0,
  removeIfMatch: 0,
  removeAll: 0,
  list: 0
}

/** The last requests, and how many there were. */
export class RequestLog {
  private readonly size: number
  private last: Array<OpenRequest> = []
  private operations = { ...none }
  private faults = 0

  constructor(size: number) {
    this.size = size
  }

  add(request: OpenRequest): void {
    this.operations[request.operation]++
    this.last.push(request)
    // Twice as many as are shown, so that one is not moved for each that comes.
    if (this.last.length > this.size * 2) this.last = this.shown()
  }

  /** Notes what is done to a request. */
  meet(request: OpenRequest, fault: LoggedRequest["fault"]): void {
    request.fault = fault
    if (fault !== "Slow" && fault !== "SlowBody") this.faults++
  }

  get requests(): ReadonlyArray<LoggedRequest> {
    return this.shown().map(({ at, fault, name, names, number, operation, outcome }) => ({
      number,
      operation,
      name,
      names,
      at,
      fault,
      outcome
    }))
  }

  get counts(): RequestCounts {
    const operations = { ...this.operations }
    return {
      requests: Object.values(operations).reduce((sum, count) => sum + count, 0),
      faults: this.faults,
      operations
    }
  }

  clear(): void {
    this.last = []
    this.operations = { ...none }
    this.faults = 0
  }

  private shown(): Array<OpenRequest> {
    return this.size === 0 ? [] : this.last.slice(-this.size)
  }
}
