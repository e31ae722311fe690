/**
 * Checks the documentation: every module, every export and every public static member of an exported class has a
 * docstring that says something and names its version (`@since`), every export its `@category`; and every TypeScript
 * block in the docstrings, in README.md and in docs/ compiles, as a user of the package would compile it.
 */
import { existsSync } from "node:fs"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { codeBlocks } from "./lib/examples.mjs"
import { CommandError, root, run, runMain } from "./lib/run.mjs"
import { filesUnder, parseFile } from "./lib/sources.mjs"

const problems = []
const report = (path, line, message) => problems.push(`${path}:${line} ${message}`)

const isDocstring = (comment) => comment.type === "Block" && comment.value.startsWith("*")

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
  const internal = lines.some((each) => each.startsWith("@internal"))
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

const checkModule = (file) => {
  const first = file.comments[0]
  const start = file.program.body[0]?.start ?? file.text.length
  if (first === undefined || !isDocstring(first) || first.start > start) {
    return report(file.path, 1, "the file does not begin with a docstring")
  }
  if (!/@since \d+\.\d+\.\d+\s*$/m.test(first.value)) {
    report(file.path, 1, "the file's docstring has no @since with a version")
  }
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

const checkExports = (file) => {
  const locals = new Map()
  const documented = new Set()
  const check = (node, names, declaration) => {
    const comment = docstringOf(file, node)
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
  const add = (path, text, offset, options) => {
    try {
      for (const { code, line } of codeBlocks(text, options)) examples.push({ path, line: line + offset, code })
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      report(path, offset + 1, error.message)
    }
  }
  for (const file of sources) {
    for (const comment of file.comments.filter(isDocstring)) {
      add(file.path, comment.value, file.lineOf(comment.start) - 1, { docstring: true })
    }
  }
  const pages = ["README.md", ...await filesUnder("docs", [".md"])].filter((path) => existsSync(join(root, path)))
  for (const path of pages) add(path, await readFile(join(root, path), "utf8"), 0, {})
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
    paths: {
      "effect-aws-cache": ["../src/index.d.ts"],
      "effect-aws-cache/effect-aws": ["../src/EffectAws/index.d.ts"],
      "effect-aws-cache/keyv": ["../src/Keyv/index.d.ts"],
      "effect-aws-cache/*": ["../src/*/index.d.ts"]
    }
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
  await run("tsc", ["-b", "src/tsconfig.json"], { capture: true }).catch(() => {
    problems.push("the library itself does not compile (see npm run check:types), so its examples may not either")
  })
  try {
    await run("tsc", ["-p", folder, "--pretty", "false"], { capture: true })
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
  for (const file of sources) {
    checkModule(file)
    checkExports(file)
  }
  const examples = await findExamples(sources)
  if (examples.length > 0) await compileExamples(examples)
  for (const problem of problems) console.error(problem)
  console.log(`${sources.length} files, ${examples.length} examples, ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
})
