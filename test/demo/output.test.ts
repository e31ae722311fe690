import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { page } from "../../demo/page.js"
import { claim, type ShownPart } from "../../demo/Part.js"
import * as outage from "../../demo/parts/outage.js"
import * as SlowSource from "../../demo/SlowSource.js"
import { paint, printOutcome, styleOf } from "../../demo/terminal.js"
import { verdict } from "../../demo/verdict.js"

const plain = styleOf(false, {})

const part: ShownPart = {
  title: "a <title>",
  about: "about \"it\" & more",
  table: [["", "time"], ["this <process>", "12 ms"], ["other", "3 ms"]],
  claims: [claim(true, "1 < 2"), claim(false, "2 < 1")],
  pictures: ["<svg></svg>"]
}

const run = { bucket: "<b>", date: "2026-01-02", machine: "a & b", seconds: 1.26 }

describe("the demo's claims", () => {
  it.effect("fail it when one of them does not hold, and are counted when all do", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(verdict([part]))
      assert.strictEqual(message, "1 of the demo's claims did not hold:\n2 < 1")
      assert.strictEqual(yield* verdict([{ ...part, claims: [claim(true, "1 < 2")] }]), 1)
    }))
})

describe("the demo on a terminal", () => {
  it("has colours, and a line that is written over, on a terminal that has them", () => {
    assert.deepStrictEqual(styleOf(true, { TERM: "xterm" }), { colours: true, overwrites: true })
    assert.deepStrictEqual(styleOf(true, { NO_COLOR: "" }), { colours: true, overwrites: true })
    assert.deepStrictEqual(styleOf(true, { NO_COLOR: "1" }), { colours: false, overwrites: true })
    assert.deepStrictEqual(styleOf(true, { TERM: "dumb" }), { colours: false, overwrites: false })
    assert.deepStrictEqual(plain, { colours: false, overwrites: false })
    assert.strictEqual(paint(plain, "red", "text"), "text")
    assert.strictEqual(paint(styleOf(true, {}), "red", "text"), "\u001b[31mtext\u001b[39m")
  })

  it("aligns tables, and ticks what holds", () => {
    assert.deepStrictEqual(printOutcome(plain, { ...part, remark: "besides" }), [
      "                     time",
      "   this <process>   12 ms",
      "   other             3 ms",
      "   ✔ 1 < 2",
      "   ✘ 2 < 1",
      "   besides"
    ])
  })
})

describe("the demo's page", () => {
  it("escapes what it is given, and says what does not hold", () => {
    const html = page({ ...run, parts: [part] })
    for (
      const text of [
        "1. a &lt;title&gt;",
        "about &quot;it&quot; &amp; more",
        "<td>this &lt;process&gt;</td>",
        "<li>1 &lt; 2</li><li class=\"bad\">2 &lt; 1</li>",
        "<figure><svg></svg></figure>",
        "On &lt;b&gt;, in 1.3 seconds, 2026-01-02; a &amp; b.",
        "1 of 2 claims do not hold"
      ]
    ) assert.include(html, text)
    assert.include(
      page({ ...run, parts: [{ ...part, claims: [claim(true, "x")] }] }),
      "All 1 claims were checked, and hold"
    )
  })
})

describe("the outage", () => {
  it.scoped("is left out with a line where no proxy can be put in between", () =>
    Effect.gen(function*() {
      const stage = {
        source: yield* SlowSource.make({ delayMillis: 0 }),
        where: {
          description: "a bucket",
          options: { bucket: "mine", keyPrefix: "", clientConfig: {} },
          environment: {},
          unreliable: Option.none(),
          cleanUp: Effect.void
        },
        second: { processId: 0, ask: () => Effect.dieMessage("nobody asks") },
        say: () => Effect.void
      }
      const { claims, remark } = yield* Effect.provide(outage.run(stage), ClientCache.layer())
      assert.deepStrictEqual(claims, [])
      assert.match(remark ?? "", /^left out: .*plain HTTP/)
    }))
})
