import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Data, Effect } from "effect"
import {
  type CacheError,
  CacheNotFoundError,
  isCacheError,
  isStoreError,
  type StoreError
} from "effect-aws-cache/Cache"
import { isClientCacheError, isRequestError, type RequestError } from "effect-aws-cache/ClientLayer"
import { isS3CacheError, type S3CacheError } from "effect-aws-cache/S3Store"
import { isTtlDictError, LoadTimeoutError } from "effect-aws-cache/Ttl"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseSync } from "oxc-parser"
import manifest from "../../package.json" with { type: "json" }

const root = fileURLToPath(new URL("../..", import.meta.url))

interface Reference {
  readonly file: string
  readonly name: string
}

/** What a declaration file declares, and what its names mean. */
interface Declarations {
  /** The names that the declaration of a name mentions. */
  readonly mentioned: ReadonlyMap<string, ReadonlySet<string>>
  readonly classes: ReadonlySet<string>
  readonly imported: ReadonlyMap<string, Reference>
  readonly exported: ReadonlyMap<string, Reference>
  readonly stars: ReadonlyArray<string>
}

const isNode = (u: unknown): u is { readonly type: string; readonly [field: string]: unknown } =>
  typeof u === "object" && u !== null && "type" in u && typeof u.type === "string"

const walk = (node: unknown, visit: (node: { readonly type: string; readonly [field: string]: unknown }) => void) => {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit)
  } else if (isNode(node)) {
    visit(node)
    for (const value of Object.values(node)) if (typeof value === "object") walk(value, visit)
  }
}

const text = (node: unknown, field: "name" | "value"): string =>
  isNode(node) && typeof node[field] === "string" ? node[field] : ""

const parsed = new Map<string, Declarations>()

const declarationsOf = (file: string): Declarations => {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const resolve = (source: unknown): string => {
    const specifier = text(source, "value")
    return specifier.startsWith(".") ? join(dirname(file), specifier.replace(/\.js$/, ".d.ts")) : ""
  }
  const mentioned = new Map<string, Set<string>>()
  const classes = new Set<string>()
  const imported = new Map<string, Reference>()
  const exported = new Map<string, Reference>()
  const stars: Array<string> = []
  const declare = (node: unknown): ReadonlyArray<string> => {
    if (!isNode(node)) return []
    const names = node.type === "VariableDeclaration" && Array.isArray(node["declarations"])
      ? node["declarations"].map((declarator) => text(isNode(declarator) ? declarator["id"] : undefined, "name"))
      : [text(node["id"], "name")]
    const found = new Set<string>()
    walk(node, (inner) => {
      if (inner.type === "Identifier") found.add(text(inner, "name"))
    })
    for (const name of names) mentioned.set(name, new Set([...mentioned.get(name) ?? [], ...found]))
    if (node.type === "ClassDeclaration") { for (const name of names) classes.add(name) }
    return names
  }
  for (const statement of parseSync(file, readFileSync(file, "utf8")).program.body as ReadonlyArray<unknown>) {
    if (!isNode(statement)) continue
    const from = resolve(statement["source"])
    const specifiers = Array.isArray(statement["specifiers"]) ? statement["specifiers"].filter(isNode) : []
    if (statement.type === "ImportDeclaration") {
      for (const specifier of specifiers) {
        const name = specifier.type === "ImportNamespaceSpecifier" ? "*" : text(specifier["imported"], "name")
        if (from !== "") imported.set(text(specifier["local"], "name"), { file: from, name })
      }
    } else if (statement.type === "ExportNamedDeclaration") {
      for (const name of declare(statement["declaration"])) exported.set(name, { file, name })
      for (const specifier of specifiers) {
        exported.set(text(specifier["exported"], "name"), {
          file: from || file,
          name: text(specifier["local"], "name")
        })
      }
    } else if (statement.type === "ExportAllDeclaration" && from !== "") {
      if (isNode(statement["exported"])) exported.set(text(statement["exported"], "name"), { file: from, name: "*" })
      else stars.push(from)
    } else {
      declare(statement)
    }
  }
  const declarations = { mentioned, classes, imported, exported, stars }
  parsed.set(file, declarations)
  return declarations
}

const exportsOf = (file: string): ReadonlyArray<Reference> => {
  const { exported, stars } = declarationsOf(file)
  return [...exported.values(), ...stars.flatMap(exportsOf)]
}

/** The classes of errors that the exports of a file mention, directly or through other types of this package. */
const errorsOf = (entry: string): ReadonlySet<string> => {
  const errors = new Set<string>()
  const seen = new Set<string>()
  const queue = [...exportsOf(entry)]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { file, name } = next
    if (seen.has(`${file} ${name}`) || !existsSync(file)) continue
    seen.add(`${file} ${name}`)
    if (name === "*") {
      queue.push(...exportsOf(file))
      continue
    }
    const { classes, exported, imported, mentioned, stars } = declarationsOf(file)
    if (classes.has(name) && name.endsWith("Error")) errors.add(name)
    // The service of another subpath: what is needed here, not how this fails.
    if (classes.has(name) && dirname(file) !== dirname(entry) && dirname(entry) !== dirname(dirname(file))) continue
    const elsewhere = imported.get(name) ?? (mentioned.has(name) ? undefined : exported.get(name))
    if (elsewhere !== undefined) queue.push(elsewhere)
    for (const inner of mentioned.get(name) ?? []) if (inner !== name) queue.push({ file, name: inner })
    if (!mentioned.has(name) && elsewhere === undefined) queue.push(...stars.map((star) => ({ file: star, name })))
  }
  return errors
}

