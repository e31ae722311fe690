import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { emfDimension } from "../../src/Cache/metrics/emfDimension.js"
import { property } from "../support/property.js"

// What a dimension may be, by the reference of CloudWatch's API.
const isDimension = (value: string) =>
  value.length >= 1 && value.length <= 1024 && /^[\x20-\x7e]+$/.test(value) && /\S/.test(value) &&
  !value.startsWith(":")

describe("emfDimension", () => {
  for (const name of ["users", "a b", "x".repeat(250), "a:b", "prices/EUR"]) {
    it(`leaves ${name.slice(0, 20)} as it is`, () => {
      assert.strictEqual(emfDimension(name), name)
    })
  }

  for (
    const [name, pattern] of [
      ["", /^unnamed-[0-9a-f]{8}$/],
      ["  ", /^unnamed-[0-9a-f]{8}$/],
      ["preise-für-öl", /^preise-f_r-_l-[0-9a-f]{8}$/],
      ["line\nbreak", /^line_break-[0-9a-f]{8}$/],
      [":colon", /^_colon-[0-9a-f]{8}$/],
      ["x".repeat(251), /^x{241}-[0-9a-f]{8}$/]
    ] as const
  ) {
    it(`cleans ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.match(emfDimension(name), pattern)
    })
  }

  it("is one that CloudWatch takes, another one for each name", () => {
    const names = fc.string({ unit: "binary", maxLength: 400 })
    fc.assert(
      fc.property(names, names, (one, other) => {
        assert.isTrue(isDimension(emfDimension(one)))
        if (one !== other) assert.notStrictEqual(emfDimension(one), emfDimension(other))
      }),
      property(200)
    )
  })
})
