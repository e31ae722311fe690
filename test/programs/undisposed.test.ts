import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { runProgram } from "../support/runProgram.js"

const bucket = "undisposed"

describe("a runtime that is never disposed", () => {
  it.scopedLive("keeps its process no longer than its work, whatever may still expire, be late or be looked at", () =>
    Effect.gen(function*() {
      const { credentials, endpoint, region } = yield* EmbeddedS3.make({ buckets: [bucket] })
      const ended = yield* runProgram(`
        import { S3Client } from "@aws-sdk/client-s3"
        import { Effect, Layer, ManagedRuntime, Schema, Scope } from "effect"
        import { LeasedStore, Store } from "effect-aws-cache/Cache"
        import { ClientCache } from "effect-aws-cache/ClientLayer"
        import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
        import { TtlDict } from "effect-aws-cache/Ttl"

        const clientConfig = ${JSON.stringify({ endpoint, region, credentials, forcePathStyle: true })}
        const Numbers = Keyspace.make("numbers", {
          key: Schema.String,
          value: Schema.Number,
          timeToLive: "1 hour",
          staleWhileRevalidate: "1 hour",
          coordination: "lease",
          tags: () => ["all"]
        })
        class Dict extends TtlDict.Service()("Dict", {
          key: Schema.String,
          value: Schema.Number,
          timeToLive: "1 hour",
          sweepInterval: "1 hour"
        }) {}

        const clients = ClientCache.layer({ timeToIdle: "1 hour" })
        const runtime = ManagedRuntime.make(Layer.mergeAll(
          S3Cache.layerS3({ bucket: "${bucket}", requestTimeout: "1 hour", clientConfig }),
          Dict.layer()
        ).pipe(Layer.provideMerge(clients)))

        console.log(await runtime.runPromise(Effect.gen(function*() {
          const store = yield* Store.make({ timeToLive: "1 hour" })
          const leased = yield* LeasedStore.make({ acquire: () => Effect.succeed(1), timeToIdle: "1 hour" })
          yield* ClientCache.client(S3Client, clientConfig)
          return [
            yield* S3Cache.getOrCompute(Numbers.key("a"), Effect.succeed(1)),
            yield* Dict.getOrCompute("a", Effect.succeed(2)),
            yield* store.getOrCompute("a", Effect.succeed(3)),
            yield* leased.use("a", (value) => Effect.succeed(value + 3))
          ].join(" ")
        }).pipe(Effect.provideService(Scope.Scope, await Effect.runPromise(Scope.make())))))
      `)
      assert.deepStrictEqual(ended, { code: 0, stdout: "1 2 3 4\n" })
    }))
})
