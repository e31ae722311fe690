import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeHttpBodyFinder } from "../servers/HttpBodyFinder.js"

/** The bytes that the finder takes for the body, and whether it knew the offset of each of them. */
const bodyOf = (finder: ReturnType<typeof makeHttpBodyFinder>, chunks: ReadonlyArray<Buffer>) => {
  const found: Array<number> = []
  for (const chunk of chunks) {
    const { offset, start } = finder.next(chunk)
    assert.strictEqual(offset, found.length)
    found.push(...chunk.subarray(start))
  }
  return Buffer.from(found)
}

const split = (bytes: Buffer, cuts: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end))
}

describe("HttpBodyFinder", () => {
  it("finds every body of a connection, however the bytes are split", () => {
    // Bodies and header values full of CR and LF are what could be mistaken for the end of a head.
    const text = fc.stringOf(fc.constantFrom("\r", "\n", "a", "\r\n"), { maxLength: 12 })
    const response = fc.record({ body: text, cuts: fc.array(fc.nat(), { maxLength: 6 }) })
    fc.assert(fc.property(fc.array(response, { minLength: 1, maxLength: 4 }), (responses) => {
      const finder = makeHttpBodyFinder()
      for (const { body, cuts } of responses) {
        finder.expectHead()
        const bytes = Buffer.from(`HTTP/1.1 200 OK\r\nX: \rb\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
        assert.deepStrictEqual(bodyOf(finder, split(bytes, cuts)).toString(), body)
      }
    }))
  })
})
