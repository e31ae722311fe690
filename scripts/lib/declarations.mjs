/**
 * The declarations that the package is published with, as the compiler of most users understands them. They must have
 * been built.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript-5"
import { root } from "./run.mjs"

const { exports, name: packageName } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const published = `${root}/dist/`

/** The compiler's settings for them. */
const settings = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
  typeRoots: [join(root, "node_modules/@types")]
}

/** Whether something is declared by this package, and not by another. */
const isOwn = (symbol) =>
  symbol.declarations?.some((node) => node.getSourceFile().fileName.startsWith(published)) === true

/** The program of all entry points, each by its name for users, and of what uses them: files that import them by name. */
export const openDeclarations = (uses = []) => {
  const files = new Map(
    Object.entries(exports).flatMap(([path, { types }]) =>
      types === undefined ? [] : [[path.replace(".", packageName), join(root, types)]]
    )
  )
  const program = ts.createProgram([...files.values(), ...uses], settings)
  const checker = program.getTypeChecker()
  const target = (symbol) => symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const entryPoints = [...files].map(([name, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file))
    const exported = checker.getExportsOfModule(module).map((symbol) => ({
      name: symbol.name,
      symbol: target(symbol),
      // By `export type`, a class is no value.
      isValue: checker.getTypeOnlyAliasDeclaration(symbol) === undefined
    }))
    return { name, exported }
  })
  return { checker, entryPoints, program }
}

const isHidden = (symbol) =>
  symbol.declarations?.some((node) =>
    ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)
  ) === true

/**
 * The types that a value of the package can have, or that can come of it, and that no entry point has a name for: where one
 * is inferred for something that a program exports, the compiler can write no declaration of it. Each as a line with
 * the shortest way to it.
 */
