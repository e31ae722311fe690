import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { HashTable } from "../../../../src/Cache/engine/structures/HashTable.js"
import { property } from "../../../support/property.js"

// Few hashes, so that they come again, and the ends of the range.
const hash = fc.oneof(fc.integer({ min: -40, max: 40 }), fc.constantFrom(0x7fffffff, -0x80000000, 65_536))
const command = fc.tuple(fc.constantFrom("add", "add", "delete", "deleteOnly"), hash)

const slotsOf = (table: HashTable, hash: number) => {
  const slots = []
  for (let at = table.first(hash); at !== -1; at = table.next(at, hash)) slots.push(table.slotAt(at))
  return slots.sort((one, other) => one - other)
}

// As many as a table has that begins to move them.
const count = 32_769
const first = 1_000_000

/** A table that moves what it holds while others are put in and taken out. */
const moving = () => {
  const table = new HashTable()
  for (let at = 0; at < count; at++) table.add(first + at, at)
  assert.isTrue(table["old"] !== undefined)
  return table
}

// The heavy suite runs the property for longer than a test usually may.
describe("HashTable", () => {
  it("holds what a Map of lists holds, through growth, collisions, hashes that come again, and removals", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300, size: "max" }), fc.boolean(), (commands, isMoving) => {
        const table = isMoving ? moving() : new HashTable()
        const others = table.size
        const naive = new Map<number, Array<number>>()
        const slots = (hash: number) => naive.get(hash) ?? []
        commands.forEach(([name, hash], slot) => {
          const held = slots(hash)
          if (name === "add") {
            table.add(hash, slot)
            naive.set(hash, [...held, slot])
          } else if (name === "delete") {
            const gone = held[slot % 2] ?? -1
            table.delete(hash, gone)
            naive.set(hash, held.filter((each) => each !== gone))
          } else if (held.length < 2) {
            table.deleteOnly(hash)
            naive.delete(hash)
          }
          assert.strictEqual(table.size - others, [...naive.values()].flat().length)
          assert.deepStrictEqual(slotsOf(table, hash), slots(hash))
        })
        for (const [each, held] of naive) {
          assert.deepStrictEqual(slotsOf(table, each), held)
          assert.strictEqual(table.get(each) !== -1, held.length > 0)
        }
        if (!isMoving) return
        // What is put in now moves the rest; bad luck with the multiplier may move it all again, three times at the most.
        for (let at = 0; table["old"] !== undefined; at++) {
          assert.isBelow(at, 10_000)
          table.add(first + count + at, at)
        }
        for (const [each, held] of naive) assert.deepStrictEqual(slotsOf(table, each), held)
        for (let at = 0; at < count; at++) if (table.get(first + at) !== at) assert.fail(`${at} is lost`)
      }),
      property(200)
    )
  })

  it("stays in step over a long life in which every hash is new", () => {
    const table = new HashTable()
    for (let key = 0; key < 200_000; key++) {
      table.add(key * 4096, key % 1000)
      if (key >= 1000) table.deleteOnly((key - 1000) * 4096)
    }
    assert.strictEqual(table.size, 1000)
    for (let key = 198_000; key < 200_000; key++) {
      assert.strictEqual(table.get(key * 4096), key < 199_000 ? -1 : key % 1000)
    }
  })
})

describe("a large HashTable", () => {
  const spread = (at: number) => Math.imul(at, 0x9e3779b1)
  const hashes: ReadonlyArray<readonly [what: string, hashOf: (at: number) => number]> = [
    ["spread", spread],
    ["in a row", (at) => at],
    ["with low bits alike", (at) => at << 12],
    ["on a grid", (at) => ((at % 387) << 16) + Math.floor(at / 387)]
  ]
  it.each(hashes)("finds everything at each size, while it moves and afterwards: hashes %s", (_, hashOf) => {
    const table = new HashTable()
    for (let at = 0; at < 150_000; at++) {
      table.add(hashOf(at), at)
      const some = (at * 7919) % (at + 1)
      if (table.get(hashOf(some)) !== some) assert.fail(`${some} is lost at ${at}`)
    }
    assert.strictEqual(table.size, 150_000)
    for (let at = 0; at < 150_000; at++) {
      if (table.get(hashOf(at)) !== at) assert.fail(`${at} is lost`)
      if (at % 2 === 0) table.deleteOnly(hashOf(at))
      else table.delete(hashOf(at), at)
    }
    assert.strictEqual(table.size, 0)
  })
})
