/**
 * Dictionaries as services: the operations on the tag, and classes of tags with schemas.
 *
 * @since 1.0.0
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { LazyArg } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { asExit } from "../../Cache/errors/asExit.js"
import { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { checkOptions, checkValue, nameIn, whenRight, withFunction } from "../../Cache/options/checkOptions.js"
import { loadedPairs } from "../../Cache/options/loadedPairs.js"
import { entriesIn, keysIn } from "../../Cache/options/manyEntries.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { schemaFieldFault, schemaKeyFault } from "../../Cache/options/schemaFieldFault.js"
import { schemaKind } from "../../Cache/options/schemaKind.js"
import { unwrapOptions } from "../../Cache/options/unwrapOptions.js"
import { printedLike } from "../../Cache/printing/printedAs.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { LoadFailure, loadFailure } from "../../Cache/store/getManyOrCompute.js"
import { fromEither } from "../../effect/outcomes.js"
import { orThrow } from "../../effect/plainEither.js"
import { validator } from "../../effect/schemas.js"
import * as DictSnapshot from "../snapshot/DictSnapshot.js"
import { CacheValueError } from "./CacheValueError.js"
import type { Dict, DictVerbs } from "./Dict.js"
import { accessors } from "./DictAccessors.js"
import { type Entry, limitKinds, type Limits, type Options, writeKinds, type WriteOptions } from "./DictOptions.js"
import { findableKey } from "./findableKey.js"
import { makeDictWith } from "./makeDict.js"

/**
 * What a class of dictionaries is made of.
 *
 * @since 1.0.0
 * @category models
 */
export interface ServiceOptions<
  in out K,
  in out KI,
  in out V,
  in out VI,
  in out F = never,
  in out FI = never,
  out R = never
> extends Omit<Options<K, V, F, R>, "failure"> {
  /** The name in errors, logs and spans. Default: the identifier of the class. */
  readonly name?: string | undefined
  /**
   * What keys are. Keys are compared by structure, at every depth: `{ team: "core" }` finds what was written under
   * another `{ team: "core" }`.
   */
  readonly key: Schema.Schema<K, KI>
  /** What values are. A value is stored as it is, not encoded or copied. */
  readonly value: Schema.Schema<V, VI>
  /**
   * Which failures all callers share, however they compute, and which `failureTimeToLive` remembers. Default: none.
   */
  readonly failure?: Schema.Schema<F, FI> | undefined
}

/**
 * The base of a class of dictionaries: a tag, the operations as its members, and layers.
 *
 * @since 1.0.0
 * @category models
 */
export type ServiceClass<Self, Id extends string, K, V, F = never, R = never> =
  & Context.TagClass<Self, Id, Dict<K, V, CacheValueError, F>>
  & DictVerbs<K, V, CacheValueError, F, Self>
  & {
    /**
     * The key, if the schema of keys accepts it, or what is wrong with it: for what comes from outside. A key that the schema
     * does not accept is a mistake in the program elsewhere: operations die with `CacheKeyError`.
     */
    readonly keyEither: (key: unknown) => Either.Either<K, CacheKeyError>
    /** A dictionary with the limits of the class, or with others where they are given. It lives as long as the scope. */
    readonly make: (
      overrides?: Limits
    ) => Effect.Effect<Dict<K, V, CacheValueError, F>, CacheConfigError, R | Scope.Scope>
    /**
     * A dictionary with the limits of the class, or with others where they are given. It lives as long as what the layer is
     * provided to: `Effect.provide` around a call makes one for that call, a `ManagedRuntime` keeps one for all.
     */
    readonly layer: (overrides?: Limits) => Layer.Layer<Self, CacheConfigError, R>
    /** A dictionary with other limits, read from the configuration. */
    readonly layerConfig: (
      overrides: Config.Config.Wrap<Limits>
    ) => Layer.Layer<Self, CacheConfigError | ConfigError, R>
    /** Writes what is in the dictionary to a file, see `snapshot` of `DictSnapshot`. */
    readonly snapshot: (
      path: string,
      options?: DictSnapshot.SnapshotOptions
    ) => Effect.Effect<DictSnapshot.SnapshotReport, DictSnapshot.DictSnapshotError, Self | FileSystem>
    /** Brings back what is in a file, see `restore` of `DictSnapshot`. */
    readonly restore: (
      path: string,
      options?: DictSnapshot.RestoreOptions
    ) => Effect.Effect<DictSnapshot.RestoreReport, never, Self | FileSystem>
  }

