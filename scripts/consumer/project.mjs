/**
 * Projects of users, in temporary folders.
 */
import { mkdir, writeFile } from "node:fs/promises"
import { builtinModules } from "node:module"
import { dirname, join } from "node:path"
import { run } from "../lib/run.mjs"

/** Makes an empty project with `packages` installed. */
export const makeProject = async (folder, packages) => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", ...packages], {
    cwd: folder,
    clean: true,
    capture: true
  })
}

/** Writes the files of a folder, by their names: text as it is, anything else as JSON. */
export const writeFiles = async (folder, files) => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content, null, 2))
  }
}

/** The packages a program imports, without this one and Node's own. */
export const importedPackages = (code, name) =>
  [...code.matchAll(/(?:from|import)\s*\(?\s*"([^".][^"]*)"/g)]
    .map(([, specifier]) => specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/"))
    .filter((found) => found !== name && !found.startsWith("node:") && !builtinModules.includes(found))
