/**
 * Telling bundlers what a module does only for its exports.
 */
import { MagicString } from "magic-string"
import { parseSync } from "oxc-parser"

const pure = "/* @__PURE__ */ "

/** What is not evaluated where it stands: what is called in these is called later. */
const later = new Set(["ArrowFunctionExpression", "FunctionDeclaration", "FunctionExpression"])

/** The parts of an expression or a class that are evaluated where it stands. */
const evaluatedIn = function*(node) {
  if (Array.isArray(node)) {
    for (const each of node) yield* evaluatedIn(each)
    return
  }
  if (typeof node?.type !== "string" || later.has(node.type)) return
  if (node.type === "PropertyDefinition" && !node.static) {
    if (node.computed) yield* evaluatedIn(node.key)
    return
  }
  yield node
  for (const each of Object.values(node)) if (typeof each === "object" && each !== null) yield* evaluatedIn(each)
}

/** What a statement gives the names that it defines. */
const definedBy = (statement) => {
  if (statement.type === "ExportNamedDeclaration") {
    return statement.declaration === null ? [] : definedBy(statement.declaration)
  }
  if (statement.type === "VariableDeclaration") return statement.declarations.flatMap(({ init }) => init ?? [])
  return statement.type === "ClassDeclaration" ? [statement] : []
}

/** What may run code of what it is done to, as far as a bundler knows. */
const operators = new Set(["BinaryExpression", "SpreadElement", "UnaryExpression"])

const isCall = ({ type }) => type === "CallExpression" || type === "NewExpression"

/** What a static block only sets on its class, as the compiler has it for a static field. */
const staticField = ({ body, type }) => {
  const expression = type === "StaticBlock" && body.length === 1 ? body[0].expression : undefined
  const isField = expression?.type === "AssignmentExpression" && expression.left.object?.type === "ThisExpression" &&
    !expression.left.computed
  return isField ? { name: expression.left.property.name, value: expression.right } : undefined
}

/**
 * Says in a module that what it defines is without side effects, for which bundlers take it where the module is by itself
 * and its package says so, but not when it is put together with others. Statements that define nothing stay as they are.
 *
 * Calls are marked; what could run a getter or `valueOf` is made by a function whose call is marked; and
 * what the compiler writes for static fields becomes such fields.
 *
 * @returns the code, and how it came from what it was
 */
export const markPure = (path, code) => {
  const { errors, program } = parseSync(path, code)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const imported = new Set(
    program.body.flatMap((each) =>
      each.type === "ImportDeclaration" ? each.specifiers.map(({ local }) => local.name) : []
    )
  )
  const mayRun = ({ expressions, object, type }) =>
    operators.has(type) || (type === "TemplateLiteral" && expressions.length > 0) ||
    (type === "MemberExpression" && !imported.has(object.name) && object.name !== "Symbol")
  const marked = new MagicString(code)
  for (const defined of program.body.flatMap(definedBy)) {
    const parts = [...evaluatedIn(defined)]
    if (defined.type !== "ClassDeclaration" && parts.some(mayRun)) {
      marked.appendLeft(defined.start, `${pure}(() => (`).appendRight(defined.end, "))()")
      continue
    }
    for (const part of parts) {
      if (isCall(part)) marked.appendLeft(part.start, pure)
      const field = staticField(part)
      if (field === undefined) continue
      marked.overwrite(part.start, field.value.start, `static ${field.name} = `)
      marked.overwrite(field.value.end, part.end, ";")
    }
  }
  return { code: marked.toString(), map: marked.generateMap({ hires: true, source: path }) }
}
