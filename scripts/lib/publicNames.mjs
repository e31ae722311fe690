/**
 * What users of the package can import.
 */
import { posix } from "node:path"

/** Whether a docstring takes what it is of out of the declarations that the package is published with. */
export const isInternal = (comment) => comment !== undefined && /^[\s*]*@internal\b/m.test(comment.value)

const isIndex = (path) => /^src\/(?:[^/]+\/)?index\.ts$/.test(path)

/**
 * By file, the names of its own declarations that an index of the package hands out, `"all"` where the whole module is
 * handed out under a name. Files of which nobody outside sees anything are not in the map.
 */
export const findPublicNames = (sources) => {
  const byPath = new Map(sources.map((file) => [file.path, file]))
  const found = new Map()
  const seen = new Set()

  const addAll = (path) => {
    if (seen.has(path)) return
    seen.add(path)
    found.set(path, "all")
    const file = byPath.get(path)
    if (file !== undefined) addHandedOn(file)
  }

  const addName = (path, name) => {
    const file = byPath.get(path)
    if (file === undefined) return
    const handedOn = handedOnBy(file).find(({ exported }) => exported === name)
    if (handedOn?.target !== undefined) return addName(handedOn.target, handedOn.local)
    if (found.get(path) === "all") return
    const names = found.get(path) ?? new Set()
    found.set(path, names.add(handedOn?.local ?? name))
  }

  /** The names a file exports without `export` at their declaration. */
  const handedOnBy = (file) =>
    file.program.body.filter((node) => node.type === "ExportNamedDeclaration" && !node.declaration).flatMap((node) =>
      node.specifiers.map(({ exported, local }) => ({
        exported: exported.name,
        local: local.name,
        target: node.source === null ? undefined : targetOf(file, node)
      }))
    )

  const targetOf = (file, node) =>
    node.source.value.startsWith(".")
      ? posix.join(posix.dirname(file.path), node.source.value).replace(/\.js$/, ".ts")
      : undefined

  const addHandedOn = (file) => {
    for (const { local, target } of handedOnBy(file)) if (target !== undefined) addName(target, local)
    for (const node of file.program.body) {
      if (node.type !== "ExportAllDeclaration") continue
      const target = targetOf(file, node)
      if (target !== undefined) addAll(target)
    }
  }

  for (const file of sources.filter(({ path }) => isIndex(path))) {
    found.set(file.path, "all")
    addHandedOn(file)
  }
  return found
}
