import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Either, Layer, Logger, LogLevel, Option, Schema } from "effect"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { resourceUsage } from "node:process"
import { serialize } from "node:v8"
import * as Zlib from "node:zlib"
import { makeEntryFormat } from "../../../src/S3Store/entry/EntryFormat.js"
import { assemble, headOf } from "../../../src/S3Store/entry/entryFrame.js"
import { property } from "../../support/property.js"
import { makeBucket } from "../bucketOf.js"
import { encryption, goldenEntries, header } from "./goldenEntries.js"

const MiB = 1 << 20
const limit = 8 * MiB

const Values = Keyspace.make("adversarial", { key: Schema.String, value: Schema.Struct({ name: Schema.String }) })
const key = Values.key("victim")

const ofKey = { ...header, keyspace: key.keyspace, version: key.version, key: key.id, expires: Infinity }

/** An entry whose checksums are right, whatever its header says of the payload. */
const forged = (
  payload: Uint8Array,
  said: { readonly codec?: string; readonly compression?: string; readonly size?: number; readonly encrypted?: boolean }
) =>
  assemble(
    headOf({
      ...ofKey,
      codec: said.codec ?? "json",
      compression: said.compression ?? "none",
      size: said.size ?? payload.length,
      encryption: said.encrypted === true
        ? { algorithm: "AES-256-GCM", keyId: "2026-01", nonce: Buffer.alloc(12).toString("base64") }
        : null
    }),
    payload
  )

/** Many zeros, compressed, made of members that are put one after another. */
const bomb = (mebibytes: number) => {
  const member = Zlib.gzipSync(Buffer.alloc(16 * MiB))
  return Buffer.concat(Array.from({ length: mebibytes / 16 }, () => member))
}

const nested = (open: string, close: string, depth: number) => Buffer.from(open.repeat(depth) + close.repeat(depth))

