import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { HashIndex } from "../../../src/Cache/engine/HashIndex.js"
import { HashTable } from "../../../src/Cache/engine/HashTable.js"
import { property } from "../../support/property.js"

// Few hashes, so that they come again, and the ends of the range.
const hash = fc.oneof(fc.integer({ min: -40, max: 40 }), fc.constantFrom(0x7fffffff, -0x80000000, 65_536))
const command = fc.tuple(fc.constantFrom("add", "add", "delete", "deleteOnly"), hash)

const slotsOf = (table: HashTable, hash: number) => {
  const slots = []
  for (let at = table.first(hash); at !== -1; at = table.next(at, hash)) slots.push(table.slotAt(at))
  return slots.sort((one, other) => one - other)
}

// The heavy suite runs the property for longer than a test usually may.
const timeout = 20_000 * Number(process.env["PROPERTY_RUNS"] ?? 1)

describe("HashTable", () => {
  it("holds what a Map of lists holds, through growth, collisions, hashes that come again, removals and splits", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300, size: "max" }), fc.nat(31), (commands, bit) => {
        const table = new HashTable()
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
          assert.strictEqual(table.size, [...naive.values()].flat().length)
          assert.deepStrictEqual(slotsOf(table, hash), slots(hash))
        })
        for (const [each, held] of naive) {
          assert.deepStrictEqual(slotsOf(table, each), held)
          assert.strictEqual(table.get(each) !== -1, held.length > 0)
        }
        const parts = table.split(1 << bit)
        assert.strictEqual(parts[0].size + parts[1].size, table.size)
        for (const [each, held] of naive) {
          const [home, other] = (each & (1 << bit)) === 0 ? parts : [parts[1], parts[0]]
          assert.deepStrictEqual(slotsOf(home, each), held)
          assert.deepStrictEqual(slotsOf(other, each), [])
        }
      }),
      property(200)
    )
  }, timeout)

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

describe("HashIndex", () => {
  it("is as many tables as it takes, and finds everything", () => {
    const index = new HashIndex()
    const hashOf = (at: number) => Math.imul(at, 0x9e3779b1)
    for (let at = 0; at < 150_000; at++) index.add(hashOf(at), at)
    assert.strictEqual(index.size, 150_000)
    const tables = new Set(Array.from({ length: 150_000 }, (_, at) => index.tableOf(hashOf(at))))
    assert.isAtLeast(tables.size, 5)
    for (const table of tables) assert.isAtMost(table.size, 16_384)
    for (let at = 0; at < 150_000; at++) {
      if (index.tableOf(hashOf(at)).get(hashOf(at)) !== at) assert.fail(`${at} is lost`)
      if (at % 2 === 0) index.deleteOnly(hashOf(at))
      else index.delete(hashOf(at), at)
    }
    assert.strictEqual(index.size, 0)
  })

  it("holds hashes in one table that no bit tells apart", () => {
    const index = new HashIndex()
    for (let at = 0; at < 40_000; at++) index.add(at << 12, at)
    assert.strictEqual(index.size, 40_000)
    for (let at = 0; at < 40_000; at++) if (index.tableOf(at << 12).get(at << 12) !== at) assert.fail(`${at} is lost`)
  })
})
