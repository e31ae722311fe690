/**
 * What a program warns of.
 */
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"

/** The messages logged as warnings or worse through the layer, in place of being printed. */
export interface Warnings {
  readonly logger: Layer.Layer<never>
  readonly messages: () => ReadonlyArray<string>
}

/** Starts to listen. */
export const warnings = (): Warnings => {
  const seen: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    if (!LogLevel.greaterThanEqual(logLevel, LogLevel.Warning)) return
    seen.push(Array.isArray(message) ? message.map(String).join(" ") : String(message))
  })
  return { logger: Logger.replace(Logger.defaultLogger, logger), messages: () => seen }
}
