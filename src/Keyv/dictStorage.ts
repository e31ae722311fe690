/**
 * A storage for Keyv over a dictionary.
 *
 * @since 1.0.0
 */
import type { SyncDict } from "../Ttl/SyncDict.js"
import { KeyvStorage } from "./KeyvStorage.js"

/**
 * A storage for Keyv over a `SyncTtlDict`, with its limits: what is too large for it is refused, with
 * `EntryTooLargeError`, and entries are evicted. Entries that Keyv gives no time to live have that of the dictionary.
 *
 * `clear` of a namespace, and iterating, look at all keys at once.
 *
 * @example
 * ```ts
 * import { dictStorage } from "effect-aws-cache/keyv"
 * import { SyncTtlDict } from "effect-aws-cache/Ttl"
 * import Keyv from "keyv"
 * import * as assert from "node:assert/strict"
 *
 * const dict = new SyncTtlDict<string, unknown>({ maxBytes: "64M", timeToLive: "10 minutes" })
 * const keyv = new Keyv({ store: dictStorage(dict), namespace: "users" })
 *
 * await keyv.set("ada", { name: "Ada" })
 * assert.deepEqual(await keyv.get("ada"), { name: "Ada" })
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const dictStorage = (dict: SyncDict<string, unknown>): KeyvStorage => {
  const keysOf = (prefix: string | undefined): ReadonlyArray<string> => {
    const keys = [...dict.keys()]
    return prefix === undefined ? keys : keys.filter((key) => key.startsWith(prefix))
  }
  return new KeyvStorage({
    get: async (key) => dict.get(key),
    getMany: async (keys) => [...dict.getMany(keys)],
    set: async (key, value, ttl) => {
      dict.set(key, value, ttl === undefined ? undefined : { timeToLive: ttl })
    },
    hasMany: async (keys) => [...dict.hasMany(keys)],
    removeMany: async (keys) => keys.map((key) => dict.delete(key)),
    clear: async (prefix) => {
      if (prefix === undefined) return dict.clear()
      dict.removeMany(keysOf(prefix))
    },
    async *iterate(prefix) {
      for (const key of keysOf(prefix)) {
        if (dict.has(key)) yield [key, dict.peek(key)]
      }
    },
    flush: async () => {}
  })
}
