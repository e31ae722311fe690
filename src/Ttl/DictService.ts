/**
 * Dictionaries as services: the operations on the tag, and classes of tags with schemas.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { type CacheConfigError, CacheKeyError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"
import { CacheValueError } from "./CacheValueError.js"
import * as Dict from "./Dict.js"
import { structuralKey } from "./structuralKey.js"

/**
 * An operation of a dictionary, asked of whichever dictionary the context provides.
 *
 * @since 0.1.0
 * @category models
 */
export type Accessor<Self, F> = F extends (...args: infer Args) => Effect.Effect<infer A, infer E, infer R>
  ? (...args: Args) => Effect.Effect<A, E, R | Self>
  : F extends Effect.Effect<infer A, infer E, infer R> ? Effect.Effect<A, E, R | Self>
  : never

/**
 * The operations of a dictionary as members of its tag: `yield* Sessions.get("foo")` is short for
 * `yield* Effect.flatMap(Sessions, (sessions) => sessions.get("foo"))`. They are described at `Dict`.
 *
 * @since 0.1.0
 * @category models
 */
export type Accessors<Self, K, V, E> = {
  readonly [
    Verb in Exclude<keyof Dict.Dict<K, V, E>, "pipe">
  ]: Accessor<Self, Dict.Dict<K, V, E>[Verb]>
}

/**
 * The operations of the dictionary behind a tag.
 *
 * @since 0.1.0
 * @category constructors
 */
export const accessors = <Self, K, V, E>(tag: Context.Tag<Self, Dict.Dict<K, V, E>>): Accessors<Self, K, V, E> => ({
  get: (key) => Effect.flatMap(tag, (dict) => dict.get(key)),
  getOption: (key) => Effect.flatMap(tag, (dict) => dict.getOption(key)),
  add: (key, value, options) => Effect.flatMap(tag, (dict) => dict.add(key, value, options)),
  set: (key, value, options) => Effect.flatMap(tag, (dict) => dict.set(key, value, options)),
  has: (key) => Effect.flatMap(tag, (dict) => dict.has(key)),
  peek: (key) => Effect.flatMap(tag, (dict) => dict.peek(key)),
  remove: (key) => Effect.flatMap(tag, (dict) => dict.remove(key)),
  pop: (key) => Effect.flatMap(tag, (dict) => dict.pop(key)),
  popVictim: Effect.flatMap(tag, (dict) => dict.popVictim),
  clear: Effect.flatMap(tag, (dict) => dict.clear),
  keys: Effect.flatMap(tag, (dict) => dict.keys),
  values: Effect.flatMap(tag, (dict) => dict.values),
  entries: Effect.flatMap(tag, (dict) => dict.entries),
  size: Effect.flatMap(tag, (dict) => dict.size),
  byteSize: Effect.flatMap(tag, (dict) => dict.byteSize),
  getTtl: (key, at) => Effect.flatMap(tag, (dict) => dict.getTtl(key, at)),
  setTtl: (key, timeToLive) => Effect.flatMap(tag, (dict) => dict.setTtl(key, timeToLive)),
  isExpired: (key, at) => Effect.flatMap(tag, (dict) => dict.isExpired(key, at)),
  purge: Effect.flatMap(tag, (dict) => dict.purge),
  stats: Effect.flatMap(tag, (dict) => dict.stats)
})

/**
 * What a class of dictionaries is made of.
 *
 * @since 0.1.0
 * @category models
 */
export interface ServiceOptions<K, KI, V, VI> extends Omit<Dict.Options<K, V>, "name"> {
  /**
   * What keys are. Keys are compared by structure, at every depth: `{ team: "core" }` finds what was written under
   * another `{ team: "core" }`.
   */
  readonly key: Schema.Schema<K, KI>
  /** What values are. A value is stored as it is, not encoded or copied. */
  readonly value: Schema.Schema<V, VI>
}

/**
 * How a write into a dictionary with schemas may fail, beyond its size.
 *
 * @since 0.1.0
 * @category errors
 */
export type SchemaErrors = CacheKeyError | CacheValueError

/**
 * The base of a class of dictionaries: a tag, the operations as its members, and layers.
 *
 * @since 0.1.0
 * @category models
 */
export type ServiceClass<Self, Id extends string, K, V> =
  & Context.TagClass<Self, Id, Dict.Dict<K, V, SchemaErrors>>
  & Accessors<Self, K, V, SchemaErrors>
  & {
    /** A dictionary with the limits of the class. A layer builds one dictionary in each place it is provided to. */
    readonly layer: Layer.Layer<Self, CacheConfigError>
    /** A dictionary with other limits, where they are given. */
    readonly layerWith: (overrides: Dict.Limits) => Layer.Layer<Self, CacheConfigError>
    /** A dictionary with other limits, read from the configuration. */
    readonly layerConfig: (
      overrides: Config.Config.Wrap<Dict.Limits>
    ) => Layer.Layer<Self, CacheConfigError | ConfigError>
  }

