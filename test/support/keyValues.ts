/**
 * Key-value stores: Effect's own interface. It has a twin for Effect 4 in `scripts/effect4/test`.
 */
import { SystemError } from "@effect/platform/Error"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert } from "@effect/vitest"
import type { Schema } from "effect"

export const keyValueStore = KeyValueStore.KeyValueStore

/** The values of a schema in a store, with a prefix before their keys. */
export const valuesOf = <A, I>(store: KeyValueStore.KeyValueStore, schema: Schema.Schema<A, I>, prefix = "") =>
  KeyValueStore.prefix(store.forSchema(schema), prefix)

/** That an error tells which method failed, and of which key. */
export const assertFailed = (error: unknown, method: string, key: string): void => {
  assert.instanceOf(error, SystemError)
  assert.strictEqual(error._tag, "SystemError")
  assert.include(error.message, `KeyValueStore.${method} (${key})`)
}
