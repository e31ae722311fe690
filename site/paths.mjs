/**
 * Where the site is put together.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../scripts/lib/run.mjs"

const manifestIn = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

export const manifest = manifestIn(root)

/** The major of Effect that the site is for. */
export const effect = /\d+/.exec(manifest.peerDependencies.effect)[0]

/** The repository that was cloned: that for Effect 4 is made of it, in a folder of it. */
export const originRoot = effect === "4" ? join(root, "..", "..") : root
export const originManifest = manifestIn(originRoot)

/** The folder of the site's configuration, and that of everything that is built. */
export const siteFolder = join(root, "site")
export const buildFolder = join(root, "build", "site")

/** What is built for the other major of Effect. */
export const otherBuildFolder = join(effect === "4" ? originRoot : join(root, "build", "effect4"), "build", "site")

/** The site for Effect 4 lies below that for Effect 3. */
export const effect4Folder = "effect-4"

/** The Markdown that VitePress makes the site of. */
export const pagesFolder = join(buildFolder, "pages")

/** The site. */
export const htmlFolder = join(buildFolder, "html")

/** The sidebars, which the configuration of VitePress reads. */
export const sidebarFile = join(buildFolder, "sidebar.json")

/** The pages of the reference by what they are about, for links from signatures. */
export const namesFile = join(buildFolder, "names.json")

/** The path of the site for the other major of Effect, and its pages. */
export const otherFile = join(buildFolder, "other.json")

/** The path under which the site will be served, with a slash at both ends. */
export const basePath = () => {
  const base = process.env["DOCS_BASE"] ?? ""
  if (/[:?#]/.test(base)) {
    throw new Error(
      "DOCS_BASE must be the path under which the site will be served, such as /docs/, without scheme and host"
    )
  }
  return `/${base.replaceAll(/^\/+|\/+$/g, "")}/`.replace("//", "/")
}
