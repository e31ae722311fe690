import { assert, describe, it } from "@effect/vitest"
import { BentoCache, bentostore } from "bentocache"
import { registerCacheDriverTestSuite } from "bentocache/test_suite"
import type { CacheDriver, CacheDriverOptions } from "bentocache/types"
import { SyncTtlDict } from "effect-aws-cache/Ttl"
import { dictDriver } from "../../examples/adapters/bentocacheDict.js"
import { storageDriver } from "../../examples/adapters/bentocacheStorage.js"
import { storages } from "../Keyv/storages.js"
import { japa } from "./japa.js"

const register = (createDriver: (options: CacheDriverOptions) => CacheDriver<boolean>) =>
  registerCacheDriverTestSuite({
    test: japa.test,
    group: japa.group,
    createDriver: (options) => createDriver({ prefix: "tests", ...options })
  })

describe("bentocache's own tests over SyncTtlDict", () => {
  const dict = new SyncTtlDict<string, string>()
  register(dictDriver(dict).factory)
})

for (const [name, make] of Object.entries(storages)) {
  describe(`bentocache's own tests over a storage of ${name}`, () => {
    const store = make()
    register((options) => storageDriver(store()).factory(options))

    it("two levels", async () => {
      const dict = new SyncTtlDict<string, string>({ maxBytes: "1M" })
      const cacheOver = (dict: SyncTtlDict<string, string>) =>
        new BentoCache({
          default: "main",
          stores: { main: bentostore().useL1Layer(dictDriver(dict)).useL2Layer(storageDriver(store())) }
        })
      const cache = cacheOver(dict)
      assert.deepStrictEqual(await cache.getOrSet({ key: "x", ttl: "5m", factory: () => ({ n: 1 }) }), { n: 1 })
      assert.strictEqual(dict.size, 1)
      const another = cacheOver(new SyncTtlDict<string, string>())
      assert.deepStrictEqual(await another.getOrSet({ key: "x", factory: () => assert.fail("it is there") }), { n: 1 })
      await another.clear()
      assert.isUndefined(await cacheOver(new SyncTtlDict<string, string>()).get({ key: "x" }))
    })
  })
}
