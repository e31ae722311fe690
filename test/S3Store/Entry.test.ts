import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import * as Entry from "../../src/S3Store/Entry.js"
import { property } from "../support/property.js"

const entry: Entry.Entry = {
  keyspace: "directory/users",
  version: "1",
  key: "{\"team\":\"core\"}",
  created: 1_700_000_000_000,
  expires: 1_700_000_003_600,
  writeId: "00000000-0000-4000-8000-000000000000",
  codec: "json",
  payload: Buffer.from("[\"Ada\",\"Grace\"]")
}

// The format as it was first published. These bytes must be readable for ever.
const golden = [
  "RUFXQwEAAAC4evrs8DT+Itu2mGHFKiflb2yK51eU9SCq+Bo7gjbBiJF7ImtleXNwYWNlIjoiZGlyZWN0b3J5L3VzZXJzIiwidmVy",
  "c2lvbiI6IjEiLCJrZXkiOiJ7XCJ0ZWFtXCI6XCJjb3JlXCJ9IiwiY3JlYXRlZCI6MTcwMDAwMDAwMDAwMCwiZXhwaXJlcyI6MTcw",
  "MDAwMDAwMzYwMCwid3JpdGVJZCI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMCIsImNvZGVjIjoianNvbiJ9",
  "WyJBZGEiLCJHcmFjZSJd"
].join("")

describe("Entry", () => {
  it("comes back as it was written", () => {
    fc.assert(
      fc.property(
        fc.record({
          keyspace: fc.string(),
          version: fc.string(),
          key: fc.fullUnicodeString(),
          created: fc.integer(),
          expires: fc.oneof(fc.integer(), fc.constant(Infinity)),
          writeId: fc.string(),
          codec: fc.constant("json" as const),
          payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
        }),
        (entry) => {
          assert.deepStrictEqual(Either.getOrThrow(Entry.decode(Entry.encode(entry))), entry)
        }
      ),
      property(200)
    )
  })

  it("is not an entry any more when any byte of it is changed or cut off, and never crashes", () => {
    const bytes = Entry.encode(entry)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x41
      assert.isTrue(Either.isLeft(Entry.decode(changed)), `byte ${at} changed`)
      assert.isTrue(Either.isLeft(Entry.decode(bytes.subarray(0, at))), `cut off at ${at}`)
    }
    assert.isTrue(Either.isLeft(Entry.decode(Buffer.concat([bytes, Buffer.from("x")]))))
  })

  it("says what is wrong", () => {
    const bytes = Buffer.from(Entry.encode(entry))
    const why = (bytes: Uint8Array) => Either.getOrThrow(Either.flip(Entry.decode(bytes)))
    assert.strictEqual(why(Buffer.from("<html>")), "it does not begin like an entry")
    const newer = Buffer.from(bytes)
    newer.writeUInt8(2, 4)
    assert.strictEqual(why(newer), "its format version is 2, but this library reads 1")
    assert.strictEqual(why(bytes.subarray(0, 60)), "it is cut off")
    assert.strictEqual(why(bytes.subarray(0, bytes.length - 1)), "its checksum does not match")
  })

  it("reads arbitrary bytes without crashing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.isTrue(Either.isLeft(Entry.decode(bytes)))
        assert.isTrue(Either.isLeft(Entry.decode(Buffer.concat([Buffer.from("EAWC\u0001"), bytes]))))
      }),
      property(300)
    )
  })

  it("is written byte for byte as format version 1 was published", () => {
    const bytes = Buffer.from(Entry.encode(entry))
    assert.strictEqual(bytes.toString("base64"), golden)
    assert.deepStrictEqual(Either.getOrThrow(Entry.decode(Buffer.from(golden, "base64"))), entry)
    // And once more by hand, as the table in the documentation has it.
    const header = Buffer.from(JSON.stringify({
      keyspace: "directory/users",
      version: "1",
      key: "{\"team\":\"core\"}",
      created: 1_700_000_000_000,
      expires: 1_700_000_003_600,
      writeId: "00000000-0000-4000-8000-000000000000",
      codec: "json"
    }))
    assert.strictEqual(bytes.subarray(0, 9).toString("hex"), `4541574301${header.length.toString(16).padStart(8, "0")}`)
    assert.deepStrictEqual(
      bytes.subarray(9, 41),
      createHash("sha256").update(Buffer.concat([header, entry.payload])).digest()
    )
    assert.deepStrictEqual(bytes.subarray(41, 41 + header.length), header)
    assert.strictEqual(bytes.subarray(41 + header.length).toString(), "[\"Ada\",\"Grace\"]")
  })
})
