/**
 * Key-value stores: Effect's own interface.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import type * as Schema from "effect/Schema"

export const keyValueStore = Effect.map(KeyValueStore.KeyValueStore, (store) => ({
  ...store,
  store,
  get: (key: string) => Effect.map(store.get(key), Option.fromUndefinedOr),
  getUint8Array: (key: string) => Effect.map(store.getUint8Array(key), Option.fromUndefinedOr),
  modify: (key: string, f: (value: string) => string) => Effect.map(store.modify(key, f), Option.fromUndefinedOr),
  modifyUint8Array: (key: string, f: (value: Uint8Array) => Uint8Array) =>
    Effect.map(store.modifyUint8Array(key, f), Option.fromUndefinedOr)
}))

export const valuesOf = <A, I>(
  { store }: { readonly store: KeyValueStore.KeyValueStore },
  schema: Schema.Codec<A, I>,
  prefix = ""
) => KeyValueStore.toSchemaStore(KeyValueStore.prefix(store, prefix), schema)

export const assertFailed = (error: unknown, method: string, key: string): void => {
  assert.instanceOf(error, KeyValueStore.KeyValueStoreError)
  assert.strictEqual(error._tag, "KeyValueStoreError")
  assert.deepStrictEqual([error.method, error.key], [method, key])
}
