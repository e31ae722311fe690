/**
 * What a load of many values gives.
 */
import * as Effect from "effect/Effect"
import { describeType } from "../engine/options/describeType.js"
import { isOfKind } from "../engine/options/optionKinds.js"
import { CacheConfigError } from "../errors/CacheErrors.js"

/** What a load is to be. */
interface Accepted {
  readonly isPair: (pair: unknown) => boolean
  readonly accepted: string
}

const pairs: Accepted = {
  isPair: (pair) => Array.isArray(pair) && pair.length === 2,
  accepted:
    "a function whose Effect gives pairs of a key and a value, as an array, a Map or something else to iterate over"
}

/**
 * What a load has given, unless it is no pairs of a key and a value: then it dies with `CacheConfigError`, as with any
 * mistake of the load's.
 *
 * @param cache for messages
 */
export const loadedPairs = <A>(
  cache: string,
  loaded: Iterable<A>,
  { accepted, isPair }: Accepted = pairs
): Effect.Effect<ReadonlyArray<A>> =>
  Effect.suspend(() => {
    if (!isOfKind(loaded, "iterable")) return wrong(cache, ` ${describeType(loaded)}`, accepted)
    const given = Array.from(loaded)
    const at = given.findIndex((pair) => !isPair(pair))
    return at === -1
      ? Effect.succeed(given)
      : wrong(cache, `, at ${at}, ${describeType(given[at])} that is no such pair`, accepted)
  })

const wrong = (cache: string, given: string, accepted: string): Effect.Effect<never> =>
  Effect.die(
    new CacheConfigError({
      cache,
      option: "load",
      value: `one that gives${given}`,
      accepted
    })
  )
