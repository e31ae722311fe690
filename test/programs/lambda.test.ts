import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as LambdaRuntimeApi from "../servers/LambdaRuntimeApi.js"
import { until } from "../support/until.js"
import { start } from "./program.js"

const clockAhead = (millis: number) => ({ [LambdaRuntimeApi.clockAheadHeader]: String(millis) })

const example = new URL("../../build/examples/lambda.js", import.meta.url).href

const launch = (api: LambdaRuntimeApi.LambdaRuntimeApi, environment: Record<string, string>, module = example) =>
  start("test/servers/lambdaRuntimeMain.js", { AWS_LAMBDA_RUNTIME_API: api.address, ...environment }, [module])

/** A Runtime API, and an environment with a folder in place of `/tmp`. */
const prepared = Effect.gen(function*() {
  const api = yield* LambdaRuntimeApi.make
  const folder = yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())
  const environment = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128", RATES_FILE: `${folder}/rates.snapshot` }
  return { api, environment, file: environment.RATES_FILE }
}).pipe(Effect.provide(NodeFileSystem.layer))

describe("examples/lambda.ts, as a function of AWS Lambda", () => {
  it.scopedLive(
    "keeps values from one invocation to the next, and lets them expire while it is frozen",
    () =>
      Effect.gen(function*() {
        const { api, environment } = yield* prepared
        const program = yield* launch(api, environment)
        assert.deepStrictEqual(yield* api.invoke({ currency: "EUR" }), { rate: 1.5, cached: false })
        assert.deepStrictEqual(yield* api.invoke({ currency: "EUR" }), { rate: 1.5, cached: true })

        // Frozen, as Lambda does between invocations, for half a minute.
        yield* until(() => api.isIdle())
        program.kill("SIGSTOP")
        program.kill("SIGCONT")
        const thawed = yield* api.invoke({ currency: "EUR" }, clockAhead(30_000))
        assert.deepStrictEqual(thawed, { rate: 1.5, cached: true })

        // And until a minute after the value was computed: the first thing it does is to find it expired.
        yield* until(() => api.isIdle())
        program.kill("SIGSTOP")
        program.kill("SIGCONT")
        const late = yield* api.invoke({ currency: "EUR" }, clockAhead(60_000))
        assert.deepStrictEqual(late, { rate: 1.5, cached: false })
        assert.deepStrictEqual(yield* api.invoke({ currency: "EUR" }, clockAhead(61_000)), { rate: 1.5, cached: true })
        assert.strictEqual(program.stderr(), "")
      })
  )

  it.scopedLive(
    "starts warm when its process is started anew, with what has not expired",
    () =>
      Effect.gen(function*() {
        const { api, environment } = yield* prepared
        const first = yield* launch(api, environment)
        yield* api.invoke({ currency: "EUR" })
        yield* api.invoke({ currency: "CHF " }, clockAhead(45_000))
        first.kill("SIGKILL")
        yield* first.ended

        const second = yield* launch(api, environment)
        assert.deepStrictEqual(yield* api.invoke({ currency: "CHF " }, clockAhead(70_000)), { rate: 2, cached: true })
        assert.deepStrictEqual(yield* api.invoke({ currency: "EUR" }, clockAhead(70_000)), { rate: 1.5, cached: false })
        assert.strictEqual(second.stderr(), "")
      })
  )

  it.scopedLive("starts cold, and says why, when what it finds is no snapshot", () =>
    Effect.gen(function*() {
      const { api, environment, file } = yield* prepared
      yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFileString(file, "something else")).pipe(
        Effect.provide(NodeFileSystem.layer)
      )
      const program = yield* launch(api, environment)
      assert.deepStrictEqual(yield* api.invoke({ currency: "EUR" }), { rate: 1.5, cached: false })
      assert.include(program.stdout(), "app/Rates: the snapshot")
      assert.include(program.stdout(), "it is no snapshot of a dictionary")
    }))
})

describe("the emulation of Lambda", () => {
  const module = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`

  it.scopedLive("tells of handlers that fail, and goes on", () =>
    Effect.gen(function*() {
      const api = yield* LambdaRuntimeApi.make
      const source =
        "export const handler = async (event) => { if (event.bad) throw new RangeError('bad'); return event }"
      yield* launch(api, {}, module(source))
      const error = yield* Effect.flip(api.invoke({ bad: true }))
      assert.deepStrictEqual(JSON.parse(error.message), { errorType: "RangeError", errorMessage: "bad" })
      assert.deepStrictEqual(yield* api.invoke({ good: 1 }), { good: 1 })
    }))

  it.scopedLive("tells of modules that cannot be loaded", () =>
    Effect.gen(function*() {
      const api = yield* LambdaRuntimeApi.make
      const program = yield* launch(api, {}, module("export const other = 1"))
      const error = yield* Effect.flip(api.invoke({}))
      assert.include(error.message, "the module has no handler")
      assert.strictEqual(yield* program.ended, 1)
    }))
})
