import { assert, describe, it } from "@effect/vitest"
import { SlotTable } from "../../../../src/Cache/engine/structures/SlotTable.js"
import { TextIndex } from "../../../../src/Cache/engine/structures/TextIndex.js"

/** An index and its entries, as a bounded map keeps them. */
const make = () => {
  const entries = new SlotTable<string, number>(false)
  const index = new TextIndex(entries)
  const slots = new Map<string, number>()
  return {
    add: (text: string) => {
      const slot = entries.take(Infinity)
      entries.put(slot, text, slot)
      index.set(text, slot)
      slots.set(text, slot)
    },
    remove: (text: string) => {
      const slot = slots.get(text) ?? -1
      index.delete(text, slot)
      slots.delete(text)
      entries.release(slot)
    },
    check: (texts: Iterable<string>) => {
      assert.strictEqual(index.size, slots.size)
      for (const text of texts) if (index.get(text) !== (slots.get(text) ?? -1)) assert.fail(`${text} is lost`)
    }
  }
}

const kinds: ReadonlyArray<readonly [what: string, textOf: (at: number) => string]> = [
  ["short", (at) => `user:${at}`],
  ["long", (at) => `tenant:${at}:${"settings/".repeat(8)}`],
  ["with what is not Latin", (at) => `\u4e2d\u6587:${at}`]
]

describe("TextIndex", () => {
  it.each(kinds)("finds texts of every number, while they come and go: %s", (_, textOf) => {
    const { add, check, remove } = make()
    const few = (from: number) => Array.from({ length: 50 }, (_, at) => textOf(Math.max(0, from - at * 700)))
    for (let at = 0; at < 45_000; at++) {
      add(`${textOf(at)}${at}`)
      if (at % 3 === 0 && at > 300) remove(`${textOf(at - 300)}${at - 300}`)
      if (at % 1000 === 0) check(few(at).map((text, each) => `${text}${Math.max(0, at - each * 700)}`))
    }
    const all = Array.from({ length: 45_000 }, (_, at) => `${textOf(at)}${at}`)
    check(all)
    check(["", "none"])
    all.forEach((text, at) => at % 3 === 0 && at <= 44_699 ? undefined : remove(text))
    check(all)
  })

  it("finds texts of which many end alike, whichever of them come first", () => {
    const alike = Array.from({ length: 50_000 }, (_, at) => `user:${at}:settings`)
    const others = Array.from({ length: 50_000 }, (_, at) => `settings:user:${at}`)
    for (const [first, second] of [[alike, others], [others, alike]] as const) {
      const { add, check, remove } = make()
      for (const text of first) add(text)
      check(first.slice(0, 1000))
      for (const [at, text] of second.entries()) {
        // It is looked for in vain first, and sometimes another one is put in before it.
        if (at % 3 !== 0) check([text])
        if (at % 3 === 1) add(`${at}${text}`)
        add(text)
        if (at % 3 === 1) remove(`${at}${text}`)
        if (at % 2 === 0) remove(first[at] ?? "")
      }
      const all = [...first, ...second]
      check(all)
      all.forEach((text, at) => at < first.length && at % 2 === 0 ? add(text) : remove(text))
      check(all)
    }
  })

  it("finds texts that only what is in their middle tells apart", () => {
    const { add, check, remove } = make()
    // Where none of the characters is that are looked at in a long text.
    const all = Array.from({ length: 40_000 }, (_, at) => `${"a".repeat(300)}${at}`.padEnd(309, "c") + "b".repeat(700))
    for (const text of all) add(text)
    check(all)
    for (const text of all.filter((_, at) => at % 2 === 0)) remove(text)
    check(all)
    for (const text of all.filter((_, at) => at % 2 === 0)) add(text)
    check(all)
  })
})
