/**
 * A function that is stopped at once after its answers, as Lambda may do, and often is never let go on.
 */
import { assert, describe, it } from "@effect/vitest"
import { Array as Arrays, Effect, Exit, Option, Scope } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as LambdaRuntimeApi from "../servers/LambdaRuntimeApi.js"
import { Ahead, Behind, Stale } from "../support/freezingKeyspaces.js"
import { amount } from "../support/property.js"
import { turns } from "../support/until.js"
import { type Program, start } from "./program.js"

const keys = 4

/** Numbers below a limit, the same for the same seed. */
const drawing = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * limit)
  }
}

const credentials = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "AKIDTEST", AWS_SECRET_ACCESS_KEY: "of the test" }
const handler = new URL("../../build/test/support/freezingHandler.js", import.meta.url).href

/** A bucket, a Runtime API, functions, and what somebody else finds in the bucket. */
const world = Effect.gen(function*() {
  const { endpoint } = yield* EmbeddedS3.make({ buckets: ["freezing"] })
  const api = yield* LambdaRuntimeApi.make
  const launch = (environment: Readonly<Record<string, string>> = {}) =>
    start(
      "test/servers/lambdaRuntimeMain.js",
      { AWS_LAMBDA_RUNTIME_API: api.address, FREEZE_ENDPOINT: endpoint, ...credentials, ...environment },
      [handler]
    )
  const reader = S3Cache.layerS3({
    bucket: "freezing",
    maxSize: 0,
    clientConfig: {
      endpoint,
      forcePathStyle: true,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "of the test" }
    }
  })
  const found = (key: number) =>
    Effect.map(
      Effect.all([
        S3Cache.getOption(Behind.key(key)),
        S3Cache.getOption(Stale.key(key)),
        S3Cache.getOption(Ahead.key(key))
      ]),
      Arrays.map(Option.getOrNull)
    )
  return { api, launch, found, reader }
})

/**
 * Invokes a function so many times, and stops it at some instant after each answer; one in eight is killed then. Tells
 * how many writes and refreshes, of which callers had an answer, were not in the bucket then, and how many there were.
 */
const freezes = (rounds: number, seed: number, environment: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(world, ({ api, found, launch, reader }) =>
    Effect.gen(function*() {
      const draw = drawing(seed)
      const told: Array<string> = []
      const counted = { lost: 0, acknowledged: 0, killed: 0 }
      const begin = Effect.flatMap(
        Scope.make(),
        (scope) => Effect.map(Scope.extend(launch(environment), scope), (program) => ({ program, scope }))
      )
      const end = ({ program, scope }: { readonly program: Program; readonly scope: Scope.CloseableScope }) => {
        told.push(program.stdout(), program.stderr())
        return Scope.close(scope, Exit.void)
      }
      let running = yield* begin
      for (let round = 1; round <= rounds; round++) {
        const key = draw(keys)
        // By then, what is to be refreshed is old.
        const ahead = { [LambdaRuntimeApi.clockAheadHeader]: String(round * 120_000) }
        yield* api.invoke({ key, round }, ahead)
        // The process reads that its answer has been taken, asks for the next event, or does something else still.
        yield* turns(draw(4))
        running.program.kill("SIGSTOP")
        const inBucket = yield* found(key)
        counted.acknowledged += inBucket.length
        counted.lost += inBucket.filter((value) => value !== round).length
        if (draw(8) === 0) {
          counted.killed++
          running.program.kill("SIGKILL")
          yield* end(running)
          running = yield* begin
        } else {
          running.program.kill("SIGCONT")
        }
      }
      running.program.kill("SIGKILL")
      yield* end(running)
      return { ...counted, told: told.join("") }
    }).pipe(Effect.provide(reader), Effect.provide(ClientCacheLive)))

describe("a function over an S3Cache that is frozen after each answer", () => {
  const rounds = amount(60, 1000)

  it.scopedLive(`loses no write and no refresh of ${rounds} rounds, though it is often killed while it is frozen`, () =>
    Effect.gen(function*() {
      const { acknowledged, killed, lost, told } = yield* freezes(rounds, 20_260_101)
      assert.deepStrictEqual({ acknowledged, lost, told }, { acknowledged: 3 * rounds, lost: 0, told: "" })
      assert.isAbove(killed, rounds / 16)
    }))

  it.scopedLive("loses some where its answers do not wait, and says so", () =>
    Effect.gen(function*() {
      const { lost, told } = yield* freezes(12, 7, { FREEZE_SETTLE: "0" })
      assert.isAbove(lost, 0)
      assert.include(told, "the answer is given while something goes on in the background")
    }))
})

describe("a function that is told to end", () => {
  const terminated = (environment: Readonly<Record<string, string>>) =>
    Effect.gen(function*() {
      const { api, found, launch, reader } = yield* world
      const program = yield* launch(environment)
      yield* api.invoke({ key: 1, round: 1 })
      program.kill("SIGTERM")
      const ended = yield* program.ended
      const inBucket = yield* found(1).pipe(Effect.provide(reader), Effect.provide(ClientCacheLive))
      return { ended, inBucket, closed: program.stdout().split("\n").filter((line) => line === "closed").length }
    })

  it.scopedLive("closes its layer first, which writes what waits, and ends as it would have", () =>
    Effect.gen(function*() {
      const { closed, ended, inBucket } = yield* terminated({ FREEZE_SETTLE: "0" })
      assert.deepStrictEqual({ closed, ended }, { closed: 1, ended: "SIGTERM" })
      assert.strictEqual(inBucket[0], 1)
    }))

  it.scopedLive("interrupts what is under way, whose finalizers have the layer still", () =>
    Effect.gen(function*() {
      const lines = (...args: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          const program = yield* start("test/support/terminatedMain.js", {}, args)
          assert.strictEqual(yield* program.ended, "SIGTERM")
          return program.stdout().trim().split("\n")
        })
      // With a limit of time and without one.
      for (const remaining of ["600000", "Infinity"]) {
        assert.deepStrictEqual(
          yield* lines("event", remaining),
          ["ended while open: true", "rejected: InterruptedError", "closed"]
        )
      }
      const building = yield* lines("layer")
      assert.sameMembers(building, ["rejected: InterruptedError", "closed"])
    }))

  it.scopedLive("ends all the same when its layer does not close", () =>
    Effect.gen(function*() {
      const { closed, ended } = yield* terminated({ FREEZE_HANGS: "yes" })
      assert.deepStrictEqual({ closed, ended }, { closed: 1, ended: "SIGTERM" })
    }))
})
