import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError, CacheKeyError } from "effect-aws-cache/Cache"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"

// What types would not allow.
const untyped = (options: unknown): never => options as never

const failureOf = (effect: Effect.Effect<unknown, unknown>) =>
  Effect.map(Effect.exit(effect), (exit) => {
    if (Exit.isSuccess(exit)) return undefined
    assert.isTrue(Cause.isFailure(exit.cause), "it fails, it does not die")
    const error = Cause.squash(exit.cause)
    assert.instanceOf(error, CacheConfigError)
    assert.isAtMost(error.message.length, 500)
    assert.notInclude(error.message, "private")
    return error
  })

const built = <A, E>(layer: Layer.Layer<A, E>) => Effect.scoped(Layer.build(layer))

const words = Keyspace.make("words", { key: Schema.String, value: Schema.Number })

describe("options of S3Cache and its second levels", () => {
  const makers: Readonly<Record<string, (options: unknown) => Effect.Effect<unknown, unknown>>> = {
    "S3Cache.layerMemory": (options) => built(S3Cache.layerMemory(untyped(options))),
    "S3Cache.layerS3": (options) =>
      built(Layer.provide(S3Cache.layerS3(untyped({ bucket: "b", ...Object(options) })), ClientCache.layer())),
    "ObjectStore.layerS3": (options) =>
      built(Layer.provide(ObjectStore.layerS3(untyped({ bucket: "b", ...Object(options) })), ClientCache.layer())),
    "ObjectStore.layerS3Client": (options) =>
      built(ObjectStore.layerS3Client({ send: untyped(() => {}) }, untyped({ bucket: "b", ...Object(options) }))),
    "ObjectStore.layerFileSystem": (options) =>
      built(Layer.provide(ObjectStore.layerFileSystem(untyped(options)), NodeContext.layer))
  }
  for (const [what, make] of Object.entries(makers)) {
    it.effect(`${what} refuses what it does not know, by name`, () =>
      Effect.gen(function*() {
        const error = yield* failureOf(make({ ttls: "private" }))
        assert.include(error?.message, "ttls is no option")
      }))
  }

  const table: ReadonlyArray<readonly [what: string, options: object, message: string]> = [
    [
      "S3Cache.layerMemory",
      { ttl: 5 },
      "S3Cache: ttl is no option, but must be one of the options: did you mean timeToLive?"
    ],
    ["S3Cache.layerMemory", { name: "words", maxsize: 5 }, "words: maxsize is no option"],
    ["S3Cache.layerMemory", { metrics: "yes" }, "metrics is \"yes\", but must be true, false or \"emf\""],
    ["S3Cache.layerMemory", { circuitBreaker: { failure: 5 } }, "circuitBreaker.failure is no option"],
    ["S3Cache.layerMemory", { circuitBreaker: { resetafter: 5 } }, "did you mean resetAfter?"],
    ["S3Cache.layerMemory", { writeBehind: { capacty: 5 } }, "did you mean capacity?"],
    ["S3Cache.layerMemory", { writeBehind: 5 }, "writeBehind is 5, but must be an object with options"],
    ["S3Cache.layerS3", { keyprefix: "a" }, "did you mean keyPrefix?"],
    ["S3Cache.layerS3", { timeToLiv: 5 }, "did you mean timeToLive?"],
    ["S3Cache.layerS3", { bucket: undefined }, "bucket is undefined, but must be the name of a bucket"],
    [
      "S3Cache.layerS3",
      { region: "private" },
      "region is no option, but must be said of the client: clientConfig: { region }"
    ],
    ["ObjectStore.layerS3", { forcePathStyle: true }, "said of the client: clientConfig: { forcePathStyle }"],
    [
      "ObjectStore.layerS3Client",
      { endpoint: "private" },
      "endpoint is no option, but must be said where the client is made"
    ],
    [
      "S3Cache.layerS3",
      { bucket: "s3://my-bucket" },
      "bucket is \"s3://my-bucket\", but must be the name of a bucket alone"
    ],
    [
      "ObjectStore.layerS3",
      { bucket: "my-bucket/x" },
      "bucket is \"my-bucket/x\", but must be the name of a bucket alone"
    ],
    ["ObjectStore.layerS3", { bucket: "arn:aws:s3:::my-bucket" }, "but must be the name of a bucket alone"],
    ["S3Cache.layerS3", { timeToLive: "5 mins" }, ", such as 500 or \"5 minutes\": did you mean \"5 minutes\"?"],
    ["ObjectStore.layerS3", { timeToLive: 5 }, "S3 object store: timeToLive is no option"],
    ["ObjectStore.layerS3Client", { requestTimeOut: 5 }, "did you mean requestTimeout?"],
    ["ObjectStore.layerFileSystem", { directory: 5 }, "directory is 5, but must be a text"]
  ]
  for (const [at, [what, options, message]] of table.entries()) {
    it.effect(`${message} (${at})`, () =>
      Effect.gen(function*() {
        assert.include((yield* failureOf(makers[what]?.(options) ?? Effect.void))?.message, message)
      }))
  }

  it.effect("of calls are refused, and nothing is written", () =>
    Effect.gen(function*() {
      const key = words.key("a")
      const calls: ReadonlyArray<(options: unknown) => Effect.Effect<unknown, unknown, S3Cache>> = [
        (options) => S3Cache.set(key, 1, untyped(options)),
        (options) => S3Cache.add(key, 1, untyped(options)),
        (options) => S3Cache.setMany([[key, 1]], untyped(options)),
        (options) => S3Cache.getOrCompute(key, Effect.succeed(1), untyped(options)),
        (options) => Effect.flatMap(S3Cache.memoize(words, () => Effect.succeed(1), untyped(options)), (f) => f("a")),
        (options) => S3Cache.getManyOrCompute([key], () => Effect.succeed([[key, 1]]), untyped(options)),
        (options) => Stream.runDrain(S3Cache.list(words, untyped(options))),
        (options) => S3Cache.purge(words, untyped(options))
      ]
      for (const call of calls) {
        for (const options of [5, { ttl: 5 }, { tag: ["a"] }, null]) {
          const error = yield* failureOf(Effect.provide(
            Effect.tapErrorCause(call(options), () =>
              Effect.map(S3Cache.getOption(key), (found) => assert.strictEqual(found._tag, "None"))),
            S3Cache.layerMemory()
          ))
          assert.isDefined(error)
        }
      }
    }))
})

