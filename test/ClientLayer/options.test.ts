import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { ClientCache, ResourceCache, ResourceDefinition, sendCommand, Session } from "effect-aws-cache/ClientLayer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

// What types would not allow.
const untyped = (options: unknown): never => options as never

const built = <A, E>(layer: Layer.Layer<A, E>) => Effect.flip(Effect.scoped(Layer.build(layer)))

describe("options of caches of clients and resources, and of sessions", () => {
  const makers: Readonly<Record<string, (options: unknown) => Effect.Effect<unknown, unknown>>> = {
    ClientCache: (options) => built(ClientCache.layer(untyped(options))),
    ResourceCache: (options) => built(Layer.provide(ResourceCache.layer(untyped(options)), ClientCache.layer())),
    Session: (options) => built(Session.layer(untyped(options))),
    "Session.layerTest": (options) => built(Session.layerTest([], untyped(options)))
  }
  const table: ReadonlyArray<readonly [options: object | number | null, message: string]> = [
    [{ ttl: 5 }, "ttl is no option, but must be one of the options: did you mean timeToLive?"],
    [{ maxSizes: 5 }, "did you mean maxSize?"],
    [{ gracePeriods: "private" }, "did you mean gracePeriod?"],
    [{ metrics: "yes" }, "metrics is \"yes\", but must be true, false or \"emf\""],
    [{ name: 5 }, "name is 5, but must be a text"],
    [5, "options is 5, but must be an object with options"]
  ]
  for (const [what, make] of Object.entries(makers)) {
    it.effect(`${what}: what there is not, or of another kind, is refused by name`, () =>
      Effect.gen(function*() {
        for (const [options, message] of table) {
          const error = yield* make(options)
          assert.instanceOf(error, CacheConfigError)
          assert.include(error.message, `${what.replace(".layerTest", "")}: `)
          assert.include(error.message, message)
          assert.notInclude(error.message, "private")
          assert.isAtMost(error.message.length, 500)
        }
      }))
  }
})

describe("what is given in place of commands, errors and definitions", () => {
  const local = { region: "us-east-1", endpoint: "http://127.0.0.1:1", maxAttempts: 1 }
  const list = new ListBucketsCommand({})

  const table: ReadonlyArray<readonly [command: unknown, options: unknown, message: string]> = [
    [undefined, {}, "command is undefined, but must be a command of the client's service"],
    [{ Bucket: "private" }, {}, "command is an object, but must be a command"],
    [ListBucketsCommand, {}, "command is a function, but must be a command of the client's service, such as new "],
    ["private", {}, "command is a string, but must be a command"],
    [
      list,
      { errors: "NoSuchKey" },
      "errors is a string, but must be an array of names of exceptions, or of their classes"
    ],
    [list, { errors: [undefined] }, "errors is an array with something else, but must be an array of names"],
    [list, { errors: null }, "errors is null, but must be an array of names"]
  ]
  for (const [at, [command, options, message]] of table.entries()) {
    it.effect(`${message} (${at})`, () =>
      Effect.gen(function*() {
        const senders: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>]> = [
          [
            "ClientCache",
            Effect.provide(ClientCache.send(S3Client, local, untyped(command), untyped(options)), ClientCache.layer())
          ],
          ["sendCommand", sendCommand(new S3Client(local), untyped(command), untyped(options))]
        ]
        for (const [cache, sent] of senders) {
          const error = yield* Effect.flip(sent)
          assert.instanceOf(error, CacheConfigError)
          assert.include(error.message, `${cache}: ${message}`)
          assert.notInclude(error.message, "private")
        }
      }))
  }

  it("definitions are refused, by the name of the field", () => {
    const fine = { name: "R", client: S3Client, make: () => ({}) }
    const table: ReadonlyArray<readonly [spec: unknown, message: string]> = [
      [{ name: "R", client: S3Client }, "ResourceDefinition R: make is undefined, but must be a function"],
      [
        { ...fine, makes: 1 },
        "ResourceDefinition R: makes is no option, but must be one of the options: did you mean make?"
      ],
      [{ ...fine, client: "s3" }, "ResourceDefinition R: client is a string, but must be an AWS SDK v3 client class"],
      [{ ...fine, options: { bucket: String } }, "ResourceDefinition R: options is an object, but must be a Schema"],
      [{ ...fine, release: 5 }, "ResourceDefinition R: release is 5, but must be a function"]
    ]
    for (const [spec, message] of table) {
      assert.throws(() => ResourceDefinition.make(untyped(spec)), CacheConfigError, message)
    }
  })
})
