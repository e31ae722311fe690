/**
 * The second level as a `KeyValueStore` of `@effect/platform`.
 */
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { cutText } from "../../Cache/printing/cutText.js"
import { keyValueError, makeKeyValues } from "../../effect/platform/keyValues.js"
import { makeEntryFormat } from "../entry/EntryFormat.js"
import { describedStore } from "../objects/describedStore.js"
import { type ObjectStore, objectStoreTag } from "../objects/ObjectStore.js"
import { NamedEntries } from "./NamedEntries.js"
import { checkedFolder, type S3PersistenceOptions } from "./S3PersistenceOptions.js"

/** Makes a `KeyValueStore` whose values are objects of the second level. */
export const makeKeyValueStore = (
  options: S3PersistenceOptions = {}
): Effect.Effect<KeyValueStore.KeyValueStore, CacheConfigError, ObjectStore> =>
  Effect.gen(function*() {
    const folder = yield* checkedFolder(options, "key-value")
    const l2 = describedStore(yield* objectStoreTag)
    const entries = new NamedEntries(
      l2,
      yield* makeEntryFormat(options, l2.place, l2.maxObjectBytes, "S3Persistence"),
      folder
    )
    const failing = (method: string, key?: string) => (cause: { readonly message: string }) =>
      keyValueError(method, cause.message, cause, key === undefined ? undefined : cutText(key, 200))
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
    return makeKeyValues({
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
      size: Effect.mapError(entries.size, failing("size")),
      keys: Effect.mapError(entries.keys, failing("keys"))
    })
  })
