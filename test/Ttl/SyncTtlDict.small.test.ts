import { assert, describe, it } from "@effect/vitest"
import { dictStorage } from "effect-aws-cache/keyv"
import {
  availableMemory,
  CacheConfigError,
  estimate,
  memoryPressure,
  sampled,
  serialized,
  SyncTtlDict,
  type SyncTtlDictOptions
} from "effect-aws-cache/Sync"
import * as Ttl from "effect-aws-cache/Ttl"

const failure = (f: () => unknown): CacheConfigError => {
  try {
    f()
  } catch (error) {
    if (error instanceof CacheConfigError) return error
  }
  return assert.fail("no CacheConfigError")
}

describe("SyncTtlDict of effect-aws-cache/Sync", () => {
  it("holds 10,000 entries where no limit is given, and as many as they say where one is", () => {
    const dict = new SyncTtlDict<number, number>()
    for (let key = 0; key < 10_010; key++) dict.set(key, key)
    assert.strictEqual(dict.size, 10_000)
    const { POSITIVE_INFINITY } = Number
    const limits: ReadonlyArray<readonly [SyncTtlDictOptions<string, string>, maxSize: number, maxBytes: number]> = [
      [{}, 10_000, POSITIVE_INFINITY],
      [{ weigher: estimate }, 10_000, POSITIVE_INFINITY],
      [{ maxSize: 5 }, 5, POSITIVE_INFINITY],
      [{ maxSize: POSITIVE_INFINITY }, POSITIVE_INFINITY, POSITIVE_INFINITY],
      [{ maxBytes: POSITIVE_INFINITY }, POSITIVE_INFINITY, POSITIVE_INFINITY],
      [{ maxBytes: "1K", weigher: estimate }, POSITIVE_INFINITY, 1024],
      [{ maxSize: 5, maxBytes: 1024, weigher: estimate }, 5, 1024]
    ]
    for (const [options, maxSize, maxBytes] of limits) {
      const { limits: held } = new SyncTtlDict(options)
      assert.deepStrictEqual(held, { timeToLive: POSITIVE_INFINITY, maxSize, maxBytes })
    }
  })

  it("measures with the weighers that are imported, as the names of effect-aws-cache/Ttl do", () => {
    const weighers = { estimate, sampled, serialized }
    for (const name of ["estimate", "sampled", "serialized"] as const) {
      const small = new SyncTtlDict<string, object>({ maxBytes: "1M", weigher: weighers[name] })
      const whole = new Ttl.SyncTtlDict<string, object>({ maxBytes: "1M", weigher: name })
      for (const dict of [small, whole]) dict.set("a", { list: [1, 2, 3], text: "x".repeat(100) })
      assert.isAbove(small.byteSize, 128)
      assert.strictEqual(small.byteSize, whole.byteSize)
    }
  })

  it("measures nothing without a weigher, and says what a limit of bytes needs", () => {
    const dict = new SyncTtlDict<string, string>({ maxSize: 2 })
    dict.set("a", "x".repeat(1000))
    assert.strictEqual(dict.byteSize, 0)
    assert.strictEqual(dict.peekEntry("a")?.weight, 0)
    dict.resize({ maxBytes: Number.POSITIVE_INFINITY })
    for (const refused of [() => new SyncTtlDict({ maxBytes: "1M" }), () => dict.resize({ maxBytes: 1024 })]) {
      const { cache, message, option } = failure(refused)
      assert.deepStrictEqual([cache, option], ["SyncTtlDict", "maxBytes"])
      assert.include(message, "along with a weigher, such as estimate of effect-aws-cache/Sync")
    }
    assert.strictEqual(dict.get("a"), "x".repeat(1000))
  })

  it("knows no share of the memory, and says who does", () => {
    const { message } = failure(() => new SyncTtlDict({ maxBytes: "25%", weigher: estimate }))
    assert.include(message, "availableMemory()")
    assert.isTrue(Number.isSafeInteger(availableMemory()))
    const maxBytes = Math.floor(availableMemory() / 4)
    assert.strictEqual(new SyncTtlDict({ maxBytes, weigher: estimate }).limits.maxBytes, maxBytes)
    assert.strictEqual(new Ttl.SyncTtlDict({ maxBytes: "25%" }).limits.maxBytes, maxBytes)
  })

  it("gives memory back by the watch that is imported", () => {
    const heap = { used: 0, limit: 1000 }
    const dict = new SyncTtlDict<number, string>({
      weigher: () => 10,
      memoryPressure: memoryPressure({ share: 0.5, heap: () => heap })
    })
    for (let key = 0; key < 256; key++) dict.set(key, "")
    assert.strictEqual(dict.size, 256)
    heap.used = 1500
    for (let key = 0; key < 256; key++) dict.set(key, "")
    assert.strictEqual(dict.size, 156)
    assert.strictEqual(failure(() => memoryPressure({ share: 2 })).option, "memoryPressure.share")
  })

  it("refuses what only that of effect-aws-cache/Ttl takes, by the name of the option", () => {
    for (
      const [option, value] of [["weigher", "estimate"], ["memoryPressure", true], ["memoryPressure", {}]] as const
    ) {
      const options: object = { [option]: value }
      const { cache, message, option: told } = failure(() => new SyncTtlDict(options))
      assert.deepStrictEqual([cache, told], ["SyncTtlDict", option])
      assert.include(message, "effect-aws-cache/Sync")
    }
  })

  it("refuses weights that are none, and changes nothing then", () => {
    const dict = new SyncTtlDict<string, number>({ maxBytes: "1K", weigher: (_, value) => value })
    dict.set("a", 1)
    for (const weight of [-1, 0.5, Number.NaN]) {
      assert.strictEqual(failure(() => dict.set("b", weight)).option, "weigher")
    }
    assert.deepStrictEqual([...dict.keys()], ["a"])
  })

  it("is what a storage for Keyv takes", async () => {
    const storage = dictStorage(new SyncTtlDict<string, unknown>({ maxSize: 1 }))
    await storage.set("a", 1)
    await storage.set("b", 2)
    assert.deepStrictEqual([await storage.get("a"), await storage.get("b")], [undefined, 2])
  })

  it("is named in errors and warnings as the class is, unless it is given a name", () => {
    for (const Dict of [SyncTtlDict, Ttl.SyncTtlDict]) {
      assert.strictEqual(new Dict<string, number>({ maxSize: 1 }).name, "SyncTtlDict")
      assert.strictEqual(failure(() => new Dict({ maxSize: -1 })).cache, "SyncTtlDict")
      assert.strictEqual(failure(() => new Dict({ name: "users", maxSize: -1 })).cache, "users")
    }
  })
})
