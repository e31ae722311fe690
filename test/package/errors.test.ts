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
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import manifest from "../../package.json" with { type: "json" }
import { declaredErrors } from "./declaredErrors.js"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** The entry points, with their declarations. */
const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === "string" ? [] : [[path.replace(/^\./, manifest.name), target.types] as const]
)

/** What the compiler takes from the declarations: once, since it takes it some seconds to read them. */
const declared = declaredErrors(join(root, "dist/"), entries.map(([, types]) => join(root, types)))

/** What is of one namespace fails with errors of the part that this is in. */
const partOf = (types: string): string => types.replace(/(\.\/dist\/\w+)\/.*/, "$1/index.d.ts")

const declaredBy = (types: string) => declared.get(join(root, types)) ?? assert.fail(types)

const isNamespace = (u: unknown): u is object =>
  typeof u === "object" && u !== null && Object.prototype.toString.call(u) === "[object Module]"

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
      for (const name of declaredBy(`./dist/${subpath}/index.d.ts`).errors.keys()) {
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
  it("are found in what verbs fail with, in unions of errors, and in what errors are made of", () => {
    const { errors, types } = declaredBy("./dist/ClientLayer/index.d.ts")
    for (const name of ["CacheConfigError", "ClientBuildError", "CredentialsError", "RequestError"]) {
      assert.isTrue(errors.has(name), name)
    }
    for (const name of ["ClientBuildReason", "RequestMetadata", "SendError", "SessionError"]) {
      assert.isTrue(types.has(name), name)
    }
  })

  it("have a union of literals as their reason", () => {
    const free = [...declared.values()].flatMap(({ reasons }) => [...reasons])
    assert.isAbove(free.length, 0)
    assert.deepStrictEqual(free.filter(([, isUnion]) => !isUnion), [])
  })

  for (const [entryPoint, types] of entries) {
    it(`are exported from ${entryPoint}`, () => {
      const { exported } = declaredBy(partOf(types))
      const { errors, exported: own, types: named } = declaredBy(types)
      const missing = [...errors, ...named].filter(([name]) => !exported.has(name) && !own.has(name))
      assert.deepStrictEqual(missing, [])
    })
  }
})
