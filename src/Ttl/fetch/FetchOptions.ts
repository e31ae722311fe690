/**
 * What a single fetch may decide.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { configError } from "../../Cache/errors/configError.js"
import { givenMillis } from "../../Cache/options/durationMillis.js"
import { checkValue, wrongOptions } from "../../Cache/options/wrongOptions.js"
import { orThrow } from "../../effect/plainEither.js"
import { writeKinds, type WriteOptions } from "../dict/DictOptions.js"

/**
 * What a single fetch may decide for itself. Who joins a load that is under way decides nothing but its own `signal`.
 *
 * @since 1.0.0
 * @category models
 */
export interface FetchOptions extends WriteOptions {
  /** Lets this caller go when it is aborted: its promise is rejected with the reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Whether to load although there is a value, which serves others until the new one is there. A load that is under way is
   * joined. Default `false`.
   */
  readonly forceRefresh?: boolean | undefined
  /**
   * How long the load may take, 24 days at the most. Then its signal is aborted, and those who wait get `LoadTimeoutError`.
   * Default: for ever.
   */
  readonly loadTimeout?: Duration.DurationInput | undefined
}

const fetchKinds: OptionKinds<FetchOptions> = {
  ...writeKinds,
  signal: "any",
  forceRefresh: "flag",
  loadTimeout: "anyDuration"
}

/**
 * Checks what a fetch was given; throws `CacheConfigError` for what it cannot accept. The time a load may take comes back
 * in milliseconds.
 *
 * @param cache the name of the dictionary, for messages
 */
export const checkFetch = (
  cache: string,
  load: unknown,
  options: FetchOptions = {}
): { readonly forceRefresh: boolean; readonly signal: AbortSignal | undefined; readonly timeout: number } => {
  const wrong = wrongOptions(cache, options, fetchKinds)
  if (wrong !== undefined) throw wrong
  orThrow(checkValue(cache, "load", load, "function"))
  const { forceRefresh = false, loadTimeout, signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw configError(cache, "signal", signal, "an AbortSignal")
  }
  const timeout = loadTimeout === undefined
    ? Number.POSITIVE_INFINITY
    : givenMillis(cache, "loadTimeout", loadTimeout)
  return { forceRefresh, signal, timeout }
}
