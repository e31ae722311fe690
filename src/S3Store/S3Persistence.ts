/**
 * The second level under the interfaces of other libraries: the persistence of `@effect/experimental`.
 * `ObjectStore.layerToKeyValueStore` makes a `KeyValueStore` of `@effect/platform`. Entries have the format of the cache, with its checksums, compression and
 * encryption, but no memory level: every read is a request.
 *
 * @since 0.1.0
 */
import "../effect/needsEffect3.js"
import type * as Persistence from "@effect/experimental/Persistence"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { rethrow } from "../Cache/installed/rethrow.js"
import { makeEntryFormat } from "./entry/EntryFormat.js"
import { describedStore } from "./objects/describedStore.js"
import { NamedEntries } from "./persistence/NamedEntries.js"
import { checkedFolder, folderOf, type S3PersistenceOptions } from "./persistence/S3PersistenceOptions.js"
import { ObjectStore } from "./service/ObjectStoreTag.js"

export type { S3PersistenceOptions } from "./persistence/S3PersistenceOptions.js"

/**
 * A `BackingPersistence` of `@effect/experimental` whose results are objects of the second level: they survive the
 * process, and are shared with others. `@effect/experimental` is loaded when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerBacking = (
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
 *   Effect.provide(S3Persistence.layerResult()),
 *   Effect.provide(ObjectStore.layerMemory())
 * )
 *
 * assert.deepEqual(await Effect.runPromise(program), Option.some(Exit.succeed("Ada")))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerResult = (
  options: S3PersistenceOptions = {}
): Layer.Layer<Persistence.ResultPersistence, CacheConfigError, ObjectStore> =>
  Layer.unwrapEffect(
    Effect.map(loadPersistence, (module) => Layer.provide(module.layerResult, backing(module, options)))
  )

const loadPersistence = Effect.tryPromise({
  try: async () => {
    try {
      return await import("@effect/experimental/Persistence")
    } catch (cause) {
      return rethrow(cause)
    }
  },
  catch: (cause) =>
    new CacheConfigError({
      cache: "S3Persistence",
      option: "@effect/experimental",
      value: "not installed",
      accepted: "installed next to effect-aws-cache: npm install @effect/experimental@0.61",
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
