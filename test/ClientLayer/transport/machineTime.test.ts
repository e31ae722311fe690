import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { syncBuiltinESMExports } from "node:module"
import timers from "node:timers"
import { fetchObject, localS3 } from "../localS3.js"

/** Timers of the module itself that never call back, as libraries for tests put them there. */
const fakeTimers = Effect.acquireRelease(
  Effect.sync(() => {
    const { setImmediate } = timers
    Reflect.set(timers, "setImmediate", () => {})
    syncBuiltinESMExports()
    return setImmediate
  }),
  (setImmediate) =>
    Effect.sync(() => {
      Reflect.set(timers, "setImmediate", setImmediate)
      syncBuiltinESMExports()
    })
)

describe("the event loop of the machine", () => {
  it.scoped("is the real one, where a test has faked the timers of its program", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const s3 = yield* ClientCache.client(S3Client, server.config())
      yield* fetchObject(s3, "one")
      yield* Effect.scoped(Effect.zipRight(
        fakeTimers,
        // Over the connection that is idle now.
        Effect.promise(() => s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "two" })))
      ))
      assert.strictEqual(server.connections(), 1)
    }).pipe(Effect.provide(ClientCache.layer({ gracePeriod: 0 }))))
})
