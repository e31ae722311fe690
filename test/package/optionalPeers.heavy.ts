/**
 * What programs are built from the package where its optional peers are not installed.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import manifest from "../../package.json" with { type: "json" }
import { makeUserProject, runCompiler } from "./userProject.js"

const optional: ReadonlyArray<string> = Object.keys(manifest.peerDependenciesMeta)

const entryPoints = Object.keys(manifest.exports)
  .filter((path) => path !== "./package.json")
  .map((path) => path.replace(/^\./, manifest.name))

let folder = ""

/** Everything that is installed, but for the optional peers and what else is of AWS. */
beforeAll(async () => {
  folder = await makeUserProject((name) => !optional.includes(name) && !/^@(aws-sdk|smithy)\//.test(name))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe("where no optional peer is installed", () => {
  const bundle = (contents: string) =>
    build({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      format: "esm",
      platform: "node",
      external: Object.keys(manifest.peerDependencies).filter((name) => !optional.includes(name)),
      preserveSymlinks: true,
      tsconfigRaw: "{}",
      write: false,
      logLevel: "silent"
    })

  for (const entryPoint of entryPoints) {
    it(`${entryPoint} can be bundled`, async () => {
      const { errors, warnings } = await bundle(`export * from ${JSON.stringify(entryPoint)}`)
      assert.deepStrictEqual([errors, warnings], [[], []])
    })
  }

  it("what imports one as a program does cannot", async () => {
    for (const name of optional) {
      const refused = await bundle(`export const load = () => import(${JSON.stringify(name)})`).then(
        () => "no failure",
        String
      )
      assert.include(refused, `Could not resolve "${name}"`)
    }
  })

  const compile = async (text: string, settings: Readonly<Record<string, unknown>>) => {
    const compilerOptions = {
      target: "es2022",
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      declaration: true,
      noEmit: true,
      preserveSymlinks: true,
      types: ["node"],
      ...settings
    }
    await writeFile(join(folder, "program.ts"), text)
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }))
    return runCompiler("typescript", ["-p", folder], folder)
  }

  for (const settings of [{ module: "nodenext" }, { module: "esnext", moduleResolution: "bundler" }]) {
    it(`every entry point compiles with skipLibCheck: false and module: ${settings.module}`, async () => {
      const all = entryPoints.map((name, index) => `import * as part${index} from ${JSON.stringify(name)}`)
      const parts = `export const parts: ReadonlyArray<object> = [${entryPoints.map((_, index) => `part${index}`)}]`
      assert.strictEqual(await compile([...all, parts].join("\n"), settings), "")
    })
  }

  it("what imports the types of one does not", async () => {
    assert.include(
      await compile("import type { S3Client } from \"@aws-sdk/client-s3\"\nexport type A = S3Client", {
        module: "nodenext"
      }),
      "Cannot find module '@aws-sdk/client-s3'"
    )
  })
})
