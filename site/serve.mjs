/**
 * Serves the built site on a port of this machine, 4173 unless `--port` names another: `npm run docs:serve` builds it first.
 */
import { parseArgs } from "node:util"
import { serve } from "vitepress"
import { runMain } from "../scripts/lib/run.mjs"
import { basePath, siteFolder } from "./paths.mjs"

await runMain(async () => {
  const { values } = parseArgs({ options: { port: { type: "string", default: "4173" } } })
  await serve({ root: siteFolder, base: basePath(), port: Number(values.port) })
})
