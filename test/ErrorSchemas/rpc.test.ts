import { Rpc, RpcClient, RpcGroup, RpcServer } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { CacheNotFoundError, Store } from "effect-aws-cache/Cache"
import { RequestError } from "effect-aws-cache/ClientLayer"
import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
import { serializations, servedRpcs } from "./servedRpcs.js"

class Notes extends RpcGroup.make(
  Rpc.make("Read", {
    payload: { id: Schema.String },
    success: Schema.String,
    error: ErrorSchemas.StoreError
  }),
  Rpc.make("Load", {
    payload: { id: Schema.String },
    success: Schema.String,
    error: Schema.Union(ErrorSchemas.makeRequestError("NoSuchKey"), ErrorSchemas.ObjectStoreError)
  })
) {}

const handlers = Notes.toLayer(Effect.gen(function*() {
  const store = yield* Store.make<string, string>({ maxSize: 10 })
  return {
    Read: ({ id }) => store.get(id),
    Load: ({ id }) =>
      new RequestError({
        _tag: "NoSuchKey",
        name: "NoSuchKey",
        client: "S3Client",
        command: "GetObject",
        reason: "Rejected",
        detail: `there is no ${id}`,
        $metadata: { httpStatusCode: 404 },
        isThrottling: false,
        isRetryable: false,
        cause: new Error("secret")
      })
  }
}))

for (const [name, serialization] of serializations) {
  const program = Layer.provide(servedRpcs(Layer.provide(RpcServer.layer(Notes), handlers)), serialization)

  describe(`errors through @effect/rpc, in ${name}`, () => {
    it.scoped("arrive as what they are", () =>
      Effect.gen(function*() {
        const client = yield* RpcClient.make(Notes)
        const missing = yield* Effect.flip(client.Read({ id: "a" }))
        assert.instanceOf(missing, CacheNotFoundError)
        assert.strictEqual(missing.message, "Store: there is no entry under \"a\"")
        const said = yield* client.Load({ id: "b" }).pipe(
          Effect.catchTag("NoSuchKey", (error) => Effect.succeed(`${error.message} ${String(error.cause)}`))
        )
        assert.strictEqual(said, "GetObject of S3Client failed: NoSuchKey (404): there is no b undefined")
      }).pipe(Effect.provide(program)))
  })
}
