/**
 * Checks the links of the built site: what leads to the site itself leads to a file, and to an id in it; what leads to the
 * repository, to a path that it has. Addresses of other sites are looked at by their form only, and nothing is fetched
 * from them.
 */
import { readFile } from "node:fs/promises"
import { join, posix, relative, sep } from "node:path"
import { root } from "../scripts/lib/run.mjs"
import { filesUnder } from "../scripts/lib/sources.mjs"
import { basePath, htmlFolder } from "./paths.mjs"
import { problemOfSource } from "./sources.mjs"

const entities = { amp: "&", lt: "<", gt: ">", quot: "\"", "#39": "'", "#x27": "'" }
const unescape = (text) => text.replaceAll(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name) => entities[name])

const isElsewhere = (link) => /^[a-z][a-z+.-]*:|^\/\//i.test(link)

const attributesOf = (html, names) =>
  Array.from(html.matchAll(new RegExp(`\\s(?:${names})="([^"]*)"`, "g")), ([, value]) => unescape(value))

/** The site's files, and the ids in its pages. */
const readSite = async () => {
  const folder = relative(root, htmlFolder).split(sep).join("/")
  const files = (await filesUnder(folder, [""])).map((path) => path.slice(folder.length + 1))
  const pages = await Promise.all(
    files.filter((file) => file.endsWith(".html")).map(async (file) => {
      const html = await readFile(join(htmlFolder, file), "utf8")
      // Scripts and styles have no links of the page.
      const body = html.replaceAll(
        /<(script|style)\b[^>]*>[^]*?<\/\1>/g,
        (whole) => whole.slice(0, whole.indexOf(">") + 1)
      )
      return {
        file,
        ids: new Set(attributesOf(body, "id")),
        links: attributesOf(body, "href|src"),
        fetched: attributesOf(body, "src").filter((source) => isElsewhere(source) && !source.startsWith("data:"))
      }
    })
  )
  return { files: new Set(files), pages: new Map(pages.map((page) => [page.file, page])) }
}

const isAddress = (link) => {
  if (!/^(https?|mailto):/.test(link)) return false
  const url = URL.canParse(link) ? new URL(link) : undefined
  return url !== undefined && (url.protocol === "mailto:" || /^[\w-]+(\.[\w-]+)+$/.test(url.hostname))
}

/** The problem of a link, or nothing. */
const problemOf = ({ files, pages }, page, link, base) => {
  if (link.startsWith("data:")) return undefined
  if (isElsewhere(link)) return isAddress(link) ? problemOfSource(link) : "is no address"
  const [path = "", anchor] = link.split("#")
  const target = path.startsWith("/") ? path : posix.join(base, posix.dirname(page), path)
  if (path !== "" && !target.startsWith(base)) return `is not under ${base}`
  const inside = decodeURIComponent(path === "" ? page : target.slice(base.length))
  const file = inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside
  if (!files.has(file)) return "leads to no file"
  if (anchor === undefined || anchor === "") return undefined
  return pages.get(file)?.ids.has(decodeURIComponent(anchor)) === true ? undefined : "leads to no such heading"
}

/** What is wrong with links, a line each, and how many were looked at. */
export const checkLinks = async () => {
  const site = await readSite()
  const base = basePath()
  const problems = new Set()
  let count = 0
  for (const [file, { fetched, links }] of site.pages) {
    for (const source of fetched) problems.add(`${file}: ${source} is fetched from another host`)
    for (const link of new Set(links)) {
      count += 1
      const problem = problemOf(site, file, link, base)
      if (problem !== undefined) problems.add(`${file}: ${link} ${problem}`)
    }
  }
  return { count, problems: Array.from(problems) }
}
