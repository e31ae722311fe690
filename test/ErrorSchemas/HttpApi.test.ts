import {
  HttpApi,
  HttpApiBuilder,
  HttpApiClient,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpApiSchema,
  HttpClient,
  OpenApi
} from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, FastCheck as fc, Layer, Schema } from "effect"
import { CacheNotFoundError, EntryTooLargeError, Store } from "effect-aws-cache/Cache"
import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
import { classes, schemas } from "./errorSchemas.js"

const Id = HttpApiSchema.param("id", Schema.String)

const api = HttpApi.make("api").add(
  HttpApiGroup.make("notes")
    .add(
      HttpApiEndpoint.get("read")`/notes/${Id}`.addSuccess(Schema.String).addError(ErrorSchemas.CacheNotFoundError)
    )
    .add(
      HttpApiEndpoint.post("add")`/notes/${Id}`
        .setPayload(Schema.String)
        .addSuccess(Schema.Void)
        .addError(ErrorSchemas.CacheExistsError)
        .addError(ErrorSchemas.EntryTooLargeError)
        .addError(ErrorSchemas.CacheConfigError)
    )
    .add(
      HttpApiEndpoint.get("fail")`/failures/${Id}`
        .addSuccess(Schema.Void)
        .addError(ErrorSchemas.StoreError)
        .addError(ErrorSchemas.S3CacheError)
        .addError(ErrorSchemas.TtlDictError)
        .addError(ErrorSchemas.ClientCacheError)
        .addError(ErrorSchemas.KeyvStorageClosedError)
    )
)

/** One error of each kind. */
const drawn = new Map(
  [...schemas].map(([name, schema]) => [name, fc.sample(Arbitrary.make(schema), { numRuns: 1, seed: 7 })[0]])
)

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

const notes = HttpApiBuilder.group(api, "notes", (handlers) =>
  Effect.gen(function*() {
    const store = yield* Store.make<string, string>({ maxWeight: 10, weigher: (_, note) => note.length })
    return handlers
      .handle("read", ({ path }) => store.get(path.id))
      .handle("add", ({ path, payload }) => store.add(path.id, payload))
      .handle("fail", ({ path }): Effect.Effect<void> => Effect.suspend(() => Effect.fail(drawn.get(path.id) as never)))
  }))

const server = HttpApiBuilder.serve().pipe(
  Layer.provide(HttpApiBuilder.api(api)),
  Layer.provide(notes),
  Layer.provideMerge(NodeHttpServer.layerTest)
)

describe("errors in an HttpApi", () => {
  it.scoped("arrive with their status, as what they are", () =>
    Effect.gen(function*() {
      const client = yield* HttpApiClient.make(api)
      const missing = yield* Effect.flip(client.notes.read({ path: { id: "a" } }))
      assert.instanceOf(missing, CacheNotFoundError)
      assert.strictEqual(missing.message, "Store: there is no entry under \"a\"")
      yield* client.notes.add({ path: { id: "a" }, payload: "text" })
      assert.strictEqual(yield* client.notes.read({ path: { id: "a" } }), "text")
      const taken = yield* client.notes.add({ path: { id: "a" }, payload: "text" }).pipe(
        Effect.as("added"),
        Effect.catchTag("CacheExistsError", ({ key }) => Effect.succeed(key))
      )
      assert.strictEqual(taken, "\"a\"")
      const heavy = yield* Effect.flip(client.notes.add({ path: { id: "b" }, payload: "far too long" }))
      assert.instanceOf(heavy, EntryTooLargeError)
      const { maxWeight, weight } = heavy
      assert.deepStrictEqual([weight, maxWeight], [12, 10])
      const http = yield* HttpClient.HttpClient
      assert.strictEqual((yield* http.get("/notes/c")).status, 404)
    }).pipe(Effect.provide(server)))

  it.scoped("arrive whichever they are", () =>
    Effect.gen(function*() {
      const client = yield* HttpApiClient.make(api)
      const http = yield* HttpClient.HttpClient
      assert.deepStrictEqual(Object.keys(statuses), [...schemas.keys()].sort())
      for (const [name, error] of drawn) {
        assert.strictEqual((yield* http.get(`/failures/${name}`)).status, statuses[name], name)
        const arrived = yield* Effect.flip(client.notes.fail({ path: { id: name } }))
        assert.strictEqual(arrived.constructor, classes.get(name), name)
        assert.strictEqual(arrived.message, error?.message)
      }
    }).pipe(Effect.provide(server)))

  it("are described by their fields", () => {
    const { components, paths } = OpenApi.fromApi(api)
    for (const name of ["CacheNotFoundError", "CacheExistsError", "ObjectStoreError", "RequestError"]) {
      const schema = components.schemas[name]
      assert.propertyVal(schema, "type", "object", name)
      assert.notProperty(schema !== undefined && "properties" in schema ? schema.properties : {}, "cause")
    }
    const answers = paths["/notes/{id}"]?.post?.responses ?? {}
    assert.includeMembers(Object.keys(answers), ["409", "413", "500"])
    assert.include(answers[409]?.description, "There is an entry under this key already")
  })
})
