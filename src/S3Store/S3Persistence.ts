/**
 * The second level under the interfaces of other libraries: the persistence of `@effect/experimental`.
 * `ObjectStore.layerToKeyValueStore` makes a `KeyValueStore` of `@effect/platform`. Entries have the format of the cache, with its checksums, compression and
 * encryption, but no memory level: every read is a request.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import {
  type BackingPersistence,
  layerBacking as layerOfBacking,
  layerOverBacking,
  loadPersistence,
  type PersistedValues,
  persistencePackage,
  type ResultPersistence
} from "../effect/platform/persistence.js"
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
 * @since 1.0.0
 * @category layers
 */
export const layerBacking = (
  options: S3PersistenceOptions = {}
): Layer.Layer<BackingPersistence, CacheConfigError, ObjectStore> =>
  Layer.unwrapEffect(Effect.map(loaded, (module) => layerOfBacking(module, makeValues(options))))

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
 * @since 1.0.0
 * @category layers
 */
export const layerResult = (
  options: S3PersistenceOptions = {}
): Layer.Layer<ResultPersistence, CacheConfigError, ObjectStore> =>
  Layer.unwrapEffect(
    Effect.map(loaded, (module) => Layer.provide(layerOverBacking(module), layerOfBacking(module, makeValues(options))))
  )

const loaded = Effect.tryPromise({
  try: loadPersistence,
  catch: (cause) =>
    new CacheConfigError({
      cache: "S3Persistence",
      option: "@effect/experimental",
      value: "not installed",
      accepted: `installed next to effect-aws-cache: npm install ${persistencePackage}`,
      cause
    })
})

const makeValues = (options: S3PersistenceOptions) =>
  Effect.gen(function*() {
    const folder = yield* checkedFolder(options, "persistence")
    const store = describedStore(yield* ObjectStore)
    const format = yield* makeEntryFormat(options, store.place, store.maxObjectBytes, "S3Persistence")
    return (storeId: string): PersistedValues => {
      const entries = new NamedEntries(store, format, `${folder}/${folderOf(storeId)}`)
      return {
        get: entries.get,
        set: (key, value, timeToLive) => entries.set(key, "json", value, timeToLive),
        remove: entries.remove,
        clear: entries.clear
      }
    }
  })
