/**
 * Builds the package, the demo and the examples once, before the tests that run them as programs of their own.
 *
 * @since 0.1.0
 */
import { execFile } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const projects = ["tsconfig.build.json", "tsconfig.demo.json", "tsconfig.examples.json"]

/** Vitest's global set-up. It is incremental: without changes it takes a fraction of a second. */
export default async (): Promise<void> => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
  await promisify(execFile)(process.execPath, [tsc, "-b", ...projects], {
    cwd: fileURLToPath(new URL("../..", import.meta.url))
  })
}
