/** What of the sources and tests is checked and run on Effect 4 so far. All of the sources are made. */
import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { root } from "../lib/run.mjs"
import { files } from "./differences.mjs"

export const folders = {
  src: ["Cache", "ClientLayer", "ErrorSchemas", "Keyv", "S3Store", "Sync", "Ttl", "effect"],
  test: ["Cache", "Ttl", "effect", "support"]
}

/** Entry points of folders that are not in. */
const later = /^effect-aws-cache(\/(S3Store|ClientLayer|keyv|effect-aws|ErrorSchemas).*)?$/

const isInFolder = (path) => {
  const [folder, name] = path.split("/")
  return folders[folder].includes(name)
}

/** Tests and what they use that are left out: those named as differences, and all that use what is not in. */
export const leftOut = () => {
  const imported = new Map(
    folders.test.flatMap((folder) =>
      readdirSync(join(root, "test", folder), { recursive: true })
        .map((name) => `test/${folder}/${name.replaceAll("\\", "/")}`)
        .filter((path) => path.endsWith(".ts"))
        .map((path) => [
          path,
          [...readFileSync(join(root, path), "utf8").matchAll(/(?:from|import) "([^"]+)"/g)].map(([, name]) =>
            name.startsWith(".") ? posix.join(posix.dirname(path), name).replace(/\.js$/, ".ts") : name
          )
        ])
    )
  )
  const out = new Set(Object.keys(files))
  for (let before = -1; before < out.size;) {
    before = out.size
    for (const [path, names] of imported) {
      const isOut = (name) => out.has(name) || later.test(name) || (name.startsWith("src/") && !isInFolder(name))
      if (names.some(isOut)) out.add(path)
    }
  }
  return [...out].sort()
}

/** Whether a file is in, of `out` that are left out. */
export const isIn = (path, out) => isInFolder(path) && !out.includes(path)
