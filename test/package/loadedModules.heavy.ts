import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("../..", import.meta.url))
const hook = new URL("./resolveHook.mjs", import.meta.url).href

/** The modules that are loaded with another, by their URLs. */
const loadedWith = async (specifier: string): Promise<ReadonlyArray<string>> => {
  const folder = await mkdtemp(join(tmpdir(), "effect-aws-cache-loaded-"))
  try {
    const log = join(folder, "urls.txt")
    const program = ["--import", hook, "--input-type=module", "--eval", `await import(${JSON.stringify(specifier)})`]
    const env = { PATH: process.env["PATH"] ?? "", RESOLVED_URLS: log }
    await promisify(execFile)(process.execPath, program, { cwd: root, env })
    return [...new Set((await readFile(log, "utf8")).trimEnd().split("\n"))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const countOf = (urls: ReadonlyArray<string>, part: string): number => urls.filter((url) => url.includes(part)).length

const dist = new URL("../../dist/", import.meta.url).href
const schema = ["/effect/dist/esm/Schema.js", "/fast-check/"]
const platform = ["/@effect/platform/"]

// A module takes half a millisecond, and those of Effect that parse much take far more: whoever adds to these says why.
const entryPoints = [
  { name: "Cache", ofEffect: 240, own: 11, without: [...schema, ...platform] },
  { name: "Ttl", ofEffect: 257, own: 13, without: platform },
  { name: "S3Store", ofEffect: 263, own: 15, without: [] }
]

describe("what is loaded with", () => {
  for (const { name, ofEffect, own, without } of entryPoints) {
    it(`effect-aws-cache/${name} is no more than it needs`, async () => {
      const urls = await loadedWith(`effect-aws-cache/${name}`)
      assert.isAbove(countOf(urls, "/node_modules/effect/"), 0)
      // The root of Effect loads all of it.
      for (const part of ["/effect/dist/esm/index.js", "/effect/dist/cjs/", ...without]) {
        assert.deepStrictEqual(urls.filter((url) => url.includes(part)), [], part)
      }
      assert.isAtMost(countOf(urls, "/node_modules/effect/"), ofEffect)
      assert.isAtMost(countOf(urls, dist), own)
    })
  }
})
