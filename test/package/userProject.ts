/**
 * A project with the package as it is packed, and with what is installed here, as users have it.
 */
import { execFile } from "node:child_process"
import { copyFile, cp, mkdir, mkdtemp, readdir, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import manifest from "../../package.json" with { type: "json" }

const root = fileURLToPath(new URL("../..", import.meta.url))

const packages = join(root, "node_modules")

/** Makes a project in a new folder; of the packages here, it has those that `has` says. */
export const makeUserProject = async (has: (name: string) => boolean): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "effect-aws-cache-project-"))
  const names = await readdir(packages)
  const scoped = await Promise.all(
    names.filter((name) => name.startsWith("@")).map(async (scope) =>
      (await readdir(join(packages, scope))).map((name) => `${scope}/${name}`)
    )
  )
  const installed = [...names.filter((name) => !/^[@.]/.test(name)), ...scoped.flat()].filter(has)
  await Promise.all(installed.map(async (name) => {
    const link = join(folder, "node_modules", name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(packages, name), link)
  }))
  const own = join(folder, "node_modules", manifest.name)
  await mkdir(own)
  await cp(join(root, "dist"), join(own, "dist"), { recursive: true })
  await copyFile(join(root, "package.json"), join(own, "package.json"))
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  return folder
}

/** Runs a compiler, by the name it is installed under, and answers what it prints. */
export const runCompiler = (name: string, args: ReadonlyArray<string>, folder: string): Promise<string> =>
  new Promise((resolve) =>
    execFile(
      process.execPath,
      [join(packages, name, "bin", "tsc"), ...args],
      { cwd: folder, maxBuffer: 2 ** 26 },
      (_error, stdout, stderr) => resolve(`${stdout}${stderr}`)
    )
  )
