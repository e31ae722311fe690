/**
 * What boto3-client-cache promises of its keys and its low-level cache, what its tests pin down, and the mistakes that
 * were found in it. What is deliberately different is in docs/coming-from-python.md.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Option } from "effect"
import { ClientCache, ClientCacheKey, ClientCacheLive, type ClientCacheOptions } from "effect-aws-cache/ClientLayer"
import * as util from "node:util"
import { badKeyOf } from "../support/badKeyOf.js"

const keyOf = (region: string) => ClientCacheKey.make(S3Client, { region })
const client = (region: string) => ClientCache.client(S3Client, { region })

/** The regions of the clients that are there, the next victim first. */
const regions = Effect.map(
  ClientCache.keys,
  (keys) => keys.map((key) => /region=([^,)]*)/.exec(key.label)?.[1])
)

const filled = (...names: ReadonlyArray<string>) => Effect.forEach(names, client)

const layer = (evictionPolicy: ClientCacheOptions["evictionPolicy"], maxSize = 3) =>
  ClientCache.layer({ evictionPolicy, maxSize })

describe("keys, as in boto3-client-cache", () => {
  it.effect("a key needs no configuration", () =>
    Effect.gen(function*() {
      assert.strictEqual(String(ClientCacheKey.make(S3Client)), "S3Client()")
      assert.isTrue(Equal.equals(ClientCacheKey.make(S3Client), ClientCacheKey.make(S3Client, {})))
    }))

  it.effect("None is absent: an undefined field counts as none, at any depth", () =>
    Effect.gen(function*() {
      const key = ClientCacheKey.make(S3Client, { region: "us-east-1" })
      const none = ClientCacheKey.make(S3Client, {
        region: "us-east-1",
        endpoint: undefined,
        credentials: undefined,
        maxAttempts: undefined,
        requestHandler: undefined
      })
      assert.isTrue(Equal.equals(key, none))
      assert.strictEqual(String(none), String(key))
    }))

  it.effect("an explicit default is not the same as none", () =>
    Effect.gen(function*() {
      const [none, standard] = [{ region: "us-east-1" }, { region: "us-east-1", maxAttempts: 3 }]
      assert.isFalse(
        Equal.equals(ClientCacheKey.make(S3Client, none), ClientCacheKey.make(S3Client, standard))
      )
    }))

  it.effect("nested options count by what they say, not by which object they are", () =>
    Effect.gen(function*() {
      const make = (order: boolean) =>
        ClientCacheKey.make(S3Client, {
          requestHandler: order
            ? { requestTimeout: 5, httpsAgent: { maxSockets: 2, timeout: 1 } }
            : { httpsAgent: { timeout: 1, maxSockets: 2 }, requestTimeout: 5 }
        })
      assert.isTrue(Equal.equals(make(true), make(false)))
    }))

  it.effect("a list in a configuration is no error", () =>
    Effect.gen(function*() {
      const make = (...customUserAgent: Array<[string]>) => ClientCacheKey.make(S3Client, { customUserAgent })
      assert.isTrue(Equal.equals(make(["a"], ["b"]), make(["a"], ["b"])))
      assert.isFalse(Equal.equals(make(["a"], ["b"]), make(["b"], ["a"])))
    }))

  it.effect("true is not 1, unlike in Python", () =>
    Effect.gen(function*() {
      const make = (value: unknown) => ClientCacheKey.make(S3Client, { clientContextParams: { value } } as never)
      assert.isFalse(Equal.equals(make(true), make(1)))
      assert.isFalse(Equal.equals(make(false), make(0)))
    }))

  it.effect("keys of other classes are other keys, also where the configuration is the same", () =>
    Effect.gen(function*() {
      const config = { region: "us-east-1" }
      const keys = [
        ClientCacheKey.make(S3Client, config),
        ClientCacheKey.make(S3, config),
        ClientCacheKey.make(DynamoDBClient, config)
      ]
      assert.strictEqual(new Set(keys.map(({ id }) => id)).size, 3)
    }))

  it.effect("what a call decides about the cache is not part of the key: it is no field of a configuration", () =>
    Effect.gen(function*() {
      yield* filled("r-1", "r-2")
      yield* ClientCache.resize({ maxSize: 1 })
      yield* client("r-2")
      assert.strictEqual((yield* ClientCache.stats).computations, 2)
    }).pipe(Effect.provide(layer("LRU"))))

  it.effect("credentials are masked wherever a key is printed, also in a list, and tell clients apart", () =>
    Effect.gen(function*() {
      const make = (accessKeyId: string, secretAccessKey: string, sessionToken: string) =>
        ClientCacheKey.make(S3Client, {
          region: "us-east-1",
          credentials: { accessKeyId, secretAccessKey, sessionToken }
        })
      const keys = [
        make("sEcReT1", "sEcReT2", "sEcReT3"),
        make("sEcReT1", "sEcReT2", "sEcReT4"),
        make("sEcReT1", "sEcReT5", "sEcReT3"),
        make("sEcReT6", "sEcReT2", "sEcReT3")
      ]
      assert.strictEqual(new Set(keys.map(({ id }) => id)).size, 4)
      for (const shown of [String(keys), util.inspect(keys), JSON.stringify(keys), `${keys[0]}`]) {
        assert.notInclude(shown, "sEcReT")
        assert.include(shown, "S3Client(region=us-east-1, credentials=#")
      }
    }))
})

