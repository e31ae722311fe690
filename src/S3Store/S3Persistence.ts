/**
 * The second level under the interfaces of other libraries: the `KeyValueStore` of `@effect/platform`, and the
 * persistence of `@effect/experimental`. Entries have the format of the cache, with its checksums, compression and
 * encryption, but no memory level: every read is a request.
 *
 * @since 0.1.0
 */
import type * as Persistence from "@effect/experimental/Persistence"
import * as PlatformError from "@effect/platform/Error"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { rethrow } from "../Cache/common/rethrow.js"
import type { OptionKinds } from "../Cache/engine/options/optionKinds.js"
import { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { configError } from "../Cache/errors/configError.js"
import { checkOptions } from "../Cache/options/checkOptions.js"
import { cutText } from "../Cache/printing/cutText.js"
import { entryFormatKinds, type EntryFormatOptions, makeEntryFormat } from "./entry/EntryFormat.js"
import { NamedEntries } from "./NamedEntries.js"
import { describedStore } from "./objects/describedStore.js"
import { digestName } from "./objects/objectName.js"
import { ObjectStore } from "./ObjectStore.js"

/**
 * How entries of other libraries are kept.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3PersistenceOptions extends EntryFormatOptions {
  /**
   * The folder of the objects: letters, digits, `.`, `_` and `-`, 100 characters at most. Default `"key-value"` for key-
   * value stores, `"persistence"` for persistence. Objects of a key-value store are never those of a keyspace, which lie
   * deeper, whatever its name. Those of persistence are in `{folder}/{storeId}`: no keyspace should have the folder's name.
   */
  readonly folder?: string | undefined
}

