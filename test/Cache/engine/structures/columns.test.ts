import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Bytes, Floats, Ints, Shorts } from "../../../../src/Cache/engine/structures/columns.js"
import { listViolations } from "../../../../src/Cache/engine/structures/listViolations.js"
import { SlotLists } from "../../../../src/Cache/engine/structures/SlotLists.js"
import { property } from "../../../support/property.js"

const kinds = {
  Ints: () => new Ints(),
  Floats: () => new Floats(),
  Shorts: () => new Shorts(),
  Bytes: () => new Bytes()
}

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("one" as const), times: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("many" as const), by: fc.integer({ min: 2, max: 300 }) }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("most" as const), by: fc.integer({ min: 0, max: 200 }) }) },
  { weight: 6, arbitrary: fc.record({ _tag: fc.constant("put" as const), at: fc.nat(), value: fc.nat(255) }) }
)

describe("columns", () => {
  for (const [kind, make] of Object.entries(kinds)) {
    it(`of ${kind} hold what was put into them, however they grow meanwhile`, () => {
      fc.assert(
        fc.property(fc.array(command, { maxLength: 60, size: "max" }), (commands) => {
          const column = make()
          const naive: Array<number> = []
          let most: number | undefined
          const grow = (by: number) => {
            for (let added = 0; added < by; added++) naive.push(0)
            column.grow(naive.length, most)
          }
          for (const command of commands) {
            if (command._tag === "one") { for (let time = 0; time < command.times; time++) grow(1) }
            else if (command._tag === "many") grow(command.by)
            else if (command._tag === "most") most = naive.length + command.by
            else if (naive.length > 0) {
              naive[command.at % naive.length] = command.value
              column.put(command.at % naive.length, command.value)
            }
            assert.deepStrictEqual([...column.cells.slice(0, naive.length)], naive)
          }
        }),
        property(200)
      )
    })
  }

  it("copy eight cells at a step, and have room for no more than there will ever be", () => {
    for (const most of [100, 1000, 40_000, Infinity]) {
      const column = new Ints()
      for (let length = 1; length <= Math.min(most, 50_000); length++) {
        const { cells, copied } = column
        column.grow(length, most)
        column.put(length - 1, length)
        const isAnother = column.cells !== cells
        assert.isAtMost((isAnother ? cells.length : column.copied) - copied, 8, `${length} of ${most}`)
        assert.isAtMost(column.cells.length, most)
      }
    }
  })
})

describe("SlotLists", () => {
  it("are the same lists at every step of their growth", () => {
    const lists = new SlotLists(2)
    const isOn = (list: number, slot: number) => {
      let each = lists.first(list)
      while (each !== -1 && each !== slot) each = lists.after(each)
      return each === slot
    }
    for (let slot = 0; slot < 500; slot++) {
      lists.grow(slot + 1, 400)
      lists.append(slot % 2, slot)
      lists.moveToEnd(slot % 2, Math.floor(slot / 4) * 2 + slot % 2)
      if (slot % 7 === 0) lists.unlink(slot - slot % 5)
      assert.deepStrictEqual(listViolations(lists), [])
      assert.strictEqual(isOn(0, slot) || isOn(1, slot), slot % 7 !== 0 || slot % 5 !== 0)
    }
  })
})