/** Checks keys, in the words of their schema, and makes the copies by which they are found. */
const checkingKeys = <K, KI>(name: string, schema: Schema.Schema<K, KI>) => {
  const validate = validator(schema)
  const keyEither = (key: unknown): Either.Either<K, CacheKeyError> =>
    Either.mapLeft(validate(key), (issue) => new CacheKeyError({ cache: name, ...schemaKeyFault(schema, key, issue) }))
  return {
    keyEither: (key: unknown) =>
      Either.flatMap(keyEither(key), (valid) => Either.map(findableKey(name, valid), () => valid)),
    foundBy: (key: K) => Either.flatMap(keyEither(key), () => findableKey(name, key))
  }
}

// A key that its schema does not accept is a mistake in the program.
const orDieOfKey = <A>(
  check: LazyArg<Either.Either<A, CacheKeyError | CacheValueError>>
): Effect.Effect<A, CacheValueError> =>
  Effect.suspend(() => {
    const checked = check()
    if (Either.isRight(checked)) return Effect.succeed(checked.right)
    return checked.left._tag === "CacheKeyError" ? Effect.die(checked.left) : Effect.fail(checked.left)
  })

const make = <K, KI, V, VI, F, FI, R>(
  name: string,
  options: ServiceOptions<K, KI, V, VI, F, FI, R>,
  overrides: Limits
): Effect.Effect<Dict<K, V, CacheValueError, F>, CacheConfigError, R | Scope.Scope> => {
  const { entries, failure, key: keySchema, value: valueSchema, ...rest } = options
  // The key to write under, if it is what the schema accepts.
  const checkKey = checkingKeys(name, keySchema).foundBy
  const validateValue = validator(valueSchema)

  // What to do under a key that needs no check where it is found.
  const at = <A, E2, R2>(key: K, use: (found: K) => Effect.Effect<A, E2, R2>): Effect.Effect<A, E2, R2> => {
    if (typeof key !== "object") return use(key)
    const found = findableKey(name, key)
    return Either.isRight(found)
      ? use(found.right)
      : Effect.die(Either.merge(Either.orElse(checkKey(key), () => found)))
  }

  const checkEntry = (key: K, value: V): Either.Either<V, CacheValueError> =>
    Either.mapBoth(validateValue(value), {
      onLeft: (issue) =>
        new CacheValueError({
          cache: name,
          key: printKey(key),
          ...schemaFieldFault("the value", valueSchema, issue)
        }),
      onRight: () => value
    })

  const check = (key: K, value: V): Either.Either<K, CacheKeyError | CacheValueError> =>
    Either.flatMap(checkKey(key), (valid) => Either.map(checkEntry(key, value), () => valid))

  const checkAll = (
    items: Iterable<Entry<K, V>>
  ): Either.Either<ReadonlyArray<Entry<K, V>>, CacheKeyError | CacheValueError> =>
    Either.gen(function*() {
      const valid: Array<Entry<K, V>> = []
      for (const [key, value, write] of items) valid.push([yield* check(key, value), value, write])
      return valid
    })

  // What to do under a key, and with a value.
  const under = <A, E2, R2>(key: K, use: (valid: K) => Effect.Effect<A, E2, R2>) =>
    Effect.flatMap(orDieOfKey(() => checkKey(key)), use)
  const writing = <A, E2, R2>(key: K, value: V, use: (valid: K) => Effect.Effect<A, E2, R2>) =>
    Effect.flatMap(orDieOfKey(() => check(key, value)), use)
  const underAll = <A, E2, R2>(keys: Iterable<K>, use: (valid: ReadonlyArray<K>) => Effect.Effect<A, E2, R2>) =>
    whenRight(
      () => keysIn(name, keys),
      (list) => Effect.flatMap(Effect.orDie(Effect.suspend(() => fromEither(Either.all(list.map(checkKey))))), use)
    )

  // By its function, so that those who call one function share what it computes, however often it was memoized.
  const checked = new WeakMap<object, unknown>()

  const checking = <E, R2>(f: (key: K) => Effect.Effect<V, E, R2>) => {
    const checkingF = checked.get(f) ??
      ((key: K) =>
        Effect.flatMap(requireEffect(name, "compute", f(key)), (value) => fromEither(checkEntry(key, value))))
    checked.set(f, checkingF)
    // Sound: it was made of this function, whose types it has.
    return checkingF as (key: K) => Effect.Effect<V, E | CacheValueError, R2>
  }

  return Effect.gen(function*() {
    yield* asExit(checkOptions(name, overrides, limitKinds))
    const initial = entries && (yield* fromEither(Either.mapLeft(checkAll(entries), (cause) => {
      const value = "one that the schemas do not accept"
      return new CacheConfigError({ cache: name, option: "entries", value, accepted: cause.message, cause })
    })))
    const dict = yield* makeDictWith<K, V, F, R>({
      ...rest,
      name: rest.name ?? name,
      timeToLive: overrides.timeToLive ?? options.timeToLive,
      maxBytes: overrides.maxBytes === undefined ? options.maxBytes : overrides.maxBytes,
      maxSize: overrides.maxSize ?? options.maxSize,
      entries: initial,
      failure: failure && Schema.is(failure)
    }, (key) => {
      // What is there has been checked.
      orThrow(checkKey(key))
    })
    const self: Dict<K, V, CacheValueError, F> = {
      ...dict,
      get: (key) => at(key, dict.get),
      getOption: (key) => at(key, dict.getOption),
      getOrCompute: (key, compute, write) =>
        under(
          key,
          (valid) =>
            dict.getOrCompute(valid, Effect.flatMap(compute, (value) => fromEither(checkEntry(key, value))), write)
        ),
      getManyOrCompute: <E = never, R2 = never, E2 = never>(
        keys: Iterable<K>,
        load: (
          missing: ReadonlyArray<K>
        ) => Effect.Effect<Iterable<readonly [key: K, value: V | LoadFailure<E2>]>, E, R2>,
        write?: WriteOptions
      ) =>
        withFunction(
          name,
          "load",
          load,
          underAll(
            keys,
            (valid) =>
              dict.getManyOrCompute<E, R2, E2 | CacheValueError>(valid, (missing) =>
                Effect.map(
                  Effect.flatMap(requireEffect(name, "load", load(missing)), (loaded) => loadedPairs(name, loaded)),
                  (pairs) =>
                    pairs.map(([key, value]) =>
                      [
                        orThrow(findableKey(name, key)),
                        value instanceof LoadFailure ? value : Either.getOrElse(checkEntry(key, value), loadFailure)
                      ] as const
                    )
                ), write)
          )
        ),
      memoize: (f, how) =>
        withFunction(
          name,
          "compute",
          f,
          Effect.map(
            dict.memoize(checking(f), how),
            (memoized) => (key) => under(key, memoized)
          )
        ),
      modify: (key, f, write) =>
        withFunction(
          name,
          "modify",
          f,
          under(key, (valid) =>
            dict.modify(
              valid,
              (value) =>
                Effect.flatMap(
                  requireEffect(name, "modify", f(value)),
                  (next) => Effect.as(fromEither(checkEntry(key, next)), next)
                ),
              write
            ))
        ),
      refresh: (key, compute, write) =>
        under(
          key,
          (valid) => dict.refresh(valid, Effect.flatMap(compute, (value) => fromEither(checkEntry(key, value))), write)
        ),
      add: (key, value, write) => writing(key, value, (valid) => dict.add(valid, value, write)),
      set: (key, value, write) => writing(key, value, (valid) => dict.set(valid, value, write)),
      getOrInsert: (key, value, write) => writing(key, value, (valid) => dict.getOrInsert(valid, value, write)),
      setMany: (items, write) =>
        whenRight(
          () => entriesIn(name, items, writeKinds),
          (list) => Effect.flatMap(orDieOfKey(() => checkAll(list)), (valid) => dict.setMany(valid, write))
        ),
      has: (key) => at(key, dict.has),
      hasMany: (keys) => underAll(keys, dict.hasMany),
      peek: (key) => at(key, dict.peek),
      peekEntry: (key) => at(key, dict.peekEntry),
      getMany: (keys) => underAll(keys, dict.getMany),
      remove: (key) => at(key, dict.remove),
      invalidate: (key) => at(key, dict.invalidate),
      invalidateWhen: (key, predicate) => at(key, (found) => dict.invalidateWhen(found, predicate)),
      expire: (key) => at(key, dict.expire),
      removeMany: (keys) => underAll(keys, dict.removeMany),
      pop: (key) => at(key, dict.pop),
      equals: (items, how) =>
        Effect.suspend(() =>
          dict.equals(Array.from(items, ([key, value]) => [orThrow(findableKey(name, key)), value] as const), how)
        ),
      reweigh: (key) => at(key, dict.reweigh),
      timeToLive: (key, millis) => at(key, (found) => dict.timeToLive(found, millis)),
      setTimeToLive: (key, timeToLive) => at(key, (found) => dict.setTimeToLive(found, timeToLive)),
      setExpiresAt: (key, millis) => at(key, (found) => dict.setExpiresAt(found, millis)),
      isExpired: (key, millis) => at(key, (found) => dict.isExpired(found, millis)),
      moveToEnd: (key, how) => at(key, (found) => dict.moveToEnd(found, how))
    }
    return printedLike(self, dict)
  })
}