const longestSchema = 200

const printSchema = (schema: Schema.Schema.Any): string => {
  const printed = String(Schema.typeSchema(schema))
  return printed.length > longestSchema ? `${printed.slice(0, longestSchema - 3)}...` : printed
}

// Where the first thing is wrong. The issue's own text would show the value.
const fieldOf = (whole: string, issue: ParseResult.ParseIssue): string => {
  const path = ParseResult.ArrayFormatter.formatIssueSync(issue)[0]?.path ?? []
  return path.length === 0 ? whole : path.map(String).join(".")
}

const make = <K, KI, V, VI>(
  name: string,
  options: ServiceOptions<K, KI, V, VI>,
  overrides: Dict.Limits
): Effect.Effect<Dict.Dict<K, V, SchemaErrors>, CacheConfigError, Scope.Scope> => {
  const { key: keySchema, value: valueSchema } = options
  const validateKey = ParseResult.validateEither(keySchema)
  const validateValue = ParseResult.validateEither(valueSchema)

  // The key to write under, if key and value are what the schemas accept.
  const check = (key: K, value: V): Either.Either<K, SchemaErrors> => {
    const validKey = validateKey(key)
    if (Either.isLeft(validKey)) {
      return Either.left(
        new CacheKeyError({
          cache: name,
          field: fieldOf("key", validKey.left),
          value: printKey(key),
          accepted: printSchema(keySchema)
        })
      )
    }
    const validValue = validateValue(value)
    if (Either.isLeft(validValue)) {
      return Either.left(
        new CacheValueError({
          cache: name,
          key: printKey(key),
          field: fieldOf("the value", validValue.left),
          accepted: printSchema(valueSchema)
        })
      )
    }
    return Either.right(structuralKey(key))
  }

  const dictOptions: Dict.Options<K, V> = {
    name,
    weigher: options.weigher,
    timeToLive: overrides.timeToLive ?? options.timeToLive,
    maxBytes: overrides.maxBytes ?? options.maxBytes,
    maxItems: overrides.maxItems ?? options.maxItems
  }

  return Effect.map(Dict.make(dictOptions), (dict) => ({
    ...dict,
    get: (key) => dict.get(structuralKey(key)),
    getOption: (key) => dict.getOption(structuralKey(key)),
    add: (key, value, write) => Effect.flatMap(check(key, value), (valid) => dict.add(valid, value, write)),
    set: (key, value, write) => Effect.flatMap(check(key, value), (valid) => dict.set(valid, value, write)),
    has: (key) => dict.has(structuralKey(key)),
    peek: (key) => dict.peek(structuralKey(key)),
    remove: (key) => dict.remove(structuralKey(key)),
    pop: (key) => dict.pop(structuralKey(key)),
    getTtl: (key, at) => dict.getTtl(structuralKey(key), at),
    setTtl: (key, timeToLive) => dict.setTtl(structuralKey(key), timeToLive),
    isExpired: (key, at) => dict.isExpired(structuralKey(key), at)
  }))
}

/**
 * Makes the base of a class of dictionaries, typed by the schemas of its keys and values.
 *
 * Both are checked when they are written: a bad key fails with `CacheKeyError`, a bad value with `CacheValueError`, and
 * nothing changes. What is read was checked when it was written.
 *
 * @param id the tag's identifier, unique in the program, and the dictionary's name in errors
 *
 * @example
 * ```ts
 * import { TtlDict } from "effect-aws-cache/Ttl"
 * import { Effect, Schema } from "effect"
 *
 * const Session = Schema.Struct({ user: Schema.String })
 *
 * class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
 *   key: Schema.String,
 *   value: Session,
 *   timeToLive: "15 minutes",
 *   maxBytes: "64M"
 * }) {}
 *
 * const program = Effect.gen(function*() {
 *   yield* Sessions.set("foo", { user: "ada" })
 *   const session = yield* Sessions.get("foo")
 *   return session.user
 * }).pipe(Effect.provide(Sessions.layer))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Service = <Self>() =>
<const Id extends string, K, KI, V, VI>(
  id: Id,
  options: ServiceOptions<K, KI, V, VI>
): ServiceClass<Self, Id, K, V> => {
  const tag = Context.Tag(id)<Self, Dict.Dict<K, V, SchemaErrors>>()
  const layerWith = (overrides: Dict.Limits) => Layer.scoped(tag, make(id, options, overrides))
  return Object.assign(tag, accessors(tag), {
    layer: layerWith({}),
    layerWith,
    layerConfig: (overrides: Config.Config.Wrap<Dict.Limits>) =>
      Layer.unwrapEffect(Effect.map(Config.unwrap(overrides), layerWith))
  })
}
