/** What unstorage asks of its drivers. Its own tests are not published: these are written anew after them. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { dictStorage } from "effect-aws-cache/keyv"
import { SyncTtlDict } from "effect-aws-cache/Ttl"
import { createStorage, restoreSnapshot, snapshot } from "unstorage"
import { storageDriver } from "../../examples/adapters/unstorage.js"
import { storages } from "../Keyv/storages.js"

for (const [name, make] of Object.entries(storages)) {
  describe(`unstorage over a storage of ${name}`, () => {
    const store = make()
    const open = () => createStorage({ driver: storageDriver(store()) })
    afterEach(() => store().clear())

    it("holds nothing at first", async () => {
      const storage = open()
      assert.isFalse(await storage.hasItem("s1:a"))
      assert.isNull(await storage.getItem("s2:a"))
      assert.deepStrictEqual(await storage.getKeys(), [])
    })

    it("items, their keys without what comes after a question mark", async () => {
      const storage = open()
      for (const key of ["s1:a", "s2:a", "s3:a?q=1"]) await storage.setItem(key, "data")
      assert.isTrue(await storage.hasItem("s1:a"))
      assert.strictEqual(await storage.getItem("s3:a?q=2"), "data")
      assert.sameMembers(await storage.getKeys(), ["s1:a", "s2:a", "s3:a"])
      assert.deepStrictEqual(await storage.getKeys("s1"), ["s1:a"])
    })

    it("keys to a depth", async () => {
      const storage = open()
      for (const key of ["a", "b:c:d", "b:c:e", "b:f"]) await storage.setItem(key, "data")
      assert.sameMembers(await storage.getKeys(undefined, { maxDepth: 0 }), ["a"])
      assert.sameMembers(await storage.getKeys(undefined, { maxDepth: 1 }), ["a", "b:f"])
      assert.sameMembers(await storage.getKeys(undefined, { maxDepth: 2 }), ["a", "b:f", "b:c:d", "b:c:e"])
    })

    it("objects, primitives, falsy values, and what has a toJSON", async () => {
      const storage = open()
      const values = { object: { n: [1] }, yes: true, no: false, zero: 0, text: "text" }
      for (const [key, value] of Object.entries(values)) {
        await storage.setItem(key, value)
        assert.deepStrictEqual(await storage.getItem(key), value)
      }
      await storage.setItem("json", { toJSON: () => ({ n: 1 }) })
      assert.deepStrictEqual(await storage.getItem("json"), { n: 1 })
    })

    it("raw bytes", async () => {
      const storage = open()
      await storage.setItemRaw("raw.bin", new Uint8Array([1, 2, 255]))
      assert.deepStrictEqual([...await storage.getItemRaw("raw.bin")], [1, 2, 255])
    })

    it("many items", async () => {
      const storage = open()
      await storage.setItems([{ key: "t:1", value: "one" }, { key: "t:2", value: "two" }])
      assert.deepStrictEqual(await storage.getItems(["t:1", { key: "t:2" }, "t:none"]), [
        { key: "t:1", value: "one" },
        { key: "t:2", value: "two" },
        { key: "t:none", value: null }
      ])
    })

    it("snapshots", async () => {
      await restoreSnapshot(open(), { initial: "works" })
      assert.deepStrictEqual(await snapshot(open(), ""), { initial: "works" })
    })

    it("removing and clearing", async () => {
      const storage = open()
      for (const key of ["s1:a", "s1:b", "s2:a"]) await storage.setItem(key, "data")
      await storage.removeItem("s1:b")
      assert.isFalse(await storage.hasItem("s1:b"))
      await storage.removeItem("none")
      assert.sameMembers(await storage.getKeys(), ["s1:a", "s2:a"])
      await storage.clear()
      await storage.clear()
      assert.deepStrictEqual(await storage.getKeys(), [])
    })
  })
}

describe("unstorage", () => {
  it("gives times to live in seconds", async () => {
    let now = 0
    const dict = new SyncTtlDict<string, unknown>({ now: () => now })
    const storage = createStorage({ driver: storageDriver(dictStorage(dict)) })
    await storage.setItem("a", "data", { ttl: 2 })
    now = 1999
    assert.isTrue(await storage.hasItem("a"))
    now = 2000
    assert.isFalse(await storage.hasItem("a"))
    await storage.dispose()
  })
})
