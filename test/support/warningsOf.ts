import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"

/** Runs a test, which may read what was told in the log as warnings or errors so far. */
export const withWarnings = <A, E, R>(
  use: (warnings: () => ReadonlyArray<string>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const warnings: Array<string> = []
    const collect = Logger.make<unknown, void>(({ logLevel, message }) => {
      const text = String(message)
      // The clock of tests says so on a machine that is busy.
      const isOfClock = text.startsWith("Warning: A test is using time")
      if (LogLevel.greaterThanEqual(logLevel, LogLevel.Warning) && !isOfClock) warnings.push(text)
    })
    return Effect.provide(use(() => [...warnings]), Logger.replace(Logger.defaultLogger, collect))
  })
