/**
 * What replays have found.
 */
import type { EvictionPolicyName } from "../../Cache/engine/policies/EvictionPolicy.js"
import type { Capacity } from "./replay/Capacity.js"

/** What a cache of one size answers. */
export interface Cell {
  /** The share of the requests that it answers, 0 to 1. */
  readonly hitRatio: number
  /** The share of the bytes that are in these, where sizes are known. */
  readonly byteHitRatio?: number | undefined
  /** What the others take to compute, in milliseconds, where that is known. */
  readonly missCost?: number | undefined
}

/** What a policy answers at each size; `optimum` is who knows the future. */
export interface Row {
  readonly policy: EvictionPolicyName | "optimum"
  readonly cells: ReadonlyArray<Cell>
}

/** What was replayed. */
export interface Replayed {
  /** The share of the keys that was replayed, 1 for all. */
  readonly rate: number
  /** How many requests there are. */
  readonly requests: number
  /** How many of them were replayed. */
  readonly kept: number
  /** How many keys there are; of a sample about so many. */
  readonly keys: number
  /** What requests asked for, in bytes, where that is known. */
  readonly bytes?: number | undefined
  /** Of how many keys no line tells the whole size, of a sample about. */
  readonly unsized: number
  /** What they take to compute, in milliseconds, where that is known. */
  readonly cost?: number | undefined
  /** What everything takes, in the unit of the sizes. */
  readonly footprint: number
  /** Requests that came after those. */
  readonly later: number
}

/** What replays have found. */
export interface Simulation {
  readonly replayed: Replayed
  readonly unit: Capacity["unit"]
  /** In milliseconds, `undefined` for ever. */
  readonly timeToLive: number | undefined
  readonly sizes: ReadonlyArray<number>
  /** The optimum first, then the policies. */
  readonly rows: ReadonlyArray<Row>
}
