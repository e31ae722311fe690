import { assert, describe, it } from "@effect/vitest"
import { type HeapReading, readHeap, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { getHeapStatistics } from "node:v8"
import { start } from "../../programs/program.js"

/** A heap that says what the test tells it, and how often it was asked. */
const fakeHeap = (limit = 1000) => {
  const heap = { used: 0, reads: 0 }
  return Object.assign(heap, {
    read: (): HeapReading => {
      heap.reads++
      return { used: heap.used, limit }
    }
  })
}

const weighed = { maxBytes: 100_000, weigher: () => 10 }

/** A dictionary with entries of 10 bytes each, that reads the heap at every sweep. */
const swept = (heap: { readonly read: () => HeapReading }, share: number | undefined = 0.8) =>
  Effect.gen(function*() {
    const dict = yield* TtlDict.make<number, number>({
      ...weighed,
      sweepInterval: "1 second",
      memoryPressure: { share, heap: heap.read }
    })
    for (let at = 0; at < 100; at++) yield* dict.set(at, at)
    return dict
  })

const sweep = TestClock.adjust("1 second")

describe("memory pressure", () => {
  it.scoped("leaves the dictionary alone up to the share of the limit", () =>
    Effect.gen(function*() {
      const heap = fakeHeap()
      const dict = yield* swept(heap)
      heap.used = 800
      yield* sweep
      assert.strictEqual(heap.reads, 1)
      assert.strictEqual(yield* dict.size, 100)
    }))

  it.scoped("gives back what the heap is above it, the least recently used first", () =>
    Effect.gen(function*() {
      const heap = fakeHeap()
      const dict = yield* swept(heap)
      yield* dict.get(0)
      heap.used = 895
      yield* sweep
      assert.strictEqual(yield* dict.byteSize, 900)
      assert.deepStrictEqual((yield* dict.keys).slice(0, 2), [11, 12])
      assert.isTrue(yield* dict.has(0))
      assert.strictEqual((yield* dict.stats).evicted, 10)
    }))

  it("evicts 1,024 entries at a write at the most, and the rest with the next ones", () => {
    const heap = fakeHeap(100_000)
    const dict = new SyncTtlDict<number, number>({
      ...weighed,
      memoryPressure: { share: 0.8, heap: heap.read }
    })
    for (let at = 0; at < 4000; at++) dict.set(at, at)
    heap.used = 110_000
    let before = dict.size
    let most = 0
    for (let at = 0; at < 400; at++) {
      dict.set(0, at)
      most = Math.max(most, before - dict.size)
      before = dict.size
    }
    assert.isAtMost(most, 1024)
    assert.strictEqual(dict.byteSize, 10_000)
  })

  it.scoped("asks for it once while garbage is not collected", () =>
    Effect.gen(function*() {
      const heap = fakeHeap()
      const dict = yield* swept(heap)
      heap.used = 900
      yield* sweep
      yield* sweep
      yield* sweep
      assert.strictEqual(yield* dict.byteSize, 900)
      // It has grown since: so much more.
      heap.used = 950
      yield* sweep
      assert.strictEqual(yield* dict.byteSize, 850)
      yield* sweep
      assert.strictEqual(yield* dict.byteSize, 850)
    }))

  it.scoped("asks for more when the heap is too full after it was collected", () =>
    Effect.gen(function*() {
      const heap = fakeHeap()
      const dict = yield* swept(heap)
      heap.used = 900
      yield* sweep
      heap.used = 860
      yield* sweep
      assert.strictEqual(yield* dict.byteSize, 840)
      heap.used = 700
      yield* sweep
      heap.used = 810
      yield* sweep
      assert.strictEqual(yield* dict.byteSize, 830)
    }))

  it.scoped("empties the dictionary when all of it is not enough, which then works as before", () =>
    Effect.gen(function*() {
      const heap = fakeHeap(1e6)
      const dict = yield* swept(heap)
      heap.used = 1e6
      yield* sweep
      assert.strictEqual(yield* dict.size, 0)
      heap.used = 0
      for (let at = 0; at < 100; at++) yield* dict.set(at, at)
      yield* sweep
      assert.strictEqual(yield* dict.size, 100)
      assert.strictEqual((yield* dict.limits).maxBytes, 100_000)
    }))

  it.scoped("reads the heap at every 256th write", () =>
    Effect.gen(function*() {
      const heap = fakeHeap()
      const dict = yield* TtlDict.make<number, number>({ ...weighed, memoryPressure: { heap: heap.read } })
      for (let at = 0; at < 255; at++) yield* dict.set(at, at)
      assert.strictEqual(heap.reads, 0)
      heap.used = 900
      yield* dict.set(255, 255)
      assert.strictEqual(heap.reads, 1)
      assert.strictEqual(yield* dict.byteSize, 2510)
      // The entry just written stays.
      assert.isTrue(yield* dict.has(255))
      for (let at = 0; at < 256; at++) yield* dict.getOrCompute(at + 1000, Effect.succeed(1))
      assert.strictEqual(heap.reads, 2)
    }))

  it.scoped("reads the heap after a mebibyte was written", () =>
    Effect.gen(function*() {
      const heap = fakeHeap()
      const dict = yield* TtlDict.make<number, number>({
        maxBytes: Infinity,
        weigher: () => 400_000,
        memoryPressure: { heap: heap.read }
      })
      for (let at = 0; at < 9; at++) yield* dict.set(at, at)
      assert.strictEqual(heap.reads, 3)
    }))

  it.scoped("tells the hook why", () =>
    Effect.gen(function*() {
      const heap = fakeHeap()
      const removed: Array<readonly [number, string]> = []
      const dict = yield* TtlDict.make<number, number>({
        ...weighed,
        memoryPressure: { share: 0.5, heap: heap.read },
        onRemoval: (key: number, _: number, reason) => Effect.sync(() => removed.push([key, reason]))
      })
      heap.used = 520
      for (let at = 0; at < 256; at++) yield* dict.set(at, at)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(removed, [[0, "evicted"], [1, "evicted"]])
    }))

  it("works without Effect too", () => {
    const heap = fakeHeap()
    const dict = new SyncTtlDict<number, number>({ ...weighed, memoryPressure: { heap: heap.read } })
    heap.used = 860
    for (let at = 0; at < 256; at++) dict.set(at, at)
    assert.deepStrictEqual([...dict.keys()].slice(0, 1), [1])
  })

  it.scoped("is not bothered by a heap that fails or says nothing", () =>
    Effect.gen(function*() {
      const dict = yield* swept({
        read: () => {
          throw new Error("no heap")
        }
      })
      yield* sweep
      assert.strictEqual(yield* dict.size, 100)
      const other = yield* swept({ read: () => ({ used: Number.NaN, limit: 1 }) })
      yield* sweep
      assert.strictEqual(yield* other.size, 100)
    }))

  it.scoped("is off by default, and refuses what is no share", () =>
    Effect.gen(function*() {
      for (
        const memoryPressure of [undefined, false, true, {}, { share: 0.5 }, { share: undefined, heap: undefined }]
      ) {
        yield* TtlDict.make({ memoryPressure })
      }
      for (const share of [0, 1, -0.5, 85, Number.NaN]) {
        const error = yield* Effect.flip(TtlDict.make({ name: "bad", memoryPressure: { share } }))
        assert.strictEqual(
          error.message,
          `bad: memoryPressure.share is ${share}, but must be a number above 0 and below 1`
        )
      }
      const untyped = { memoryPressure: "on" }
      const make = (options: object) => Effect.flip(TtlDict.make(options))
      assert.strictEqual((yield* make(untyped)).option, "memoryPressure")
      assert.strictEqual((yield* make({ memoryPressure: { heap: 5 } })).option, "memoryPressure.heap")
    }))

  it("reads the heap of V8", () => {
    const { limit, used } = readHeap()
    const both = getHeapStatistics().heap_size_limit
    assert.isAtLeast(limit, both / 4)
    assert.isBelow(limit, both)
    assert.isAbove(used, 1_000_000)
    assert.isBelow(used, limit)
  })

  it.scopedLive("keeps a process alive whose dictionary has no limit of its own", () =>
    Effect.gen(function*() {
      const program = yield* start(
        "test/support/pressedMain.js",
        // What stands in the arguments counts.
        { NODE_OPTIONS: "--max_old_space_size=2000" },
        [],
        ["--max-old-space-size=64"]
      )
      assert.strictEqual(yield* program.ended, 0, program.stderr())
      const { limit, size, written } = JSON.parse(program.stdout())
      assert.strictEqual(limit, 48 * 1024 * 1024)
      assert.strictEqual(written, 150_000)
      // It was not thrown away either.
      assert.isAbove(size, 10_000)
    }))
})