/** See `TtlDict.Service`. */
export const Service = <Self>() =>
<const Id extends string, K, KI, V, VI, F = never, FI = never, R = never>(
  id: Id,
  options: ServiceOptions<K, KI, V, VI, F, FI, R>
): ServiceClass<Self, Id, K, V, F, R> => {
  orThrow(checkValue("TtlDict.Service", "id", id, "name"))
  orThrow(checkValue(id, "options", options, "object"))
  orThrow(checkValue(id, "key", options.key, schemaKind))
  orThrow(checkValue(id, "value", options.value, schemaKind))
  if (options.failure !== undefined) orThrow(checkValue(id, "failure", options.failure, schemaKind))
  const name = nameIn(options, id)
  const tag = Context.Tag(id)<Self, Dict<K, V, CacheValueError, F>>()
  const makeOne = (overrides: Limits = {}) => make(name, options, overrides)
  const layer = (overrides?: Limits) => Layer.scoped(tag, makeOne(overrides))
  const snapshotForm = { name: id, key: options.key, value: options.value }
  return Object.assign(tag, accessors(tag), {
    keyEither: checkingKeys(name, options.key).keyEither,
    make: makeOne,
    layer,
    layerConfig: (overrides: Config.Config.Wrap<Limits>) =>
      Layer.unwrapEffect(Effect.map(unwrapOptions(name, overrides), layer)),
    snapshot: (path: string, how?: DictSnapshot.SnapshotOptions) =>
      Effect.flatMap(tag, (dict) => DictSnapshot.snapshot(dict, snapshotForm, path, how)),
    restore: (path: string, how?: DictSnapshot.RestoreOptions) =>
      Effect.flatMap(tag, (dict) => DictSnapshot.restore(dict, snapshotForm, path, how))
  })
}
