import type { KeyvStorage } from "effect-aws-cache/keyv"
import { defineDriver } from "unstorage"

// A driver for unstorage, over what `dictStorage` or `s3CacheStorage` makes: `createStorage({ driver: storageDriver(store) })`.
export const storageDriver = defineDriver((storage: KeyvStorage) => {
  // Where all keys are meant, unstorage gives no base, or an empty one.
  const keysOf = async (base = "") => {
    const keys: Array<string> = []
    for await (const [key] of storage.iterator<string>()) {
      if (key?.startsWith(base) === true) keys.push(key)
    }
    return keys
  }
  return {
    name: "effect-aws-cache",
    options: storage,
    getInstance: () => storage,
    hasItem: (key) => storage.has(key),
    getItem: async (key) => await storage.get<string>(key) ?? null,
    // unstorage gives times to live in seconds.
    setItem: async (key, value, { ttl }: { readonly ttl?: number } = {}) => {
      await storage.set(key, value, ttl === undefined ? undefined : ttl * 1000)
    },
    removeItem: async (key) => {
      await storage.delete(key)
    },
    getKeys: keysOf,
    clear: () => storage.clear(),
    dispose: () => storage.disconnect()
  }
})
