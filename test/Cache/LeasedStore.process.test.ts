import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { runProgram } from "../support/runProgram.js"

describe("LeasedStore: timeToLive", () => {
  it.live("a value that is to expire one day does not keep the process alive", () =>
    Effect.gen(function*() {
      const ended = yield* runProgram(`
        import { LeasedStore } from "effect-aws-cache/Cache"
        import { Effect, Scope } from "effect"
        const scope = Effect.runSync(Scope.make())
        const make = LeasedStore.make({ acquire: () => Effect.succeed(1), timeToLive: "1 hour" })
        const store = await Effect.runPromise(Effect.provideService(make, Scope.Scope, scope))
        console.log(await Effect.runPromise(store.use("a", Effect.succeed)))
      `)
      assert.deepStrictEqual(ended, { code: 0, stdout: "1\n" })
    }))
})
