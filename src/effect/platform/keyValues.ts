/**
 * Key-value stores: `KeyValueStore` of `@effect/platform`.
 */
import * as PlatformError from "@effect/platform/Error"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

/** What a key has as its value. */
export const bytesUnder = (
  store: KeyValueStore.KeyValueStore,
  key: string
): Effect.Effect<Option.Option<Uint8Array>, { readonly message: string }> => store.getUint8Array(key)

/** What a key-value store fails with. */
export type KeyValueError = PlatformError.PlatformError

/** Makes that error. */
export const keyValueError = (
  method: string,
  message: string,
  cause: unknown,
  key: string | undefined
): KeyValueError =>
  new PlatformError.SystemError({
    reason: "Unknown",
    module: "KeyValueStore",
    method,
    description: message,
    cause,
    ...(key === undefined ? {} : { pathOrDescriptor: key })
  })

/** What a key-value store does. */
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

/** Makes a key-value store. */
export const makeKeyValues = ({ keys: _, ...verbs }: KeyValueVerbs): KeyValueStore.KeyValueStore =>
  KeyValueStore.make(verbs)
