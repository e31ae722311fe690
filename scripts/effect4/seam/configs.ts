/**
 * What is read from the configuration.
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export const readDuration = (name: string, meant: (text: string) => string): Config.Config<Duration.Duration> =>
  Config.mapEffect(Config.String(name), (text) =>
    Option.match(Duration.fromInput(text as Duration.Input), {
      onNone: () =>
        Effect.fail(
          new Config.ConfigError(
            new ConfigProvider.SourceError({
              message: `Expected a duration, such as "5 minutes"${meant(text)}, at ${JSON.stringify([name])}`
            })
          )
        ),
      onSome: Effect.succeed
    }))
