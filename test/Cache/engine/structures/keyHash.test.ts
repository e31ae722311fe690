import { assert, describe, it } from "@effect/vitest"
import { keyHash } from "../../../../src/Cache/engine/structures/keyHash.js"

/** Two texts of zeros and ones that differ at each place, and whose sums of powers of any odd number are one modulo 2^32. */
const thueMorseTexts = (length: number): readonly [string, string] => {
  const texts = ["", ""]
  const odd = [false, false]
  for (let at = 0; at < length; at++) {
    const isDown = at.toString(2).replaceAll("0", "").length % 2 === 1
    const first = odd[0] === isDown ? 0 : 1
    odd[first] = odd[first] !== true
    for (const text of [0, 1]) texts[text] += text === first ? "\u0001" : "\u0000"
  }
  return [texts[0] ?? "", texts[1] ?? ""]
}

describe("hashes of keys", () => {
  it("differ for texts that are one in a polynomial, whatever the secret of the process is", () => {
    for (const length of [256, 512, 1024]) {
      const [one, other] = thueMorseTexts(length)
      assert.notStrictEqual(one, other)
      assert.notStrictEqual(keyHash(one, undefined), keyHash(other, undefined))
      assert.strictEqual(keyHash(one, undefined), keyHash(`${one}`, undefined))
    }
  })
})
