/**
 * Packs the package and looks at the tarball: what is in it, its manifest (publint), and whether TypeScript resolves
 * every entry point in every mode an ESM-only package supports (attw).
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { pack } from "./lib/pack.mjs"
import { root, run, runMain, withTemporaryFolder } from "./lib/run.mjs"

/** What npm puts in every tarball, what `files` names, and nothing else. */
const expected = [
  /^(CHANGELOG\.md|CONTRIBUTING\.md|LICENSE|README\.md|package\.json)$/,
  /^bench\/results\/[^/]+\.(md|svg)$/,
  /^src\/.+\.ts$/,
  /^docs\/.+\.(md|svg)$/,
  /^examples\/.+\.ts$/,
  /^dist\/.+\.(js|js\.map|d\.ts|d\.ts\.map)$/
]

const required = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "package.json"]

/** What the build puts together from many sources. */
const together = /^dist\/(core|measuring)\.js(\.map)?$/

await runMain(() =>
  withTemporaryFolder("package", async (folder) => {
    const { files, tarball } = await pack(folder)
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
    const targets = Object.values(manifest.exports).flatMap((target) =>
      (typeof target === "string" ? [target] : Object.values(target)).map((path) => path.replace(/^\.\//, ""))
    )
    const problems = [
      ...files.filter((path) => !expected.some((pattern) => pattern.test(path))).map((path) =>
        `${path} does not belong in it`
      ),
      // A build does not remove what an earlier one left of a source that is gone.
      ...files
        .filter((path) => path.startsWith("dist/") && !together.test(path))
        .filter((path) => !files.includes(path.replace(/^dist\/(.+?)\.(js|d\.ts)(\.map)?$/, "src/$1.ts")))
        .map((path) => `${path} has no source: run npm run clean and build again`),
      ...[...required, ...targets].filter((path) => !files.includes(path)).map((path) => `${path} is missing`)
    ]
    if (problems.length > 0) throw new Error(`The tarball is not as it should be:\n${problems.join("\n")}`)
    console.log(`${files.length} files in the tarball`)
    await run("publint", ["run", tarball, "--strict"])
    await run("attw", [tarball, "--profile", "esm-only", "--no-emoji"], { capture: true })
    console.log("attw: TypeScript resolves every entry point (node16 from ESM, bundler)")
  })
)
