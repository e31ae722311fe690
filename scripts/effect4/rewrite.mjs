/**
 * Rewrites a source for Effect 3 into one for Effect 4, by the rules. Formatting and comments stay.
 */
import { MagicString } from "magic-string"
import { posix } from "node:path"
import { parseSync } from "oxc-parser"
import { calls, changed, identifiers, inTests, methods, modules, outcomes, receivers, types, values } from "./rules.mjs"

/** Packages whose entry point gives a namespace for each of their modules. */
const barrels = ["effect", "@effect/platform", "@effect/platform-node", "@effect/rpc"]

const isEffects = (module) => /^@?effect(\/|$)/.test(module)

const visit = (node, enter, parents = []) => {
  if (Array.isArray(node)) return node.forEach((one) => visit(one, enter, parents))
  if (node === null || typeof node !== "object") return
  if (typeof node.type === "string" && enter(node, parents.at(-1), parents) === false) return
  const within = typeof node.type === "string" ? [...parents, node] : parents
  for (const key of Object.keys(node)) visit(node[key], enter, within)
}

const own = (table, name) => table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined

/** Where a module of Effect 3 is in Effect 4, and what its namespace is called there. */
const movedTo = (module) => {
  const target = own(modules, module) ?? module
  return typeof target === "string" ? { module: target } : target
}

/**
 * Gives the text for Effect 4, the `uses` of names of Effect's modules that are in it, and `problems`: names with no rule
 * that need one. Of both it says where in the text they are.
 *
 * @param path from the root, with slashes: tests have rules of their own
 */
