import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Net from "node:net"
import { call, makeClient, refusal } from "../servers/s3Client.js"
import * as ScopedServer from "../servers/ScopedServer.js"
import { turns, until } from "../support/until.js"

const portOf = (s3: { readonly endpoint: string }) => Number(new URL(s3.endpoint).port)

/** Succeeds when somebody else can listen on the port. */
const assertFree = (port: number) =>
  Effect.scoped(
    Effect.acquireRelease(
      Effect.sync(() => Net.createServer()),
      ScopedServer.stopListening
    ).pipe(Effect.flatMap((server) => ScopedServer.listen(server, port)))
  )

const handles = () => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length

/** How many are open once nothing more closes: what tests before have left takes some turns to be gone. */
const settledHandles: Effect.Effect<number> = Effect.suspend(() => {
  const now = handles()
  return Effect.flatMap(turns(20), () => handles() === now ? Effect.succeed(now) : settledHandles)
})

describe("EmbeddedS3, its lifetime", () => {
  it.effect("is gone when its scope is closed, whatever its clients are doing", () =>
    Effect.gen(function*() {
      const before = yield* settledHandles
      const scope = yield* Scope.make()
      const s3 = yield* Scope.extend(EmbeddedS3.make({ buckets: ["bucket-one"] }), scope)
      const client = yield* Scope.extend(makeClient(s3.clientConfig), yield* Scope.make())
      yield* call(() => client.send(new PutObjectCommand({ Bucket: "bucket-one", Key: "k", Body: "kept alive" })))
      // One connection that says nothing and one in the middle of a body: a graceful close would wait for both.
      const closed: Array<string> = []
      for (const text of ["", "PUT /bucket-one/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"]) {
        const socket = Net.connect(portOf(s3), "127.0.0.1")
        socket.on("error", () => {})
        socket.on("close", () => closed.push(text))
        yield* until(() => socket.readyState === "open")
        if (text !== "") {
          yield* Effect.async<void>((resume) => {
            socket.write(text, () => resume(Effect.void))
          })
        }
      }
      yield* Scope.close(scope, Exit.void)
      yield* assertFree(portOf(s3))
      yield* until(() => closed.length === 2)
      client.destroy()
      yield* until(() => handles() <= before)
      assert.strictEqual(handles(), before)
    }))

  it.effect("is gone when what uses it fails, dies or is interrupted", () =>
    Effect.gen(function*() {
      let port = 0
      const using = <A, E>(then: Effect.Effect<A, E>) =>
        EmbeddedS3.make().pipe(
          Effect.tap((s3) =>
            Effect.sync(() => {
              port = portOf(s3)
            })
          ),
          Effect.zipRight(then),
          Effect.scoped
        )
      yield* Effect.exit(using(Effect.fail("no")))
      yield* assertFree(port)
      yield* Effect.exit(using(Effect.die("no")))
      yield* assertFree(port)
      const ready = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(using(Effect.zipRight(Deferred.succeed(ready, undefined), Effect.never)))
      yield* Deferred.await(ready)
      yield* Fiber.interrupt(fiber)
      yield* assertFree(port)
    }))

  it.scoped("shares nothing with a second server", () =>
    Effect.gen(function*() {
      const one = yield* EmbeddedS3.make({ buckets: ["bucket-one"] })
      const two = yield* EmbeddedS3.make({ buckets: ["bucket-two"], conditionalWrites: false })
      assert.notStrictEqual(one.endpoint, two.endpoint)
      const first = yield* makeClient(one.clientConfig)
      const second = yield* makeClient(two.clientConfig)
      yield* call(() => first.send(new PutObjectCommand({ Bucket: "bucket-one", Key: "k", Body: "1" })))
      assert.strictEqual(
        yield* refusal(() => second.send(new GetObjectCommand({ Bucket: "bucket-one", Key: "k" }))),
        "404 NoSuchBucket"
      )
      assert.deepStrictEqual((yield* one.requests).map(({ method }) => method), ["PUT"])
      assert.deepStrictEqual((yield* two.requests).map(({ method }) => method), ["GET"])
    }))

  it.scoped("is a layer", () =>
    Effect.gen(function*() {
      const s3 = yield* EmbeddedS3
      const client = yield* makeClient(s3.clientConfig)
      const { Buckets } = yield* call(() => client.send(new ListBucketsCommand({})))
      assert.deepStrictEqual(Buckets?.map(({ Name }) => Name), ["from-layer"])
    }).pipe(Effect.provide(Layer.fresh(EmbeddedS3.layer({ buckets: ["from-layer"] })))))

  it.effect("does nothing for a bucket name that is not valid", () =>
    Effect.gen(function*() {
      const before = yield* settledHandles
      for (const bad of ["", "ab", "Upper", "under_score", "a".repeat(64), "slash/ed"]) {
        const error = yield* Effect.flip(Effect.scoped(EmbeddedS3.make({ buckets: ["good-one", bad] })))
        assert.strictEqual(error._tag, "CacheConfigError")
        assert.include(
          error.message,
          `buckets is ["good-one",${JSON.stringify(bad)}], but must be an array of one name`
        )
      }
      assert.strictEqual(handles(), before)
    }))

  it.scoped("listens on the port it is told, unless somebody else does", () =>
    Effect.gen(function*() {
      const port = portOf(yield* Effect.scoped(EmbeddedS3.make()))
      assert.strictEqual(portOf(yield* EmbeddedS3.make({ port })), port)
      const error = yield* Effect.flip(EmbeddedS3.make({ port }))
      assert.strictEqual(error._tag, "EmbeddedS3Error")
      assert.include(error.message, `cannot listen on 127.0.0.1: Error: listen EADDRINUSE`)
    }))

  it.scoped("installs no handlers in the process", () =>
    Effect.gen(function*() {
      const events = ["SIGTERM", "SIGINT", "SIGHUP", "exit", "beforeExit", "uncaughtException", "unhandledRejection"]
      const counts = () => events.map((event) => process.listenerCount(event))
      const before = counts()
      yield* EmbeddedS3.make({ buckets: ["bucket-one"] })
      assert.deepStrictEqual(counts(), before)
    }))
})
