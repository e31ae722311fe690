import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, L2Store, S3Cache } from "effect-aws-cache/S3Store"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

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
    "L2Store.layerS3": (options) =>
      built(Layer.provide(L2Store.layerS3(untyped({ bucket: "b", ...Object(options) })), ClientCache.layer())),
    "L2Store.layerS3Client": (options) =>
      built(L2Store.layerS3Client({ send: untyped(() => {}) }, untyped({ bucket: "b", ...Object(options) }))),
    "L2Store.layerFileSystem": (options) =>
      built(Layer.provide(L2Store.layerFileSystem(untyped(options)), NodeContext.layer))
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
    ["S3Cache.layerMemory", { metrics: "yes" }, "metrics is \"yes\", but must be true or false"],
    ["S3Cache.layerMemory", { circuitBreaker: { failure: 5 } }, "circuitBreaker.failure is no option"],
    ["S3Cache.layerMemory", { circuitBreaker: { resetafter: 5 } }, "did you mean resetAfter?"],
    ["S3Cache.layerMemory", { writeBehind: { capacty: 5 } }, "did you mean capacity?"],
    ["S3Cache.layerMemory", { writeBehind: 5 }, "writeBehind is 5, but must be an object with options"],
    ["S3Cache.layerS3", { keyprefix: "a" }, "did you mean keyPrefix?"],
    ["S3Cache.layerS3", { timeToLiv: 5 }, "did you mean timeToLive?"],
    ["S3Cache.layerS3", { bucket: undefined }, "bucket is undefined, but must be the name of a bucket"],
    ["L2Store.layerS3", { timeToLive: 5 }, "S3 object store: timeToLive is no option"],
    ["L2Store.layerS3Client", { requestTimeOut: 5 }, "did you mean requestTimeout?"],
    ["L2Store.layerFileSystem", { directory: 5 }, "directory is 5, but must be a text"]
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
        (options) => Effect.flatMap(S3Cache.memoize(words, () => Effect.succeed(1), untyped(options)), (f) => f("a"))
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
