/**
 * Where a benchmark ran.
 */
import { readFileSync } from "node:fs"
import { cpus } from "node:os"
import { repository } from "./repository.js"

/** What has to be known of a run to compare it with another one. */
export interface Environment {
  /** ISO 8601, the day only. */
  readonly date: string
  readonly node: string
  readonly v8: string
  readonly cpu: string
  readonly processors: number
  /** The versions of the packages that took part, by name. */
  readonly packages: Readonly<Record<string, string>>
}

/** This machine, this Node, and the installed versions of the given packages. */
export const environment = (packages: ReadonlyArray<string>): Environment => {
  const processors = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    v8: process.versions.v8,
    cpu: processors[0]?.model.trim() ?? "unknown",
    processors: processors.length,
    packages: Object.fromEntries(packages.map((name) => [name, installedVersion(name)]))
  }
}

const installedVersion = (name: string): string => {
  const manifest: { readonly version?: unknown } = JSON.parse(
    readFileSync(new URL(`node_modules/${name}/package.json`, repository), "utf8")
  )
  return String(manifest.version)
}
