/**
 * The errors that the declarations of a package tell of.
 */
import ts from "typescript-5"

/** What a subpath exports, and what it has to. */
export interface DeclaredErrors {
  /** Errors by their names, each with a place where it is in the `E` of something. */
  readonly errors: ReadonlyMap<string, string>
  /** Types that are named in these, each with a place. */
  readonly types: ReadonlyMap<string, string>
  /** The fields named `reason`, and whether each is a literal or a union of literals with a name. */
  readonly reasons: ReadonlyMap<string, boolean>
  /** The names of what is exported, in namespaces as well. */
  readonly exported: ReadonlySet<string>
}

/** Which argument of a type of Effect is how it fails. */
const failures: Readonly<Record<string, number>> = { Effect: 1, Exit: 1, Layer: 1, Stream: 1, Either: 1, STM: 1 }

/** Looks through the declarations of entry points, which are files below one folder. */
export const declaredErrors = (
  folder: string,
  entries: ReadonlyArray<string>
): ReadonlyMap<string, DeclaredErrors> => {
  const program = ts.createProgram([...entries], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true
  })
  const checker = program.getTypeChecker()
  const isOwn = (symbol: ts.Symbol | undefined): boolean =>
    symbol?.declarations?.some((declaration) => declaration.getSourceFile().fileName.startsWith(folder)) === true
  const resolved = (symbol: ts.Symbol) =>
    (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)

  /** What a module exports, with what is in namespaces of it. */
  const exportsOf = (module: ts.Symbol): ReadonlyArray<readonly [name: string, symbol: ts.Symbol]> =>
    checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = resolved(exported)
      return (symbol.flags & ts.SymbolFlags.ValueModule) === 0
        ? [[exported.name, symbol] as const]
        : exportsOf(symbol).map(([name, inner]) => [`${exported.name}.${name}`, inner] as const)
    })

  const lookThrough = (entry: string): DeclaredErrors => {
    const file = program.getSourceFile(entry)
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
    if (module === undefined) throw new Error(`${entry} is no module`)
    const exported = exportsOf(module)
    const errors = new Map<ts.Symbol, string>()
    const types = new Map<ts.Symbol, string>()
    const reasons = new Map<string, boolean>()
    const seen = new Set<ts.Type>()

    const noteTypes = (type: ts.Type, place: string): void => {
      for (const symbol of [type.aliasSymbol, type.aliasSymbol === undefined ? type.getSymbol() : undefined]) {
        if (symbol === undefined || !isOwn(symbol) || symbol.name.startsWith("__")) continue
        if (!types.has(symbol)) types.set(symbol, place)
      }
    }

    const isUnionOfLiterals = (type: ts.Type): boolean =>
      type.aliasSymbol !== undefined && type.isUnion() && type.types.every((part) => part.isStringLiteral())

    const noteError = (type: ts.Type, place: string): void => {
      if (type.isUnionOrIntersection()) {
        if (type.aliasSymbol !== undefined && isOwn(type.aliasSymbol)) types.set(type.aliasSymbol, place)
        for (const part of type.types) noteError(part, place)
      } else if ((type.flags & ts.TypeFlags.Instantiable) !== 0) {
        const constraint = checker.getBaseConstraintOfType(type)
        if (constraint !== undefined && constraint !== type) noteError(constraint, place)
      } else if (isOwn(type.getSymbol())) {
        const symbol = type.symbol
        if (errors.has(symbol)) return
        errors.set(symbol, place)
        for (const property of checker.getPropertiesOfType(type).filter(isOwn)) {
          const field = checker.getNonNullableType(checker.getTypeOfSymbol(property))
          const name = `${symbol.name}.${property.name}`
          noteTypes(field, name)
          if (property.name === "reason") reasons.set(name, isUnionOfLiterals(field))
        }
      }
    }

    const visit = (type: ts.Type, place: string): void => {
      if (seen.has(type)) return
      seen.add(type)
      if (type.isUnionOrIntersection()) {
        for (const part of type.types) visit(part, place)
        return
      }
      if ((type.flags & ts.TypeFlags.Object) === 0) return
      const symbol = type.getSymbol()
      if (!isOwn(symbol) && symbol !== undefined && symbol.name in failures) {
        const [first, ...rest] = checker.getTypeArguments(type as ts.TypeReference)
        const failure = [first, ...rest][failures[symbol.name] ?? 1]
        if (failure !== undefined) noteError(failure, place)
        // What a layer provides has signatures of its own, where it is exported.
        if (first !== undefined && symbol.name !== "Layer") visit(first, place)
        return
      }
      for (const signature of type.getCallSignatures()) visit(signature.getReturnType(), place)
      for (const signature of type.getConstructSignatures()) {
        const made = signature.getReturnType()
        if (isOwn(made.getSymbol())) visit(made, place)
      }
      for (const property of checker.getPropertiesOfType(type).filter(isOwn)) {
        visit(checker.getTypeOfSymbol(property), `${place}.${property.name}`)
      }
    }

    for (const [name, symbol] of exported) {
      if ((symbol.flags & ts.SymbolFlags.Value) !== 0) visit(checker.getTypeOfSymbol(symbol), name)
      if ((symbol.flags & ts.SymbolFlags.Type) !== 0) {
        const type = checker.getDeclaredTypeOfSymbol(symbol)
        // A union of errors tells of those as well with which something dies.
        if (name.endsWith("Error")) noteError(type, name)
        else visit(type, name)
      }
    }
    const named = (from: ReadonlyMap<ts.Symbol, string>) => new Map([...from].map(([{ name }, at]) => [name, at]))
    return {
      errors: named(errors),
      types: named(types),
      reasons,
      exported: new Set(exported.map(([, symbol]) => symbol.name))
    }
  }

  return new Map(entries.map((entry) => [entry, lookThrough(entry)]))
}
