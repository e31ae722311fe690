/**
 * Builds the documentation site into build/site/html: the pages of the repository, and the API reference. Below it, in
 * `effect-4`, is the site for Effect 4, which the repository for it builds in the same way. `DOCS_BASE` is the path it will
 * be served under. `--no-api` leaves the reference out, for a quick look at a page, and `--no-effect4` the site for
 * Effect 4.
 */
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises"
import { join, sep } from "node:path"
import { build } from "vitepress"
import { runMain, seconds } from "../scripts/lib/run.mjs"
import { checkLinks } from "./checkLinks.mjs"
import * as paths from "./paths.mjs"
import { searchWordsWithoutPlace } from "./search.mjs"
import { stagePages } from "./stagePages.mjs"

const timed = async (name, task) => {
  const start = performance.now()
  const result = await task()
  console.log(`${name}: ${seconds(start)}`)
  return result
}

const writeJson = (file, value) => writeFile(file, JSON.stringify(value, null, 2))

/** The path of the site for Effect 3, when this is the one below it. */
const above = process.env["DOCS_OTHER"]

const withEffect4 = paths.effect === "3" && !process.argv.includes("--no-effect4")

/** The site for the other Effect, whose pages are there by now: its path, and its pages. */
const findOther = async () => {
  const base = withEffect4 ? `${paths.basePath()}${paths.effect4Folder}/` : above
  if (base === undefined) return { pages: [] }
  if (withEffect4) await timed("Effect 4", async () => (await import("./buildEffect4.mjs")).buildEffect4(base))
  const files = await readdir(join(paths.otherBuildFolder, "pages"), { recursive: true })
  return { base, pages: files.map((file) => file.replaceAll(sep, "/")).filter((file) => file.endsWith(".md")) }
}

await runMain(async () => {
  await rm(paths.buildFolder, { recursive: true, force: true })
  await mkdir(paths.buildFolder, { recursive: true })
  const { pages, problems, sidebar } = await timed("pages", stagePages)
  const withApi = !process.argv.includes("--no-api")
  const api = withApi
    ? await timed("API reference", async () => (await import("./stageApi.mjs")).stageApi())
    : { names: {}, problems: [], sidebar: {}, warnings: 0 }
  await writeJson(paths.sidebarFile, { "/": sidebar, ...api.sidebar })
  await writeJson(paths.namesFile, api.names)
  await writeJson(paths.otherFile, await findOther())
  await timed("VitePress", () => build(paths.siteFolder))
  if (withEffect4) {
    await cp(join(paths.otherBuildFolder, "html"), join(paths.htmlFolder, paths.effect4Folder), { recursive: true })
  }
  // Links from one site to the other are looked at when both are there.
  const links = above === undefined ? await timed("links", checkLinks) : { count: 0, problems: [] }
  const all = [
    ...problems,
    ...api.problems,
    ...await searchWordsWithoutPlace(),
    ...withApi ? links.problems : links.problems.filter((line) => !line.includes("/api/"))
  ]
  for (const problem of all) console.error(problem)
  const what = `${pages} pages${withApi ? " and the API reference" : ""} for Effect ${paths.effect}`
  console.log(above === undefined ? `${what}, ${links.count} links, in ${paths.htmlFolder}` : what)
  if (all.length > 0 || api.warnings > 0) {
    throw new Error(`${all.length} problems of pages and links, ${api.warnings} warnings of TypeDoc`)
  }
})
