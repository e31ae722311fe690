/**
 * What the compilers and the editors of users see of the package: the declarations that it is built into.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import {
  type Declarations,
  findUndocumentedMembers,
  findUnnamedTypes,
  openDeclarations
} from "../../scripts/lib/declarations.mjs"

let declarations: Declarations = { entryPoints: [] }

beforeAll(() => {
  declarations = openDeclarations()
}, 120_000)

describe("the declarations", () => {
  // Otherwise: TS2742, TS2883, for who exports what is inferred, and compiles with `declaration: true`.
  it("have a name under an entry point for each type that can come of what is exported", () => {
    assert.deepStrictEqual(findUnnamedTypes(declarations), [])
  }, 120_000)

  it("document every member that an editor can show", () => {
    const { count, undocumented } = findUndocumentedMembers(declarations)
    assert.deepStrictEqual(undocumented, [])
    assert.isAbove(count, 1_000)
  }, 120_000)
})
