import { assert, describe, it } from "@effect/vitest"
import { Cause, Data, Either, Exit, Option } from "effect"

class Refused extends Data.TaggedError("Refused")<{ readonly attempts: number }> {}

const different: ReadonlyArray<readonly [what: string, one: unknown, other: unknown]> = [
  ["a none and a some", Option.none(), Option.some(1)],
  ["a none and a some of undefined", Option.none(), Option.some(undefined)],
  ["a some of none and a some of some", Option.some(Option.none()), Option.some(Option.some(1))],
  ["a none and a left", Option.none(), Either.left(1)],
  ["a none and a right", Option.none(), Either.right(1)],
  ["a none and an exit", Option.none(), Exit.succeed(1)],
  ["a some and an exit", Option.some(1), Exit.succeed(1)],
  ["exits with a none and a some", Exit.succeed(Option.none()), Exit.succeed(Option.some(1))],
  ["errors with other properties", new Refused({ attempts: 1 }), new Refused({ attempts: 2 })],
  ["causes of such errors", Cause.fail(new Refused({ attempts: 1 })), Cause.fail(new Refused({ attempts: 2 }))],
  ["exits with such errors", Exit.fail(new Refused({ attempts: 1 })), Exit.fail(new Refused({ attempts: 2 }))],
  ["lefts of such errors", Either.left(new Refused({ attempts: 1 })), Either.left(new Refused({ attempts: 2 }))],
  ["errors with other causes", new Error("", { cause: 1 }), new Error("", { cause: 2 })],
  ["an instance and a plain object", new Data.Error({ message: "" }), { message: "" }]
]

const places: ReadonlyArray<readonly [where: string, put: (value: unknown) => object]> = [
  ["in a record", (value) => ({ value })],
  ["in an array", (value) => [value]],
  ["in arrays and records", (value) => [1, { deep: [value] }]],
  ["in a Map", (value) => new Map([["key", value]])]
]

/** Whether an assertion holds. */
const passes = (assertion: () => void): boolean => {
  try {
    assertion()
    return true
  } catch {
    return false
  }
}

describe("the deep comparisons of assert", () => {
  for (const [what, one, other] of different) {
    it(`tell apart ${what}`, () => {
      assert.isFalse(passes(() => assert.deepStrictEqual(one, other)))
      assert.isFalse(passes(() => assert.deepStrictEqual(other, one)))
      for (const [where, put] of places) {
        assert.isFalse(passes(() => assert.deepStrictEqual(put(one), put(other))), where)
        assert.isFalse(passes(() => assert.deepEqual(put(one), put(other))), where)
        assert.isFalse(passes(() => assert.deepInclude({ a: put(one) }, { a: put(other) })), where)
        assert.isFalse(passes(() => assert.sameDeepMembers([put(one)], [put(other)])), where)
        assert.isTrue(passes(() => assert.notDeepEqual(put(one), put(other))), where)
        assert.isTrue(passes(() => assert.deepStrictEqual(put(one), put(one))), where)
      }
    })
  }

  it("find equal what is", () => {
    for (const make of [() => Option.some([1]), () => Option.none(), () => Exit.fail(new Refused({ attempts: 1 }))]) {
      for (const [where, put] of places) {
        assert.isTrue(passes(() => assert.deepStrictEqual(put(make()), put(make()))), where)
        assert.isFalse(passes(() => assert.notDeepEqual(put(make()), put(make()))), where)
      }
    }
  })
})