export const findUnnamedTypes = ({ checker, entryPoints }) => {
  const named = new Set(entryPoints.flatMap(({ exported }) => exported.map(({ symbol }) => symbol)))
  const isNamed = (symbol) => {
    if (named.has(symbol)) return true
    const { parent } = symbol
    return parent !== undefined && (parent.flags & ts.SymbolFlags.Namespace) !== 0 &&
      (parent.flags & ts.SymbolFlags.ValueModule) === 0 && isNamed(parent)
  }

  const found = new Map()
  const seen = new Set()
  const queue = []
  const add = (type, way) => {
    if (type === undefined || seen.has(type)) return
    seen.add(type)
    queue.push({ type, way })
  }
  const addAll = (types, way) => {
    for (const type of types ?? []) add(type, way)
  }
  const addSignature = (signature, way) => {
    addAll(signature.typeParameters, way)
    for (const parameter of signature.parameters) {
      add(checker.getTypeOfSymbol(parameter), `${way}(${parameter.name})`)
    }
    add(checker.getReturnTypeOfSignature(signature), `${way}()`)
    add(checker.getTypePredicateOfSignature(signature)?.type, `${way}()`)
  }
  const addMembers = (type, way, isAnonymous) => {
    for (const member of checker.getPropertiesOfType(type)) {
      if (isHidden(member) || !(isAnonymous || isOwn(member))) continue
      add(checker.getTypeOfSymbol(member), `${way}.${member.name}`)
    }
    for (const signature of type.getCallSignatures()) addSignature(signature, way)
    for (const signature of type.getConstructSignatures()) {
      if (signature.declaration === undefined || !isHidden({ declarations: [signature.declaration] })) {
        addSignature(signature, `new ${way}`)
      }
    }
    for (const { keyType, type: value } of checker.getIndexInfosOfType(type)) addAll([keyType, value], `${way}[]`)
  }
  /** Of types that are not resolved yet, all that stands in them. */
  const addNodes = (node, way) => {
    if (node === undefined) return
    if (ts.isTypeNode(node)) add(checker.getTypeFromTypeNode(node), way)
    else ts.forEachChild(node, (child) => addNodes(child, way))
  }

  const visitObject = (type, way) => {
    const { symbol } = type
    if (type.objectFlags & ts.ObjectFlags.Reference) addAll(checker.getTypeArguments(type), way)
    const isClassLike = symbol !== undefined &&
      (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.Enum)) !== 0
    if (isClassLike) {
      if (!isOwn(symbol)) return
      if (!isNamed(symbol) && !found.has(symbol)) found.set(symbol, way)
    }
    if (type.objectFlags & ts.ObjectFlags.Mapped && checker.getPropertiesOfType(type).length === 0) {
      ts.forEachChild(type.declaration, (child) => addNodes(child, way))
      return
    }
    addMembers(type, way, !isClassLike)
  }

  const visit = (type, way) => {
    addAll(type.aliasTypeArguments, way)
    if (type.flags & ts.TypeFlags.UnionOrIntersection) addAll(type.types, way)
    else if (type.flags & ts.TypeFlags.TypeParameter) {
      add(checker.getBaseConstraintOfType(type), way)
      add(checker.getDefaultFromTypeParameter(type), way)
    } else if (type.flags & ts.TypeFlags.Object) visitObject(type, way)
    else if (type.flags & ts.TypeFlags.EnumLike || type.flags & ts.TypeFlags.UniqueESSymbol) {
      if (type.symbol && isOwn(type.symbol) && !isNamed(type.symbol)) found.set(type.symbol, way)
    } else if (type.flags & ts.TypeFlags.Conditional) {
      addAll([type.checkType, type.extendsType], way)
      ts.forEachChild(type.root.node, (child) => addNodes(child, way))
    } else if (type.flags & ts.TypeFlags.IndexedAccess) addAll([type.objectType, type.indexType], way)
    else if (type.flags & (ts.TypeFlags.Index | ts.TypeFlags.StringMapping)) add(type.type, way)
    else if (type.flags & ts.TypeFlags.TemplateLiteral) addAll(type.types, way)
    else if (type.flags & ts.TypeFlags.Substitution) addAll([type.baseType, type.constraint], way)
  }

  for (const { exported, name: entryPoint } of entryPoints) {
    for (const { isValue, name, symbol } of exported) {
      const way = `${entryPoint} ${name}`
      if (symbol.flags & ts.SymbolFlags.ValueModule) continue
      if (isValue && symbol.flags & ts.SymbolFlags.Value) add(checker.getTypeOfSymbol(symbol), way)
      if (symbol.flags & ts.SymbolFlags.Type) add(checker.getDeclaredTypeOfSymbol(symbol), way)
    }
  }
  for (let index = 0; index < queue.length; index++) visit(queue[index].type, queue[index].way)
  return [...found].map(([symbol, way]) => {
    const file = symbol.declarations[0].getSourceFile().fileName.replace(published, "")
    return `${symbol.name} (${file}) by ${way}`
  })
}

