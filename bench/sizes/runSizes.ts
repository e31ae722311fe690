/**
 * What it takes to import each part of the package: bytes in a bundle, and milliseconds without one.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Environment, environment } from "../lib/environment.js"
import { markdownTable } from "../lib/markdownTable.js"
import { repository } from "../lib/repository.js"
import { bundledBytes } from "./bundle.js"

/** What of package.json is asked for. */
interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
}

/** What was found of an entry point. */
interface SizeRow {
  readonly entryPoint: string
  /** Bytes, minified and compressed, of everything that it exports: of this package alone, and with Effect. */
  readonly alone: number
  readonly withEffect: number
  /** Milliseconds that a new process takes to import it, the best of some; the process itself is not in it. */
  readonly millis?: number | undefined
}

/** What was found of all. */
export interface SizeResults {
  readonly environment: Environment
  /** How often each was imported. */
  readonly rounds: number
  readonly rows: ReadonlyArray<SizeRow>
  readonly unfinished: ReadonlyArray<never>
}

/** Imported beside the entry points, to compare them with. */
const references = ["effect/Effect", "effect"]

const folder = fileURLToPath(repository)

const readEntryPoints = (): ReadonlyArray<string> => {
  const manifest: Manifest = JSON.parse(readFileSync(new URL("package.json", repository), "utf8"))
  return Object.keys(manifest.exports)
    .filter((path) => path !== "./package.json")
    .map((path) => path.replace(/^\./, manifest.name))
}

const importMillis = (specifier: string): number => {
  const program = `
    const start = performance.now()
    await import(${JSON.stringify(specifier)})
    console.log(performance.now() - start)
  `
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: folder })
  )
}

/** Measures all entry points. */
export const runSizes = async (quick: boolean, say: (text: string) => void): Promise<SizeResults> => {
  const entryPoints = readEntryPoints()
  const rounds = quick ? 1 : 9
  const millis = new Map<string, number>()
  // In turns, so that what else the machine does meets all alike.
  for (let round = 0; round < rounds; round++) {
    say(`sizes: imports, round ${round + 1}`)
    for (const name of [...references, ...entryPoints]) {
      millis.set(name, Math.min(importMillis(name), millis.get(name) ?? Number.POSITIVE_INFINITY))
    }
  }
  const rows: Array<SizeRow> = []
  for (const name of [...references, ...entryPoints]) {
    rows.push({
      entryPoint: name,
      alone: entryPoints.includes(name) ? await bundledBytes(folder, name, "alone") : 0,
      withEffect: await bundledBytes(folder, name, "with Effect"),
      millis: millis.get(name)
    })
  }
  return { environment: environment(["effect", "@effect/platform", "esbuild"]), rounds, rows, unfinished: [] }
}

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1)

/** The page that shows them; the times only where they were measured. */
export const sizePage = (
  { environment: { cpu, date, node, packages }, rounds, rows }: SizeResults
): string => {
  const isTimed = rows.some(({ millis }) => millis !== undefined)
  return `# What importing costs

Everything that an entry point exports, bundled by esbuild, minified and compressed by gzip: of this package alone, and with
Effect in it${
    isTimed ? "; and the time that a new process takes to import it as it is installed" : ""
  }. A bundler keeps only what a
program uses, so that these are the most. The AWS SDK is in none of them: it is loaded when it is needed.

${
    markdownTable(
      ["entry point", "alone, kB", "with Effect, kB", ...(isTimed ? ["import, ms"] : [])],
      rows.map(({ alone, entryPoint, millis, withEffect }) => [
        `\`${entryPoint}\``,
        alone === 0 ? "–" : kilobytes(alone),
        kilobytes(withEffect),
        ...(isTimed ? [millis?.toFixed(0) ?? "–"] : [])
      ])
    )
  }

The tests hold the bytes of this package alone to at most a tenth more than the table has.

${date}, Node ${node}, ${cpu}${isTimed ? `; the best of ${rounds} imports` : ""}. ${
    Object.entries(packages).map(([name, version]) => `${name} ${version}`).join(", ")
  }. Written by \`npm run bench\`.
`
}
