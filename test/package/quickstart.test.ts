import { assert, describe, it } from "@effect/vitest"
import { readFile } from "node:fs/promises"

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8")

describe("the README's quickstart", () => {
  it("is examples/quickstart.ts, letter for letter", async () => {
    const block = /<!-- quickstart -->\s*```ts\n([^]*?)\n```/.exec(await read("README.md"))
    assert.strictEqual(`${block?.[1]}\n`, await read("examples/quickstart.ts"))
  })
})
