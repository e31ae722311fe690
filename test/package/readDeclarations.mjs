/**
 * Prints what is wrong with the declarations that the package is built into, as JSON. It takes seconds without a break,
 * too long for a process of tests.
 */
import { findUndocumentedMembers, findUnnamedTypes, openDeclarations } from "../../scripts/lib/declarations.mjs"

const declarations = openDeclarations()
process.stdout.write(JSON.stringify({
  unnamed: findUnnamedTypes(declarations),
  ...findUndocumentedMembers(declarations)
}))
