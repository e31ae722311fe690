import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeInParts } from "../../../src/Cache/files/writeInParts.js"

const partSize = 128 * 1024

/** What is appended for frames of such sizes, the first of them the header. */
const written = (sizes: ReadonlyArray<number | undefined>) =>
  Effect.gen(function*() {
    const parts: Array<Buffer> = []
    const append = (bytes: Uint8Array) => Effect.sync(() => void parts.push(Buffer.from(bytes)))
    const frames = sizes.map((size, at) => size === undefined ? undefined : Buffer.alloc(size, at))
    const [header = Buffer.alloc(0), ...items] = frames
    const count = yield* writeInParts(append, header, items, Effect.succeed)
    const whole = Buffer.concat(frames.flatMap((frame) => frame ?? []))
    assert.isTrue(Buffer.concat(parts).equals(whole))
    return { count, parts: parts.map(({ length }) => length) }
  })

describe("writeInParts", () => {
  const table: ReadonlyArray<readonly [string, ReadonlyArray<number | undefined>, ReadonlyArray<number>]> = [
    ["nothing but the header", [10], [10]],
    ["what fits into one part", [10, 20, 30], [60]],
    ["what is left out", [10, undefined, 30, undefined], [40]],
    ["a last frame that fills a part", [10, partSize - 10], [partSize]],
    ["a last frame that is larger than a part", [10, 20, 3 * partSize], [3 * partSize + 30]],
    ["a last frame that is left out after a full part", [10, partSize, undefined], [partSize + 10]],
    ["as many parts as it takes", [10, partSize / 2, partSize / 2, 1, 2], [partSize + 10, 3]],
    ["large frames one by one", [10, partSize, partSize, 5], [partSize + 10, partSize, 5]]
  ]
  for (const [what, sizes, parts] of table) {
    it.effect(`writes ${what}, all in order, and never an empty part`, () =>
      Effect.gen(function*() {
        const count = sizes.slice(1).filter((size) => size !== undefined).length
        assert.deepStrictEqual(yield* written(sizes), { count, parts })
      }))
  }

  it.effect("fails as a frame or its writing does, and asks for no more", () =>
    Effect.gen(function*() {
      const asked: Array<number> = []
      const frameOf = (item: number) =>
        Effect.suspend(() => {
          asked.push(item)
          return item === 3 ? Effect.fail("no frame") : Effect.succeed(new Uint8Array(partSize))
        })
      const header = new Uint8Array(1)
      assert.strictEqual(yield* Effect.flip(writeInParts(() => Effect.void, header, [1, 2, 3, 4], frameOf)), "no frame")
      assert.deepStrictEqual(asked.splice(0), [1, 2, 3])
      assert.strictEqual(yield* Effect.flip(writeInParts(() => Effect.fail("full"), header, [1, 2], frameOf)), "full")
      assert.deepStrictEqual(asked, [1])
    }))
})
