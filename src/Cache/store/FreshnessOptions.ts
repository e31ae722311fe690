/**
 * How long entries are fresh, and what happens around the end of that time.
 *
 * @since 1.0.0
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { CacheConfigError } from "../errors/CacheErrors.js"
import { checkValue } from "../options/checkOptions.js"
import { durationMillis, givenMillis } from "../options/durationMillis.js"
import { failureGuard } from "../options/failureGuard.js"
import { millis } from "../options/timeToLive.js"
import { type Freshness, freshnessOf } from "./Freshness.js"
import { refreshAheadKind } from "./refreshLead.js"

/**
 * What to do when a computed entry nears or passes the end of its time to live, and when a computation fails. All of
 * it is off by default. It concerns `getOrCompute` and memoized functions only: for every other operation an entry that
 * has outlived its time to live is absent.
 *
 * @since 1.0.0
 * @category models
 */
export interface FreshnessOptions<in out F = never> {
  /**
   * The share of the time to live, from `0` to `1`, by which an entry may live shorter. It is drawn anew for each, so
   * that entries written together do not all expire together. Default `0`.
   */
  readonly jitter?: number | undefined
  /**
   * The last share of the time to live, from `0` to `1`, in which a lookup starts a new computation in the background;
   * it gets the present value without waiting. So an entry that is in use never expires. Default `0`: never.
   *
   * `"probabilistic"`: when it does is drawn for each entry, and the longer its computation took, the earlier: so that of
   * many processes that have the same entry few refresh it, and those long enough before its end: on average `beta` times
   * what its computation took, which is 1 unless `{ beta: 2 }` or the like says otherwise. Of any number of processes
   * `e^(1/beta)` refresh it, where they elect none by a lease. What was not computed is not refreshed ahead.
   */
  readonly refreshAhead?: number | "probabilistic" | { readonly beta: number } | undefined
  /**
   * How long after its time to live an entry is still given out while it is computed anew in the background. Default
   * zero. RFC 5861, section 3.
   */
  readonly staleWhileRevalidate?: Duration.DurationInput | undefined
  /**
   * How long after its time to live an entry is given out when the new computation fails (or dies; not when it is
   * interrupted), unless the failure is remembered (`failureTimeToLive`). Default zero. RFC 5861, section 4.
   */
  readonly staleIfError?: Duration.DurationInput | undefined
  /**
   * How long a lookup waits for a new value before it gets the old one, which it gets up to the age that `staleIfError` says,
   * or within a time of its own: `{ after: "100 millis", within: "1 hour" }`. The computation goes on, and what it comes to
   * is kept. What it waits for counts, too: a seat (`maxComputations`), other processes, the second level. After
   * `staleWhileRevalidate`, within which nobody waits. `refresh` waits. Default: lookups wait.
   */
  readonly staleIfSlow?:
    | Duration.DurationInput
    | { readonly after: Duration.DurationInput; readonly within?: Duration.DurationInput | undefined }
    | undefined
  /**
   * After a computation has failed, lookups get the old value for so long without another computation, also those that would
   * refresh it: so that a source that is down is asked once in that time, and nobody waits for it. Up to the age that
   * `staleIfError` or `staleWhileRevalidate` says. `refresh` computes all the same. Default zero: each lookup computes.
   */
  readonly retryAfter?: Duration.DurationInput | undefined
  /**
   * Which failures all callers share, however they compute: a guard such as `Schema.is(NotFound)` or
   * `Predicate.isTagged("NotFound")`. Who waits for a computation of somebody else gets a failure that it accepts, and
   * computes by himself after any other; and `failureTimeToLive` remembers what it accepts. Default: none.
   */
  readonly failure?: ((error: unknown) => error is F) | undefined
  /**
   * How long a failure that `failure` accepts is remembered: lookups meanwhile get it again, and nothing is computed. It
   * is an answer, and takes the place of an old value, also within `staleIfError`, `staleWhileRevalidate` and
   * `refreshAhead`. Defects and interruptions are never remembered. What is remembered is the error and nothing of where
   * it came from; it counts for the limits as any entry. Default zero: failures are not kept.
   */
  readonly failureTimeToLive?: Duration.DurationInput | ((error: F) => Duration.DurationInput) | undefined
  /**
   * How many computations run at a time, a whole number above zero; refreshes in the background are among them, and a load of
   * many values is one. The others wait, first come first served, and can be interrupted meanwhile. One that waits for another
   * computation does not run: so those that need each other never wait for ever; but for one that asks through a promise
   * (`Effect.runPromise`), which cannot be seen. Default: no limit.
   */
  readonly maxComputations?: number | undefined
}

