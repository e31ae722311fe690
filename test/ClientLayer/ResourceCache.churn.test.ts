import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Schema, Scope } from "effect"
import { ClientCache, ResourceCache, ResourceDefinition } from "effect-aws-cache/ClientLayer"
import { until } from "../support/until.js"
import { fetchObject, localS3 } from "./localS3.js"

describe("resources that come and go under load", () => {
  it.scoped("every request is executed once, no resource is released while it is used, and nothing stays open", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const mistakes: Array<string> = []
      let made = 0
      let released = 0
      const Prefix = ResourceDefinition.make({
        name: "Prefix",
        client: S3Client,
        options: Schema.Struct({ prefix: Schema.String }),
        make: (client, { prefix }) =>
          Effect.sync(() => {
            made++
            return { client, prefix, users: 0, isOpen: true }
          }),
        release: (resource) =>
          // A last word to the server: the client still works, on the connections it has.
          Effect.zipRight(
            fetchObject(resource.client, `bye-${released++}`),
            Effect.sync(() => {
              if (resource.users > 0) mistakes.push(`${resource.prefix} was released while it was used`)
              if (!resource.isOpen) mistakes.push(`${resource.prefix} was released twice`)
              resource.isOpen = false
            })
          )
      })
      const call = (n: number) =>
        ResourceCache.withResource(
          Prefix,
          // Six clients and twelve resources, for three places each.
          server.config({ maxAttempts: 1 + (n % 6) }),
          (resource) =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                if (!resource.isOpen) mistakes.push(`${resource.prefix} was given out after its release`)
                resource.users++
              }),
              () => fetchObject(resource.client, `call-${n}`),
              () => Effect.sync(() => resource.users--)
            ),
          { prefix: String(n % 12) }
        )
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        Layer.provideMerge(ResourceCache.layer({ maxSize: 3 }), ClientCache.layer({ maxSize: 3 })),
        scope
      )
      const calls = 120
      const fetched = yield* Effect.forEach(Array.from({ length: calls }, (_, n) => n), call, { concurrency: 16 }).pipe(
        Effect.provide(context)
      )
      assert.deepStrictEqual(new Set(fetched.map(({ attempts }) => attempts)), new Set([1]))
      for (let n = 0; n < calls; n++) assert.strictEqual(server.executions(`call-${n}`), 1)
      assert.isAbove(made, 12)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(released, made)
      for (let n = 0; n < released; n++) assert.strictEqual(server.executions(`bye-${n}`), 1)
      assert.deepStrictEqual(mistakes, [])
      yield* until(() => server.openSockets() === 0)
    }))
})