const hostile = {
  "a page of HTML": Buffer.from("<html>".repeat(100)),
  "a Python pickle that runs a command": Buffer.from("cos\nsystem\n(S'touch /tmp/executed'\ntR.", "latin1"),
  "a value of v8.serialize": serialize({ name: new Map([[1, 2]]) }),
  "JSON that names __proto__": forged(Buffer.from("{\"__proto__\":{\"polluted\":1},\"name\":1}"), {}),
  "JSON that names a constructor": forged(Buffer.from("{\"constructor\":{\"prototype\":{\"polluted\":1}}}"), {}),
  "JSON nested very deeply": forged(nested("[", "]", 1_000_000), {}),
  "JSON with a byte order mark": forged(Buffer.from("\ufeff{\"name\":\"a\"}"), {}),
  "JSON that is no UTF-8": forged(Buffer.from([0x22, 0xff, 0xfe, 0x22]), {}),
  "MessagePack that promises 4 billion values": forged(Buffer.from("ddffffffff", "hex"), { codec: "msgpack" }),
  "MessagePack that promises 30 million values": forged(Buffer.from("dd01c9c380", "hex"), { codec: "msgpack" }),
  "MessagePack that promises 4 GiB of bytes": forged(Buffer.from("c6ffffffff00", "hex"), { codec: "msgpack" }),
  "MessagePack with a record, which would be compiled": forged(
    Buffer.from("d4724092a161a16240c040c040c040c0", "hex"),
    { codec: "msgpack" }
  ),
  "MessagePack nested very deeply": forged(Buffer.alloc(1_000_000, 0x91), { codec: "msgpack" }),
  "MessagePack nested very deeply, and ended": forged(
    Buffer.concat([Buffer.alloc(1_000_000, 0x91), Buffer.from([0xc0])]),
    { codec: "msgpack" }
  ),
  "an unknown codec": forged(Buffer.from("{}"), { codec: "eval" }),
  "an unknown compression": forged(Buffer.from("{}"), { compression: "zip" }),
  "a payload that was never compressed": forged(Buffer.from("{}"), { compression: "gzip" }),
  "brotli that is none": forged(Buffer.alloc(1000, 7), { compression: "brotli", size: 100_000 }),
  "a bomb that says how large it is": forged(bomb(512), { compression: "gzip", size: 512 * MiB }),
  "a bomb that says it is as large as it may be": forged(bomb(512), { compression: "gzip", size: limit }),
  "a bomb that says it is small": forged(bomb(512), { compression: "gzip", size: 10 }),
  "a bomb of brotli": forged(
    Zlib.brotliCompressSync(Buffer.alloc(256 * MiB), { params: { [Zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
    { compression: "brotli", size: limit }
  ),
  "a payload that is said to be encrypted": forged(Buffer.from("{\"name\":\"a\"}"), { encrypted: true }),
  "a header of 4 GiB": Buffer.concat([Buffer.from("4541574302ffffffff", "hex"), Buffer.alloc(1000)]),
  "an object over the limit": Buffer.alloc(limit + 1, "EAWC")
}

describe("an adversarial bucket", () => {
  const test = (name: string, body: Effect.Effect<void, unknown>) =>
    it.effect(name, () => body.pipe(Logger.withMinimumLogLevel(LogLevel.None)))

  for (const [name, bytes] of Object.entries(hostile)) {
    test(
      `${name} is no entry`,
      Effect.gen(function*() {
        for (const options of [{}, { encryption }]) {
          const format = yield* makeEntryFormat({ ...options, maxEntryBytes: limit })
          const read = yield* Effect.either(format.decode(bytes))
          // What is JSON is an entry of its own right, and left to the schema.
          if (Either.isRight(read)) assert.match(name, /^JSON/)
          else assert.strictEqual(read.left._tag, "EntryError")
        }
        assert.isUndefined(Reflect.get({}, "polluted"))
      })
    )
  }

  test(
    "none of them is a value of a cache, and a write heals the entry",
    Effect.gen(function*() {
      const store = Context.get(yield* Layer.build(ObjectStore.layerMemory()), ObjectStore)
      const fresh = Effect.map(
        Layer.build(Layer.fresh(S3Cache.layer({ maxSize: 0 })).pipe(Layer.provide(Layer.succeed(ObjectStore, store)))),
        Context.get(S3Cache)
      )
      const cache = yield* fresh
      for (const [at, [name, bytes]] of Object.entries(hostile).entries()) {
        yield* store.save(key.objectName, bytes)
        assert.isTrue(Option.isNone(yield* cache.getOption(key)), name)
        assert.strictEqual((yield* cache.stats).unreadable, at + 1, name)
      }
      yield* cache.set(key, { name: "healed" })
      assert.deepStrictEqual(yield* cache.get(key), { name: "healed" })
    }).pipe(Effect.scoped)
  )

  test(
    "reading them allocates no more than twice the largest size",
    Effect.gen(function*() {
      const format = yield* makeEntryFormat({ maxEntryBytes: limit })
      // What is allocated the first time for anything: the code of zlib, its threads.
      yield* Effect.either(
        format.decode(forged(Zlib.gzipSync(Buffer.alloc(limit)), { compression: "gzip", size: limit }))
      )
      const before = resourceUsage().maxRSS
      for (const [name, bytes] of Object.entries(hostile)) {
        if (!name.includes("deeply")) yield* Effect.either(format.decode(bytes))
      }
      const grown = (resourceUsage().maxRSS - before) * 1024
      // The bombs would take 256 MiB and more.
      assert.isAtMost(grown, 2 * limit + 48 * MiB)
    })
  )

  type Mutation = typeof mutation extends fc.Arbitrary<infer A> ? A : never
  const mutation = fc.record({
    edits: fc.array(
      fc.record({ at: fc.nat(2000), what: fc.constantFrom("flip", "cut", "insert", "zero"), byte: fc.nat(255) }),
      { minLength: 1, maxLength: 6 }
    ),
    // Half of them get the checksums right again, as somebody would who means harm.
    repaired: fc.boolean()
  })
  const random = fc.uint8Array({ maxLength: 500 })

  test(
    "1,000 mutated or random objects: each is an entry that was meant, or a typed error",
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(fc.constantFrom(...goldenEntries), fc.oneof(mutation, random), (golden, input) =>
          Effect.runPromise(Effect.gen(function*() {
            const bytes = objectOf(readFileSync(new URL(`golden/${golden.file}`, import.meta.url)), input)
            const options = input instanceof Uint8Array ? {} : golden.options
            const format = yield* makeEntryFormat({ ...options, maxEntryBytes: limit })
            const read = yield* Effect.either(format.decode(bytes))
            if (Either.isLeft(read)) {
              assert.strictEqual(read.left._tag, "EntryError")
            } else assert.containsAllKeys(read.right, ["key", "encoded"])
            format.decodeHeader(bytes)
          }))),
        property(1000)
      )
    )
  )

  it.scopedLive(
    "mutated or random objects on a server, under the name of an entry: each is a miss, or by option an error",
    // 1,000 of them in the heavy suite.
    () =>
      Effect.gen(function*() {
        const { direct, process } = yield* makeBucket()
        const cache = yield* process({ maxSize: 0, circuitBreaker: false })
        const strict = yield* process({ maxSize: 0, circuitBreaker: false, onUnreadable: "fail" })
        const value = { name: "a value that is worth to be tampered with" }
        yield* cache.set(key, value)
        const object = yield* direct.load(key.objectName)
        const entry = Buffer.from(object._tag === "Found" ? object.body : assert.fail(object._tag))
        let misses = 0
        const { numRuns = 200, seed } = property(200)
        const inputs: ReadonlyArray<Mutation | Uint8Array> = fc.sample(
          fc.oneof({ weight: 4, arbitrary: mutation }, { weight: 1, arbitrary: random }),
          { numRuns: Math.min(1000, numRuns), ...(seed === undefined ? {} : { seed }) }
        )
        for (const input of inputs) {
          const bytes = objectOf(entry, input)
          yield* direct.save(key.objectName, bytes)
          const read = yield* cache.getOption(key)
          if (Option.isSome(read)) {
            // Only who gets the checksums right can forge a value, and then it is one of the schema's.
            if (input instanceof Uint8Array || !input.repaired) assert.isTrue(entry.equals(bytes))
            assert.hasAllKeys(read.value, ["name"])
            continue
          }
          misses++
          yield* direct.save(key.objectName, bytes)
          const strictly = yield* Effect.either(strict.getOption(key))
          if (Either.isLeft(strictly)) assert.strictEqual(strictly.left.reason, "Unreadable")
          // It is readable, but has expired.
          else assert.isTrue(Option.isNone(strictly.right))
        }
        assert.isAbove(misses, 0.8 * inputs.length)
        yield* cache.set(key, value)
        assert.deepStrictEqual(yield* cache.get(key), value)
      }).pipe(Logger.withMinimumLogLevel(LogLevel.None))
  )

  const objectOf = (entry: Buffer, input: Mutation | Uint8Array): Uint8Array => {
    if (input instanceof Uint8Array) return input
    let bytes = entry
    for (const { at, byte, what } of input.edits) {
      const where = at % Math.max(1, bytes.length)
      const [start, end] = [bytes.subarray(0, where), bytes.subarray(where)]
      switch (what) {
        case "flip":
          bytes = Buffer.concat([start, Buffer.from([(end[0] ?? 0) ^ (byte | 1)]), end.subarray(1)])
          break
        case "cut":
          bytes = Buffer.concat([start, end.subarray(byte % 8)])
          break
        case "insert":
          bytes = Buffer.concat([start, Buffer.from([byte]), end])
          break
        case "zero":
          bytes = Buffer.concat([start, Buffer.alloc(Math.min(end.length, byte % 8)), end.subarray(byte % 8)])
          break
      }
    }
    return input.repaired ? repaired(bytes) : bytes
  }

  const repaired = (bytes: Buffer): Buffer => {
    if (bytes.length < 73) return bytes
    const good = Buffer.from(bytes)
    good.write("EAWC", 0, "latin1")
    good.writeUInt8(2, 4)
    const payloadStart = Math.min(bytes.length, 73 + good.readUInt32BE(5))
    const sha256 = (...parts: ReadonlyArray<Buffer>) => createHash("sha256").update(Buffer.concat(parts)).digest()
    sha256(good.subarray(0, 9), good.subarray(73, payloadStart)).copy(good, 9)
    sha256(good.subarray(payloadStart)).copy(good, 41)
    return good
  }
})
