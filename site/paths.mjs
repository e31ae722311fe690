/**
 * Where the site is put together.
 */
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

/** The path under which the site will be served, with a slash at both ends. */
export const basePath = () => `/${(process.env["DOCS_BASE"] ?? "").replaceAll(/^\/+|\/+$/g, "")}/`.replace("//", "/")
