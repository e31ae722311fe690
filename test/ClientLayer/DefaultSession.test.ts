import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option } from "effect"
import { DefaultSession, Session } from "effect-aws-cache/ClientLayer"
import { until } from "../support/until.js"
import { fetchObject, localS3 } from "./localS3.js"
import { sessionEnvironment, setVariable } from "./sessionEnvironment.js"

const prepare = Effect.zipRight(
  sessionEnvironment({ variables: { AWS_REGION: "us-east-1" } }),
  Effect.acquireRelease(DefaultSession.close, () => DefaultSession.close)
)

describe("the session of the process", () => {
  it.scoped("is made when it is needed, once for all who ask", () =>
    Effect.gen(function*() {
      yield* prepare
      const sessions = yield* Effect.all(Array.from({ length: 50 }, () => DefaultSession.session), {
        concurrency: "unbounded"
      })
      assert.strictEqual(new Set(sessions).size, 1)
      const s3 = yield* DefaultSession.client(S3Client)
      assert.strictEqual(yield* DefaultSession.client(S3Client, { region: "us-east-1" }), s3)
      assert.strictEqual(yield* Effect.scoped(DefaultSession.lease(S3Client)), s3)
      assert.strictEqual(yield* DefaultSession.withClient(S3Client, {}, Effect.succeed), s3)
      assert.strictEqual(yield* (yield* DefaultSession.session).client(S3Client), s3)
    }))

  it.scoped("is apart from every other", () =>
    Effect.gen(function*() {
      yield* prepare
      const s3 = yield* DefaultSession.client(S3Client)
      const session = yield* Session.make()
      assert.notStrictEqual(yield* session.client(S3Client), s3)
    }))

  it.scoped("has caches by policy, and limits, as every session", () =>
    Effect.gen(function*() {
      yield* prepare
      const lru = yield* DefaultSession.client(S3Client)
      const lfu = yield* DefaultSession.client(S3Client, {}, { evictionPolicy: "LFU", maxSize: 3 })
      assert.notStrictEqual(lru, lfu)
      const options: object = { evictionPolicy: "FIFO" }
      assert.strictEqual((yield* Effect.flip(DefaultSession.client(S3Client, {}, options)))._tag, "CacheConfigError")
      const size: object = { maxSize: -1 }
      assert.strictEqual(
        (yield* Effect.flip(DefaultSession.withClient(S3Client, {}, () => Effect.void, size)))._tag,
        "CacheConfigError"
      )
    }))

  it.scoped("is made again after it could not be made", () =>
    Effect.gen(function*() {
      yield* prepare
      yield* setVariable("AWS_PROFILE", "nobody")
      const failures = yield* Effect.all([
        Effect.flip(DefaultSession.session),
        Effect.flip(DefaultSession.client(S3Client))
      ], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(failures.map(({ _tag }) => _tag), ["ProfileNotFoundError", "ProfileNotFoundError"])
      yield* setVariable("AWS_PROFILE", undefined)
      assert.instanceOf(yield* DefaultSession.client(S3Client), S3Client)
    }))

  it.scoped("outlives the interruption of whoever needed it first, and of everybody", () =>
    Effect.gen(function*() {
      yield* prepare
      const first = yield* Effect.fork(DefaultSession.session)
      const second = yield* Effect.fork(DefaultSession.session)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(first)
      const session = yield* Fiber.join(second)
      assert.strictEqual(yield* DefaultSession.session, session)
    }))

  it.scoped("setupDefaultSession puts another in its place and closes the one before", () =>
    Effect.gen(function*() {
      yield* prepare
      const server = yield* localS3
      const before = yield* DefaultSession.client(S3Client, server.config())
      yield* fetchObject(before, "one")
      assert.strictEqual(server.openSockets(), 1)
      const session = yield* DefaultSession.setup({ region: "eu-west-1" })
      assert.strictEqual(yield* DefaultSession.session, session)
      assert.deepStrictEqual(yield* session.regionName, Option.some("eu-west-1"))
      assert.notStrictEqual(yield* DefaultSession.client(S3Client, server.config()), before)
      yield* until(() => server.openSockets() === 0)
    }))

  it.scoped("setupDefaultSession waits for the leases of the one before, while others have the new one", () =>
    Effect.gen(function*() {
      yield* prepare
      const held = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const using = yield* Effect.fork(
        DefaultSession.withClient(
          S3Client,
          {},
          () => Effect.zipRight(Deferred.succeed(started, undefined), Deferred.await(held))
        )
      )
      yield* Deferred.await(started)
      const before = yield* DefaultSession.session
      const setup = yield* Effect.fork(DefaultSession.setup({ region: "eu-west-1" }))
      yield* Effect.repeat(Effect.zipLeft(DefaultSession.session, Effect.yieldNow()), {
        until: (session) => session !== before
      })
      assert.isTrue(Option.isNone(yield* Fiber.poll(setup)))
      yield* Deferred.succeed(held, undefined)
      yield* Fiber.join(using)
      assert.strictEqual(yield* Fiber.join(setup), yield* DefaultSession.session)
    }))

  it.scoped("setupDefaultSession that fails leaves the one before", () =>
    Effect.gen(function*() {
      yield* prepare
      const before = yield* DefaultSession.session
      assert.strictEqual((yield* Effect.flip(DefaultSession.setup({ profile: "nobody" })))._tag, "ProfileNotFoundError")
      assert.strictEqual((yield* Effect.flip(DefaultSession.setup({ maxSize: -1 })))._tag, "CacheConfigError")
      assert.strictEqual(yield* DefaultSession.session, before)
      assert.instanceOf(yield* DefaultSession.client(S3Client), S3Client)
    }))

  it.scoped("can be set up before anybody needs it", () =>
    Effect.gen(function*() {
      yield* prepare
      const [session, needed] = yield* Effect.all([
        DefaultSession.setup({ region: "eu-west-1" }),
        DefaultSession.session
      ], {
        concurrency: "unbounded"
      })
      assert.strictEqual(needed, session)
    }))

  it.scoped("closeDefaultSession closes it; the next who needs one gets a new one", () =>
    Effect.gen(function*() {
      yield* prepare
      const server = yield* localS3
      const before = yield* DefaultSession.session
      yield* fetchObject(yield* DefaultSession.client(S3Client, server.config()), "one")
      yield* DefaultSession.close
      yield* DefaultSession.close
      yield* until(() => server.openSockets() === 0)
      assert.notStrictEqual(yield* DefaultSession.session, before)
    }))

  it.scoped("closeDefaultSession while it is being made closes what is made", () =>
    Effect.gen(function*() {
      yield* prepare
      const making = yield* Effect.fork(DefaultSession.session)
      yield* Effect.yieldNow()
      yield* DefaultSession.close
      const closed = yield* Fiber.join(making)
      assert.notStrictEqual(yield* DefaultSession.session, closed)
    }))
})
