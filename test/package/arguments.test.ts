/**
 * What functions say that no effect of the library stands behind, and whose arguments no types have checked.
 */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import {
  ClientCache,
  ClientCacheKey,
  DynamoDBDocumentResource,
  ResourceCache,
  sendCommand
} from "effect-aws-cache/ClientLayer"
import { SyncTtlDict as SmallDict } from "effect-aws-cache/Sync"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"

/** As a caller sees them who has no types. */
const untyped = (f: (...args: ReadonlyArray<never>) => unknown) => f as (...args: ReadonlyArray<unknown>) => unknown

const wrong: ReadonlyArray<unknown> = [null, undefined, 5, "text", {}, [], Symbol.iterator]

const isObject = (value: unknown) => typeof value === "object" && value !== null

const command = new GetObjectCommand({ Bucket: "bucket", Key: "key" })

const dicts = [new SyncTtlDict<string, number>(), new SmallDict<string, number>()]

interface Case {
  readonly name: string
  readonly option: string
  readonly call: (given: unknown) => unknown
  /** What is accepted of the wrong ones. */
  readonly accepts?: (given: unknown) => boolean
}

const cases: ReadonlyArray<Case> = [
  { name: "ClientCache.fake", option: "clientClass", call: (given) => untyped(ClientCache.fake)(given, () => 1) },
  { name: "ClientCache.fake", option: "make", call: (given) => untyped(ClientCache.fake)(S3Client, given) },
  { name: "ResourceCache.fake", option: "definition", call: (given) => untyped(ResourceCache.fake)(given, () => 1) },
  {
    name: "ResourceCache.fake",
    option: "make",
    call: (given) => untyped(ResourceCache.fake)(DynamoDBDocumentResource, given)
  },
  {
    name: "ClientCacheKey.tag",
    option: "name",
    call: (given) => untyped(ClientCacheKey.tag)(given, () => 1),
    accepts: (given) => given === "text"
  },
  {
    name: "ClientCacheKey.tag",
    option: "value",
    call: (given) => untyped(ClientCacheKey.tag)("name", given),
    accepts: isObject
  },
  {
    name: "TtlDict.Service",
    option: "id",
    call: (given) => untyped(TtlDict.Service())(given, { key: Schema.String, value: Schema.String }),
    accepts: (given) => given === "text"
  },
  {
    name: "test/Dict",
    option: "options",
    call: (given) => untyped(TtlDict.Service())("test/Dict", given),
    accepts: (given) => isObject(given) && !Array.isArray(given)
  },
  {
    name: "test/Dict",
    option: "key",
    call: (given) => untyped(TtlDict.Service())("test/Dict", { key: given, value: Schema.String })
  },
  {
    name: "test/Dict",
    option: "value",
    call: (given) => untyped(TtlDict.Service())("test/Dict", { key: Schema.String, value: given })
  },
  ...dicts.flatMap((dict): ReadonlyArray<Case> => [
    { name: "SyncTtlDict", option: "f", call: (given) => untyped(dict.forEach.bind(dict))(given) },
    {
      name: "SyncTtlDict",
      option: "entries",
      call: (given) => untyped(dict.equals.bind(dict))(given),
      accepts: Array.isArray
    }
  ])
]

describe("something else than the types allow", () => {
  for (const { accepts = () => false, call, name, option } of cases) {
    it(`${name}: ${option}`, () => {
      for (const given of wrong.filter((given) => !accepts(given))) {
        try {
          call(given)
        } catch (error) {
          assert.propertyVal(error, "_tag", "CacheConfigError")
          assert.match(String(error), /^CacheConfigError: .{1,500}$/)
          assert.include(String(error), `${name}: ${option} is `)
          continue
        }
        assert.fail(`it took ${String(given)}`)
      }
    })
  }

  it.effect("what is no client is said before anything is sent", () =>
    Effect.gen(function*() {
      for (const given of [...wrong, () => 1, { send: 5 }]) {
        const sent = untyped(sendCommand)(given, command)
        assert.isTrue(Effect.isEffect(sent))
        const error = yield* Effect.flip(sent as ReturnType<typeof sendCommand>)
        assert.match(
          String(error),
          /^CacheConfigError: sendCommand: client is .+, but must be an AWS SDK v3 client, or something else with its send method$/
        )
      }
    }))
})
