/**
 * Prints what is public and takes options, as JSON: for each its name, such as `S3Cache.set`. It reads the declarations
 * that the package is built into.
 */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseSync } from "oxc-parser"

const dist = fileURLToPath(new URL("../../dist/", import.meta.url))
const folders = ["Sync", "Keyv", "EffectAws", "Lambda", "Testing"]
const entryPoints = ["index.d.ts", ...folders.map((folder) => `${folder}/index.d.ts`)]

const parsed = new Map()
const parse = (path) => {
  if (!parsed.has(path)) {
    const text = readFileSync(path, "utf8")
    const { program } = parseSync(path, text)
    const locals = new Map()
    const imported = new Map()
    for (const node of program.body) {
      const declaration = node.type === "ExportNamedDeclaration" && node.declaration ? node.declaration : node
      if (node.type === "ImportDeclaration") {
        for (const each of node.specifiers) {
          imported.set(each.local.name, { from: node.source.value, name: each.imported?.name ?? "*" })
        }
      } else if (declaration.type === "VariableDeclaration") {
        for (const each of declaration.declarations) locals.set(each.id.name, [each])
      } else if (declaration.id?.name !== undefined) {
        locals.set(declaration.id.name, [...(locals.get(declaration.id.name) ?? []), declaration])
      }
    }
    parsed.set(path, { imported, locals, path, program, text })
  }
  return parsed.get(path)
}

const resolve = (from, source) => join(dirname(from), source.replace(/\.js$/, ".d.ts"))

const names =
  /^(\.\.\.)?(options|overrides|write|writeOptions|how|lease|limits|config|configuration|spec|controls)\??\b/
const types = /\b\w*(Options|Limits|Controls|Arguments)\b/

const found = new Set()
const seen = new Set()

const takes = (name, parameters, text) => {
  if (parameters.some((each) => names.test(textOf(each, text)) || types.test(textOf(each, text)))) found.add(name)
}

const textOf = (node, text) => text.slice(node.start, node.end)

const visitMembers = (name, members, file) => {
  for (const member of members) {
    const inner = `${name}.${member.kind === "constructor" ? "new" : member.key?.name ?? "?"}`
    if (member.accessibility === "private") continue
    if (member.type === "TSMethodSignature" || member.type === "MethodDefinition") {
      takes(inner, member.params ?? member.value.params, file.text)
    } else visitType(inner, member.typeAnnotation?.typeAnnotation, file)
  }
}

const visitType = (name, type, file) => {
  if (type?.type === "TSFunctionType") takes(name, type.params, file.text)
  else if (type?.type === "TSTypeLiteral") visitMembers(name, type.members, file)
  else if (type?.type === "TSIntersectionType") { for (const each of type.types) visitType(name, each, file) }
  else if (type?.type === "TSTypeQuery" && type.exprName.type === "Identifier") {
    visitName(name, type.exprName.name, file)
  }
}

const visit = (name, node, file) => {
  if (seen.has(`${name} ${file.path} ${node.start}`)) return
  seen.add(`${name} ${file.path} ${node.start}`)
  if (node.type === "VariableDeclarator") visitType(name, node.id.typeAnnotation?.typeAnnotation, file)
  else if (node.type.endsWith("Function") || node.type === "FunctionDeclaration") takes(name, node.params, file.text)
  else if (node.type === "TSTypeAliasDeclaration") visitType(name, node.typeAnnotation, file)
  else if (node.type === "ClassDeclaration") {
    visitMembers(name, node.body.body, file)
    if (node.superClass?.name !== undefined) visitName(name, node.superClass.name, file)
  } else if (node.type === "TSInterfaceDeclaration" && !name.endsWith("Options")) {
    visitMembers(name, node.body.body, file)
  }
}

const visitName = (name, local, file) => {
  for (const node of file.locals.get(local) ?? []) visit(name, node, file)
  const from = file.imported.get(local)
  if (from?.from.startsWith(".")) visitExports(parse(resolve(file.path, from.from)), "", new Map([[from.name, name]]))
}

/** Visits what a file exports, all of it or by these names. */
const visitExports = (file, prefix, only) => {
  const nameOf = (name) => only === undefined ? `${prefix}${name}` : only.get(name)
  for (const node of file.program.body) {
    const source = node.source?.value
    const other = source?.startsWith(".") ? parse(resolve(file.path, source)) : undefined
    if (node.type === "ExportAllDeclaration" && other !== undefined) {
      if (node.exported) visitExports(other, `${prefix}${node.exported.name}.`, undefined)
      else visitExports(other, prefix, only)
    } else if (node.type === "ExportNamedDeclaration") {
      const { declaration } = node
      const declared = declaration?.type === "VariableDeclaration" ? declaration.declarations : [declaration]
      for (const each of declaration ? declared : []) {
        const name = nameOf(each.id.name)
        if (name !== undefined) visit(name, each, file)
      }
      for (const { exported, local } of node.specifiers) {
        const name = nameOf(exported.name)
        if (name === undefined) continue
        if (source === undefined) visitName(name, local.name, file)
        else if (other !== undefined) visitExports(other, "", new Map([[local.name, name]]))
      }
    }
  }
}

for (const path of entryPoints) visitExports(parse(join(dist, path)), "", undefined)
process.stdout.write(JSON.stringify([...found].toSorted()))