/**
 * A `KeyValueStore` of `@effect/platform` whose values are objects of the second level.
 *
 * @example
 * ```ts
 * import { KeyValueStore } from "@effect/platform/KeyValueStore"
 * import { Effect, Layer, Option } from "effect"
 * import { ObjectStore, S3Persistence } from "effect-aws-cache/S3Store"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   const store = yield* KeyValueStore
 *   yield* store.set("greeting", "hello")
 *   return yield* store.get("greeting")
 * }).pipe(Effect.provide(Layer.provide(S3Persistence.layerKeyValueStore(), ObjectStore.layerMemory)))
 *
 * assert.deepEqual(await Effect.runPromise(program), Option.some("hello"))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerKeyValueStore = (
  options: S3PersistenceOptions = {}
): Layer.Layer<KeyValueStore.KeyValueStore, CacheConfigError, ObjectStore> =>
  Layer.effect(
    KeyValueStore.KeyValueStore,
    Effect.gen(function*() {
      const folder = yield* checkedFolder(options, "key-value")
      const l2 = describedStore(yield* ObjectStore)
      const entries = new NamedEntries(
        l2,
        yield* makeEntryFormat(options, l2.place, l2.maxObjectBytes, "S3Persistence"),
        folder
      )
      const failing = (method: string, key?: string) => (cause: { readonly message: string }) =>
        new PlatformError.SystemError({
          reason: "Unknown",
          module: "KeyValueStore",
          method,
          description: cause.message,
          cause,
          ...(key === undefined ? {} : { pathOrDescriptor: cutText(key, 200) })
        })
      const getUint8Array = (key: string) =>
        Effect.mapBoth(entries.get(key), {
          onFailure: failing("get", key),
          onSuccess: Option.filter((value): value is Uint8Array => value instanceof Uint8Array)
        })
      const modified = (key: string, change: (bytes: Uint8Array) => Uint8Array) =>
        Effect.mapBoth(
          entries.modify(key, "raw", (value) => change(value instanceof Uint8Array ? value : new Uint8Array(0))),
          {
            onFailure: failing("modify", key),
            onSuccess: Option.filter((value): value is Uint8Array => value instanceof Uint8Array)
          }
        )
      return KeyValueStore.make({
        get: (key) => Effect.map(getUint8Array(key), Option.map((bytes) => Buffer.from(bytes).toString())),
        getUint8Array,
        set: (key, value) => {
          // UTF-8 has no bytes for half a surrogate pair: another text would be read.
          const lone = [key, value].find((text) => typeof text === "string" && /\p{Surrogate}/u.test(text))
          return lone === undefined
            ? Effect.mapError(
              entries.set(
                key,
                "raw",
                typeof value === "string" ? new Uint8Array(Buffer.from(value)) : value,
                Number.POSITIVE_INFINITY
              ),
              failing("set", key)
            )
            : Effect.fail(
              failing("set", key)({
                message: `the ${lone === value ? "value" : "key"} has a lone surrogate, which UTF-8 cannot represent`
              })
            )
        },
        modify: (key, f) =>
          Effect.map(
            modified(key, (bytes) => new Uint8Array(Buffer.from(f(Buffer.from(bytes).toString())))),
            Option.map((bytes) => Buffer.from(bytes).toString())
          ),
        modifyUint8Array: (key, f) => modified(key, f),
        remove: (key) => Effect.mapError(entries.remove(key), failing("remove", key)),
        clear: Effect.mapError(entries.clear, failing("clear")),
        size: Effect.mapError(entries.size, failing("size"))
      })
    })
  )

/**
 * A `BackingPersistence` of `@effect/experimental` whose results are objects of the second level: they survive the
 * process, and are shared with others. `@effect/experimental` is loaded when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerBackingPersistence = (
  options: S3PersistenceOptions = {}
): Layer.Layer<Persistence.BackingPersistence, CacheConfigError, ObjectStore> =>
  Layer.unwrapEffect(Effect.map(loadPersistence, (module) => backing(module, options)))

/**
 * A `ResultPersistence` of `@effect/experimental` over the second level, for `PersistedCache`, `RequestResolver` and the
 * like.
 *
 * @example
 * ```ts
 * import { ResultPersistence } from "@effect/experimental/Persistence"
 * import { Effect, Exit, Option, PrimaryKey, Schema } from "effect"
 * import { ObjectStore, S3Persistence } from "effect-aws-cache/S3Store"
 * import * as assert from "node:assert/strict"
 *
 * class GetName extends Schema.TaggedRequest<GetName>()("GetName", {
 *   payload: { id: Schema.Number },
 *   success: Schema.String,
 *   failure: Schema.Never
 * }) {
 *   [PrimaryKey.symbol]() {
 *     return String(this.id)
 *   }
 * }
 *
 * const program = Effect.gen(function*() {
 *   const persistence = yield* ResultPersistence
 *   const users = yield* persistence.make({ storeId: "users", timeToLive: () => "1 hour" })
 *   yield* users.set(new GetName({ id: 1 }), Exit.succeed("Ada"))
 *   return yield* users.get(new GetName({ id: 1 }))
 * }).pipe(
 *   Effect.scoped,
 *   Effect.provide(S3Persistence.layerResultPersistence()),
 *   Effect.provide(ObjectStore.layerMemory)
 * )
 *
 * assert.deepEqual(await Effect.runPromise(program), Option.some(Exit.succeed("Ada")))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerResultPersistence = (
  options: S3PersistenceOptions = {}
): Layer.Layer<Persistence.ResultPersistence, CacheConfigError, ObjectStore> =>
  Layer.unwrapEffect(
    Effect.map(loadPersistence, (module) => Layer.provide(module.layerResult, backing(module, options)))
  )

const loadPersistence = Effect.tryPromise({
  try: () => import("@effect/experimental/Persistence").catch(rethrow),
  catch: (cause) =>
    new CacheConfigError({
      cache: "S3Persistence",
      option: "@effect/experimental",
      value: "not installed",
      accepted: "installed next to effect-aws-cache: npm install @effect/experimental",
      cause
    })
})

const backing = (
  module: typeof Persistence,
  options: S3PersistenceOptions
): Layer.Layer<Persistence.BackingPersistence, CacheConfigError, ObjectStore> =>
  Layer.effect(
    module.BackingPersistence,
    Effect.gen(function*() {
      const folder = yield* checkedFolder(options, "persistence")
      const store = describedStore(yield* ObjectStore)
      const format = yield* makeEntryFormat(options, store.place, store.maxObjectBytes, "S3Persistence")
      const failing = (method: string) => (cause: unknown) => module.PersistenceBackingError.make(method, cause)
      return module.BackingPersistence.of({
        [module.BackingPersistenceTypeId]: module.BackingPersistenceTypeId,
        make: (storeId) =>
          Effect.sync(() => {
            const entries = new NamedEntries(store, format, `${folder}/${folderOf(storeId)}`)
            const get = (method: string) => (key: string) => Effect.mapError(entries.get(key), failing(method))
            const set = (method: string) =>
            (
              [key, value, timeToLive]: readonly [string, unknown, Option.Option<Duration.Duration>]
            ) =>
              Effect.mapError(
                entries.set(
                  key,
                  "json",
                  value,
                  Duration.toMillis(Option.getOrElse(timeToLive, () => Duration.infinity))
                ),
                failing(method)
              )
            return {
              get: get("get"),
              getMany: (keys) => Effect.forEach(keys, get("getMany"), { concurrency: 16 }),
              set: (key, value, timeToLive) => set("set")([key, value, timeToLive]),
              setMany: (entries) => Effect.forEach(entries, set("setMany"), { concurrency: 16, discard: true }),
              remove: (key) => Effect.mapError(entries.remove(key), failing("remove")),
              clear: Effect.mapError(entries.clear, failing("clear"))
            }
          })
      })
    })
  )

const segment = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/

const kinds: OptionKinds<S3PersistenceOptions> = { ...entryFormatKinds, folder: "text" }

/** The folder, where all options can be accepted. */
const checkedFolder = (options: S3PersistenceOptions, without: string): Effect.Effect<string, CacheConfigError> =>
  Effect.flatMap(checkOptions("S3Persistence", options, kinds), () => {
    const { folder = without } = options
    return segment.test(folder)
      ? Effect.succeed(folder)
      : configError(
        "S3Persistence",
        "folder",
        folder,
        "letters, digits, \".\", \"_\" and \"-\", 100 characters at most"
      )
  })

/** A store's id as a folder: itself where it can be, else its SHA-256. Entries say whose they are, so none is mistaken. */
const folderOf = (storeId: string): string => segment.test(storeId) ? storeId : digestName(storeId)
