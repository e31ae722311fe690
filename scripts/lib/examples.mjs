/**
 * Code blocks in docstrings and in Markdown.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { parseSync } from "oxc-parser"
import { root } from "./run.mjs"
import { filesUnder, isDocstring, parseFile } from "./sources.mjs"

const isTypeScript = (language) => ["ts", "typescript", "tsx"].includes(language)

/**
 * The fenced TypeScript blocks of `text`: `{ code, line }`, where `line` is the number, from 1, of the first line of
 * code. With `docstring: true` the text is the inside of a block comment and its leading stars are taken off.
 */
export const codeBlocks = (text, options = {}) => {
  const lines = text.split("\n").map((line) => options.docstring === true ? line.replace(/^\s*\* ?/, "") : line)
  const blocks = []
  let open
  for (const [index, line] of lines.entries()) {
    const fence = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/.exec(line)
    if (open === undefined) {
      if (fence !== null) open = { indent: fence[1], mark: fence[2], language: fence[3], line: index + 2, code: [] }
    } else if (fence !== null && fence[2].startsWith(open.mark) && fence[3] === "") {
      if (isTypeScript(open.language)) blocks.push({ code: `${open.code.join("\n")}\n`, line: open.line })
      open = undefined
    } else {
      open.code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line)
    }
  }
  if (open !== undefined) throw new SyntaxError(`the code block that begins at line ${open.line - 1} has no end`)
  return blocks
}

/** The examples of a file's docstrings: `{ path, line, code }`, with the line of the file where `code` begins. */
export const docstringExamples = (file) =>
  file.comments.filter(isDocstring).flatMap((comment) => {
    const offset = file.lineOf(comment.start) - 1
    return codeBlocks(comment.value, { docstring: true }).map(({ code, line }) => ({
      path: file.path,
      line: line + offset,
      code
    }))
  })

/** The pages of documentation beside the sources: `{ path, text }`. */
export const documentationPages = async () =>
  Promise.all(
    ["README.md", ...await filesUnder("docs", [".md"])].map(async (path) => ({
      path,
      text: await readFile(join(root, path), "utf8")
    }))
  )

/** The examples of a page: `{ path, line, code }`. */
export const pageExamples = ({ path, text }) => codeBlocks(text).map((block) => ({ path, ...block }))

/**
 * Whether an example compares a value when it is run: at its top level it calls a function of the `node:assert` that
 * it imports.
 */
export const comparesValues = (code) => {
  const { body } = parseSync("example.ts", code).program
  const names = body.flatMap((node) =>
    node.type === "ImportDeclaration" && /^(?:node:)?assert(?:\/strict)?$/.test(node.source.value)
      ? node.specifiers.map(({ local }) => local.name)
      : []
  )
  return body.some((node) => {
    if (node.type !== "ExpressionStatement") return false
    const call = node.expression.type === "AwaitExpression" ? node.expression.argument : node.expression
    if (call.type !== "CallExpression") return false
    const callee = call.callee.type === "MemberExpression" ? call.callee.object : call.callee
    return callee.type === "Identifier" && names.includes(callee.name)
  })
}

/** The examples that the tests run: those of all docstrings of `src`, and those of the pages that compare something. */
export const runnableExamples = async () => {
  const sources = await Promise.all((await filesUnder("src", [".ts"])).map(parseFile))
  const onPages = (await documentationPages()).flatMap(pageExamples)
  return [...sources.flatMap(docstringExamples), ...onPages.filter(({ code }) => comparesValues(code))]
}

/** The first TypeScript block after the comment `<!-- name -->` of a Markdown text. */
export const markedBlock = (markdown, name) => {
  const marker = `<!-- ${name} -->`
  const start = markdown.indexOf(marker)
  if (start < 0) throw new Error(`there is no ${marker} in the text`)
  const rest = markdown.slice(start + marker.length)
  if (!/^\s*(`{3,}|~{3,})ts\b/.test(rest)) throw new Error(`${marker} must be followed by a block of ts code`)
  return codeBlocks(rest)[0].code
}

/**
 * The marked block `name` of a Markdown text with the lines of its block `name: change`: each takes the place of the line
 * that begins with the same three words.
 */
export const changedBlock = (markdown, name, change) => {
  const begin = (line) => line.split(" ").slice(0, 3).join(" ")
  return markedBlock(markdown, `${name}: ${change}`).trimEnd().split("\n").reduce((code, line) => {
    const old = code.split("\n").filter((each) => begin(each) === begin(line))
    if (old.length !== 1) throw new Error(`${old.length} lines of ${name} begin as ${JSON.stringify(line)} does`)
    return code.replace(old[0], () => line)
  }, markedBlock(markdown, name))
}
