/**
 * What is read from the configuration.
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"

/**
 * As `Config.duration`, in more words where it is none.
 *
 * @param meant what else is said of a text
 */
export const readDuration = (name: string, meant: (text: string) => string): Config.Config<Duration.Duration> =>
  Config.mapOrFail(Config.string(name), (text) =>
    Either.fromOption(
      Duration.decodeUnknown(text),
      () => ConfigError.InvalidData([], `Expected a duration, such as "5 minutes"${meant(text)}`)
    ))
