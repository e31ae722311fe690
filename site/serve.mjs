/**
 * Serves the built site on a port of this machine, 4173 unless `--port` names another: `npm run docs:serve` builds it first.
 */
import { parseArgs } from "node:util"
import { serve } from "vitepress"
import { runMain } from "../scripts/lib/run.mjs"
import { basePath, siteFolder } from "./paths.mjs"

await runMain(async () => {
  const { values } = parseArgs({ options: { port: { type: "string", default: "4173" } } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port must be a number from 0 to 65535")
  const { server } = await serve({ root: siteFolder, base: basePath(), port })
  await new Promise((resolve, reject) => {
    server?.once("close", resolve)
    server?.once("error", ({ code, message }) =>
      reject(
        new Error(
          code === "EADDRINUSE" ? `port ${port} is taken: name another with npm run docs:serve -- --port PORT` : message
        )
      ))
  })
})
