/**
 * Which faults a store has.
 *
 * @since 1.0.0
 */
import type { DurationInput } from "effect/Duration"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { durationMillis } from "../../Cache/options/durationMillis.js"
import type { Fault } from "./Fault.js"
import type { StoreOperation, StoreRequest } from "./StoreRequest.js"

/**
 * A fault, and which requests meet it: those that all fields agree to.
 *
 * @since 1.0.0
 * @category models
 */
export interface FaultRule {
  /** What becomes of them. */
  readonly fault: Fault
  /** What is asked. Default: anything. */
  readonly operations?: ReadonlyArray<StoreOperation> | undefined
  /** What a name begins with, or a pattern. Default: any name. */
  readonly names?: string | RegExp | undefined
  /** Which ones, of those that the fields above agree to: 1 is the first. Default: all. */
  readonly nth?: number | ReadonlyArray<number> | undefined
  /** How likely it is, from 0 to 1; drawn by the seed. Default 1. */
  readonly rate?: number | undefined
}

/**
 * A fault for some requests: as a rule, or as a function that says what becomes of a request.
 *
 * @since 1.0.0
 * @category models
 */
export type FaultSource = FaultRule | ((request: StoreRequest) => Fault | undefined)

/**
 * How long requests take: always the same, or drawn evenly.
 *
 * @since 1.0.0
 * @category models
 */
export type Latency = DurationInput | { readonly least: DurationInput; readonly most: DurationInput }

/**
 * What goes wrong between a cache and its second level.
 *
 * @since 1.0.0
 * @category models
 */
export interface FaultsOptions {
  /** What becomes of requests. The first rule that has something for a request decides. Default: nothing. */
  readonly faults?: ReadonlyArray<FaultSource> | undefined
  /**
   * How long each request takes until it comes to the store, or a function that says it. Time passes by the `Clock` of who
   * asks, so a `TestClock` moves it. Default: none.
   */
  readonly latency?: Latency | ((request: StoreRequest) => Latency) | undefined
  /** Of what is drawn. The same seed and the same requests meet the same faults. Default 1. */
  readonly seed?: number | undefined
  /** `false`: `add` and `replace` fail with `ConditionalWritesUnsupported`. Default: as the store behind. */
  readonly conditionalWrites?: boolean | undefined
  /** `false`: `removeIfMatch` tells `unsupported`. Default: as the store behind. */
  readonly conditionalDeletes?: boolean | undefined
  /** `false`: `list` fails with `ListUnsupported`. Default: as the store behind. */
  readonly lists?: boolean | undefined
  /** How many requests are remembered; older ones are forgotten. Default 1,000. */
  readonly logSize?: number | undefined
}

const isLatency = (value: unknown): boolean =>
  typeof value === "function" || (typeof value === "object" && value !== null && "least" in value && "most" in value
    ? durationMillis(value.least) !== undefined && durationMillis(value.most) !== undefined
    : (durationMillis(value) ?? -1) >= 0)

const isSource = (value: unknown): boolean =>
  typeof value === "function" || (typeof value === "object" && value !== null && "fault" in value)

/** The kinds of the options. */
export const faultsKinds: OptionKinds<FaultsOptions> = {
  faults: {
    accepted: "an array of rules { fault, ... } or functions",
    accepts: (value) => Array.isArray(value) && value.every(isSource)
  },
  latency: {
    accepted: "a duration, { least, most } of such, or a function that returns one",
    accepts: isLatency
  },
  seed: "whole",
  conditionalWrites: "flag",
  conditionalDeletes: "flag",
  lists: "flag",
  logSize: "whole"
}
