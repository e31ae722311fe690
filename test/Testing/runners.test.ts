/**
 * The conformance suite without Vitest.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { objectStoreConformance } from "effect-aws-cache/testing"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const program = (broken: string) => `
  import { Effect, Layer } from "effect"
  import { ObjectStore } from "effect-aws-cache/S3Store"
  import { objectStoreConformance } from "effect-aws-cache/testing"
  import { test } from "node:test"

  const MyStore = Layer.effect(ObjectStore, Effect.map(ObjectStore.makeMemory, (store) => ({ ...store, ${broken} })))

  for (const { name, run } of objectStoreConformance()) {
    test(name, () => Effect.runPromise(Effect.provide(run, MyStore)))
  }
`

const run = (broken: string): Effect.Effect<{ readonly failed: boolean; readonly output: string }> =>
  Effect.async((resume) => {
    // Of the runner that runs this test the one in the process below knows nothing.
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
    execFile(
      process.execPath,
      ["--no-warnings", "--input-type=module", "--eval", program(broken)],
      { cwd: root, env },
      (error, stdout, stderr) => resume(Effect.succeed({ failed: error !== null, output: stdout + stderr }))
    )
  })

describe("the conformance suite, in the test runner of Node", () => {
  it.effect("passes, and each test is one there", () =>
    Effect.gen(function*() {
      const { failed, output } = yield* run("")
      assert.isFalse(failed, output)
      for (const { name } of objectStoreConformance()) assert.include(output, name)
    }))

  it.effect("fails, and says what the contract says", () =>
    Effect.gen(function*() {
      const { failed, output } = yield* run("remove: () => Effect.void")
      assert.isTrue(failed)
      assert.include(output, "what was removed is absent")
    }))
})