describe("the low-level cache, as in boto3-client-cache", () => {
  it.effect("10 clients, LRU, when nothing else is said", () =>
    Effect.gen(function*() {
      yield* filled(...Array.from({ length: 11 }, (_, n) => `r-${n}`))
      const { maxSize, size } = yield* ClientCache.stats
      assert.deepStrictEqual({ maxSize, size }, { maxSize: 10, size: 10 })
      assert.isFalse(yield* ClientCache.has(keyOf("r-0")))
    }).pipe(Effect.provide(ClientCacheLive)))

  it.effect("LRU: get, getOption and client are uses; peek, has, keys, values, entries and size are none", () =>
    Effect.gen(function*() {
      yield* filled("a", "b", "c")
      const key = keyOf("a")
      yield* ClientCache.peek(key)
      yield* ClientCache.has(key)
      yield* Effect.all([ClientCache.keys, ClientCache.values, ClientCache.entries, ClientCache.size])
      assert.deepStrictEqual(yield* regions, ["a", "b", "c"])
      yield* ClientCache.get(key)
      assert.deepStrictEqual(yield* regions, ["b", "c", "a"])
      yield* ClientCache.getOption(keyOf("b"))
      assert.deepStrictEqual(yield* regions, ["c", "a", "b"])
      yield* client("c")
      assert.deepStrictEqual(yield* regions, ["a", "b", "c"])
      yield* ClientCache.withClient(S3Client, { region: "a" }, () => Effect.void)
      assert.deepStrictEqual(yield* regions, ["b", "c", "a"])
      yield* Effect.scoped(ClientCache.leaseKey(keyOf("b")))
      assert.deepStrictEqual(yield* regions, ["c", "a", "b"])
      yield* client("d")
      assert.deepStrictEqual(yield* regions, ["a", "b", "d"])
    }).pipe(Effect.provide(layer("LRU"))))

  it.effect("LFU: the least often used leaves first, of those the least recently used; a miss counts nothing", () =>
    Effect.gen(function*() {
      yield* filled("a", "b", "c")
      yield* client("a")
      yield* client("c")
      yield* ClientCache.getOption(keyOf("d"))
      assert.deepStrictEqual(yield* regions, ["b", "a", "c"])
      yield* client("d")
      assert.deepStrictEqual(yield* regions, ["d", "a", "c"])
    }).pipe(Effect.provide(layer("LFU"))))

  it.effect("LFU: clear forgets how often clients were used", () =>
    Effect.gen(function*() {
      yield* filled("a", "a", "a", "b")
      yield* ClientCache.clear
      yield* filled("a", "b", "b", "c", "c", "d")
      assert.deepStrictEqual(yield* regions, ["d", "b", "c"])
    }).pipe(Effect.provide(layer("LFU"))))

  it.effect("LFU: what was added by the caller has been used once", () =>
    Effect.gen(function*() {
      yield* ClientCache.add(keyOf("a"), new S3Client({ region: "a" }))
      yield* filled("b", "b", "c", "c", "d")
      assert.deepStrictEqual(yield* regions, ["d", "b", "c"])
    }).pipe(Effect.provide(layer("LFU"))))

  it.effect("snapshots stay what they were", () =>
    Effect.gen(function*() {
      yield* filled("a")
      const [keys, values, entries] = yield* Effect.all([ClientCache.keys, ClientCache.values, ClientCache.entries])
      yield* filled("b")
      assert.deepStrictEqual([keys.length, values.length, entries.length], [1, 1, 1])
    }).pipe(Effect.provide(layer("LRU"))))

  for (const policy of ["LRU", "LFU"] as const) {
    it.effect(`${policy}: popVictim takes the one that would be evicted, until there is none`, () =>
      Effect.gen(function*() {
        yield* filled("a", "b", "a")
        const [key] = Option.getOrThrow(yield* ClientCache.popVictim)
        assert.strictEqual(key.label, "S3Client(region=b)")
        assert.strictEqual(Option.getOrThrow(yield* ClientCache.popVictim)[0].label, "S3Client(region=a)")
        assert.deepStrictEqual(yield* ClientCache.popVictim, Option.none())
      }).pipe(Effect.provide(layer(policy))))

    it.effect(`${policy}: a smaller limit evicts at once, and keeps what the policy would`, () =>
      Effect.gen(function*() {
        yield* filled("a", "b", "c", "a")
        yield* ClientCache.resize({ maxSize: 1 })
        assert.deepStrictEqual(yield* regions, ["a"])
        assert.strictEqual((yield* ClientCache.stats).maxSize, 1)
        yield* ClientCache.resize({ maxSize: 2 })
        yield* filled("b")
        assert.strictEqual(yield* ClientCache.size, 2)
      }).pipe(Effect.provide(layer(policy))))

    it.effect(`${policy}: a client under a key that is there is refused, and the one there stays`, () =>
      Effect.gen(function*() {
        const there = yield* client("a")
        const error = yield* Effect.flip(ClientCache.add(keyOf("a"), new S3Client({ region: "a" })))
        assert.strictEqual(error.message, "ClientCache: there is an entry under S3Client(region=a) already")
        assert.strictEqual(yield* client("a"), there)
      }).pipe(Effect.provide(layer(policy))))
  }

  it.effect("two caches share nothing", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* Effect.provide(client("a"), layer("LRU")), yield* client("a")]
      assert.notStrictEqual(one, other)
    }).pipe(Effect.provide(layer("LRU"))))
})

