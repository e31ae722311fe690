/**
 * What a load of many values gives.
 */
import * as Effect from "effect/Effect"
import { describeType } from "../engine/options/describeType.js"
import { isOfKind } from "../engine/options/optionKinds.js"
import { CacheConfigError } from "../errors/CacheErrors.js"

/**
 * What a load has given, unless it is no pairs of a key and a value: then it dies with `CacheConfigError`, as with any
 * mistake of the load's.
 *
 * @param cache for messages
 */
export const loadedPairs = <K, A>(
  cache: string,
  loaded: Iterable<readonly [key: K, value: A]>
): Effect.Effect<ReadonlyArray<readonly [key: K, value: A]>> =>
  Effect.suspend(() => {
    if (!isOfKind(loaded, "iterable")) return wrong(cache, describeType(loaded))
    const pairs = Array.from(loaded)
    const at = pairs.findIndex((pair: unknown) => !Array.isArray(pair) || pair.length !== 2)
    return at === -1 ? Effect.succeed(pairs) : wrong(cache, `at ${at}, ${describeType(pairs[at])} that is no such pair`)
  })

const wrong = (cache: string, given: string): Effect.Effect<never> =>
  Effect.die(
    new CacheConfigError({
      cache,
      option: "load",
      value: `one that gives ${given}`,
      accepted:
        "a function whose Effect gives pairs of a key and a value, as an array, a Map or something else to iterate over"
    })
  )
