/**
 * Where the files of the repository are on the web. Those for Effect 4 are made of others, which are shown in their place.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../scripts/lib/run.mjs"
import { effect, originManifest, originRoot } from "./paths.mjs"

const { repository, version } = originManifest

const web = `${repository.url.replace(/^git\+/, "").replace(/\.git$/, "")}/blob/v${version}/`

const originalOf = (path) => {
  const twin = path.replace(/^src\/effect\//, "scripts/effect4/seam/")
  return effect === "4" && existsSync(join(originRoot, twin)) ? twin : path
}

/** Where a file or folder is shown, for what is no page of the site. */
export const repositoryLink = (path) => web + originalOf(path)

const read = new Map()
const linesOf = (file) => {
  if (!read.has(file)) read.set(file, existsSync(file) ? readFileSync(file, "utf8").split("\n") : [])
  return read.get(file)
}

/** Where a line of a source is shown; where the original has other lines, the nearest of them that says the same. */
export const sourceLink = (path, line) => {
  const made = linesOf(join(root, path))
  const original = linesOf(join(originRoot, originalOf(path)))
  const found = made.length === original.length
    ? line
    : [0, -1, 1, -2, 2].map((by) => line + by).find((at) => original[at - 1] === made[line - 1])
  return `${repositoryLink(path)}${found === undefined ? "" : `#L${found}`}`
}

/** The problem of a link to a file of the repository; what only an installation has is none of it. */
export const problemOfSource = (link) => {
  if (!link.startsWith(web)) return undefined
  const [path = ""] = decodeURIComponent(link.slice(web.length)).split("#")
  const parts = path.split("/")
  const isInside = !parts.includes("..") && !parts.includes("node_modules") && existsSync(join(originRoot, path))
  return isInside ? undefined : `leads to ${path}, which the repository does not have`
}
