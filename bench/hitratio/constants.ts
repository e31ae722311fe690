/**
 * The policy Adaptive with other constants than its own. It has no parameters, so that they cost nothing: another number
 * is put into its source.
 */
import { build } from "esbuild"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { EvictionPolicy } from "../../src/Cache/engine/policies/EvictionPolicy.js"
import { repository } from "../lib/repository.js"

const folder = fileURLToPath(new URL("src/Cache/engine/", repository))

/** The sources with constants to choose: those of the policy by count, and of its ghosts. */
const files = ["AdaptiveByCount.ts", "GhostTable.ts"]

/** What says how something is laid out, and not how the policy decides. */
const fixed = /List$|Bits?$|Shift$|PerBucket$|PerCall$|PerCell$/

const constant = /^const (\w+) = ([\d.]+)$/gm

/** The constants by their names, in the order of the sources. */
export const readConstants = (): Readonly<Record<string, number>> =>
  Object.fromEntries(
    files.flatMap((file) =>
      Array.from(readFileSync(`${folder}policies/${file}`, "utf8").matchAll(constant))
        .flatMap(([, name = "", value = ""]) => fixed.test(name) ? [] : [[name, Number(value)]])
    )
  )

/** Makes such policies, with hashes that are the same in every run. */
export const compileAdaptive = async (constants: Readonly<Record<string, number>>): Promise<() => EvictionPolicy> => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { Adaptive } from \"./policies/Adaptive.ts\"\n" +
        "export { fixHashes } from \"./structures/keyHash.ts\"\n",
      resolveDir: folder
    },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "warning",
    plugins: [{
      name: "constants",
      setup: ({ onLoad }) => {
        onLoad({ filter: /policies[\\/](AdaptiveByCount|GhostTable)\.ts$/ }, ({ path }) => ({
          loader: "ts",
          contents: readFileSync(path, "utf8")
            .replaceAll(
              constant,
              (line, name: string) => constants[name] === undefined ? line : `const ${name} = ${constants[name]}`
            )
        }))
      }
    }]
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")
  const { Adaptive, fixHashes }:
    & typeof import("../../src/Cache/engine/policies/Adaptive.js")
    & typeof import("../../src/Cache/engine/structures/keyHash.js") = await import(
      `data:text/javascript;base64,${code}`
    )
  fixHashes()
  return () => new Adaptive(() => 1)
}
