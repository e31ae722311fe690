/**
 * Options whose parts are read from `Config`.
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { isOfKind } from "../engine/options/optionKinds.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { checkValue, unlessWrong } from "./checkOptions.js"

/**
 * Reads options, unless one of them is no `Config`: then `CacheConfigError` names it.
 *
 * @param cache for messages
 */
export const unwrapOptions = <A>(cache: string, config: Config.Config.Wrap<A>): Effect.Effect<A, ConfigError> =>
  unlessWrong(checkConfigs(cache, "config", config), Effect.suspend(() => Config.unwrap(fillEmpty(config))))

const checkConfigs = (cache: string, option: string, config: unknown): Either.Either<void, CacheConfigError> => {
  if (Config.isConfig(config)) return Either.void
  const checked = checkValue(cache, option, config, configKind)
  if (Either.isLeft(checked)) return Either.left(checked.left)
  for (const [name, each] of Object.entries(config ?? {})) {
    const wrong = checkConfigs(cache, `${option}.${name.slice(0, 60)}`, each)
    if (Either.isLeft(wrong)) return wrong
  }
  return Either.void
}

const configKind = {
  accepted: "a Config, or an object of such: Config.integer(\"MAX_SIZE\")",
  accepts: (value: unknown) => isOfKind(value, "object")
}

// Effect takes an object without fields for a mistake.
const fillEmpty = <A>(config: Config.Config.Wrap<A>): Config.Config.Wrap<A> => fill(config) as Config.Config.Wrap<A>

const fill = (config: unknown): unknown => {
  if (Config.isConfig(config)) return config
  const fields = Object.entries(config ?? {})
  return fields.length === 0
    ? Config.succeed({})
    : Object.fromEntries(fields.map(([name, each]) => [name, fill(each)]))
}
