/**
 * Builds the site for Effect 4, by the repository that is made for it.
 */
import { join } from "node:path"
import { built, makeRepository } from "../scripts/effect4/makeRepository.mjs"
import { run } from "../scripts/lib/run.mjs"
import { basePath } from "./paths.mjs"

/** Builds it for this path. */
export const buildEffect4 = async (base) => {
  await makeRepository()
  await run(process.execPath, [join(built, "site", "build.mjs"), ...process.argv.slice(2)], {
    cwd: built,
    env: { DOCS_BASE: base, DOCS_OTHER: basePath() }
  })
}
