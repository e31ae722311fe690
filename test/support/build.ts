/**
 * Builds the package, the demo and the examples once, before the tests that run them as programs of their own.
 */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const projects = ["demo/tsconfig.json", "examples/tsconfig.json"]

/** Vitest's global set-up. It is incremental: without changes it takes a fraction of a second. */
export default async (): Promise<void> => {
  await promisify(execFile)(process.execPath, [
    fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url)),
    ...projects
  ])
}
