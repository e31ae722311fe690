/**
 * An HTTP API that answers with errors of this package. It has a twin for Effect 4 in `scripts/effect4/test`.
 */
import {
  HttpApi,
  HttpApiBuilder,
  HttpApiClient,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpApiSchema,
  OpenApi
} from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { Store } from "effect-aws-cache/Cache"
import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
import { drawn } from "./errorSchemas.js"

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

const notes = HttpApiBuilder.group(api, "notes", (handlers) =>
  Effect.gen(function*() {
    const store = yield* Store.make<string, string>({ maxWeight: 10, weigher: (_, note) => note.length })
    return handlers
      .handle("read", ({ path }) => store.get(path.id))
      .handle("add", ({ path, payload }) => store.add(path.id, payload))
      .handle("fail", ({ path }): Effect.Effect<void> => Effect.suspend(() => Effect.fail(drawn.get(path.id) as never)))
  }))

export const notesServer = HttpApiBuilder.serve().pipe(
  Layer.provide(HttpApiBuilder.api(api)),
  Layer.provide(notes),
  Layer.provideMerge(NodeHttpServer.layerTest)
)

export const clientOfNotes = Effect.map(HttpApiClient.make(api), ({ notes }) => ({
  read: (id: string) => notes.read({ path: { id } }),
  add: (id: string, payload: string) => notes.add({ path: { id }, payload }),
  fail: (id: string) => notes.fail({ path: { id } })
}))

export const notesDescribed = OpenApi.fromApi(api)
