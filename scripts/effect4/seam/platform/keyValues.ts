/**
 * Key-value stores: `KeyValueStore` of Effect.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as KeyValueStore from "effect/persistence/KeyValueStore"

export const bytesUnder = (
  store: KeyValueStore.KeyValueStore,
  key: string
): Effect.Effect<Option.Option<Uint8Array>, { readonly message: string }> =>
  Effect.map(store.getUint8Array(key), Option.fromUndefinedOr)

export type KeyValueError = KeyValueStore.KeyValueStoreError

export const keyValueError = (
  method: string,
  message: string,
  cause: unknown,
  key: string | undefined
): KeyValueError =>
  new KeyValueStore.KeyValueStoreError({ method, message, cause, ...(key === undefined ? {} : { key }) })

export interface KeyValueVerbs {
  readonly get: (key: string) => Effect.Effect<Option.Option<string>, KeyValueError>
  readonly getUint8Array: (key: string) => Effect.Effect<Option.Option<Uint8Array>, KeyValueError>
  readonly set: (key: string, value: string | Uint8Array) => Effect.Effect<void, KeyValueError>
  readonly modify: (
    key: string,
    f: (value: string) => string
  ) => Effect.Effect<Option.Option<string>, KeyValueError>
  readonly modifyUint8Array: (
    key: string,
    f: (value: Uint8Array) => Uint8Array
  ) => Effect.Effect<Option.Option<Uint8Array>, KeyValueError>
  readonly remove: (key: string) => Effect.Effect<void, KeyValueError>
  readonly clear: Effect.Effect<void, KeyValueError>
  readonly size: Effect.Effect<number, KeyValueError>
  readonly keys: Effect.Effect<ReadonlyArray<string>, KeyValueError>
}

export const makeKeyValues = ({ get, getUint8Array, modify, modifyUint8Array, ...verbs }: KeyValueVerbs) =>
  KeyValueStore.make({
    ...verbs,
    get: (key) => Effect.map(get(key), Option.getOrUndefined),
    getUint8Array: (key) => Effect.map(getUint8Array(key), Option.getOrUndefined),
    modify: (key, f) => Effect.map(modify(key, f), Option.getOrUndefined),
    modifyUint8Array: (key, f) => Effect.map(modifyUint8Array(key, f), Option.getOrUndefined)
  })