describe("what is given in place of keys, keyspaces, functions and tags", () => {
  const layer = S3Cache.layerMemory()

  const calls: ReadonlyArray<readonly [message: string, call: () => Effect.Effect<unknown, unknown, S3Cache>]> = [
    ["key is a string, but must be a CacheKey", () => S3Cache.get(untyped("private"))],
    ["key is undefined, but must be a CacheKey", () => S3Cache.getOption(untyped(undefined))],
    ["key is an object, but must be a CacheKey", () => S3Cache.has(untyped({ private: 1 }))],
    ["key is a string, but must be a CacheKey", () => S3Cache.peek(untyped("private"))],
    ["key is a string, but must be a CacheKey", () => S3Cache.set(untyped("private"), untyped(1))],
    ["key is a string, but must be a CacheKey", () => S3Cache.add(untyped("private"), untyped(1))],
    ["key is a string, but must be a CacheKey", () => S3Cache.remove(untyped("private"))],
    ["key is a string, but must be a CacheKey", () => S3Cache.pop(untyped("private"))],
    ["key is undefined, but must be a CacheKey", () => S3Cache.getMany([words.key("a"), untyped(undefined)])],
    ["key is a string", () => S3Cache.setMany([[words.key("a"), 1], [untyped("private"), 1]])],
    ["key is a string", () => S3Cache.getOrCompute(untyped("private"), Effect.succeed(1))],
    [
      "keyspace is a string, but must be a Keyspace",
      () => S3Cache.memoize(untyped("private"), () => Effect.succeed(1))
    ],
    ["compute is 5, but must be a function", () => S3Cache.memoize(words, untyped(5))],
    [
      "keys is {}",
      () => S3Cache.getManyOrCompute(untyped({}), untyped(() => Effect.succeed([])))
    ],
    ["key is a string", () => S3Cache.getManyOrCompute(untyped(["private"]), untyped(() => Effect.succeed([])))],
    ["load is an array, but must be a function", () => S3Cache.getManyOrCompute([words.key("a")], untyped([]))],
    ["keyspace is a string", () => Stream.runDrain(S3Cache.list(untyped("private")))],
    ["keyspace is a string", () => S3Cache.purge(untyped("private"))],
    ["keyspace is a string", () => S3Cache.clear(untyped("private"))],
    ["tag is 5, but must be a text", () => S3Cache.invalidateTag(untyped(5))],
    ["tag is an object, but must be a text", () => S3Cache.expireTag(untyped({ private: 1 }))]
  ]
  for (const [at, [message, call]] of calls.entries()) {
    it.effect(`${message} (${at})`, () =>
      Effect.gen(function*() {
        const exit = yield* Effect.exit(call())
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isSuccess(exit)) return
        const error = Cause.squash(exit.cause)
        // A key that is none is a mistake of the program, wherever one is accepted.
        assert.isTrue(Cause.isDie(exit.cause) ? error instanceof CacheKeyError : error instanceof CacheConfigError)
        assert.include(String(error), `S3Cache: ${message}`)
        assert.notInclude(String(error), "private")
        assert.deepStrictEqual(yield* S3Cache.peek(words.key("a")), Option.none(), "nothing is written")
      }).pipe(Effect.provide(layer)))
  }

  const answers: ReadonlyArray<readonly [message: string, call: () => Effect.Effect<unknown, unknown, S3Cache>]> = [
    [
      "compute is one that returns a promise, but must be a function that returns an Effect",
      () => Effect.flatMap(S3Cache.memoize(words, untyped(() => Promise.resolve(1))), (f) => f("a"))
    ],
    [
      "compute is a promise, but must be an Effect",
      () => S3Cache.getOrCompute(words.key("a"), untyped(Promise.resolve(1)))
    ],
    [
      "load is one that returns a promise",
      () => S3Cache.getManyOrCompute([words.key("a")], untyped(() => Promise.resolve([])))
    ],
    [
      "load is one that gives, at 1, an array that is no such pair, but must be a function whose Effect gives pairs of a CacheKey and a value",
      () =>
        S3Cache.getManyOrCompute([words.key("a")], untyped(() => Effect.succeed([[words.key("a"), 1], ["private"]])))
    ],
    [
      "load is one that gives, at 0, an array that is no such pair",
      () => S3Cache.getManyOrCompute([words.key("a")], untyped(() => Effect.succeed([["a", 1]])))
    ],
    [
      "load is one that gives, at 0, 1 that is no such pair",
      () => S3Cache.getManyOrCompute([words.key("a")], untyped(() => Effect.succeed([1])))
    ],
    ["load is one that gives undefined", () => S3Cache.getManyOrCompute([words.key("a")], untyped(() => Effect.void))]
  ]
  for (const [message, call] of answers) {
    it.effect(message, () =>
      Effect.gen(function*() {
        const exit = yield* Effect.exit(call())
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isFailure(exit)) assert.include(String(Cause.squash(exit.cause)), `S3Cache: ${message}`)
        assert.notInclude(String(exit), "private")
      }).pipe(Effect.provide(layer)))
  }

  it("of a keyspace are refused, by name", () => {
    const fine = { key: Schema.String, value: Schema.Number }
    const table: ReadonlyArray<readonly [options: unknown, message: string]> = [
      [
        { ...fine, ttl: 5 },
        "Keyspace words: ttl is no option, but must be one of the options: did you mean timeToLive?"
      ],
      [{ key: Schema.String }, "Keyspace words: value is undefined, but must be a Schema"],
      [{ ...fine, key: String }, "Keyspace words: key is a function, but must be a Schema"],
      [{ ...fine, failure: "private" }, "Keyspace words: failure is a string, but must be a Schema"],
      ["private", "Keyspace words: options is"]
    ]
    for (const [options, message] of table) {
      assert.throws(() => Keyspace.make("words", untyped(options)), CacheConfigError, message)
    }
    assert.throws(() => Keyspace.make(untyped(undefined), fine), CacheConfigError, "Keyspace: name is undefined")
  })

  it("are shown by name", () => {
    assert.strictEqual(String(words), "Keyspace(words, version 1)")
    assert.strictEqual(inspect(words), "Keyspace(words, version 1)")
    assert.strictEqual(
      JSON.stringify(words),
      "{\"_id\":\"Keyspace\",\"name\":\"words\",\"version\":\"1\",\"codec\":\"json\"}"
    )
  })
})
