/**
 * Pages of documentation for Effect 4, and docstrings: their examples are rewritten as sources are, the names of Effect's
 * functions in their text too, and what is said of versions by a table.
 */
import { rewrite } from "./rewrite.mjs"
import { modules, values } from "./rules.mjs"
import { everywhere, texts } from "./texts.mjs"

const fenced = /^([ \t]*(?:\* )?)(```(?:ts|typescript|tsx)\b[^\n]*\n)([\s\S]*?)^\1```$/gm

/** What changes the code of an example, or gives what is wrong with it. */
const inExamples = (path, text, problems, uses) =>
  text.replace(fenced, (_, prefix, opening, block, at) => {
    const bare = block.split("\n").map((line) =>
      line.startsWith(prefix) ? line.slice(prefix.length) : line.replace(/^\s*\*$/, "")
    )
    const made = rewrite(path.replace(/\.md$/, ".ts"), bare.join("\n"))
    for (const problem of made.problems) problems.push({ ...problem, at })
    for (const use of made.uses) uses.push({ ...use, at })
    const code = made.text.split("\n").map((line, index, { length }) =>
      index === length - 1 ? line : line === "" ? prefix.trimEnd() : prefix + line
    )
    return `${prefix}${opening}${code.join("\n")}${prefix}\`\`\``
  })

/** `Effect.either` -> `Effect.result`, where it stands as code. */
const inProse = (text) =>
  text.replace(/`[^`\n]+`/g, (code) =>
    code.replace(/\b([A-Z]\w+)\.(\w+)/g, (whole, namespace, name) => {
      const module = `effect/${namespace}`
      const rule = Object.hasOwn(values, module) && Object.hasOwn(values[module], name)
        ? values[module][name]
        : undefined
      const { alias = namespace } = modules[module] ?? {}
      if (rule?.text !== undefined) return rule.text
      if (rule?.module !== undefined) return `${rule.module.split("/").at(-1)}.${rule.name}`
      return rule === undefined && alias === namespace ? whole : `${alias}.${rule ?? name}`
    }))

/** What only a page for Effect 3 says. */
const old = /Effect 3|effect@3|needsEffect3|@effect\/(experimental|opentelemetry|platform|rpc)\b(?!-|@4)/

/** Gives a page, or a source with its docstrings, for Effect 4, as `rewrite` does. */
export const rewritePage = (path, text) => {
  const problems = []
  const uses = []
  const told = texts[path] ?? []
  let made = everywhere.reduce((made, [from, to]) => made.replace(from, to), text)
  for (const [from, to] of told) {
    const before = made
    made = made.replaceAll(typeof from === "string" ? from : new RegExp(from, "g"), () => to)
    if (made === before && from !== to) problems.push({ at: 0, message: `it does not say ${from} any more` })
  }
  made = inExamples(path, made, problems, uses)
  made = path.endsWith(".md") ? inProse(made) : made.replace(/\/\*\*[\s\S]*?\*\//g, inProse)
  // The long ones first, which may hold what others say.
  const said = told.map(([, to]) => to).filter((to) => to !== "").sort((one, other) => other.length - one.length)
  const rest = said.reduce((rest, to) => rest.replaceAll(to, ""), made)
  for (const line of rest.split("\n")) {
    if (old.test(line)) problems.push({ at: 0, message: `for Effect 4 it still says: ${line}` })
  }
  return { text: made, problems, uses }
}
