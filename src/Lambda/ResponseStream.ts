/**
 * Where streamed answers go.
 *
 * @since 1.0.0
 */

/**
 * Where a handler writes a streamed answer to: a `Writable` of Node, as Lambda gives it.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResponseStream {
  /** Writes a piece. Whether it takes more at once; else it tells by `drain` when it does. */
  readonly write: (chunk: string | Uint8Array) => boolean
  /** Ends the answer. It tells by `finish` when all of it has been given away. */
  readonly end: () => unknown
  /** Listens to one event. */
  readonly once: (event: ResponseStreamEvent, listener: (error?: unknown) => void) => unknown
  /** Listens no more. */
  readonly off: (event: ResponseStreamEvent, listener: (error?: unknown) => void) => unknown
  /** Whether nobody reads it any more. */
  readonly destroyed?: boolean | undefined
}

/**
 * What a handler listens to.
 *
 * @since 1.0.0
 * @category models
 */
export type ResponseStreamEvent = "drain" | "finish" | "close" | "error"
