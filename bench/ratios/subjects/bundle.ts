/**
 * What a bundler puts into a program that uses little.
 */
import { build } from "esbuild"
import { fileURLToPath } from "node:url"
import { repository } from "../../lib/repository.js"
import { peers } from "../../sizes/bundle.js"
import type { Open } from "../Ratio.js"

const policies = ["Lru", "Lfu", "LfuDa", "Gdsf", "S3Fifo", "WTinyLfu", "Adaptive"]

/** Opens a program, and tells how many eviction policies are in its bundle, made under a condition. */
export const open: Open = async ([program = "", condition = ""]) => ({
  round: async () => {
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: fileURLToPath(repository) },
      bundle: true,
      treeShaking: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: [condition],
      external: peers,
      // What is published, and not its sources.
      tsconfigRaw: "{}",
      write: false,
      logLevel: "silent"
    })
    const text = outputFiles.map((file) => file.text).join("")
    return policies.filter((name) => new RegExp(`\\bclass ${name}\\b|\\b${name} = class\\b`).test(text)).length
  }
})
