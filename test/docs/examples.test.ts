import { describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { DefaultSession } from "effect-aws-cache/ClientLayer"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Example, runnableExamples } from "../../scripts/lib/examples.mjs"
import { exampleWorld } from "./exampleWorld.js"

const build = fileURLToPath(new URL("../../build", import.meta.url))

/** A folder for the examples as files, inside the repository: so they find the package and what it depends on. */
const examplesFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(build, "run-examples-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** Runs an example as the module that it is. Its code has in the file the lines that it has in the documentation. */
const run = ({ code, line, path }: Example) =>
  Effect.gen(function*() {
    const file = join(yield* examplesFolder, `${path.replace(/\.\w+$/, "")}-${line}.ts`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, "\n".repeat(line - 1) + code)
    yield* Effect.addFinalizer(() => DefaultSession.close)
    yield* Effect.promise(() => import(file))
  })

const examples = await runnableExamples()

describe("the examples of the documentation", () => {
  layer(Layer.scopedDiscard(exampleWorld), { excludeTestServices: true })((it) => {
    for (const example of examples) {
      it.scoped(`${example.path}:${example.line}`, () => run(example))
    }
  })
})
