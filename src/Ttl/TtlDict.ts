/**
 * The default dictionary, from strings to anything, and the entry point to all others.
 *
 * @since 1.0.0
 */
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { unwrapOptions } from "../Cache/options/unwrapOptions.js"
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
 * import { Effect } from "effect"
 * import { TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   yield* TtlDict.set("a", 1, { timeToLive: "10 seconds" })
 *   return yield* TtlDict.get("a")
 * }).pipe(Effect.provide(TtlDictLive))
 *
 * assert.equal(await Effect.runPromise(program), 1)
 * ```
 *
 * @example
 * ```ts
 * import { Effect, TestClock, TestContext } from "effect"
 * import { TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * // Time is Effect's `Clock`: a test need not wait.
 * const program = Effect.gen(function*() {
 *   yield* TtlDict.set("a", 1, { timeToLive: "10 seconds" })
 *   yield* TestClock.adjust("10 seconds")
 *   return yield* Effect.flip(TtlDict.get("a"))
 * }).pipe(Effect.provide(TtlDictLive), Effect.provide(TestContext.TestContext))
 *
 * assert.equal((await Effect.runPromise(program))._tag, "CacheNotFoundError")
 * ```
 *
 * @since 1.0.0
 * @category tags
 */
export class TtlDict extends Object.assign(tag, accessors(tag), {
  /**
   * Makes a dictionary that lives as long as the scope. When it closes, computations under way are interrupted, and the
   * runs of `onRemoval` that are due are waited for.
   *
   * Fails with `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { TtlDict } from "effect-aws-cache/Ttl"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds", maxBytes: "128M", maxSize: 10 })
   *   yield* dict.set("foo", 1)
   *   yield* dict.set("bar", 2, { timeToLive: "1 minute" })
   *   return yield* dict.get("foo")
   * }).pipe(Effect.scoped)
   *
   * assert.equal(await Effect.runPromise(program), 1)
   * ```
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { TtlDict } from "effect-aws-cache/Ttl"
   * import * as assert from "node:assert/strict"
   *
   * const told: Array<string> = []
   *
   * const program = Effect.gen(function*() {
   *   const files = yield* TtlDict.make({
   *     maxSize: 100,
   *     timeToLive: "1 minute",
   *     sweepInterval: "5 seconds",
   *     onRemoval: (path: string, bytes: Uint8Array, reason) =>
   *       Effect.sync(() => told.push(`${path} (${bytes.length} bytes) was ${reason}`))
   *   })
   *   yield* files.set("a.txt", new Uint8Array(10))
   *   yield* files.remove("a.txt")
   * }).pipe(Effect.scoped)
   *
   * await Effect.runPromise(program)
   * assert.deepEqual(told, ["a.txt (10 bytes) was deleted"])
   * ```
   */
  make: makeDict,

  /**
   * Makes the base of a class of dictionaries, typed by the schemas of its keys and values.
   *
   * Both are checked when they are written, and nothing changes where they are not accepted. A bad value fails with
   * `CacheValueError`. A bad key is a mistake in the program, also where it is only looked up: the operation dies with
   * `CacheKeyError`. For keys from outside there is `keyEither`. What is read was checked when it was written.
   *
   * `failure` is the schema of failures that all callers share and that may be remembered. The first argument is the tag's
   * identifier, unique in the program, and the dictionary's name in errors unless `name` is given. Throws
   * `CacheConfigError` for a blank one, and where a schema is missing.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { TtlDict } from "effect-aws-cache/Ttl"
   * import * as assert from "node:assert/strict"
   *
   * class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
   *   key: Schema.String,
   *   value: Schema.Struct({ user: Schema.String }),
   *   timeToLive: "15 minutes",
   *   maxBytes: "64M"
   * }) {}
   *
   * const program = Effect.gen(function*() {
   *   yield* Sessions.set("foo", { user: "ada" })
   *   return yield* Sessions.get("foo")
   * }).pipe(Effect.provide(Sessions.layer()))
   *
   * assert.deepEqual(await Effect.runPromise(program), { user: "ada" })
   * ```
   *
   * @example
   * ```ts
   * import { Context, Data, Effect, Layer, Schema } from "effect"
   * import { TtlDict } from "effect-aws-cache/Ttl"
   * import * as assert from "node:assert/strict"
   *
   * class Offline extends Data.TaggedError("Offline")<{}> {}
   *
   * class Directory extends Context.Tag("app/Directory")<
   *   Directory,
   *   { readonly nameOf: (id: number) => Effect.Effect<string, Offline> }
   * >() {}
   *
   * class Names extends TtlDict.Service<Names>()("app/Names", {
   *   key: Schema.Number,
   *   value: Schema.String,
   *   timeToLive: "1 hour"
   * }) {}
   *
   * // Looked up by whoever asks first, for all who ask meanwhile, with the directory of that caller.
   * const nameOf = (id: number) =>
   *   Names.getOrCompute(id, Effect.flatMap(Directory, (directory) => directory.nameOf(id)))
   *
   * const NamesLive = Layer.merge(
   *   Names.layer(),
   *   Layer.succeed(Directory, { nameOf: (id) => id === 1 ? Effect.succeed("Ada") : new Offline() })
   * )
   *
   * assert.equal(await Effect.runPromise(Effect.provide(nameOf(1), NamesLive)), "Ada")
   * assert.equal((await Effect.runPromise(Effect.flip(Effect.provide(nameOf(2), NamesLive))))._tag, "Offline")
   * ```
   */
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
  ): Layer.Layer<TtlDict, CacheConfigError, NoInfer<R>> => Layer.scoped(tag, makeDict(options)),

  /** The default dictionary, with limits read from the configuration. */
  layerConfig: (options: Config.Config.Wrap<Limits>): Layer.Layer<TtlDict, CacheConfigError | ConfigError> =>
    Layer.scoped(tag, Effect.flatMap(unwrapOptions("TtlDict", options), (limits) => makeDict<string, unknown>(limits)))
}) {}

/**
 * The default dictionary with the default limits: a quarter of the memory there is (of
 * `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, else of the limit of the heap, divided by the worker threads that share it), any
 * number of entries, which live for ever unless a write says otherwise.
 *
 * @since 1.0.0
 * @category layers
 */
export const TtlDictLive: Layer.Layer<TtlDict> = Layer.orDie(TtlDict.layer({ maxBytes: "25%" }))
