import { assert, describe, it } from "@effect/vitest"
import { BoundedMap, evictionPolicyNames, LeasedStore, Store } from "effect-aws-cache/Cache"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { inspect } from "node:util"

const value = { password: "private-value" }

/** Every way in which a log record may show something. */
const ways: Readonly<Record<string, (it: object) => string>> = {
  "JSON.stringify": (it) => JSON.stringify(it),
  "JSON.stringify of a record": (it) => JSON.stringify({ it }),
  String: (it) => String(it),
  "console.log": (it) => inspect(it, { depth: 10 }),
  "console.log of all there is": (it) => inspect(it, { depth: 10, showHidden: true, customInspect: false }),
  spread: (it) => inspect({ ...it }, { depth: 10, showHidden: true }),
  "JSON of a spread": (it) => JSON.stringify({ ...it }) ?? "",
  "Object.entries": (it) => inspect(Object.entries(it), { depth: 10, showHidden: true })
}

const table: Readonly<Record<string, Effect.Effect<object, unknown, Scope.Scope>>> = {
  ...Object.fromEntries(evictionPolicyNames.map((evictionPolicy) => [
    `BoundedMap (${evictionPolicy})`,
    Effect.sync(() => {
      const map = new BoundedMap<unknown, unknown>({ maxSize: 5, evictionPolicy })
      map.set("private-key", value, 0, 100)
      map.set(value, "private-value", 0)
      map.get("private-key that is missed", 0)
      return map
    })
  ])),
  Store: Effect.tap(
    Store.make<unknown, unknown>({ maxSize: 5, staleIfError: 1000 }),
    (store) => store.set("private-key", value)
  ),
  LeasedStore: Effect.tap(
    LeasedStore.make({ acquire: (_: unknown) => Effect.succeed(value) }),
    (store) => store.use("private-key", Effect.succeed)
  ),
  TtlDict: Effect.tap(TtlDict.make<unknown, unknown>({ maxSize: 5 }), (dict) => dict.set("private-key", value)),
  SyncTtlDict: Effect.sync(() =>
    new SyncTtlDict<unknown, unknown>({ maxSize: 5, onRemoval: () => {} }).set("private-key", value).set(value, value)
  )
}

describe("what is printed of a map, a store or a dictionary", () => {
  for (const [what, make] of Object.entries(table)) {
    it.scoped(`${what}: what it is, its limits and sizes, and never keys or values`, () =>
      Effect.gen(function*() {
        const it = yield* make
        for (const [how, print] of Object.entries(ways)) {
          // Functions are shown by their names there, and those of Effect with what they were made from.
          if (how === "console.log of all there is" && !/BoundedMap|SyncTtlDict/.test(what)) continue
          const text = print(it)
          assert.notInclude(text, "private", how)
          if (!/JSON|String|console\.log$/.test(how) || how.includes("spread")) continue
          assert.include(text, what.split(" ")[0] ?? "", how)
          assert.match(text, /"?(size)"?: ?\d/, how)
          assert.match(text, /"?(maxSize|maxSize)"?: ?\d/, how)
          assert.isAtMost(text.length, 500)
        }
      }))
  }

  it("printing changes nothing: no entry is reclaimed, no hook is called, the clock is not asked", () => {
    let asked = 0
    const removed: Array<string> = []
    const dict = new SyncTtlDict<string, number>({
      now: () => asked++ * 1000,
      timeToLive: 1500,
      onRemoval: (key) => void removed.push(key)
    })
    dict.set("a", 1)
    const before = asked
    for (const print of Object.values(ways)) print(dict)
    assert.strictEqual(asked, before)
    assert.deepStrictEqual(removed, [])
  })
})
