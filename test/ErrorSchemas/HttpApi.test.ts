import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { CacheNotFoundError, EntryTooLargeError } from "effect-aws-cache/Cache"
import { classes, drawn, schemas } from "./errorSchemas.js"
import { clientOfNotes, notesDescribed, notesServer } from "./notesApi.js"

const statuses: Readonly<Record<string, number>> = {
  BoundedMapError: 500,
  ByteSizeError: 400,
  CacheConfigError: 500,
  CacheDecodeError: 502,
  CacheEncodeError: 422,
  CacheExistsError: 409,
  CacheKeyError: 400,
  CacheNotFoundError: 404,
  CacheReentryError: 500,
  CacheSnapshotError: 500,
  CacheValueError: 422,
  ClientBuildError: 500,
  ClientClosedError: 503,
  ClientValueError: 500,
  CredentialsError: 500,
  DictSnapshotError: 500,
  EntryTooLargeError: 413,
  KeyvStorageClosedError: 503,
  LoadTimeoutError: 504,
  ObjectStoreError: 503,
  PackageNotFoundError: 500,
  ProfileNotFoundError: 500,
  RequestError: 502,
  ResourceBuildError: 500,
  ResourceValueError: 500,
  TooManyLoadsError: 503,
  UnknownRegionError: 500
}

describe("errors in an HttpApi", () => {
  it.scoped("arrive with their status, as what they are", () =>
    Effect.gen(function*() {
      const client = yield* clientOfNotes
      const missing = yield* Effect.flip(client.read("a"))
      assert.instanceOf(missing, CacheNotFoundError)
      assert.strictEqual(missing.message, "Store: there is no entry under \"a\"")
      yield* client.add("a", "text")
      assert.strictEqual(yield* client.read("a"), "text")
      const taken = yield* client.add("a", "text").pipe(
        Effect.as("added"),
        Effect.catchTag("CacheExistsError", ({ key }) => Effect.succeed(key))
      )
      assert.strictEqual(taken, "\"a\"")
      const heavy = yield* Effect.flip(client.add("b", "far too long"))
      assert.instanceOf(heavy, EntryTooLargeError)
      const { maxWeight, weight } = heavy
      assert.deepStrictEqual([weight, maxWeight], [12, 10])
      const http = yield* HttpClient.HttpClient
      assert.strictEqual((yield* http.get("/notes/c")).status, 404)
    }).pipe(Effect.provide(notesServer)))

  it.scoped("arrive whichever they are", () =>
    Effect.gen(function*() {
      const client = yield* clientOfNotes
      const http = yield* HttpClient.HttpClient
      assert.deepStrictEqual(Object.keys(statuses), [...schemas.keys()].sort())
      for (const [name, error] of drawn) {
        assert.strictEqual((yield* http.get(`/failures/${name}`)).status, statuses[name], name)
        const arrived = yield* Effect.flip(client.fail(name))
        assert.strictEqual(arrived.constructor, classes.get(name), name)
        assert.strictEqual(arrived.message, error?.message)
      }
    }).pipe(Effect.provide(notesServer)))

  it("are described by their fields", () => {
    const { components, paths } = notesDescribed
    for (const name of ["CacheNotFoundError", "CacheExistsError", "ObjectStoreError", "RequestError"]) {
      const schema = components.schemas[name]
      assert.propertyVal(schema, "type", "object", name)
      assert.notProperty(schema !== undefined && "properties" in schema ? schema["properties"] : {}, "cause")
    }
    const answers = paths["/notes/{id}"]?.post?.responses ?? {}
    assert.includeMembers(Object.keys(answers), ["409", "413", "500"])
    assert.include(answers[409]?.description, "There is an entry under this key already")
  })
})
