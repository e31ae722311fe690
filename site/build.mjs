/**
 * Builds the documentation site into build/site/html: the pages of the repository, and the API reference. `DOCS_BASE` is
 * the path it will be served under. `--no-api` leaves the reference out, for a quick look at a page.
 */
import { mkdir, rm, writeFile } from "node:fs/promises"
import { build } from "vitepress"
import { runMain, seconds } from "../scripts/lib/run.mjs"
import { checkLinks } from "./checkLinks.mjs"
import { buildFolder, htmlFolder, namesFile, sidebarFile, siteFolder } from "./paths.mjs"
import { searchWordsWithoutPlace } from "./search.mjs"
import { stagePages } from "./stagePages.mjs"

const timed = async (name, task) => {
  const start = performance.now()
  const result = await task()
  console.log(`${name}: ${seconds(start)}`)
  return result
}

await runMain(async () => {
  await rm(buildFolder, { recursive: true, force: true })
  await mkdir(buildFolder, { recursive: true })
  const { pages, problems, sidebar } = await timed("pages", stagePages)
  const withApi = !process.argv.includes("--no-api")
  const api = withApi
    ? await timed("API reference", async () => (await import("./stageApi.mjs")).stageApi())
    : { names: {}, problems: [], sidebar: {}, warnings: 0 }
  await writeFile(sidebarFile, JSON.stringify({ "/": sidebar, ...api.sidebar }, null, 2))
  await writeFile(namesFile, JSON.stringify(api.names, null, 2))
  await timed("VitePress", () => build(siteFolder))
  const links = await timed("links", checkLinks)
  const all = [
    ...problems,
    ...api.problems,
    ...await searchWordsWithoutPlace(),
    ...withApi ? links.problems : links.problems.filter((line) => !line.includes("/api/"))
  ]
  for (const problem of all) console.error(problem)
  console.log(`${pages} pages${withApi ? " and the API reference" : ""}, ${links.count} links, in ${htmlFolder}`)
  if (all.length > 0 || api.warnings > 0) {
    throw new Error(`${all.length} problems of pages and links, ${api.warnings} warnings of TypeDoc`)
  }
})