const isNamespace = (u: unknown): u is object =>
  typeof u === "object" && u !== null && Object.prototype.toString.call(u) === "[object Module]"

const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === "string" ? [] : [[path.replace(/^\./, manifest.name), target.types] as const]
)

/** The subpaths that have errors of their own, and their guards. */
const guards = [
  ["Cache", isStoreError],
  ["ClientLayer", isClientCacheError],
  ["S3Store", isS3CacheError],
  ["Ttl", isTtlDictError]
] as const

describe("the guard for any error", () => {
  for (const [subpath, isError] of guards) {
    it(`of ${subpath} takes every error in its signatures, and nothing else`, async () => {
      const module: Record<string, unknown> = await import(`../../src/${subpath}/index.ts`)
      const namespaces = Object.values(module).filter(isNamespace)
      const classes: Record<string, unknown> = Object.assign({}, ...namespaces, module)
      for (const name of errorsOf(join(root, `dist/${subpath}/index.d.ts`))) {
        const errorClass = classes[name]
        if (typeof errorClass !== "function") assert.fail(`${name} is no class`)
        assert.isTrue(isError(Object.create(errorClass.prototype)), name)
      }
      for (const other of [new Error("no"), undefined, null, "CacheKeyError", { _tag: "CacheKeyError" }]) {
        assert.isFalse(isError(other))
      }
    })
  }

  it("of what all parts share takes these, and no others", () => {
    assert.isTrue(isCacheError(new CacheNotFoundError({ cache: "store", key: "a" })))
    assert.isFalse(isCacheError(new LoadTimeoutError({ cache: "dict", key: "a", millis: 1 })))
    assert.isFalse(isCacheError({ _tag: "CacheNotFoundError" }))
    const either = (): Effect.Effect<void, CacheError | LoadTimeoutError> => Effect.void
    const rest = Effect.catchIf(either(), isCacheError, (error) => Effect.succeed(error._tag))
    expectTypeOf<Effect.Effect.Error<typeof rest>>().toEqualTypeOf<LoadTimeoutError>()
    for (const [, isError] of guards) {
      assert.isTrue(isError(new CacheNotFoundError({ cache: "store", key: "a" })))
    }
  })

  it("tells them from what else an effect fails with", () => {
    const fails = (): Effect.Effect<void, StoreError | "other"> =>
      Effect.fail(new CacheNotFoundError({ cache: "store", key: "a" }))
    const rest = Effect.catchIf(fails(), isStoreError, () => Effect.void)
    expectTypeOf(rest).toEqualTypeOf<Effect.Effect<void, "other">>()
    class Own extends Data.TaggedError("Own")<{}> {}
    const some = (): Effect.Effect<
      void,
      CacheNotFoundError | RequestError<"NoSuchKey"> | RequestError | Own | "other"
    > => Effect.fail("other")
    const own = some().pipe(Effect.catchIf(isClientCacheError, (error) => Effect.succeed(error.message)))
    expectTypeOf<Effect.Effect.Error<typeof own>>().toEqualTypeOf<Own | "other">()
    const unsent = some().pipe(Effect.catchIf(isRequestError, (error) => Effect.succeed(error.$metadata)))
    expectTypeOf<Effect.Effect.Error<typeof unsent>>().toEqualTypeOf<CacheNotFoundError | Own | "other">()
    const anything: unknown = new Error("no")
    if (isS3CacheError(anything)) expectTypeOf(anything).toEqualTypeOf<S3CacheError>()
    assert.strictEqual(Effect.runSync(Effect.flip(own)), "other")
    assert.strictEqual(Effect.runSync(Effect.exit(rest))._tag, "Success")
  })
})

describe("errors in the public signatures of a subpath", () => {
  it("are found through types of other modules", () => {
    const found = errorsOf(join(root, "dist/ClientLayer/index.d.ts"))
    for (const name of ["CacheConfigError", "ClientBuildError", "CredentialsError", "RequestError"]) {
      assert.isTrue(found.has(name), name)
    }
  })

  for (const [entryPoint, types] of entries) {
    it(`are exported from ${entryPoint}`, async () => {
      // What is of one namespace fails with errors of the part that this is in.
      const module: Record<string, unknown> = await import(entryPoint.split("/").slice(0, 2).join("/"))
      const inNamespaces = Object.values(module).filter(isNamespace).flatMap((inner) => Object.keys(inner))
      const exported = new Set([...Object.keys(module), ...inNamespaces])
      assert.deepStrictEqual([...errorsOf(join(root, types))].filter((name) => !exported.has(name)).sort(), [])
    })
  }
})
