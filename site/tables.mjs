/**
 * Tables that suit any width: each cell knows its column, so that on a phone a row of text stands as a list, and on a wide
 * page the columns are as wide as what they say.
 */

/** What stands in a cell that has nothing to say. */
const nothing = /^(–|-|)$/

/** The head of a first column that what stands below it goes on from, such as "S3 is...". */
const readsOn = /(?:\.{3}|…)$|^(?:it|the|you) /

const beforeCell = (head) => (readsOn.test(head) ? `${head.replace(/\s*(?:\.{3}|…)$/, "")} ` : `${head}: `)

const textOf = (token) =>
  (token.children ?? []).map(({ content, type }) => (["text", "code_inline"].includes(type) ? content : " ")).join("")
    .trim()

/** The rows of the table whose opening token is at `start`, as cells `{ open, text }`. */
const rowsOf = (tokens, start) => {
  const rows = []
  for (let at = start + 1; tokens[at].type !== "table_close"; at += 1) {
    if (tokens[at].type === "tr_open") rows.push([])
    if (/^t[hd]_open$/.test(tokens[at].type)) rows.at(-1).push({ open: tokens[at], text: textOf(tokens[at + 1]) })
  }
  return rows
}

/** Of the width, in percent: rows are the lowest when a column has the root of what its longest cell needs. */
const widthsOf = (columns) => {
  const needs = columns.map((texts) => Math.sqrt(Math.max(8, ...texts.map(({ length }) => length))))
  const sum = needs.reduce((total, need) => total + need, 0)
  return needs.map((need) => Math.round(100 * need / sum))
}

const prepare = (table, [head, ...rows]) => {
  const columns = head.map((_, at) => rows.map((row) => row[at]?.text ?? ""))
  const hasText = columns.some((texts) => texts.some(({ length }) => length > (head.length === 2 ? 60 : 40)))
  // Numbers are compared down their column: such a table stays one, and is scrolled.
  if (head.length > 7 || !hasText) return
  table.attrJoin("class", "rows")
  for (const [at, width] of widthsOf(columns).entries()) head[at].open.attrJoin("style", `width:${width}%`)
  for (const row of rows) {
    for (const [at, { open, text }] of row.entries()) {
      if (at > 0 && nothing.test(text)) open.attrJoin("class", "nothing")
      else if (at > 0 || readsOn.test(head[0].text)) open.attrSet("data-column", beforeCell(head[at].text))
    }
  }
}

/** Prepares the tables of each page. */
export const prepareTables = (markdown) => {
  markdown.renderer.rules.table_open = (tokens, at, options, _, self) => {
    tokens[at].attrSet("tabindex", "0")
    return self.renderToken(tokens, at, options)
  }
  markdown.core.ruler.push("tables", ({ tokens }) => {
    for (const [at, token] of tokens.entries()) if (token.type === "table_open") prepare(token, rowsOf(tokens, at))
  })
}
