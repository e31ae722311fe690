import { assert, describe, it } from "@effect/vitest"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { runProgram } from "../support/runProgram.js"

const imports = `
  import { TtlDict } from "effect-aws-cache/Ttl"
  import { Effect, Exit, Scope } from "effect"
  const scope = Effect.runSync(Scope.make())
  const make = (options) => Effect.runPromise(Effect.provideService(TtlDict.make(options), Scope.Scope, scope))
`

describe("TtlDict: sweepInterval", () => {
  it.live("a live sweeper does not keep the process alive", () =>
    Effect.gen(function*() {
      const ended = yield* runProgram(`${imports}
        for (const sweepInterval of ["1 hour", "1000 days"]) {
          const dict = await make({ sweepInterval, timeToLive: "1 day" })
          await Effect.runPromise(dict.set("a", 1))
          console.log(await Effect.runPromise(dict.get("a")))
        }
      `)
      assert.deepStrictEqual(ended, { code: 0, stdout: "1\n1\n" })
    }))

  it.live("a live sweeper reclaims and tells while something else keeps the process alive", () =>
    Effect.gen(function*() {
      const ended = yield* runProgram(`${imports}
        const alive = setInterval(() => {}, 1000)
        const told = []
        const onRemoval = (key, _, reason) => Effect.sync(() => {
          told.push(key + " " + reason)
          if (told.length < 2) return
          console.log(told.sort().join(", "))
          clearInterval(alive)
        })
        const dict = await make({ sweepInterval: 5, timeToLive: 1, onRemoval })
        await Effect.runPromise(dict.setMany([["a", 1], ["b", 2, { timeToLive: 30 }]]))
      `)
      assert.deepStrictEqual(ended, { code: 0, stdout: "a expired, b expired\n" })
    }))

  it.live("the end of the scope ends a live sweeper", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      yield* Scope.extend(TtlDict.make<string, number>({ sweepInterval: "1 day" }), scope)
      yield* Scope.close(scope, Exit.void)
    }))

  it.scoped("reclaims what has expired without any access, at each interval", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        timeToLive: "10 seconds",
        sweepInterval: "4 seconds",
        onRemoval: (key) => Effect.sync(() => told.push(key))
      })
      yield* dict.set("a", 1)
      yield* dict.set("b", 1, { timeToLive: "13 seconds" })
      yield* TestClock.adjust("11999 millis")
      assert.deepStrictEqual(told, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(told, ["a"])
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(told, ["a", "b"])
    }))

  it.scoped("without it, nothing is told until somebody uses the dictionary", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        timeToLive: "10 seconds",
        onRemoval: (key) => Effect.sync(() => told.push(key))
      })
      yield* dict.set("a", 1)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(told, [])
      yield* dict.size
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(told, ["a"])
    }))

  it.scoped("a failing hook does not end the sweeping", () =>
    Effect.gen(function*() {
      let calls = 0
      const dict = yield* TtlDict.make<string, number>({
        timeToLive: "1 second",
        sweepInterval: "1 second",
        onRemoval: () => Effect.suspend(() => Effect.die(calls++))
      })
      for (const expected of [1, 2, 3]) {
        yield* dict.set("a", 1)
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual(calls, expected)
      }
    }))

  it.effect("ends with the scope; the dictionary stays usable", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const scope = yield* Scope.make()
      const dict = yield* Scope.extend(
        TtlDict.make<string, number>({
          timeToLive: "1 second",
          sweepInterval: "1 second",
          onRemoval: (key) => Effect.sync(() => told.push(key))
        }),
        scope
      )
      yield* dict.set("a", 1)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(told, [])
      yield* dict.set("b", 2)
      assert.deepStrictEqual(yield* dict.keys, ["b"])
    }))

  for (const sweepInterval of [0, -1, 0.5, Number.NaN, Infinity, "soon"]) {
    it.scoped(`refuses ${sweepInterval}`, () =>
      Effect.gen(function*() {
        const options: object = { sweepInterval }
        const error = yield* Effect.flip(TtlDict.make({ name: "d", ...options }))
        assert.include(error.message, "d: sweepInterval is ")
        assert.include(error.message, "1 millisecond or more")
      }))
  }
})
