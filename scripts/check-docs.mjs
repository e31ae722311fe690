/**
 * Checks the documentation: every module begins with a docstring; what an index of the package exports has one that says
 * something and names its version (`@since`) and `@category`, and so have its public static members, and the members of
 * its interfaces say what they are; what no index exports, or is marked `@internal`, has no versions; and every TypeScript block in the docstrings,
 * in README.md and in docs/ compiles, as a user of the package would compile it. Those in docstrings compare a value, so
 * that the tests, which run them, see what they do (test/docs/examples.test.ts). Every page has a place in the sidebar of
 * the site.
 */
import { mkdir, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { pagesWithoutPlace } from "../site/stagePages.mjs"
import { comparesValues, docstringExamples, documentationPages, pageExamples } from "./lib/examples.mjs"
import { findPublicNames, isInternal } from "./lib/publicNames.mjs"
import { CommandError, root, run, runCompiler, runMain } from "./lib/run.mjs"
import { filesUnder, isDocstring, parseFile } from "./lib/sources.mjs"

const problems = []
const report = (path, line, message) => problems.push(`${path}:${line} ${message}`)

/** The docstring directly before a node, or nothing. */
const docstringOf = (file, node) =>
  file.comments.findLast((comment) =>
    isDocstring(comment) && comment.end <= node.start && isBetweenBlank(file, comment, node)
  )

const isBetweenBlank = (file, comment, node) => {
  let between = file.text.slice(comment.end, node.start)
  for (const other of file.comments) {
    if (other.start >= comment.end && other.end <= node.start) {
      between = between.replace(file.text.slice(other.start, other.end), "")
    }
  }
  return between.trim() === ""
}

const checkDocstring = (file, node, name, comment, required) => {
  const line = file.lineOf(node.start)
  if (comment === undefined) return report(file.path, line, `${name} has no docstring`)
  const lines = comment.value.split("\n").map((each) => each.replace(/^\s*\* ?/, "").trimEnd())
  const firstTag = lines.findIndex((each) => each.startsWith("@"))
  const description = lines.slice(0, firstTag < 0 ? lines.length : firstTag).join("").trim()
  const internal = isInternal(comment)
  if (required.includes("description") && description === "") {
    report(file.path, line, `the docstring of ${name} describes nothing`)
  }
  if (required.includes("since") && !internal && !lines.some((each) => /^@since \d+\.\d+\.\d+$/.test(each))) {
    report(file.path, line, `the docstring of ${name} has no @since with a version`)
  }
  if (required.includes("category") && !internal && !lines.some((each) => /^@category \S/.test(each))) {
    report(file.path, line, `the docstring of ${name} has no @category`)
  }
}

/** Every line of a docstring begins with a star: what lost it would stand in the text, or out of its example. */
const checkStars = (file) => {
  for (const comment of file.comments.filter(isDocstring)) {
    const lines = comment.value.split("\n")
    const wrong = lines.findIndex((line, index) => index > 0 && !/^\s*\*( |$)/.test(line) && index < lines.length - 1)
    if (wrong >= 0) report(file.path, file.lineOf(comment.start) + wrong, "the line of a docstring begins with no star")
  }
}

const checkModule = (file, isPublic) => {
  const first = file.comments[0]
  const start = file.program.body[0]?.start ?? file.text.length
  if (first === undefined || !isDocstring(first) || first.start > start) {
    return report(file.path, 1, "the file does not begin with a docstring")
  }
  if (isPublic && !/@since \d+\.\d+\.\d+\s*$/m.test(first.value)) {
    report(file.path, 1, "the file's docstring has no @since with a version")
  }
  if (first.value.replace(/^[\s*]*/, "").startsWith("@")) report(file.path, 1, "the file's docstring describes nothing")
  // Otherwise the docstring of the first export would pass for that of the file.
  const next = file.comments[1]
  const documented = file.program.body[0]
  if (
    documented?.type === "ExportNamedDeclaration" && documented.declaration &&
    (next === undefined || next.start > documented.start)
  ) {
    report(file.path, 1, "the file's docstring is that of its first export: it needs its own")
  }
}

const namesOf = (declaration) =>
  declaration.type === "VariableDeclaration"
    ? declaration.declarations.map((each) => each.id.name ?? "a pattern")
    : [declaration.id?.name ?? "default"]

/** Members whose docstring is inherited or would say nothing new. */
const isStaticPublic = (member) =>
  member.static === true && member.accessibility !== "private" && member.accessibility !== "protected" &&
  member.key?.type === "Identifier" && !member.key.name.startsWith("_")

const checkMembers = (file, declaration) => {
  const className = declaration.id?.name ?? "default"
  const documented = new Set()
  for (const member of declaration.body.body) {
    if (!isStaticPublic(member)) continue
    const name = `${className}.${member.key.name}`
    const comment = docstringOf(file, member)
    // The overloads of one method share the docstring of the first.
    if (comment === undefined && documented.has(name)) continue
    documented.add(name)
    checkDocstring(file, member, name, comment, ["description", "since"])
  }
}

/** What stands in an interface, or in a type that is an object: the editor shows its docstring at every use. */
const checkShape = (file, name, members) => {
  const documented = new Set()
  for (const member of members) {
    if (member.type !== "TSPropertySignature" && member.type !== "TSMethodSignature") continue
    const key = member.key?.name ?? member.key?.value
    if (key === undefined || key === "_tag") continue
    const comment = docstringOf(file, member)
    // The overloads of one method share the docstring of the first.
    if (comment === undefined && documented.has(key)) continue
    documented.add(key)
    if (comment === undefined) report(file.path, file.lineOf(member.start), `${name}.${key} has no docstring`)
  }
}

/** Versions stand only where a user meets them. */
const checkInner = (file, publicNames) => {
  const isShown = (name) => publicNames === "all" || publicNames?.has(name) === true
  const tagged = (comment) => comment !== undefined && /^\s*\* ?@(?:since|category)\b/m.test(comment.value)
  if (publicNames === undefined && tagged(file.comments[0])) {
    report(file.path, 1, "no index exports anything of this file: its docstring has no @since")
  }
  for (const node of file.program.body) {
    if (node.type !== "ExportNamedDeclaration" || !node.declaration) continue
    const comment = docstringOf(file, node)
    const shown = namesOf(node.declaration).some(isShown) && !isInternal(comment)
    if (!shown && comment !== file.comments[0] && tagged(comment)) {
      report(file.path, file.lineOf(node.start), `no index exports ${namesOf(node.declaration)}: it has no @since`)
    }
  }
}

const checkExports = (file, publicNames) => {
  const locals = new Map()
  const documented = new Set()
  const check = (node, allNames, declaration) => {
    const names = allNames.filter((name) => publicNames === "all" || publicNames.has(name))
    if (names.length === 0) return
    const comment = docstringOf(file, node)
    if (isInternal(comment)) {
      // By its name, it would be missing in the declarations of who hands it out.
      if (publicNames !== "all") {
        report(file.path, file.lineOf(node.start), `an index exports ${names}, which is @internal`)
      }
      return
    }
    if (declaration.type === "TSInterfaceDeclaration") checkShape(file, names[0], declaration.body.body)
    if (declaration.type === "TSTypeAliasDeclaration" && declaration.typeAnnotation.type === "TSTypeLiteral") {
      checkShape(file, names[0], declaration.typeAnnotation.members)
    }
    for (const name of names) {
      // The overloads of one function share the docstring of the first.
      if (comment === undefined && declaration.type.includes("Function") && documented.has(name)) continue
      documented.add(name)
      checkDocstring(file, node, name, comment, ["description", "since", "category"])
    }
    if (declaration.type === "ClassDeclaration") checkMembers(file, declaration)
  }
  for (const node of file.program.body) {
    if (node.type.endsWith("Declaration") && node.id?.name !== undefined) locals.set(node.id.name, node)
    if (node.type === "VariableDeclaration") {
      for (const name of namesOf(node)) locals.set(name, node)
    }
  }
  for (const node of file.program.body) {
    if (node.type === "ExportNamedDeclaration" && node.declaration) {
      check(node, namesOf(node.declaration), node.declaration)
    } else if (node.type === "ExportNamedDeclaration" && node.source === null) {
      for (const { local } of node.specifiers) {
        const declaration = locals.get(local.name)
        if (declaration !== undefined) check(declaration, [local.name], declaration)
      }
    } else if (node.type === "ExportAllDeclaration" && node.exported) {
      checkDocstring(file, node, node.exported.name, docstringOf(file, node), ["since"])
    } else if (node.type === "ExportDefaultDeclaration") {
      check(node, ["default"], node.declaration)
    }
  }
}

/** Every example as `{ path, line, code }`: where its first line of code is in the repository. */
const findExamples = async (sources) => {
  const examples = []
  const add = (path, find) => {
    try {
      examples.push(...find())
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      report(path, 1, error.message)
    }
  }
  for (const file of sources) add(file.path, () => docstringExamples(file))
  for (const { code, line, path } of examples) {
    if (!comparesValues(code)) {
      report(path, line, "the example compares nothing: end it with a comparison, by an import of node:assert/strict")
    }
  }
  for (const page of await documentationPages()) add(page.path, () => pageExamples(page))
  return examples
}

const folder = join(root, "build", "doc-examples")

const options = {
  extends: "../../tsconfig.base.json",
  include: ["."],
  compilerOptions: {
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    // The package by its own name, as package.json exports it.
    paths: {}
  }
}

const compileExamples = async (examples) => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(options, null, 2))
  const byFile = new Map()
  for (const example of examples) {
    const name = `${example.path.replace(/\.\w+$/, "")}-${example.line}.ts`
    byFile.set(name, example)
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), example.code)
  }
  await run(process.execPath, [join(root, "scripts", "build.mjs")], { capture: true }).catch(() => {
    problems.push("the library itself does not compile (see npm run check:types), so its examples may not either")
  })
  try {
    await runCompiler(["-p", folder, "--pretty", "false"], { capture: true })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    for (const line of error.output.trimEnd().split("\n")) {
      const place = /^(?:.*build\/doc-examples\/)?(.+?\.ts)\((\d+),\d+\): (.*)$/.exec(line)
      const example = place === null ? undefined : byFile.get(place[1])
      if (example === undefined) problems.push(line)
      else report(example.path, example.line + Number(place[2]) - 1, `in the example: ${place[3]}`)
    }
  }
}

await runMain(async () => {
  const sources = await Promise.all((await filesUnder("src", [".ts"])).map(parseFile))
  const publicNames = findPublicNames(sources)
  for (const file of sources) {
    const names = publicNames.get(file.path)
    checkModule(file, names !== undefined)
    checkStars(file)
    checkInner(file, names)
    if (names !== undefined) checkExports(file, names)
  }
  for (const page of await pagesWithoutPlace()) {
    report(page, 1, "has no place in the sidebar of the site: give it one in site/pages.mjs")
  }
  const examples = await findExamples(sources)
  if (examples.length > 0) await compileExamples(examples)
  for (const problem of problems) console.error(problem)
  console.log(`${sources.length} files, ${examples.length} examples, ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
})
