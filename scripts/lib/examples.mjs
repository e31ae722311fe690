/**
 * Code blocks in docstrings and in Markdown.
 */

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

/** The first TypeScript block after the comment `<!-- name -->` of a Markdown text. */
export const markedBlock = (markdown, name) => {
  const marker = `<!-- ${name} -->`
  const start = markdown.indexOf(marker)
  if (start < 0) throw new Error(`there is no ${marker} in the text`)
  const rest = markdown.slice(start + marker.length)
  if (!/^\s*(`{3,}|~{3,})ts\b/.test(rest)) throw new Error(`${marker} must be followed by a block of ts code`)
  return codeBlocks(rest)[0].code
}
