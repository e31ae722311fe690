/**
 * Refusing what is given in place of keys, keyspaces, functions and tags, for callers whom no types keep from it.
 *
 * The failures are in no type: types rule out what they are about, and callers with types have nothing to handle.
 */
import * as Effect from "effect/Effect"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { wrongOptionTexts } from "../../Cache/engine/options/wrongOptionTexts.js"
import { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { withFunction } from "../../Cache/options/checkOptions.js"
import { loadedPairs } from "../../Cache/options/loadedPairs.js"
import { wrongOptions } from "../../Cache/options/wrongOptions.js"
import { s3WriteKinds } from "../options/optionKinds.js"
import type { S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import { CacheKey, Keyspace } from "./Keyspace.js"

/** What is done with a key, unless it is none: then it dies with `CacheKeyError`. */
export const unlessWrongKey = <Key, A, E, R>(
  cache: string,
  key: Key,
  use: (key: Key) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => key instanceof CacheKey ? use(key) : Effect.die(wrongKey(cache, key))

/**
 * What is done with many keys, unless one of them is none: then it dies with `CacheKeyError`, and nothing is done.
 *
 * @param keyOf where in an item its key is
 */
export const unlessWrongKeys = <Item, A, E, R>(
  cache: string,
  items: Iterable<Item>,
  keyOf: (item: Item) => unknown,
  use: (items: ReadonlyArray<Item>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const all = Array.from(items)
    const wrong = all.map(keyOf).filter((key) => !(key instanceof CacheKey))
    return wrong.length === 0 ? use(all) : Effect.die(wrongKey(cache, wrong[0]))
  })

/** What is done with a keyspace, unless it is none: then `CacheConfigError`. */
export const unlessWrongKeyspace = <A, E, R>(
  cache: string,
  keyspace: unknown,
  use: () => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => keyspace instanceof Keyspace ? use() : refused(wrongKeyspace(cache, keyspace))

/** What is done with many keyspaces, unless one of them is none: then `CacheConfigError`. */
export const unlessWrongKeyspaces = <A, E, R>(
  cache: string,
  keyspaces: unknown,
  use: (keyspaces: ReadonlyArray<Keyspace.Any>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  if (!Array.isArray(keyspaces)) {
    return refused(wrong(cache, "keyspaces", describeType(keyspaces), "an array of what Keyspace.make returns"))
  }
  const at = keyspaces.findIndex((keyspace) => !(keyspace instanceof Keyspace))
  return at < 0 ? use(keyspaces) : refused(wrongKeyspace(cache, keyspaces[at]))
}

/**
 * What is done with a keyspace and a function that computes, unless one of them is none: then `CacheConfigError`.
 *
 * @param argument what the function is called, for messages
 */
export const unlessWrongFunction = <A, E, R>(
  cache: string,
  keyspace: unknown,
  argument: string,
  given: unknown,
  use: () => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  if (!(keyspace instanceof Keyspace)) return refused(wrongKeyspace(cache, keyspace))
  return withFunction(cache, argument, given, Effect.suspend(use))
}

/** What is done with a tag, unless it is none: then `CacheConfigError`. */
export const unlessWrongTag = <A, E>(
  cache: string,
  tag: unknown,
  use: () => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  typeof tag === "string" ? use() : refused(wrong(cache, "tag", describeType(tag), wrongOptionTexts.text))

/**
 * What a bulk loader has given, unless it is no pairs of a key and a value: then it dies with `CacheConfigError`, as with
 * any mistake of the loader's.
 */
export const pairsOf = <K, V>(
  cache: string,
  loaded: Iterable<readonly [key: K, value: V, options?: S3CacheWriteOptions | undefined]>
): Effect.Effect<ReadonlyArray<readonly [key: K, value: V, options?: S3CacheWriteOptions | undefined]>> =>
  Effect.flatMap(loadedPairs(cache, loaded, pairsByKey), (pairs) => {
    for (const [, , write] of pairs) {
      const refused = write === undefined ? undefined : wrongOptions(cache, write, s3WriteKinds)
      if (refused !== undefined) return Effect.die(refused)
    }
    return Effect.succeed(pairs)
  })

const pairsByKey = {
  isPair: (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length >= 2 && pair.length <= 3 && pair[0] instanceof CacheKey,
  accepted: "a function whose Effect gives pairs of a CacheKey and a value, as an array or a Map"
}

const refused = (error: CacheConfigError) => Effect.fail(error) as Effect.Effect<never>

const wrongKey = (cache: string, key: unknown) =>
  new CacheKeyError({
    cache,
    field: "key",
    value: describeType(key),
    accepted: "a CacheKey: what the function `key` of a Keyspace returns"
  })

const wrongKeyspace = (cache: string, keyspace: unknown) =>
  wrong(cache, "keyspace", describeType(keyspace), "a Keyspace: what Keyspace.make returns")

const wrong = (cache: string, option: string, value: string, accepted: string) =>
  new CacheConfigError({ cache, option, value, accepted })
