/**
 * Writes docs/verbs.md, the table of which store has which verb, from the declarations, which it builds.
 * `--check` only tells whether the page is that of the declarations. Either fails when a store has no such verb and
 * scripts/lib/verbs.mjs does not say why.
 */
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { membersOf, openDeclarations } from "./lib/declarations.mjs"
import { root, run, runMain } from "./lib/run.mjs"
import { drawVerbs, isSamePage } from "./lib/verbs.mjs"

const page = "docs/verbs.md"

await runMain(async () => {
  await run("node", [join(root, "scripts", "build.mjs")])
  const declarations = openDeclarations()
  const { problems, text } = drawVerbs((entryPoint, name) => membersOf(declarations, entryPoint, name))
  if (process.argv.includes("--check")) {
    const before = await readFile(join(root, page), "utf8").catch(() => "")
    if (!isSamePage(before, text)) {
      problems.push(`${page} is not that of the declarations: run node scripts/draw-verbs.mjs`)
    }
  } else {
    await writeFile(join(root, page), text)
    await run("dprint", ["fmt", page])
  }
  if (problems.length > 0) throw new Error(problems.join("\n"))
})
