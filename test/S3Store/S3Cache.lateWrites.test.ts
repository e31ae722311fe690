import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Option, Schema, TestClock } from "effect"
import { Keyspace, type S3CacheOptions } from "effect-aws-cache/S3Store"
import type * as Http from "node:http"
import { makeS3ObjectStore } from "../../src/S3Store/bucket/s3ObjectStore.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import * as LocalHttp from "../servers/LocalHttp.js"
import { makeClient } from "../servers/s3Client.js"
import { until } from "../support/until.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })
const key = Texts.key("a")

/** What a server does with a PUT whose body has a text: nothing yet, and the test decides what then. */
interface Caught {
  readonly land: () => void
  readonly cutOff: () => void
}

/** A bucket whose server catches the first PUT of each of some values, and processes that use it. */
const makeBucket = (caughtTexts: ReadonlyArray<string>, honoursConditions = true) =>
  Effect.gen(function*() {
    const objects = new Map<string, { readonly body: Buffer; readonly etag: string }>()
    const caught = new Map<string, Caught>()
    const puts: Array<string> = []
    let writes = 0
    const server = yield* LocalHttp.make((request, response, body) => {
      const name = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname)
      const found = objects.get(name)
      const conditions = honoursConditions ? request.headers : {}
      const put = () => void objects.set(name, { body, etag: `"${++writes}"` })
      if (request.method === "PUT") {
        puts.push(name)
        const text = caughtTexts.find((text) => body.includes(text) && !caught.has(text))
        if (text !== undefined) {
          caught.set(text, { land: put, cutOff: () => void request.socket.destroy() })
          return
        }
        const isHeld = conditions["if-none-match"] === "*" ?
          found === undefined
          : conditions["if-match"] === undefined || conditions["if-match"] === found?.etag
        if (isHeld) put()
        answer(response, isHeld ? 200 : 412, objects.get(name)?.etag)
      } else if (request.method === "DELETE") {
        const isHeld = conditions["if-match"] === undefined || conditions["if-match"] === found?.etag
        if (isHeld) objects.delete(name)
        answer(response, isHeld ? 204 : 412)
      } else if (found === undefined) {
        answer(response, 404)
      } else {
        response.writeHead(200, { etag: found.etag }).end(found.body)
      }
    })
    const process = (options: S3CacheOptions = {}, maxAttempts = 1) =>
      Effect.gen(function*() {
        const client = yield* makeClient({
          endpoint: server.url,
          region: "us-east-1",
          forcePathStyle: true,
          maxAttempts,
          credentials: { accessKeyId: "late", secretAccessKey: "late" }
        })
        const store = yield* makeS3ObjectStore(client, { bucket: "late", requestTimeout: "1 day" })
        return yield* makeS3CacheService(store, { maxSize: 0, ...options })
      })
    return {
      process,
      caught: (text: string) => Effect.map(until(() => caught.has(text)), () => caught.get(text)),
      stored: () => [...objects].filter(([name]) => name.includes("/texts/")).map(([, { body }]) => body.toString()),
      puts: () => puts.filter((name) => name.includes("/texts/")).length
    }
  })

const answer = (response: Http.ServerResponse, status: number, etag?: string) =>
  response.writeHead(status, etag === undefined ? {} : { etag }).end()

describe("writes that land late", () => {
  const ways = {
    "timed out": { saveTimeout: "1 second" },
    "was interrupted": {}
  } as const
  for (const [way, options] of Object.entries(ways)) {
    for (const then of ["set", "set a value of no life", "remove", "pop"] as const) {
      for (const honoursConditions of [true, false]) {
        const store = honoursConditions ? "" : ", on a store without conditions"
        it.scoped(`a set that ${way}, and lands after a ${then}, is undone${store}`, () =>
          Effect.gen(function*() {
            const bucket = yield* makeBucket(["first"], honoursConditions)
            const cache = yield* bucket.process(options)
            const writing = yield* Effect.fork(Effect.either(cache.set(key, "first")))
            const first = yield* bucket.caught("first")
            if (way === "timed out") {
              yield* TestClock.adjust("1 second")
              assert.isTrue(Either.isLeft(yield* Fiber.join(writing)))
            } else {
              yield* Fiber.interrupt(writing)
            }
            if (then === "set") yield* cache.set(key, "second")
            else if (then === "remove" || then === "pop") yield* Effect.ignore(cache[then](key))
            else yield* cache.set(key, "never", { timeToLive: 0 })
            first?.land()
            assert.include(bucket.stored()[0] ?? "", "first")
            const isUndone = () =>
              then === "set" ? bucket.stored()[0]?.includes("second") === true : bucket.stored().length === 0
            yield* TestClock.adjust("1 second")
            yield* until(isUndone)
          }))
      }
    }
  }

  it.scoped("one that lands later is undone by a later look, one that another process replaced is left alone", () =>
    Effect.gen(function*() {
      const bucket = yield* makeBucket(["first"])
      const cache = yield* bucket.process()
      const writing = yield* Effect.fork(cache.set(key, "first"))
      const first = yield* bucket.caught("first")
      yield* Fiber.interrupt(writing)
      yield* cache.set(key, "second")
      yield* TestClock.adjust("1 second")
      first?.land()
      yield* TestClock.adjust("4 seconds")
      yield* until(() => bucket.stored()[0]?.includes("second") === true)
      yield* (yield* bucket.process()).set(key, "third")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* cache.getOption(key), Option.some("third"))
    }))

  it.scoped("a write whose answer was lost is not sent again over a newer one", () =>
    Effect.gen(function*() {
      const bucket = yield* makeBucket(["first"])
      const [here, there] = yield* Effect.all([bucket.process({}, 3), bucket.process({}, 3)])
      const writing = yield* Effect.fork(here.set(key, "first"))
      const first = yield* bucket.caught("first")
      first?.land()
      yield* TestClock.adjust("1 millis")
      yield* there.set(key, "second")
      first?.cutOff()
      yield* Fiber.join(writing)
      assert.strictEqual(bucket.puts(), 2)
      assert.deepStrictEqual(yield* here.getOption(key), Option.some("second"))
    }))

  it.scoped("a write whose answer was lost, and that is there, is not sent again", () =>
    Effect.gen(function*() {
      const bucket = yield* makeBucket(["first"])
      const cache = yield* bucket.process({}, 3)
      const writing = yield* Effect.fork(cache.set(key, "first"))
      const first = yield* bucket.caught("first")
      first?.land()
      first?.cutOff()
      yield* Fiber.join(writing)
      assert.strictEqual(bucket.puts(), 1)
      assert.deepStrictEqual(yield* cache.getOption(key), Option.some("first"))
    }))

  for (const honoursConditions of [true, false]) {
    it.scoped(`a write that was lost is done again, over what is older (conditions: ${honoursConditions})`, () =>
      Effect.gen(function*() {
        const bucket = yield* makeBucket(["first", "second"], honoursConditions)
        const cache = yield* bucket.process({}, 3)
        for (const text of ["first", "second"]) {
          const writing = yield* Effect.fork(cache.set(key, text))
          const lost = yield* bucket.caught(text)
          lost?.cutOff()
          yield* Fiber.join(writing)
          assert.deepStrictEqual(yield* cache.getOption(key), Option.some(text))
          yield* TestClock.adjust("1 millis")
        }
      }))
  }
})
