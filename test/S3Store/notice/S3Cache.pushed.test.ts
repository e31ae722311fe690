import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Either, Fiber, Option, Schema } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { type Hearing, type NoticePlace, noticeSourceTag } from "../../../src/S3Store/notice/NoticeSource.js"
import { tellingBucket } from "../../../src/S3Store/notice/notPushed.js"
import { until } from "../../support/until.js"
import { makeBucket } from "../bucketOf.js"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })

/** A bucket, and caches over it that hear what the test tells them. */
const makeHeard = Effect.gen(function*() {
  const bucket = yield* makeBucket()
  const places: Array<NoticePlace> = []
  const heardBy = (options: { readonly maxSize?: number } = {}) =>
    Effect.gen(function*() {
      const heard = yield* Deferred.make<Hearing>()
      const cache = yield* Effect.provideService(
        bucket.process({ ...options, notice: "pushed", tagsAge: "1 hour" }),
        noticeSourceTag,
        {
          listen: (place, hearing) => {
            places.push(place)
            return Effect.asVoid(Deferred.succeed(heard, hearing))
          }
        }
      )
      return { cache, hearing: yield* Deferred.await(heard) }
    })
  const loads = () => bucket.requests().filter(({ method }) => method === "GET").map(({ status }) => status)
  return { ...bucket, heardBy, loads, places }
})

const one = Names.key(1)

