/**
 * Where the site is put together.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../scripts/lib/run.mjs"

/** The folder of the site's configuration, and that of everything that is built. */
export const siteFolder = join(root, "site")
export const buildFolder = join(root, "build", "site")

/** The Markdown that VitePress makes the site of. */
export const pagesFolder = join(buildFolder, "pages")

/** The site. */
export const htmlFolder = join(buildFolder, "html")

/** The sidebars, which the configuration of VitePress reads. */
export const sidebarFile = join(buildFolder, "sidebar.json")

/** The pages of the reference by what they are about, for links from signatures. */
export const namesFile = join(buildFolder, "names.json")

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

export const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

/** Where the repository is on the web. */
const repository = manifest.repository.url.replace(/^git\+/, "").replace(/\.git$/, "")

/** Where a file or folder of the repository is shown, for what is no page of the site. */
export const repositoryLink = (path) => `${repository}/blob/v${manifest.version}/${path}`
