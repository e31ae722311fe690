/**
 * Spans of lookups.
 */
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Tracer from "effect/Tracer"
import { type AnyFiber, currentFiber } from "../../effect/fibers.js"
import { beginSpan, endSpan, insideSpan, seenParentOf } from "../../effect/spans.js"
import { printKey } from "../printing/printKey.js"
import type { Tracing } from "./Tracing.js"

/** Where what a lookup gives out comes from. */
export type Tier = "memory" | "s3" | "computed" | "stale"

/** What else is known of a lookup. */
interface Known {
  readonly keyspace?: string | undefined
  /** Of the entry, in bytes. */
  readonly bytes?: number | undefined
}

const spanName = "cache.get"
const nothing: Known = {}

/**
 * Makes the spans of the lookups of one cache, as the conventions for caches have them, for those who are in a span that
 * somebody is told of. Of others it costs a look at that.
 */
export class LookupSpans {
  private readonly cache: string
  private readonly all: boolean
  private readonly keys: boolean
  private readonly print: (key: unknown) => string

  private constructor(cache: string, all: boolean, keys: boolean, print: (key: unknown) => string) {
    this.cache = cache
    this.all = all
    this.keys = keys
    this.print = print
  }

  /**
   * Those of a cache, if there are any.
   *
   * @param print how a key is shown
   */
  static readonly make = (
    cache: string,
    tracing: Tracing | undefined,
    print: (key: unknown) => string = printKey
  ): LookupSpans | undefined => {
    const { keys = false, lookups = "none" } = typeof tracing === "object" ? tracing : { lookups: tracing }
    return lookups === "none" ? undefined : new LookupSpans(cache, lookups === "all", keys, print)
  }

  /** A lookup has found an entry. Synchronous, as the next. */
  hit(key: unknown, tier: Tier, known?: () => Known): void {
    if (!this.all) return
    const fiber = currentFiber()
    const parent = fiber && seenParentOf(fiber)
    if (fiber === undefined || parent === undefined) return
    const span = this.begin(fiber, parent, key)
    tell(span, tier, true, known?.())
    endSpan(fiber, span, Exit.void)
  }

  /** A lookup that computes nothing has found no entry. */
  miss(key: unknown, known?: () => Known): void {
    const fiber = currentFiber()
    const parent = fiber && seenParentOf(fiber)
    if (fiber === undefined || parent === undefined) return
    const span = this.begin(fiber, parent, key)
    tell(span, undefined, false, known?.())
    endSpan(fiber, span, Exit.void)
  }

  /** A lookup has found an entry, or not. */
  looked(key: unknown, found: boolean, known?: () => Known): void {
    if (found) this.hit(key, "memory", known)
    else this.miss(key, known)
  }

  /**
   * What is done where a lookup has found no entry: computing one, or loading it. Unless `tell` is told better within it, it
   * was a miss.
   *
   * @param success where a value comes from, if it succeeds
   */
  around<A, E, R>(
    key: unknown,
    effect: Effect.Effect<A, E, R>,
    known?: () => Known
  ): Effect.Effect<A, E, R> {
    const fiber = currentFiber()
    const parent = fiber && seenParentOf(fiber)
    if (fiber === undefined || parent === undefined) return effect
    const span = this.begin(fiber, parent, key)
    tell(span, undefined, false, known?.())
    return insideSpan(fiber, span, effect)
  }

  /** Within `around`: where the value comes from, and whether that is a hit. */
  tell(tier: Tier, hit: boolean, known?: Known): void {
    const fiber = currentFiber()
    const span = fiber && seenParentOf(fiber)
    if (span?._tag === "Span" && span.name === spanName) tell(span, tier, hit, known)
  }

  private begin(fiber: AnyFiber, parent: Tracer.AnySpan, key: unknown): Tracer.Span {
    const span = beginSpan(fiber, spanName, parent)
    span.attribute("cache.operation", "get")
    span.attribute("cache.name", this.cache)
    if (this.keys) span.attribute("cache.key", [this.print(key)])
    return span
  }
}

const tell = (span: Tracer.Span, tier: Tier | undefined, hit: boolean, { bytes, keyspace } = nothing): void => {
  span.attribute("cache.hit", hit)
  if (tier !== undefined) span.attribute("cache.tier", tier)
  if (keyspace !== undefined) span.attribute("cache.keyspace", keyspace)
  if (bytes !== undefined) span.attribute("cache.item_size", bytes)
}
