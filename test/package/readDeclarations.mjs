/**
 * Prints what is wrong with the declarations that the package is built into, as JSON. It takes seconds without a break,
 * too long for a process of tests.
 */
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import {
  findErasedTypes,
  findUndocumentedMembers,
  findUndocumentedUses,
  findUnnamedTypes,
  openDeclarations
} from "../../scripts/lib/declarations.mjs"

const sites = new URL("../types/sites/", import.meta.url)
const uses = readdirSync(sites).map((file) => fileURLToPath(new URL(file, sites)))

const declarations = openDeclarations(uses)
process.stdout.write(JSON.stringify({
  erased: findErasedTypes(declarations),
  unnamed: findUnnamedTypes(declarations),
  ...findUndocumentedMembers(declarations),
  ...findUndocumentedUses(declarations, uses)
}))
