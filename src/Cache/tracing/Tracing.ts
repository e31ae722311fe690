/**
 * Whether lookups have spans.
 *
 * @since 1.0.0
 */
import { type SpecialKind, wrongOption } from "../engine/options/optionKinds.js"

/**
 * Which lookups have a span: none, those that find no entry, or all.
 *
 * @since 1.0.0
 * @category models
 */
export type LookupTracing = "none" | "misses" | "all"

/**
 * Which lookups have a span, and whether it says the key.
 *
 * @since 1.0.0
 * @category models
 */
export interface TracingOptions {
  /** Which lookups have a span. Default `"none"`. */
  readonly lookups?: LookupTracing | undefined
  /** Whether their spans say the key, as messages do: 200 characters at most. Keys that are secrets must not. Default `false`. */
  readonly keys?: boolean | undefined
}

/**
 * Whether lookups have spans (see docs/spans.md): in which of them there is one, or that and whether it says the key.
 *
 * @since 1.0.0
 * @category models
 */
export type Tracing = LookupTracing | TracingOptions

const lookupKinds = ["none", "misses", "all"] as const

const nestedKinds = { lookups: lookupKinds, keys: "flag" } as const

/** What `tracing` may be. */
export const tracingKind: SpecialKind = {
  accepted: "\"none\", \"misses\" or \"all\", or an object with one of them as lookups, and keys, true or false",
  accepts: (value) =>
    typeof value === "string"
      ? lookupKinds.some((kind) => kind === value)
      : wrongOption(value, nestedKinds) === undefined
}