export const rewrite = (path, text) => {
  const edited = new MagicString(text)
  const isTest = /^(bench|demo|test)\//.test(path)
  const { errors, program } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const imports = program.body.filter(({ type }) => type === "ImportDeclaration")
  const uses = []
  const problems = []

  /** Of each name of a namespace: its module in Effect 3, and how often it is left as a value or a type. */
  const namespaces = new Map()
  const taken = new Set(imports.flatMap(({ specifiers }) => specifiers.map(({ local }) => local.name)))
  for (const { source, specifiers } of imports) {
    for (const { imported, local, type } of specifiers) {
      const isOne = type === "ImportNamespaceSpecifier" && isEffects(source.value)
      const isOfBarrel = barrels.includes(source.value) && /^[A-Z]/.test(imported?.name)
      if (!isOne && !isOfBarrel) continue
      const module = isOne ? source.value : `${source.value}/${imported.name}`
      const { alias } = movedTo(module)
      const name = alias === undefined || taken.has(alias) ? local.name : alias
      namespaces.set(local.name, { module, name, asValue: 0, asType: 0 })
    }
  }
  const added = new Map()
  const specifierOf = (module) =>
    module.startsWith("~/")
      ? posix.relative(posix.dirname(path), `test/${module.slice(2)}`).replace(/^(?!\.)/, "./")
      : module

  const ruleOf = (module, name, isType) =>
    isType ? own(types[module], name) : (isTest ? own(inTests[module], name) : undefined) ?? own(values[module], name)

  const use = (namespace, isType) => {
    namespace[isType ? "asType" : "asValue"]++
    return namespace.name
  }
  /** The namespace of a module of Effect 4 that the source may not import yet. */
  const need = (module, isType) => {
    for (const namespace of namespaces.values()) {
      if (movedTo(namespace.module).module === module) return use(namespace, isType)
    }
    const name = module.split("/").at(-1).replace(/\.js$/, "")
    const namespace = added.get(module) ??
      { name: taken.has(name) ? `${name}Module` : name, asValue: 0, asType: 0 }
    added.set(module, namespace)
    return use(namespace, isType)
  }
  const put = (node, by) => {
    if (text.slice(node.start, node.end) !== by) edited.update(node.start, node.end, by)
  }
  /** Puts what a rule says in the place of `namespace.name`. */
  const putName = (node, namespace, name, rule, isType) => {
    if (rule?.text === "") return edited.remove(node.start, node.end)
    if (rule?.text !== undefined) return put(node, rule.text)
    const to = typeof rule === "object" ? rule : { name: rule ?? name }
    const module = to.module ?? movedTo(namespace.module).module
    const local = to.module === undefined ? use(namespace, isType) : need(to.module, isType)
    if (!isType) uses.push({ module, name: to.name, at: node.start })
    put(node, `${local}.${to.name}${to.isCalled === true ? "()" : ""}`)
  }

  const edit = {
    source: (node) => text.slice(node.start, node.end),
    put,
    remove: (start, end) => edited.remove(start, end),
    before: (node, what) => edited.appendLeft(node.start, what),
    after: (node, what) => edited.appendRight(node.end, what)
  }
  const hasOutcomes = imports.some(({ source, specifiers }) =>
    /^effect\/Either$|\/(plainEither|outcomes|schemas)\.js$/.test(source.value) ||
    (source.value === "effect" && specifiers.some(({ local }) => local.name === "Either"))
  )

  visit(program.body, (node, parent, parents) => {
    switch (node.type) {
      case "ImportDeclaration":
        return false
      case "MemberExpression": {
        if (node.computed) return
        const { object, property } = node
        const isCalled = parent?.type === "CallExpression" && parent.callee === node
        const namespace = object.type === "Identifier" ? namespaces.get(object.name) : undefined
        if (namespace !== undefined) {
          const { module } = namespace
          const byCall = isCalled && own(isTest ? inTests[module] : undefined, property.name) === undefined
            ? own(calls[module], property.name)?.(parent, edit, parents.at(-2))
            : undefined
          // What an interface extends, or a class implements, is written as a value is.
          const isType = ["TSClassImplements", "TSInterfaceHeritage"].includes(parent?.type)
          const rule = byCall ?? ruleOf(module, property.name, isType)
          if (rule === undefined && changed[module]?.includes(property.name)) {
            problems.push({ at: node.start, message: `${module}: ${property.name} means something else in Effect 4` })
          }
          putName(node, namespace, property.name, rule, isType)
          return false
        }
        const name = own(own(receivers, object.name), property.name) ??
          (isCalled
            ? own(methods, property.name)
            : hasOutcomes && object.type !== "ThisExpression"
            ? own(outcomes, property.name)
            : undefined)
        if (name !== undefined) put(property, name)
        return
      }
      case "TSQualifiedName": {
        const names = []
        let first = node
        for (; first.type === "TSQualifiedName"; first = first.left) names.unshift(first)
        const namespace = namespaces.get(first.name)
        if (namespace === undefined) return false
        const isQuery = parent?.type === "TSTypeQuery"
        // The longest name that there is a rule for: `Tag.Service` before `Tag`.
        const nameOf = (one) => text.slice(first.end + 1, one.end)
        const known = names.findLast((one) => ruleOf(namespace.module, nameOf(one), !isQuery) !== undefined) ?? names[0]
        putName(known, namespace, nameOf(known), ruleOf(namespace.module, nameOf(known), !isQuery), true)
        return false
      }
      case "Literal":
        if (hasOutcomes && (node.value === "Left" || node.value === "Right")) {
          put(node, node.value === "Left" ? "\"Failure\"" : "\"Success\"")
        }
        return
      case "Identifier": {
        const name = own(identifiers, node.name)
        if (name !== undefined) return put(node, name)
        const isKey = (parent?.type === "MemberExpression" && parent.property === node) ||
          (parent?.type === "Property" && parent.key === node && !parent.shorthand)
        if (isKey || !namespaces.has(node.name)) return
        put(node, use(namespaces.get(node.name), parent?.type === "TSTypeQuery"))
      }
    }
  })

  const namespaceImport = ({ asValue, name }, module) =>
    `import ${asValue === 0 ? "type " : ""}* as ${name} from "${specifierOf(module)}"`
  for (const statement of imports) {
    const { importKind, source, specifiers } = statement
    if (source.value.endsWith("/needsEffect3.js")) {
      put(source, `"${source.value.replace("3.js", "4.js")}"`)
    }
    if (!isEffects(source.value)) continue
    const lines = []
    const named = []
    const ofBarrel = []
    for (const specifier of specifiers) {
      const namespace = namespaces.get(specifier.local.name)
      const name = specifier.imported?.name
      if (namespace !== undefined) {
        const { module } = movedTo(namespace.module)
        if (namespace.asValue + namespace.asType === 0) continue
        if (barrels.includes(source.value) && module === `${source.value}/${namespace.name}`) {
          ofBarrel.push(`${namespace.asValue === 0 ? "type " : ""}${namespace.name}`)
        } else lines.push(namespaceImport(namespace, module))
        continue
      }
      const isType = importKind === "type" || specifier.importKind === "type"
      const to = ruleOf(source.value, name, isType) ?? name
      if (!isType) uses.push({ module: movedTo(source.value).module, name: to, at: specifier.start })
      const inner = specifier.importKind === "type" ? "type " : ""
      named.push(`${inner}${to === specifier.local.name ? to : `${to} as ${specifier.local.name}`}`)
    }
    const kind = importKind === "type" ? "type " : ""
    if (ofBarrel.length > 0) {
      const plain = ofBarrel.map((one) => kind === "" ? one : one.replace("type ", ""))
      lines.unshift(`import ${kind}{ ${plain.join(", ")} } from "${source.value}"`)
    }
    if (named.length > 0) {
      lines.push(`import ${kind}{ ${named.join(", ")} } from "${specifierOf(movedTo(source.value).module)}"`)
    }
    if (lines.length > 0) put(statement, lines.join("\n"))
    else if (specifiers.length > 0) edited.remove(statement.start, statement.end + 1)
  }
  const lines = [...added].map(([module, namespace]) => `${namespaceImport(namespace, module)}\n`)
  if (lines.length > 0) edited.appendLeft(imports[0]?.start ?? 0, lines.join(""))
  return { text: edited.toString(), uses, problems }
}
