/**
 * Which faults requests meet, and how late they are.
 */
import * as Duration from "effect/Duration"
import { draw } from "./draw.js"
import type { Fault } from "./Fault.js"
import type { FaultRule, FaultsOptions, FaultSource, Latency } from "./FaultsOptions.js"
import type { StoreRequest } from "./StoreRequest.js"

/** What can be done to which requests: the rest have no such answer. */
const meets = ({ _tag }: Fault, { operation }: StoreRequest): boolean => {
  switch (_tag) {
    case "Unknown":
      return ["add", "replace", "saveOnce", "removeIfMatch"].includes(operation)
    case "Corrupt":
    case "Truncate":
    case "SlowBody":
      return operation === "load"
    default:
      return true
  }
}

const agrees = ({ names, operations }: FaultRule, request: StoreRequest): boolean =>
  (operations === undefined || operations.includes(request.operation))
  && (names === undefined
    || request.names.some((name) => typeof names === "string" ? name.startsWith(names) : name.search(names) >= 0))

/** Which faults requests meet, and how late they are. */
export class FaultSchedule {
  private readonly seed: number
  private readonly latency: FaultsOptions["latency"]
  private sources: ReadonlyArray<FaultSource>
  /** How many requests each rule has agreed to. */
  private agreed: Array<number> = []

  constructor({ faults = [], latency, seed = 1 }: FaultsOptions) {
    this.seed = seed
    this.latency = latency
    this.sources = faults
  }

  /** Puts other rules in the place of those there are. */
  set(sources: ReadonlyArray<FaultSource>): void {
    this.sources = sources
    this.agreed = []
  }

  /** What is drawn for a request. */
  chance(number: number): number {
    return draw(this.seed, number, 1)
  }

  /** The fault of a request. Every rule sees every request, whatever those before it say. */
  faultOf(request: StoreRequest): Fault | undefined {
    return this.sources.map((source, at) => this.ask(source, at, request)).find((fault) => fault !== undefined)
  }

  /** How long a request is on its way, in milliseconds. */
  millisOf(request: StoreRequest): number {
    const latency = typeof this.latency === "function" ? this.latency(request) : this.latency
    return latency === undefined ? 0 : this.drawn(latency, request)
  }

  private drawn(latency: Latency, { number }: StoreRequest): number {
    if (typeof latency !== "object" || !("least" in latency)) return Duration.toMillis(latency)
    const least = Duration.toMillis(latency.least)
    return least + draw(this.seed, number, 2) * (Duration.toMillis(latency.most) - least)
  }

  private ask(source: FaultSource, at: number, request: StoreRequest): Fault | undefined {
    if (typeof source === "function") {
      const fault = source(request)
      return fault !== undefined && meets(fault, request) ? fault : undefined
    }
    const { fault, nth, rate = 1 } = source
    if (!agrees(source, request) || !meets(fault, request)) return undefined
    const count = (this.agreed[at] ?? 0) + 1
    this.agreed[at] = count
    const isMeant = nth === undefined || (typeof nth === "number" ? nth === count : nth.includes(count))
    return isMeant && draw(this.seed, request.number, 3, at) < rate ? fault : undefined
  }
}
