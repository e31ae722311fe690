import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript-5"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** The guides to the parts, by the folder of `src` that each part is in. */
const guides: Readonly<Record<string, ReadonlyArray<string>>> = {
  Cache: ["stores.md"],
  ClientLayer: ["clients.md"],
  Keyv: ["keyv.md"],
  Lambda: ["recipes/lambda.md"],
  S3Store: [
    "s3-cache.md",
    "keyspaces.md",
    "evolving-values.md",
    "tags.md",
    "leases.md",
    "s3-outages.md",
    "levels.md",
    "dynamodb-store.md",
    "notice.md",
    "s3-notifications.md"
  ],
  Sync: ["dictionaries.md"],
  Testing: ["testing.md"],
  Ttl: ["dictionaries.md"]
}

/** Of whoever makes an object store of his own, which nobody calls. */
const ofImplementers = new Set(["LoadOptions"])

/** The public shapes of options in a folder of declarations: their names, and those of what they have. */
const shapesIn = (folder: string): ReadonlyArray<readonly [shape: string, members: ReadonlyArray<string>]> =>
  readdirSync(join(root, "dist", folder), { encoding: "utf8", recursive: true })
    .filter((name) => name.endsWith(".d.ts"))
    .flatMap((name) => {
      const text = read(`dist/${folder}/${name}`)
      const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
      const shapes = file.statements.filter((each) =>
        ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)
      )
      return shapes.flatMap((shape) => {
        const isPublic = /@since/.test(text.slice(shape.pos, shape.getStart(file)))
        const isShape = /(?:Options|Limits|Controls|Spec)$/.test(shape.name.text)
        if (!isPublic || !isShape || shape.name.text.startsWith("Checked") || ofImplementers.has(shape.name.text)) {
          return []
        }
        const members = ts.isInterfaceDeclaration(shape)
          ? shape.members.flatMap(({ name }) => name?.getText(file) ?? [])
          // A part of another shape.
          : Array.from(
            /\bPick<[^;]*>/.exec(shape.getText(file))?.[0].matchAll(/"(\w+)"/g) ?? [],
            ([, name = ""]) => name
          )
        return [[shape.name.text, members] as const]
      })
    })

/** What stands in backticks in the first cells of the tables of options of a guide. */
const namesIn = (guide: string): ReadonlySet<string> => {
  const tables = read(`docs/${guide}`).split(/\n(?!\|)/).filter((block) => /^\s*\| option /.test(block))
  const cells = tables.flatMap((table) => table.trim().split("\n").slice(2).map((row) => row.split("|")[1] ?? ""))
  return new Set(cells.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name = ""]) => name)))
}

/** Options within options, of which the row of the outer one tells. */
const within: Readonly<Record<string, string>> = {
  CircuitBreakerOptions: "circuitBreaker",
  CompressionOptions: "compression",
  EncryptionOptions: "encryption",
  MemoryPressureOptions: "memoryPressure",
  RemovalQueueOptions: "removalQueue",
  TracingOptions: "tracing",
  WriteBehindOptions: "writeBehind"
}

/** What the row of an option says, of all guides of a part. */
const rowOf = (pages: ReadonlyArray<string>, option: string): string =>
  pages.flatMap((page) => read(`docs/${page}`).split("\n"))
    .filter((line) => (line.split("|")[1] ?? "").includes(`\`${option}\``))
    .join("\n")

describe("the guides", () => {
  for (const [folder, pages] of Object.entries(guides)) {
    it(`have a row of every option of ${folder}, which says its unit, its default, and when to use it`, () => {
      const shapes = shapesIn(folder)
      assert.isAbove(shapes.length, 0)
      const names = new Set(pages.flatMap((page) => [...namesIn(page)]))
      const missing = shapes.flatMap(([shape, members]) => {
        const outer = within[shape]
        return members
          .filter((name) => outer === undefined ? !names.has(name) : !rowOf(pages, outer).includes(name))
          .map((name) => `${shape}.${name}`)
      })
      assert.deepStrictEqual(missing, [])
      for (const page of pages) {
        for (const row of read(`docs/${page}`).split("\n").filter((line) => line.startsWith("| option "))) {
          const columns = row.split("|").map((cell) => cell.trim()).filter((cell) => cell !== "")
          // Where two classes differ.
          if (columns[1]?.startsWith("in `") === true) continue
          assert.deepStrictEqual(
            columns,
            ["option", "what it does", "unit", "default", "when, and what it costs"],
            `${page}: ${row}`
          )
        }
      }
    })
  }
})
