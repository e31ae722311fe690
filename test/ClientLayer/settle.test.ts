import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option } from "effect"
import {
  ClientCache,
  ClientCustomization,
  DynamoDBDocumentResource,
  ResourceCache,
  Session
} from "effect-aws-cache/ClientLayer"
import { settled } from "../support/settled.js"
import { turns, until } from "../support/until.js"
import { fetchObject, localS3 } from "./localS3.js"

const local = { region: "us-east-1", endpoint: "http://127.0.0.1:1", maxAttempts: 1 }

describe("settle", () => {
  it.scoped("of a ClientCache waits for the requests of a client that has left it", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const client = yield* ClientCache.client(S3Client, server.config())
      const request = yield* Effect.fork(fetchObject(client, "held"))
      yield* until(() => server.waiting() === 1)
      // It is the client's own, as long as it is there.
      assert.deepStrictEqual(yield* ClientCache.settle({ within: 0 }), settled())
      yield* ClientCache.clear
      yield* turns(5)
      assert.deepStrictEqual(yield* ClientCache.settle({ within: 0 }), settled({ releases: 1 }))
      const waiting = yield* Effect.fork(ClientCache.settle({ within: "1 hour" }))
      yield* turns(5)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* server.release
      yield* Fiber.join(request)
      assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("of a ClientCache waits for builds", () =>
    Effect.gen(function*() {
      const built = yield* Deferred.make<void>()
      yield* Effect.fork(
        ClientCache.client(S3Client, local, {
          customize: ClientCustomization.make("slow", () => Deferred.await(built))
        })
      )
      yield* turns(5)
      assert.deepStrictEqual(yield* ClientCache.settle({ within: 0 }), settled({ computations: 1 }))
      const waiting = yield* Effect.fork(ClientCache.settle({ within: "1 hour" }))
      yield* turns(5)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* Deferred.succeed(built, undefined)
      assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
      assert.strictEqual((yield* ClientCache.stats).size, 1)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("of a ResourceCache returns when nothing goes on", () =>
    Effect.gen(function*() {
      yield* ResourceCache.resource(DynamoDBDocumentResource, local)
      yield* ResourceCache.clear
      assert.deepStrictEqual(yield* ResourceCache.settle({ within: "1 hour" }), settled())
    }).pipe(Effect.provide(Layer.provide(ResourceCache.layer(), ClientCache.layer()))))

  it.scoped("of a Session waits for credentials that are being resolved", () => {
    const asked: Array<(credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }) => void> = []
    return Effect.gen(function*() {
      const request = yield* Effect.fork(Session.getCredentials())
      yield* until(() => asked.length === 1)
      assert.deepStrictEqual(yield* Session.settle({ within: 0 }), settled({ computations: 1 }))
      const waiting = yield* Effect.fork(Session.settle({ within: "1 hour" }))
      yield* turns(5)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      for (const give of asked) give({ accessKeyId: "AKIDTEST", secretAccessKey: "of the test" })
      assert.isTrue(Option.isSome(yield* Fiber.join(request)))
      assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
    }).pipe(Effect.provide(
      Session.layer({ region: "us-east-1", credentials: () => new Promise((give) => asked.push(give)) })
    ))
  })
})
