import { assert, describe, it } from "@effect/vitest"
import { Chunk, DateTime, Effect, Either, HashMap, Option, Redacted, Schema } from "effect"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { crc32, crc32ByTable } from "../../../src/S3Store/entry/crc32.js"
import { type EntryFormatOptions, makeEntryFormat } from "../../../src/S3Store/entry/EntryFormat.js"
import {
  type EntryHeader,
  HeaderVersion2,
  HeaderVersion4,
  HeaderVersion5,
  pickHeader
} from "../../../src/S3Store/entry/EntryHeader.js"
import { property } from "../../support/property.js"
import { encryption, goldenEntries, header } from "./goldenEntries.js"

const golden = (file: string) => readFileSync(new URL(`golden/${file}`, import.meta.url))
const formatOf = (options?: EntryFormatOptions) => Effect.runSync(makeEntryFormat(options))
const plain = formatOf()
const fault = (bytes: Uint8Array, format = plain) => Effect.flip(format.decode(bytes))

const arbitraryHeader: fc.Arbitrary<EntryHeader> = fc.record({
  keyspace: fc.string(),
  version: fc.string(),
  key: fc.oneof(
    fc.fullUnicodeString(),
    fc.fullUnicodeString({ minLength: 1 }).map((text) => text.repeat(Math.ceil(70_000 / text.length)))
  ),
  created: fc.integer(),
  expires: fc.oneof(fc.integer(), fc.constant(Infinity)),
  writeId: fc.string(),
  outcome: fc.constantFrom("success" as const, "failure" as const),
  tags: fc.array(fc.string(), { maxLength: 3 }),
  took: fc.nat(),
  until: fc.oneof(fc.integer(), fc.constant(Infinity))
}, { requiredKeys: ["keyspace", "version", "key", "created", "expires", "writeId", "outcome", "tags"] })

const options: ReadonlyArray<readonly [string, EntryFormatOptions]> = [
  ["as it is", {}],
  ["by gzip", { compression: { algorithm: "gzip", threshold: 0 } }],
  ["by brotli", { compression: { algorithm: "brotli", threshold: 0 } }],
  ["encrypted", { encryption }],
  ["by gzip, encrypted", { compression: { algorithm: "gzip", threshold: 0 }, encryption }]
]

