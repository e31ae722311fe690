/**
 * Where a benchmark ran.
 */
import { existsSync, readFileSync } from "node:fs"
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

/** As Node finds packages: in the repository's folder, or above it. */
const installedVersion = (name: string, from: URL = repository): string => {
  const path = new URL(`node_modules/${name}/package.json`, from)
  const above = new URL("../", from)
  if (!existsSync(path) && above.href !== from.href) return installedVersion(name, above)
  const manifest: { readonly version?: unknown } = JSON.parse(readFileSync(path, "utf8"))
  return String(manifest.version)
}
