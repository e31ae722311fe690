/**
 * An HTTP API that answers with errors of this package.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { Store } from "effect-aws-cache/Cache"
import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { drawn } from "./errorSchemas.js"

const params = { id: Schema.String }

const api = HttpApi.make("api").add(
  HttpApiGroup.make("notes").add(
    HttpApiEndpoint.get("read", "/notes/:id", {
      params,
      success: Schema.String,
      error: ErrorSchemas.CacheNotFoundError
    }),
    HttpApiEndpoint.post("add", "/notes/:id", {
      params,
      payload: Schema.String,
      error: [ErrorSchemas.CacheExistsError, ErrorSchemas.EntryTooLargeError, ErrorSchemas.CacheConfigError]
    }),
    HttpApiEndpoint.get("fail", "/failures/:id", {
      params,
      // A union has one status.
      error: [
        ...ErrorSchemas.StoreError.members,
        ...ErrorSchemas.S3CacheError.members,
        ...ErrorSchemas.TtlDictError.members,
        ...ErrorSchemas.ClientCacheError.members,
        ErrorSchemas.KeyvStorageClosedError
      ]
    })
  )
)

const notes = HttpApiBuilder.group(api, "notes", (handlers) =>
  Effect.gen(function*() {
    const store = yield* Store.make<string, string>({ maxWeight: 10, weigher: (_, note) => note.length })
    return handlers
      .handle("read", ({ params }) => store.get(params.id))
      .handle("add", ({ params, payload }) => store.add(params.id, payload))
      .handle(
        "fail",
        ({ params }): Effect.Effect<void> => Effect.suspend(() => Effect.fail(drawn.get(params.id) as never))
      )
  }))

export const notesServer = HttpRouter.serve(Layer.provide(HttpApiBuilder.layer(api), notes), { disableLogger: true })
  .pipe(Layer.provideMerge(NodeHttpServer.layerTest))

export const clientOfNotes = Effect.map(HttpApiClient.make(api), ({ notes }) => ({
  read: (id: string) => notes.read({ params: { id } }),
  add: (id: string, payload: string) => notes.add({ params: { id }, payload }),
  fail: (id: string) => notes.fail({ params: { id } })
}))

export const notesDescribed = OpenApi.fromApi(api)