describe("EntryFormat", () => {
  it("CRC-32 is the same with Node's own and without", () => {
    assert.strictEqual(crc32ByTable(Buffer.from("123456789")), 0xcbf43926)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
        const both = Buffer.concat([first, second])
        assert.strictEqual(crc32(both), crc32ByTable(both))
        assert.strictEqual(crc32(second, crc32(first)), crc32(both))
        assert.strictEqual(crc32ByTable(second, crc32ByTable(first)), crc32(both))
      }),
      property(100)
    )
  })

  for (const [name, given] of options) {
    it.effect(`comes back as it was written: ${name}`, () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(arbitraryHeader, fc.jsonValue(), (header, encoded) =>
            Effect.runPromise(Effect.gen(function*() {
              const format = yield* makeEntryFormat(given)
              const bytes = yield* format.encode(header, "json", encoded)
              const { encoded: decoded, ...rest } = yield* format.decode(bytes)
              assert.deepStrictEqual(rest, header)
              assert.strictEqual(JSON.stringify(sorted(decoded)), JSON.stringify(sorted(encoded)))
              assert.deepStrictEqual(Either.getOrThrow(format.decodeHeader(bytes)), {
                ...Either.getOrThrow(format.decodeHeader(bytes)),
                ...header
              })
            }))),
          property(100)
        )
      ))
  }

  describe("headers", () => {
    const good = {
      keyspace: "k",
      version: "1",
      key: "1",
      created: 1,
      expires: null,
      writeId: "w",
      outcome: "success",
      tags: ["a"],
      codec: "json",
      size: 3,
      compression: "none",
      encryption: null,
      keyLength: 2,
      took: 5,
      until: 2
    }
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(undefined, -1, 0.5, 2 ** 60, "failure", ["t".repeat(513)], Array.from({ length: 65 }, () => "t")),
      fc.record({ algorithm: fc.string(), keyId: fc.string(), nonce: fc.oneof(fc.string(), fc.integer()) })
    )
    const given = fc.oneof(
      fc.jsonValue(),
      fc.tuple(fc.constantFrom(...Object.keys(good), "unknown"), values).map(([field, value]) => ({
        ...good,
        [field]: value
      })),
      fc.constant(good)
    )
    for (
      const [version, decode] of [
        [2, Schema.decodeUnknownOption(HeaderVersion2)],
        [4, Schema.decodeUnknownOption(HeaderVersion4)],
        [5, Schema.decodeUnknownOption(HeaderVersion5)]
      ] as const
    ) {
      it(`are picked by hand as the schema of version ${version} does it`, () => {
        fc.assert(
          fc.property(given, (value) => {
            const plain: unknown = JSON.parse(JSON.stringify(value) ?? "null")
            assert.deepStrictEqual<unknown>(Option.fromNullable(pickHeader(plain, version)), decode(plain))
          }),
          property(500)
        )
      })
    }
  })

  describe("golden files", () => {
    for (const { codec, encoded, file, header, isReproducible, options, place } of goldenEntries) {
      it.effect(`${file} is read${isReproducible ? ", and written byte for byte" : ""}`, () =>
        Effect.gen(function*() {
          const format = yield* makeEntryFormat(options, place)
          const bytes = golden(file)
          assert.deepStrictEqual(yield* format.decode(bytes), { ...header, encoded })
          if (isReproducible) {
            assert.deepStrictEqual(Buffer.from(yield* format.encode(header, codec, encoded)), bytes)
          }
        }))
    }

    const json = Buffer.from(JSON.stringify({
      keyspace: "directory/users",
      version: "1",
      key: "{\"team\":\"core\"}",
      created: 1_700_000_000_000,
      expires: 1_700_000_003_600,
      writeId: "00000000-0000-4000-8000-000000000000",
      outcome: "success",
      tags: [],
      codec: "json",
      size: 15,
      compression: "none",
      encryption: null
    }))
    const payload = Buffer.from("[\"Ada\",\"Grace\"]")
    const prefix = (version: number) =>
      Buffer.from(`45415743${version.toString(16).padStart(2, "0")}${json.length.toString(16).padStart(8, "0")}`, "hex")

    it("version 2 is what the documentation says", () => {
      const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest()
      assert.deepStrictEqual(
        golden("v2-json.bin"),
        Buffer.concat([prefix(2), sha256(Buffer.concat([prefix(2), json])), sha256(payload), json, payload])
      )
    })

    it("version 5 is what the documentation says", () => {
      const crc = (bytes: Buffer) => {
        const sum = Buffer.alloc(4)
        sum.writeUInt32BE(crc32ByTable(bytes))
        return sum
      }
      assert.deepStrictEqual(
        golden("v5-json.bin"),
        Buffer.concat([prefix(5), crc(Buffer.concat([prefix(5), json])), crc(payload), json, payload])
      )
    })
  })

  describe("an encrypted entry belongs to its place", () => {
    const bucket = (place: string) => makeEntryFormat({ encryption }, place)

    it.effect("a copy in another bucket, under another prefix, or where place and header meet otherwise is not read", () =>
      Effect.gen(function*() {
        const bytes = yield* (yield* bucket("s3://one/cache/")).encode(header, "json", [1])
        assert.deepStrictEqual((yield* (yield* bucket("s3://one/cache/")).decode(bytes)).encoded, [1])
        for (const place of ["s3://two/cache/", "s3://one/", "s3://one/cache/E", ""]) {
          assert.strictEqual((yield* fault(bytes, yield* bucket(place))).reason, "KeyWrong", place)
        }
      }))

    it.effect("the version that says so cannot be taken back", () =>
      Effect.gen(function*() {
        const format = yield* bucket("s3://one/cache/")
        const bytes = Buffer.from(yield* format.encode(header, "json", [1]))
        assert.strictEqual(bytes.readUInt8(4), 5)
        for (const version of [2, 3, 4]) {
          const prefix = Buffer.from(bytes.subarray(0, 9))
          prefix.writeUInt8(version, 4)
          const json = bytes.subarray(17, 17 + bytes.readUInt32BE(5))
          const payload = bytes.subarray(17 + json.length)
          const sha256 = (...parts: ReadonlyArray<Buffer>) => createHash("sha256").update(Buffer.concat(parts)).digest()
          const older = Buffer.concat([prefix, sha256(prefix, json), sha256(payload), json, payload])
          assert.strictEqual((yield* fault(older, format)).reason, version === 4 ? "Damaged" : "KeyWrong")
        }
      }))

    it.effect("what version 2 encrypted is still read, in any place", () =>
      Effect.gen(function*() {
        const format = yield* bucket("s3://one/cache/")
        assert.strictEqual((yield* format.decode(golden("v2-gzip-encrypted.bin"))).key, header.key)
      }))
  })

  describe("what is wrong", () => {
    it.effect("is told apart", () =>
      Effect.gen(function*() {
        const bytes = golden("v2-json.bin")
        const faultOf = (bytes: Uint8Array, format = plain) =>
          Effect.map(fault(bytes, format), ({ message, reason }) => [reason, message])
        assert.deepStrictEqual(yield* faultOf(Buffer.from("html")), ["NotAnEntry", "it does not begin like an entry"])
        for (const page of ["<html>", "\n<!DOCTYPE html><html>"]) {
          assert.deepStrictEqual(yield* faultOf(Buffer.from(page)), [
            "NotAnEntry",
            "it does not begin like an entry, but like a web page: is the endpoint (clientConfig, AWS_ENDPOINT_URL) that of an S3?"
          ])
        }
        assert.deepStrictEqual(yield* faultOf(Buffer.alloc(0)), ["NotAnEntry", "it does not begin like an entry"])
        const newer = Buffer.from(bytes)
        newer.writeUInt8(6, 4)
        assert.deepStrictEqual(
          yield* faultOf(newer),
          ["UnknownVersion", "its format version is 6, but this library reads 1 to 5"]
        )
        assert.deepStrictEqual(yield* faultOf(bytes.subarray(0, 60)), ["Damaged", "it is cut off"])
        assert.deepStrictEqual(
          yield* faultOf(bytes.subarray(0, bytes.length - 1)),
          ["Damaged", "the checksum of its payload does not match"]
        )
        const changed = Buffer.from(bytes)
        changed.writeUInt8(0x20, 80)
        assert.deepStrictEqual(yield* faultOf(changed), ["Damaged", "the checksum of its header does not match"])
        assert.deepStrictEqual(
          yield* faultOf(bytes, formatOf({ maxEntryBytes: 300 })),
          ["TooLarge", "it has 351 bytes, over the limit of 300"]
        )
        assert.deepStrictEqual(
          yield* faultOf(golden("v2-gzip.bin"), formatOf({ maxEntryBytes: 1000 })),
          ["TooLarge", "it has 4691 bytes, over the limit of 1000"]
        )
      }))

    // Each byte; of what is long, each one at both ends and some between, which takes seconds otherwise.
    const places = (length: number) =>
      Array.from({ length }, (_, at) => at).filter((at) => at < 1000 || at >= length - 1000 || at % 97 === 0)

    for (const { file, options, place } of goldenEntries) {
      it.effect(`${file} is no entry any more when a byte of it is changed or cut off`, () =>
        Effect.gen(function*() {
          const format = yield* makeEntryFormat(options, place)
          const bytes = golden(file)
          for (const at of places(bytes.length)) {
            const changed = Buffer.from(bytes)
            changed.writeUInt8(changed.readUInt8(at) ^ 0x41, at)
            yield* fault(changed, format)
            yield* fault(bytes.subarray(0, at), format)
          }
          yield* fault(Buffer.concat([bytes, Buffer.from("x")]), format)
        }))
    }

    it.effect("the header is read from the first bytes, or they are said not to be enough", () =>
      Effect.gen(function*() {
        const bytes = yield* plain.encode(header, "raw", new Uint8Array(100_000))
        const read = plain.decodeHeader(bytes.subarray(0, 4096))
        assert.deepInclude(Either.getOrThrow(read), header)
        const cut = Either.getOrThrow(Either.flip(plain.decodeHeader(bytes.subarray(0, 100))))
        assert.deepStrictEqual([cut.reason, cut.message], ["Damaged", "it is cut off"])
      }))
  })

  describe("encryption", () => {
    const key = (byte: number) => Redacted.make<Uint8Array>(Buffer.alloc(32, byte))
    const old = formatOf({ encryption })
    const rotated = formatOf({ encryption: { keys: [{ id: "2026-02", key: key(8) }, ...encryption.keys] } })
    const encode = (format: typeof old) => format.encode(header, "json", ["secret value"])

    it.effect("hides the value, and shows no key", () =>
      Effect.gen(function*() {
        const bytes = Buffer.from(yield* encode(old))
        assert.notInclude(bytes.toString("latin1"), "secret")
        assert.notDeepEqual(bytes, Buffer.from(yield* encode(old)))
        const keyText = Redacted.value(encryption.keys[0].key)
        for (const shown of [inspect(old, { depth: 9 }), JSON.stringify(old), bytes.toString("latin1")]) {
          assert.notInclude(shown, keyText)
        }
      }))

    it.effect("keys rotate: the first writes, the others still read", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* rotated.decode(yield* encode(old))).encoded, ["secret value"])
        const error = yield* fault(yield* encode(rotated), old)
        assert.strictEqual(error.reason, "KeyUnknown")
        assert.strictEqual(error.message, "it is encrypted with the key \"2026-02\", which is not given")
      }))

    it.effect("another key of the same name, no key, and no encryption are told apart", () =>
      Effect.gen(function*() {
        const wrong = formatOf({ encryption: { keys: [{ id: "2026-01", key: key(9) }] } })
        assert.strictEqual((yield* fault(yield* encode(old), wrong)).reason, "KeyWrong")
        assert.strictEqual((yield* fault(yield* encode(old), plain)).reason, "KeyUnknown")
        assert.strictEqual((yield* fault(yield* encode(plain), old)).reason, "NotEncrypted")
        assert.strictEqual((yield* fault(golden("v1-json.bin"), old)).reason, "NotEncrypted")
      }))

    it.effect("a header that was changed, checksums made good, is noticed", () =>
      Effect.gen(function*() {
        const bytes = Buffer.from(yield* encode(old))
        const start = 17
        const length = bytes.readUInt32BE(5)
        const changed = Buffer.from(
          bytes.toString("latin1", start, start + length).replace(
            "{\\\"team\\\":\\\"core\\\"}",
            "{\\\"team\\\":\\\"else\\\"}"
          ),
          "latin1"
        )
        assert.notDeepEqual(changed, bytes.subarray(start, start + length))
        changed.copy(bytes, start)
        bytes.writeUInt32BE(crc32(changed, crc32(bytes.subarray(0, 9))), 9)
        assert.strictEqual((yield* fault(bytes, old)).reason, "KeyWrong")
      }))
  })

  describe("options", () => {
    const cases: ReadonlyArray<readonly [EntryFormatOptions, string]> = [
      [{ maxEntryBytes: 0 }, "S3Cache: maxEntryBytes is 0, but must be a whole number of bytes above 0"],
      [{ maxEntryBytes: "64MB" }, "maxEntryBytes is \"64MB\", but must be a whole number of bytes above 0"],
      [{ maxEntryBytes: NaN }, "maxEntryBytes is NaN"],
      [
        { compression: { algorithm: "gzip", level: 10 } },
        "compression.level is 10, but must be a whole number from 0 to 9"
      ],
      [{ compression: { algorithm: "brotli", threshold: -1 } }, "compression.threshold is -1"],
      [
        { encryption: { keys: [{ id: "a", key: Redacted.make("c2VjcmV0") }] } },
        "encryption.keys[0].key is of 6 bytes, but must be 32 bytes, or their Base64"
      ],
      [{ encryption: { keys: [{ id: "a b", key: Redacted.make("c2VjcmV0") }] } }, "encryption.keys[0].id is \"a b\""],
      [
        { encryption: { keys: [encryption.keys[0], encryption.keys[0]] } },
        "encryption.keys[1].id is \"2026-01\", but must be an id that no other key has"
      ]
    ]
    for (const [options, message] of cases) {
      it.effect(`refuses: ${message}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(makeEntryFormat(options))
          assert.strictEqual(error._tag, "CacheConfigError")
          assert.include(error.message, message)
          assert.notInclude(error.message, "c2VjcmV0")
        }))
    }

    it.effect("compresses from the threshold on, and not what would not become smaller", () =>
      Effect.gen(function*() {
        const format = yield* makeEntryFormat({ compression: { algorithm: "gzip", threshold: 1000 } })
        const sizeOf = (encoded: string) => Effect.map(format.encode(header, "json", encoded), (bytes) => bytes.length)
        assert.isAbove(yield* sizeOf("a".repeat(997)), 997)
        assert.isBelow(yield* sizeOf("a".repeat(998)), 500)
        const noise = createHash("shake256", { outputLength: 5000 }).update("noise").digest()
        const bytes = yield* format.encode(header, "raw", noise)
        assert.isTrue(Buffer.from(bytes).subarray(-5000).equals(noise))
        assert.deepStrictEqual((yield* format.decode(bytes)).encoded, new Uint8Array(noise))
      }))

    it.effect("refuses to write what is too large, before compression and after", () =>
      Effect.gen(function*() {
        const format = yield* makeEntryFormat({ maxEntryBytes: 2000, compression: { algorithm: "gzip" } })
        const error = yield* Effect.flip(format.encode(header, "json", "a".repeat(2001)))
        assert.strictEqual(error._tag, "EntryTooLargeError")
        assert.include(error.message, "weighs 2003, over the limit of 2000 (maxEntryBytes)")
        yield* format.encode(header, "json", "a".repeat(1998))
        // The payload alone would fit, with its header it does not.
        const noise = createHash("shake256", { outputLength: 1900 }).update("noise").digest()
        assert.strictEqual((yield* Effect.flip(format.encode(header, "raw", noise)))._tag, "EntryTooLargeError")
      }))
  })

  it.effect("says what a codec cannot represent", () =>
    Effect.gen(function*() {
      const messageOf = (codec: "json" | "msgpack" | "raw", encoded: unknown) =>
        Effect.map(Effect.flip(plain.encode(header, codec, encoded)), ({ message }) => message)
      assert.include(yield* messageOf("json", [1n]), "$[0] is a bigint, which JSON cannot represent")
      assert.include(
        yield* messageOf("json", { at: new Date(0) }),
        "$.at is an instance of Date, which JSON cannot represent: take Schema.DateFromString for it, or codec: \"msgpack\""
      )
      assert.include(yield* messageOf("raw", [1]), "it is an array, but the codec \"raw\" takes a Uint8Array")
      for (
        const [value, name] of [
          [Option.some(1), "Option"],
          [Either.right(1), "(Either|Result)"],
          [Chunk.of(1), "Chunk"],
          [HashMap.empty(), "HashMap(Impl)?"],
          [DateTime.unsafeMake(0), "Utc"]
        ] as const
      ) {
        const message = yield* messageOf("json", { a: value })
        assert.match(message, new RegExp(`\\$\\.a is an instance of ${name}, which JSON cannot represent`))
      }
      const cases: ReadonlyArray<readonly [unknown, string]> = [
        [{ a: [new Map()] }, "$.a[0] is an instance of Map, which MessagePack cannot represent"],
        [2n ** 64n, "$ is a bigint of more than 64 bits"],
        [[new Date(NaN)], "$[0] is an invalid date"],
        ["\ud800", "$ is a string with a lone surrogate"],
        [() => 1, "$ is a function"],
        [JSON.parse("{\"__proto__\":1}"), "$.__proto__ is a field of this name, which MessagePack cannot represent"]
      ]
      for (const [value, message] of cases) assert.include(yield* messageOf("msgpack", value), message)
      const circle: Array<unknown> = []
      circle.push(circle)
      assert.include(yield* messageOf("msgpack", circle), "$[0] is a reference to what contains it")
    }))

  it.effect("what is nested too deeply for the stack cannot be encoded either", () =>
    Effect.gen(function*() {
      let deep: unknown = 1
      for (let level = 0; level < 20_000; level++) deep = [deep]
      for (const codec of ["json", "msgpack"] as const) {
        const error = yield* Effect.flip(plain.encode(header, codec, deep))
        assert.strictEqual(error._tag, "CacheEncodeError")
        assert.include(error.message, "it cannot be encoded: that threw RangeError")
      }
    }))

  it.effect("MessagePack brings back what it takes", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.anything({ withBigInt: false, withDate: true, withTypedArray: false, maxDepth: 3 }),
          (encoded) =>
            Effect.runPromise(Effect.gen(function*() {
              const written = yield* Effect.either(plain.encode(header, "msgpack", [encoded, 5n, -(2n ** 63n)]))
              if (Either.isLeft(written)) return
              const read = yield* plain.decode(written.right)
              assert.deepEqual(read.encoded, [unsigned(encoded), 5n, -(2n ** 63n)])
            }))
        ),
        property(300)
      )
    ))
})

/** Without the sign of zeros, which is lost, as in JSON. */
const unsigned = (value: unknown): unknown =>
  value === 0
    ? 0
    : Array.isArray(value)
    ? value.map(unsigned)
    : typeof value === "object" && value !== null && !(value instanceof Date)
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unsigned(each)]))
    : value

/** With the fields of objects in order, which entries do not keep. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === "object" && value !== null
    ? Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1).map(([name, each]) => [name, sorted(each)])
    : value
