/**
 * Handlers of AWS Lambda that lose nothing when their process is frozen.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export { CacheConfigError } from "../Cache/errors/CacheErrors.js"
export { handler } from "./handler.js"
export type { HandlerOptions } from "./HandlerOptions.js"
export type { LambdaContext } from "./LambdaContext.js"
export type { ResponseStream, ResponseStreamEvent } from "./ResponseStream.js"
export { type StreamedAnswer, streamHandler } from "./streamHandler.js"
