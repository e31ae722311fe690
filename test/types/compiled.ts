/**
 * What programs of users make of the declarations, by the compilers that they have.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { makeUserProject, runCompiler } from "../package/userProject.js"

const sites = fileURLToPath(new URL("./sites", import.meta.url))

/** As strict as there is, with a declaration of all that is exported: without one, less is checked. */
const compilerOptions = {
  target: "es2022",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: true,
  preserveSymlinks: true,
  rootDir: "sites",
  declaration: true,
  emitDeclarationOnly: true,
  removeComments: true,
  types: ["node"]
}

const resolutions = {
  nodenext: { module: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" }
}

const project = (compiler: string, resolution: string) => `tsconfig.${compiler}.${resolution}.json`

/** The call sites compile with each of these compilers, with both resolutions of modules. */
export const testCompilers = (compilers: ReadonlyArray<string>): void => {
  let folder = ""
  const declarations = (compiler: string, resolution: string) => join(folder, compiler, resolution)

  beforeAll(async () => {
    folder = await makeUserProject(() => true)
    await cp(sites, join(folder, "sites"), { recursive: true })
    for (const compiler of compilers) {
      for (const [resolution, settings] of Object.entries(resolutions)) {
        const outDir = declarations(compiler, resolution)
        const config = { compilerOptions: { ...compilerOptions, ...settings, outDir }, include: ["sites"] }
        await writeFile(join(folder, project(compiler, resolution)), JSON.stringify(config))
      }
    }
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  describe.concurrent("call sites of users", () => {
    for (const compiler of compilers) {
      it(`compile with ${compiler}, and their declarations name what entry points have`, async () => {
        const projects = Object.keys(resolutions).map((resolution) => project(compiler, resolution))
        assert.strictEqual(await runCompiler(compiler, ["-b", "--pretty", "false", ...projects], folder), "")
        for (const resolution of Object.keys(resolutions)) {
          const written = declarations(compiler, resolution)
          const files = (await readdir(written)).filter((file) => file.endsWith(".d.ts"))
          assert.strictEqual(files.length, (await readdir(sites)).length)
          for (const file of files) {
            const text = await readFile(join(written, file), "utf8")
            assert.notMatch(text, /node_modules|effect-aws-cache\/dist/, file)
            // What Effect's own classes of errors are written with aside.
            assert.notMatch(text.replaceAll("Record<string, any>", ""), /\bany\b/, `${file}: a type was lost`)
          }
        }
      })
    }
  })
}
