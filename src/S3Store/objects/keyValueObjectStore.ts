/**
 * An object store in a key-value store.
 *
 * @since 1.0.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { withCallOptions } from "../../Cache/options/checkOptions.js"
import { bytesUnder } from "../../effect/platform/keyValues.js"
import { KeyedMutex } from "../common/KeyedMutex.js"
import { ConditionalOutcome, LoadOutcome, type ObjectStore } from "./ObjectStore.js"
import { ObjectStoreError } from "./ObjectStoreErrors.js"
import { fromPlatformError } from "./platformFailure.js"

/**
 * How an object store uses a key-value store.
 *
 * @since 1.0.0
 * @category models
 */
export interface KeyValueObjectStoreOptions {
  /** What all keys begin with. Default `"cache/"`. */
  readonly keyPrefix?: string | undefined
  /**
   * Whether to write and remove on conditions. A key-value store knows no conditions; `"process"` compares and then
   * writes, which is right as long as this process is the only one that uses the store, through one `ObjectStore`. With
   * `"off"` (default) `add` and `replace` fail with reason `ConditionalWritesUnsupported`, and `removeIfMatch` is
   * `unsupported`.
   */
  readonly conditions?: "process" | "off" | undefined
}

/**
 * Objects as values of a `KeyValueStore` of `@effect/platform`. It cannot list them: `list` fails with reason
 * `ListUnsupported`. Etags are SHA-256 of the content.
 */
export const makeKeyValueObjectStore = (
  options: KeyValueObjectStoreOptions = {}
): Effect.Effect<ObjectStore, never, KeyValueStore.KeyValueStore> =>
  Effect.map(
    withCallOptions("key-value object store", options, kinds, KeyValueStore.KeyValueStore),
    (store) => {
      const { conditions = "off", keyPrefix = "cache/" } = options
      const description = `key-value store, ${keyPrefix}`
      const locks = new KeyedMutex<string>()

      const get = (operation: string, name: string) =>
        Effect.mapError(bytesUnder(store, keyPrefix + name), fromPlatformError(operation, keyPrefix + name))

      const set = (operation: string, name: string, body: Uint8Array) =>
        Effect.as(
          Effect.mapError(
            store.set(keyPrefix + name, new Uint8Array(body)),
            fromPlatformError(operation, keyPrefix + name)
          ),
          Option.some(etagOf(body))
        )

      const remove = (name: string) =>
        locks.withLock(
          name,
          Effect.mapError(store.remove(keyPrefix + name), fromPlatformError("remove", keyPrefix + name))
        )

      const unsupported = (
        reason: "ConditionalWritesUnsupported" | "ListUnsupported",
        operation: string,
        name: string
      ) =>
        new ObjectStoreError({
          reason,
          operation,
          target: keyPrefix + name,
          detail: reason === "ListUnsupported"
            ? "a key-value store does not tell its keys"
            : "a key-value store knows no conditions; where this process alone uses it, set the option conditions"
        })

      const writeIf = (operation: string, name: string, body: Uint8Array, expected: Option.Option<string>) =>
        conditions === "off"
          ? unsupported("ConditionalWritesUnsupported", operation, name)
          : locks.withLock(
            name,
            Effect.flatMap(
              get(operation, name),
              (found): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
                Option.getOrUndefined(Option.map(found, etagOf)) === Option.getOrUndefined(expected)
                  ? Effect.map(set(operation, name, body), (etag) => ConditionalOutcome.Written({ etag }))
                  : Effect.succeed(ConditionalOutcome.Refused())
            )
          )

      return {
        description,
        place: keyPrefix,
        load: (name, options) =>
          Effect.map(
            get("load", name),
            Option.match({
              onNone: () => LoadOutcome.Absent(),
              onSome: (body) => {
                const etag = etagOf(body)
                return etag === options?.ifNoneMatch
                  ? LoadOutcome.Unchanged()
                  : LoadOutcome.Found({
                    body: new Uint8Array(body.subarray(0, options?.firstBytes)),
                    size: body.length,
                    etag
                  })
              }
            })
          ),
        save: (name, body) => locks.withLock(name, set("save", name, body)),
        add: (name, body) => writeIf("add", name, body, Option.none()),
        replace: (name, body, etag) => writeIf("replace", name, body, Option.some(etag)),
        remove,
        removeIfMatch: (name, etag) =>
          conditions === "off" ? Effect.succeed("unsupported") : locks.withLock(
            name,
            Effect.flatMap(get("remove", name), (found) =>
              Option.exists(found, (body) => etagOf(body) === etag)
                ? Effect.as(
                  Effect.mapError(store.remove(keyPrefix + name), fromPlatformError("remove", keyPrefix + name)),
                  "removed" as const
                )
                : Effect.succeed("refused" as const))
          ),
        removeAll: (names) => Effect.forEach(names, remove, { concurrency: 8, discard: true }),
        list: (prefix) => Stream.fail(unsupported("ListUnsupported", "list", prefix))
      }
    }
  )

const kinds: OptionKinds<KeyValueObjectStoreOptions> = { keyPrefix: "text", conditions: ["process", "off"] }

const etagOf = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex")
