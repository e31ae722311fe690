/**
 * How handlers are made.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import type { OptionKinds } from "../Cache/engine/options/optionKinds.js"
import { checkOptions } from "../Cache/options/checkOptions.js"
import { givenMillis } from "../Cache/options/durationMillis.js"
import { orThrow } from "../effect/plainEither.js"

/**
 * How a handler is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface HandlerOptions<in R, out E> {
  /**
   * What invocations need. It is built at the first invocation, once for each process; when that fails, the invocation fails
   * with it, and the next one tries again.
   */
  readonly layer: Layer.Layer<R, E>
  /**
   * How long the answer waits for what goes on in the background of the caches in `layer`, at the most. Default
   * `"500 millis"`.
   */
  readonly settle?: Duration.DurationInput | undefined
  /**
   * How long before the end of its time an invocation is interrupted; half of that is left for `settle`. Default
   * `"200 millis"`.
   */
  readonly margin?: Duration.DurationInput | undefined
  /**
   * How long the layer has to close on `SIGTERM`, before the process ends anyway. Default `"250 millis"`: Lambda leaves 300
   * where there are external extensions, 500 where there are internal ones, and none where there are none.
   */
  readonly close?: Duration.DurationInput | undefined
}

/** Which options a handler has. */
const handlerKinds: OptionKinds<HandlerOptions<never, never>> = {
  layer: "object",
  settle: "duration",
  margin: "duration",
  close: "duration"
}

/** The times of a handler, in milliseconds. */
export interface HandlerTimes {
  readonly settle: number
  readonly margin: number
  readonly close: number
}

/** Those of options. Throws `CacheConfigError` for an option that it cannot accept. */
export const timesOf = (options: HandlerOptions<never, unknown>): HandlerTimes => {
  orThrow(checkOptions("Lambda", options, handlerKinds))
  const { close = 250, margin = 200, settle = 500 } = options
  return {
    settle: givenMillis("Lambda", "settle", settle),
    margin: givenMillis("Lambda", "margin", margin),
    close: givenMillis("Lambda", "close", close)
  }
}