/** What no documentation could say more of than the name does, and what Effect makes of the cases of a union. */
const saysEnough = /^(?:_tag|prototype|message|name|cause|toJSON|toString|#.*|__@.*|~.*)$/
const unions = ["ConditionalOutcome", "Fault", "LoadOutcome"]

/** Whether an editor has something to say of it. */
const isDocumented = (symbol, checker) =>
  /\w+ \w+/.test(ts.displayPartsToString(symbol.getDocumentationComment(checker)))

/**
 * The members that users meet and that an editor has nothing to say of, and the names whose members were looked at:
 * `S3Cache` for the members of the value, `S3CacheService.prototype` for those of what has the type.
 */
export const findUndocumentedMembers = ({ checker, entryPoints }) => {
  const undocumented = new Set()
  const names = new Set()
  const seen = new Set()
  const check = (type, name) => {
    names.add(name)
    if (seen.has(type)) return
    seen.add(type)
    for (const member of checker.getPropertiesOfType(type)) {
      if (isHidden(member) || !isOwn(member) || saysEnough.test(member.name)) continue
      if (!isDocumented(member, checker)) undocumented.add(`${name}.${member.name}`)
    }
  }
  for (const { exported } of entryPoints) {
    for (const { isValue, name, symbol } of exported) {
      if (symbol.flags & ts.SymbolFlags.ValueModule) continue
      if (isValue && symbol.flags & ts.SymbolFlags.Value && !unions.includes(name)) {
        check(checker.getTypeOfSymbol(symbol), name)
      }
      if (symbol.flags & ts.SymbolFlags.Type) check(checker.getDeclaredTypeOfSymbol(symbol), `${name}.prototype`)
    }
  }
  return { names: [...names], undocumented: [...undocumented] }
}

/** What an editor shows nothing for where files use it: `Reports.get`, of a class that a program makes. */
export const findUndocumentedUses = ({ checker, program }, uses) => {
  const used = new Set()
  const undocumented = new Set()
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node)) {
      const symbol = checker.getSymbolAtLocation(node.name)
      const isMet = symbol !== undefined && isOwn(symbol) && !saysEnough.test(symbol.name)
      if (isMet && !unions.includes(node.expression.getText())) {
        const place = `${node.expression.getText()}.${symbol.name}`
        used.add(place)
        const isNamespace = (symbol.flags & ts.SymbolFlags.Alias) !== 0
        if (!isNamespace && !isDocumented(symbol, checker)) undocumented.add(place)
      }
    }
    ts.forEachChild(node, visit)
  }
  for (const path of uses) visit(program.getSourceFile(path))
  return { used: [...used], undocumentedUses: [...undocumented] }
}

/** The public members of what a name of an entry point has as its type, in the order of the declaration. */
export const membersOf = ({ checker, entryPoints }, entryPoint, name) => {
  const exported = entryPoints.find((each) => each.name === entryPoint)?.exported ?? []
  const symbol = exported.find((each) => each.name === name)?.symbol
  if (symbol === undefined) throw new Error(`${entryPoint} has no ${name}`)
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
    .filter((member) => !isHidden(member) && isOwn(member) && !/^(?:_|#|~|toJSON$|toString$)/.test(member.name))
    .map((member) => member.name)
}

/**
 * Functions with a type of an error or of a need that only an optional argument tells: where it is left out, in
 * `Effect.all([...])`, the compiler takes `any` for it, since nothing else is asked for there. `NoInfer` in what they return
 * keeps it from that.
 */
export const findErasedTypes = ({ program }) => {
  const found = []
  const mentions = (node, name) => {
    if (ts.isTypeReferenceNode(node) && node.typeName.getText() === "NoInfer") return false
    if (ts.isTypeReferenceNode(node) && node.typeName.getText() === name) return true
    return ts.forEachChild(node, (child) => mentions(child, name)) === true
  }
  /** What a channel tells of by itself, and not as an argument of another type. */
  const membersOfUnion = (node) => {
    if (ts.isUnionTypeNode(node)) return node.types.flatMap(membersOfUnion)
    const isExclude = ts.isTypeReferenceNode(node) && node.typeName.getText() === "Exclude"
    return isExclude ? membersOfUnion(node.typeArguments[0]) : [node]
  }
  const visit = (node) => {
    const result = ts.isFunctionLike(node) ? node.type : undefined
    if (
      result !== undefined && ts.isTypeReferenceNode(result) &&
      /^(Effect|Stream|Layer)\./.test(result.typeName.getText())
    ) {
      const channels = (result.typeArguments ?? []).slice(1).flatMap(membersOfUnion).map((each) => each.getText())
      const isOptional = (parameter) => parameter.questionToken !== undefined
      for (const { name } of node.typeParameters ?? []) {
        const told = node.parameters.filter((parameter) => mentions(parameter, name.text))
        if (told.length > 0 && told.every(isOptional) && channels.includes(name.text)) {
          const file = node.getSourceFile()
          const owner = node.name ?? node.parent.name
          found.push(`${owner?.getText() ?? "?"}<${name.text}> (${file.fileName.replace(published, "")})`)
        }
      }
    }
    ts.forEachChild(node, visit)
  }
  for (const file of program.getSourceFiles()) if (file.fileName.startsWith(published)) visit(file)
  return found
}