describe("an S3Cache that is told of changes", () => {
  it.scoped("needs a bucket, and something that tells of it", () =>
    Effect.gen(function*() {
      const messageOf = (error: unknown) => {
        assert.instanceOf(error, CacheConfigError)
        return error.message
      }
      const must = `notice is "pushed", but must be a duration, such as "5 seconds": `
      const error = yield* Effect.flip(Effect.provide(S3Cache.has(one), S3Cache.layerMemory({ notice: "pushed" })))
      assert.strictEqual(messageOf(error), `S3Cache: ${must}memory/ is no bucket of S3, and sends no notifications`)
      const { process } = yield* makeBucket()
      assert.strictEqual(
        messageOf(yield* Effect.flip(process({ name: "Mine", notice: "pushed" }))),
        `Mine: ${must}no S3Notifications.layer is provided to the layer of this cache`
      )
      const tells: ReadonlyArray<readonly [bucket: string, why: string | undefined]> = [
        ["a-bucket", undefined],
        ["base--use1-az4--x-s3", "base--use1-az4--x-s3 is a directory bucket, which sends no notifications"],
        [
          "arn:aws:s3:us-east-1:123456789012:accesspoint",
          "the notifications of an access point name the bucket behind it. Give the name of that bucket as bucket"
        ]
      ]
      for (const [bucket, why] of tells) {
        const telling = tellingBucket({ bucket, description: `s3://${bucket}/` })
        assert.deepStrictEqual(telling, why === undefined ? Either.right(bucket) : Either.left(why))
      }
    }))

  it.scoped("is told apart from what is meant for it, of a cache and of a keyspace", () =>
    Effect.gen(function*() {
      const duration = "a duration above zero, such as 500 (milliseconds) or \"5 minutes\""
      const ofKeyspace = `; "pushed" is for all keyspaces of a cache, an option of S3Cache`
      const table: ReadonlyArray<readonly [given: unknown, ofCache: string, ofKeyspace: string]> = [
        ["push", ": did you mean \"pushed\"?", ofKeyspace],
        ["Pushed", ": did you mean \"pushed\"?", ofKeyspace],
        ["pulled", "", ""],
        ["5 secs", ": did you mean \"5 seconds\"?", ": did you mean \"5 seconds\"?"],
        [0, "", ""],
        [true, "", ""]
      ]
      const parts = { key: Schema.Number, value: Schema.String }
      const thrownBy = (notice: unknown): unknown => {
        try {
          return Reflect.apply(Keyspace.make, undefined, ["names", { ...parts, notice }])
        } catch (error) {
          return error
        }
      }
      for (const [given, hint, hintOfKeyspace] of table) {
        const is = `notice is ${JSON.stringify(given)}, but must be`
        const options: object = { notice: given }
        const error = yield* Effect.flip(Effect.provide(S3Cache.has(one), S3Cache.layerMemory(options)))
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.message, `S3Cache: ${is} "pushed", or ${duration}${hint}`)
        const thrown = thrownBy(given)
        assert.instanceOf(thrown, Error)
        assert.strictEqual(thrown.message, `Keyspace names: ${is} ${duration}${hintOfKeyspace}`)
      }
      const pushed = thrownBy("pushed")
      assert.instanceOf(pushed, Error)
      assert.strictEqual(pushed.message, `Keyspace names: notice is "pushed", but must be ${duration}${ofKeyspace}`)
    }))

  it.scoped("listens to the place its second level is", () =>
    Effect.gen(function*() {
      const { heardBy, places, server } = yield* makeHeard
      yield* heardBy()
      assert.deepStrictEqual(places, [{
        description: `s3://${server.bucket}/${server.keyPrefix}`,
        bucket: server.bucket,
        prefix: server.keyPrefix
      }])
    }))

  it.scoped("confirms what has changed before it gives it out again, and nothing else", () =>
    Effect.gen(function*() {
      const { heardBy, loads, process } = yield* makeHeard
      const { cache, hearing } = yield* heardBy()
      const other = yield* process()
      yield* other.set(one, "Ada")
      yield* other.set(Names.key(2), "Bob")
      assert.strictEqual(yield* cache.get(one), "Ada")
      assert.strictEqual(yield* cache.get(Names.key(2)), "Bob")
      yield* other.set(one, "Alice")
      assert.strictEqual(yield* cache.get(one), "Ada")
      yield* hearing.changed(one.objectName)
      const before = loads().length
      assert.strictEqual(yield* cache.get(one), "Alice")
      assert.strictEqual(yield* cache.get(Names.key(2)), "Bob")
      assert.deepStrictEqual(loads().slice(before), [200])
      yield* hearing.changed(one.objectName)
      assert.strictEqual(yield* cache.get(one), "Alice")
      assert.strictEqual(yield* cache.get(one), "Alice")
      assert.deepStrictEqual(loads().slice(before), [200, 304])
      yield* other.remove(one)
      yield* hearing.changed(one.objectName)
      assert.isTrue(Option.isNone(yield* cache.getOption(one)))
      assert.deepStrictEqual((yield* cache.stats).notice, { heard: 3, missed: 0 })
    }))

  it.scoped("knows its own writes by their etags", () =>
    Effect.gen(function*() {
      const { direct, heardBy, loads } = yield* makeHeard
      const { cache, hearing } = yield* heardBy()
      yield* cache.set(one, "Ada")
      const there = yield* direct.load(one.objectName)
      if (there._tag !== "Found") return assert.fail("it is not there")
      const before = loads().length
      yield* hearing.changed(one.objectName, there.etag)
      assert.strictEqual(yield* cache.get(one), "Ada")
      yield* hearing.changed(one.objectName, "another")
      assert.strictEqual(yield* cache.get(one), "Ada")
      assert.deepStrictEqual(loads().slice(before), [304])
    }))

  it.scoped("confirms everything once something was missed", () =>
    Effect.gen(function*() {
      const { heardBy, process } = yield* makeHeard
      const { cache, hearing } = yield* heardBy()
      const other = yield* process()
      for (const n of [1, 2, 3]) yield* cache.set(Names.key(n), "Ada")
      for (const n of [1, 2, 3]) yield* other.set(Names.key(n), `Ada ${n}`)
      yield* hearing.missed
      for (const n of [1, 2, 3]) assert.strictEqual(yield* cache.get(Names.key(n)), `Ada ${n}`)
      assert.deepStrictEqual((yield* cache.stats).notice, { heard: 0, missed: 1 })
    }))

  it.scoped("does not believe what was under way when it was heard of", () =>
    Effect.gen(function*() {
      const { heardBy, process } = yield* makeHeard
      const { cache, hearing } = yield* heardBy()
      const other = yield* process()
      const value = yield* Deferred.make<string>()
      let begun = false
      const computing = yield* Effect.fork(cache.getOrCompute(
        one,
        Effect.suspend(() => {
          begun = true
          return Deferred.await(value)
        })
      ))
      yield* until(() => begun)
      yield* hearing.changed(one.objectName)
      yield* Deferred.succeed(value, "Ada")
      assert.strictEqual(yield* Fiber.join(computing), "Ada")
      yield* other.set(one, "Alice")
      assert.strictEqual(yield* cache.get(one), "Alice")
    }))

  it.scoped("asks for a tag anew whose marker has changed", () =>
    Effect.gen(function*() {
      const { heardBy, process, requests } = yield* makeHeard
      const { cache, hearing } = yield* heardBy()
      const other = yield* process()
      yield* cache.set(one, "Ada", { tags: ["people"] })
      yield* cache.set(Names.key(2), "Bob", { tags: ["others"] })
      assert.strictEqual(yield* cache.get(one), "Ada")
      assert.strictEqual(yield* cache.get(Names.key(2)), "Bob")
      yield* other.invalidateTag("people")
      assert.strictEqual(yield* cache.get(one), "Ada")
      const marker = requests().map(({ name }) => name).findLast((name) => name.startsWith(".tags/")) ?? ""
      const before = requests().length
      yield* hearing.changed(marker)
      assert.isTrue(Option.isNone(yield* cache.getOption(one)))
      assert.strictEqual(yield* cache.get(Names.key(2)), "Bob")
      assert.strictEqual(requests().slice(before).filter(({ name }) => name.startsWith(".tags/")).length, 1)
      yield* other.expireTag("others")
      yield* hearing.missed
      assert.isTrue(Option.isNone(yield* cache.getOption(Names.key(2))))
    }))

  it.scoped("knows the names of what it holds, and of little else", () =>
    Effect.gen(function*() {
      const { heardBy, process } = yield* makeHeard
      const { cache, hearing } = yield* heardBy({ maxSize: 10 })
      const other = yield* process()
      for (let n = 0; n < 600; n++) yield* cache.set(Names.key(n), "Ada")
      const held = []
      for (let n = 0; n < 600; n++) {
        if (Option.isSome(yield* cache.peek(Names.key(n)))) held.push(Names.key(n))
      }
      assert.isNotEmpty(held)
      for (const key of held) {
        yield* other.set(key, "Alice")
        yield* hearing.changed(key.objectName)
        assert.strictEqual(yield* cache.get(key), "Alice")
      }
    }))
})
