/**
 * The default dictionary, from strings to anything, and the entry point to all others.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { unwrapOptions } from "../Cache/options/checkOptions.js"
import type { Dict } from "./dict/Dict.js"
import { accessors } from "./dict/DictAccessors.js"
import type { Limits, Options } from "./dict/DictOptions.js"
import * as DictService from "./dict/DictService.js"
import { makeDict } from "./dict/makeDict.js"
import * as DictSnapshot from "./snapshot/DictSnapshot.js"

const tag = Context.Tag("effect-aws-cache/TtlDict")<TtlDict, Dict<string, unknown>>()

const snapshotForm = { name: tag.key, key: Schema.String, value: Schema.Unknown }

/**
 * A dictionary bounded in memory whose entries expire, for functions that keep things from one call to the next. When
 * it is full, the entry that was used least recently goes first.
 *
 * - `TtlDict.set("a", 1)`, `TtlDict.get("a")` and so on use the dictionary that the context provides, from strings to
 *   anything; see `Dict` for all operations.
 * - `TtlDict.Service` makes services of their own with typed, checked keys and values.
 * - `TtlDict.make` makes a dictionary that is no service.
 *
 * @example
 * ```ts
 * import { TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   yield* TtlDict.set("a", 1, { timeToLive: "10 seconds" })
 *   return yield* TtlDict.get("a")
 * }).pipe(Effect.provide(TtlDictLive))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class TtlDict extends Object.assign(tag, accessors(tag), {
  /** Makes a dictionary that lives as long as the scope, see `makeDict`. */
  make: makeDict,

  /** Makes the base of a class of dictionaries with schemas, see `Service` of `DictService`. */
  Service: DictService.Service,

  /** Writes what is in the default dictionary to a file, see `snapshot` of `DictSnapshot`. */
  snapshot: (path: string, options?: DictSnapshot.SnapshotOptions) =>
    Effect.flatMap(tag, (dict) => DictSnapshot.snapshot(dict, snapshotForm, path, options)),

  /** Brings back what is in a file into the default dictionary, see `restore` of `DictSnapshot`. */
  restore: (path: string, options?: DictSnapshot.RestoreOptions) =>
    Effect.flatMap(tag, (dict) => DictSnapshot.restore(dict, snapshotForm, path, options)),

  /** The default dictionary, with these limits. */
  layer: <R = never>(
    options: Options<string, unknown, never, R> = {}
  ): Layer.Layer<TtlDict, CacheConfigError, R> => Layer.scoped(tag, makeDict(options)),

  /** The default dictionary, with limits read from the configuration. */
  layerConfig: (options: Config.Config.Wrap<Limits>): Layer.Layer<TtlDict, CacheConfigError | ConfigError> =>
    Layer.scoped(tag, Effect.flatMap(unwrapOptions("TtlDict", options), (limits) => makeDict<string, unknown>(limits)))
}) {}

/**
 * The default dictionary with the default limits: a quarter of the memory there is (of
 * `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, else of the limit of the heap, divided by the worker threads that share it), any
 * number of entries, which live for ever unless a write says otherwise.
 *
 * @since 0.1.0
 * @category layers
 */
export const TtlDictLive: Layer.Layer<TtlDict> = Layer.orDie(TtlDict.layer({ maxBytes: "25%" }))
