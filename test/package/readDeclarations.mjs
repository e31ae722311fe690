/**
 * Prints what is wrong with the declarations that the package is built into, as JSON. It takes seconds without a break,
 * too long for a process of tests.
 */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import {
  findErasedTypes,
  findUndocumentedMembers,
  findUndocumentedUses,
  findUnnamedTypes,
  membersOf,
  openDeclarations
} from "../../scripts/lib/declarations.mjs"
import { drawVerbs, isSamePage } from "../../scripts/lib/verbs.mjs"

const sites = new URL("../types/sites/", import.meta.url)
const uses = readdirSync(sites).map((file) => fileURLToPath(new URL(file, sites)))

const declarations = openDeclarations(uses)
const verbs = drawVerbs((entryPoint, name) => membersOf(declarations, entryPoint, name))
const page = readFileSync(new URL("../../docs/verbs.md", import.meta.url), "utf8")

process.stdout.write(JSON.stringify({
  verbs: [...verbs.problems, ...isSamePage(page, verbs.text) ? [] : ["run node scripts/draw-verbs.mjs"]],
  erased: findErasedTypes(declarations),
  unnamed: findUnnamedTypes(declarations),
  ...findUndocumentedMembers(declarations),
  ...findUndocumentedUses(declarations, uses)
}))