/**
 * Freshness options, checked; `CacheConfigError` for one it cannot accept.
 *
 * @param cache the name of the cache, for messages
 */
export const makeFreshness = <F>(
  cache: string,
  options: FreshnessOptions<F>
): Either.Either<Freshness<F>, CacheConfigError> =>
  Either.gen(function*() {
    const jitter = yield* checkValue(cache, "jitter", options.jitter ?? 0, "share")
    const ahead = yield* checkValue(cache, "refreshAhead", options.refreshAhead ?? 0, refreshAheadKind)
    const staleWhileRevalidate = yield* millis(cache, "staleWhileRevalidate", options.staleWhileRevalidate)
    const staleIfError = yield* millis(cache, "staleIfError", options.staleIfError)
    const slow = slowTimes(options.staleIfSlow, staleIfError)
    if (slow !== undefined && slow.within === undefined) {
      const accepted = "given along with staleIfSlow, or staleIfSlow as { after, within }"
      return yield* Either.left(new CacheConfigError({ cache, option: "staleIfError", value: "missing", accepted }))
    }
    const ofFailure = options.failureTimeToLive
    const constant = typeof ofFailure === "function" ? 0 : yield* millis(cache, "failureTimeToLive", ofFailure)
    const { failure } = options
    if (failure === undefined && (typeof ofFailure === "function" || constant > 0)) {
      const accepted = "given along with failureTimeToLive, as a guard such as Predicate.isTagged(\"NotFound\")"
      return yield* Either.left(new CacheConfigError({ cache, option: "failure", value: "missing", accepted }))
    }
    return freshnessOf<F>({
      jitter,
      refreshAhead: typeof ahead === "number" ? ahead : 0,
      beta: typeof ahead === "number" ? 0 : ahead === "probabilistic" ? 1 : ahead.beta,
      staleWhileRevalidate,
      staleIfError,
      slowAfter: slow?.after ?? 0,
      staleIfSlow: slow?.within ?? 0,
      retryAfter: yield* millis(cache, "retryAfter", options.retryAfter),
      failureTimeToLive: typeof ofFailure === "function"
        ? (error) => givenMillis(cache, "failureTimeToLive", ofFailure(error))
        : () => constant,
      isFailure: failureGuard(cache, failure)
    })
  })

/**
 * How long a lookup waits before it gets an old value, and up to which age it does: nothing where no option tells it, in
 * milliseconds.
 */
export const slowTimes = (
  given: FreshnessOptions["staleIfSlow"],
  staleIfError: number
): { readonly after: number; readonly within: number | undefined } | undefined => {
  if (given === undefined) return undefined
  const within = staleIfError > 0 ? staleIfError : undefined
  const after = durationMillis(given)
  if (after !== undefined) return { after, within }
  return typeof given === "object" && "after" in given
    ? { after: durationMillis(given.after) ?? 0, within: durationMillis(given.within) ?? within }
    : undefined
}

/** What may be remembered of a failed computation: nothing but for failures that the options accept. */
export const failureOf = <F>({ isFailure }: Freshness<F>, cause: Cause.Cause<unknown>): Option.Option<F> =>
  Cause.isInterrupted(cause) ? Option.none() : Option.filter(Cause.failureOption(cause), isFailure)
