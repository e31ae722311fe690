import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { ExpiryTree } from "../../../../src/Cache/engine/structures/ExpiryTree.js"
import { treeViolations } from "../../../../src/Cache/engine/structures/expiryViolations.js"
import { property } from "../../../support/property.js"

const slots = 1500

// Many at one time, many close to it, and far from it.
const deadlines = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(0, 1, 63, 64, 65, 4096, 1e9), fc.constantFrom(0, 1, 70, 5000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(-5000, 0, 1e12, 1e15, 1e300, Infinity), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(0.5, 1.25, 64.75), fc.constantFrom(0, 3)) }
)
const command = fc.oneof(
  fc.record({
    _tag: fc.constant("add" as const),
    from: fc.nat(slots),
    count: fc.constantFrom(1, 3, 200, 400),
    deadlines
  }),
  fc.record({ _tag: fc.constant("remove" as const), from: fc.nat(slots), count: fc.constantFrom(1, 3, 300) }),
  fc.record({ _tag: fc.constant("reweigh" as const), from: fc.nat(slots), count: fc.constantFrom(1, 300) }),
  fc.record({
    _tag: fc.constant("look" as const),
    at: fc.oneof(fc.constantFrom(-9000, 0, 0.75, 1, 64, 65.5, 4096, 1e9, 1e13, 1e15, 1e300), fc.nat(6000))
  })
)

// The heavy suite runs the property for longer than a test usually may.
// The millisecond of a deadline; all of the past, and all of the far future, are one.
const tickOf = (deadline: number) =>
  deadline === Infinity ? Infinity : Math.min(Math.max(0, Math.ceil(deadline)), 64 ** 8 - 1)

describe("ExpiryTree", () => {
  it("finds, counts and weighs what is due at any time, as one that looks at everything does", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1_700_000_000_000),
        fc.array(command, { maxLength: 40, size: "max" }),
        (epoch, commands) => {
          const entries = new Map<number, { deadline: number; weight: number }>()
          const tree = new ExpiryTree(
            (slot) => entries.get(slot)?.deadline ?? Infinity,
            (slot) => entries.get(slot)?.weight ?? 0
          )
          tree.grow(2 * slots)
          const remove = (slot: number) => {
            tree.remove(slot)
            entries.delete(slot)
          }
          for (const command of commands) {
            if (command._tag === "look") {
              const now = epoch + command.at
              const due = [...entries].filter(([, { deadline }]) => deadline <= now)
              tree.count(now)
              assert.strictEqual(tree.due, due.length)
              assert.strictEqual(tree.dueWeight, due.reduce((sum, [, { weight }]) => sum + weight, 0))
              const all = [...entries.values()].map(({ deadline }) => deadline)
              const earliest = Math.min(Infinity, ...all)
              // Of many that share a millisecond it is one.
              const isShared = all.filter((deadline) => tickOf(deadline) === tickOf(earliest)).length > 256
              if (isShared) assert.strictEqual(tickOf(tree.next()), tickOf(earliest))
              else assert.strictEqual(tree.next(), earliest)
              // A few of them, the earliest first, but for what is close to it.
              for (let taken = 0; taken < Math.min(due.length, 40); taken++) {
                const slot = tree.first(now)
                assert.isAtMost(entries.get(slot)?.deadline ?? Infinity, now)
                remove(slot)
              }
              if (due.length <= 40) assert.strictEqual(tree.first(now), -1)
            } else {
              for (let slot = command.from; slot < command.from + command.count; slot++) {
                if (command._tag === "add") {
                  remove(slot)
                  const [first, apart] = command.deadlines
                  entries.set(slot, { deadline: epoch + first + (slot % 7) * apart, weight: slot % 13 })
                  tree.add(slot)
                } else if (command._tag === "remove") {
                  remove(slot)
                } else {
                  const entry = entries.get(slot)
                  if (entry !== undefined) {
                    tree.reweigh(slot, 5)
                    entry.weight += 5
                  }
                }
              }
            }
            const scheduled = [...entries].filter(([, { deadline }]) => deadline !== Infinity).map(([slot]) => slot)
            assert.deepStrictEqual(treeViolations(tree, new Set(scheduled)), [])
          }
        }
      ),
      property(150)
    )
  })

  it("looks at few parts however many slots there are, wherever the time is", () => {
    const count = 100_000
    const of = (slot: number) => 1_700_000_000_000 + (slot % 10 === 0 ? 3_600_000 : slot * 7)
    let read = 0
    const tree = new ExpiryTree((slot) => {
      read++
      return of(slot)
    }, () => 1)
    tree.grow(count)
    const reading = (f: () => void) => {
      read = 0
      f()
      return read
    }
    let most = 0
    for (let slot = 0; slot < count; slot++) most = Math.max(most, reading(() => tree.add(slot)))
    // A list that is divided, on each level that its slots share.
    assert.isAtMost(most, 9 * 257)
    for (const now of [0, 1_700_000_000_000, 1_700_000_300_017, 1_700_003_599_999, 1_700_003_600_000, 1e15]) {
      assert.isAtMost(reading(() => tree.count(now)), 256)
      assert.isAtMost(reading(() => tree.first(now)), 512)
    }
    for (let slot = 0; slot < count; slot++) assert.isAtMost(reading(() => tree.remove(slot)), 1)
    assert.deepStrictEqual(treeViolations(tree, new Set()), [])
  })
})
