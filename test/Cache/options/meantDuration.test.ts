import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { meantDuration } from "../../../src/Cache/options/meantDuration.js"

describe("meantDuration", () => {
  const table: ReadonlyArray<readonly [value: unknown, said: string]> = [
    ["5 mins", ": did you mean \"5 minutes\"?"],
    ["5m", ": did you mean \"5 minutes\"?"],
    ["5minutes", ": did you mean \"5 minutes\"?"],
    ["1.5 Hrs", ": did you mean \"1.5 hours\"?"],
    ["500", ": did you mean \"500 millis\"?"],
    ["500ms", ": did you mean \"500 millis\"?"],
    ["30 sec.", ": did you mean \"30 seconds\"?"],
    ["2d", ": did you mean \"2 days\"?"],
    ["1 wk", ": did you mean \"1 weeks\"?"],
    ["10 us", ": did you mean \"10 micros\"?"],
    ["3 months", ". Units are millis, seconds, minutes, hours, days and weeks"],
    ["PT5M", ""],
    ["soon", ""],
    ["-5 minutes", ""],
    [`${"9".repeat(10_000)} mins`, ""],
    [Number.NaN, ""],
    [undefined, ""],
    [{}, ""]
  ]
  for (const [value, said] of table) {
    it(`says of ${String(value).slice(0, 20)}: ${said}`, () => assert.strictEqual(meantDuration(value), said))
  }

  it.scoped("is said by options, and by what calls and functions give", () =>
    Effect.gen(function*() {
      const made = yield* Effect.flip(Store.make({ staleIfError: JSON.parse("\"5 mins\"") }))
      assert.include(made.message, "did you mean \"5 minutes\"?")
      const store = yield* Store.make<string, number>({ timeToLive: () => JSON.parse("\"1 hr\"") })
      const exit = yield* Effect.exit(store.set("a", 1))
      assert.include(String(exit), "did you mean \\\"1 hours\\\"?")
    }))
})