describe("mistakes of boto3-client-cache that are not made here", () => {
  it.effect("policy and size can be given together", () =>
    Effect.gen(function*() {
      yield* filled("a", "a", "b", "c")
      assert.deepStrictEqual(yield* regions, ["c", "a"])
    }).pipe(Effect.provide(ClientCache.layer({ evictionPolicy: "LFU", maxSize: 2 }))))

  it.effect("the client that is asked for is never its own victim: LFU, full of clients that are used more", () =>
    Effect.gen(function*() {
      yield* filled("a", "a", "b", "b", "c", "c")
      const asked = yield* client("d")
      assert.strictEqual(yield* client("d"), asked)
    }).pipe(Effect.provide(layer("LFU"))))

  it.effect("the client that is asked for is given even if the cache can hold none", () =>
    Effect.gen(function*() {
      assert.instanceOf(yield* client("a"), S3Client)
      assert.strictEqual(yield* ClientCache.size, 0)
    }).pipe(Effect.provide(layer("LRU", 0))))

  it.effect("a larger limit evicts nobody", () =>
    Effect.gen(function*() {
      yield* filled("a", "b", "c")
      yield* ClientCache.resize({ maxSize: 4 })
      yield* filled("d")
      assert.deepStrictEqual(yield* regions, ["a", "b", "c", "d"])
      assert.strictEqual((yield* ClientCache.stats).evicted, 0)
    }).pipe(Effect.provide(layer("LRU"))))

  it.effect("what is no key is a mistake of the program, of which every verb dies", () =>
    Effect.gen(function*() {
      const cache = yield* ClientCache
      for (const given of ["not a key", undefined, 5, {}, ["unhashable"]]) {
        const key = given as never
        const client = new S3Client({})
        const verbs = [
          cache.get(key),
          Effect.scoped(cache.leaseKey(key)),
          cache.getOption(key),
          cache.has(key),
          cache.peek(key),
          cache.add(key, client as never),
          cache.set(key, client as never),
          cache.remove(key),
          cache.pop(key)
        ]
        for (const verb of verbs) assert.strictEqual((yield* badKeyOf<unknown, unknown, never>(verb)).field, "key")
      }
    }).pipe(Effect.provide(layer("LRU"))))

  it.effect("a policy or size it cannot accept is an error that says what is accepted", () =>
    Effect.gen(function*() {
      for (
        const [options, message] of [
          [{ evictionPolicy: "FIFO" }, /evictionPolicy is "FIFO", but must be .*LRU.*LFU/],
          [{ evictionPolicy: "" }, /evictionPolicy is .*but must be .*LRU.*LFU/],
          [{ evictionPolicy: [1] }, /evictionPolicy is .*but must be .*LRU.*LFU/],
          [{ maxSize: -1 }, /maxSize is -1, but must be a whole number/],
          [{ maxSize: 2.5 }, /maxSize is 2.5, but must be a whole number/],
          [{ maxSize: true }, /maxSize is true, but must be a whole number/]
        ] as const
      ) {
        const error = yield* Effect.flip(Effect.provide(ClientCache.size, ClientCache.layer(options as never)))
        assert.strictEqual(error._tag, "CacheConfigError")
        assert.match(error.message, message)
      }
    }))

  it.effect("get-or-create is one step: no check, build and set that can end in CacheExistsError", () =>
    Effect.gen(function*() {
      const clients = yield* Effect.all(Array.from({ length: 100 }, () => client("a")), { concurrency: "unbounded" })
      assert.strictEqual(new Set(clients).size, 1)
    }).pipe(Effect.provide(layer("LRU"))))
})
