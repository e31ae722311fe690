/**
 * The entries in the folder `golden`: what is in each file, and how it was written.
 */
import { Redacted } from "effect"
import type { CodecName } from "../../../src/S3Store/entry/Codec.js"
import type { EntryFormatOptions } from "../../../src/S3Store/entry/EntryFormat.js"
import type { EntryHeader } from "../../../src/S3Store/entry/EntryHeader.js"

export interface GoldenEntry {
  readonly file: string
  readonly codec: CodecName
  readonly options: EntryFormatOptions
  /** The place of the store, where the entry belongs to it. */
  readonly place?: string
  readonly header: EntryHeader
  readonly encoded: unknown
  /** Whether writing the entry again gives the same bytes: not with a random nonce, nor with another version of zlib. */
  readonly isReproducible: boolean
}

export const header: EntryHeader = {
  keyspace: "directory/users",
  version: "1",
  key: "{\"team\":\"core\"}",
  created: 1_700_000_000_000,
  expires: 1_700_000_003_600,
  writeId: "00000000-0000-4000-8000-000000000000",
  outcome: "success",
  tags: []
}

const people = ["Ada", "Grace"]
const longKey = JSON.stringify(Array.from({ length: 13_200 }, (_, at) => at))
const many = Array.from({ length: 200 }, (_, at) => ({ name: "Ada", at }))

export const encryption = {
  keys: [{ id: "2026-01", key: Redacted.make(Buffer.alloc(32, 7).toString("base64")) }]
} as const

export const goldenEntries: ReadonlyArray<GoldenEntry> = [
  { file: "v1-json.bin", codec: "json", options: {}, header, encoded: people, isReproducible: false },
  { file: "v2-json.bin", codec: "json", options: {}, header, encoded: people, isReproducible: false },
  {
    file: "v2-json-undefined-for-ever.bin",
    codec: "json",
    options: {},
    header: { ...header, expires: Infinity },
    encoded: undefined,
    isReproducible: false
  },
  {
    file: "v2-json-failure-with-tags.bin",
    codec: "json",
    options: {},
    header: { ...header, outcome: "failure", tags: ["team:core", "日本"] },
    encoded: { _tag: "NoSuchTeam" },
    isReproducible: false
  },
  {
    file: "v2-raw.bin",
    codec: "raw",
    options: {},
    header,
    encoded: new Uint8Array([0, 1, 2, 254, 255]),
    isReproducible: false
  },
  {
    file: "v2-msgpack.bin",
    codec: "msgpack",
    options: {},
    header,
    encoded: { when: new Date(1_700_000_000_123), big: 2n ** 60n, bytes: new Uint8Array([1, 2]), none: undefined },
    isReproducible: false
  },
  {
    file: "v2-gzip.bin",
    codec: "json",
    options: { compression: { algorithm: "gzip" } },
    header,
    encoded: many,
    isReproducible: false
  },
  {
    file: "v2-brotli.bin",
    codec: "json",
    options: { compression: { algorithm: "brotli" } },
    header,
    encoded: many,
    isReproducible: false
  },
  {
    file: "v2-gzip-encrypted.bin",
    codec: "json",
    options: { compression: { algorithm: "gzip" }, encryption },
    header,
    encoded: many,
    isReproducible: false
  },
  {
    file: "v3-gzip-encrypted.bin",
    codec: "json",
    options: { compression: { algorithm: "gzip" }, encryption },
    place: "s3://my-bucket/cache/",
    header,
    encoded: many,
    isReproducible: false
  },
  {
    file: "v4-json-long-key.bin",
    codec: "json",
    options: {},
    header: { ...header, key: longKey, tags: ["team:core"] },
    encoded: people,
    isReproducible: false
  },
  { file: "v5-json.bin", codec: "json", options: {}, header, encoded: people, isReproducible: true },
  {
    file: "v5-json-undefined-for-ever.bin",
    codec: "json",
    options: {},
    header: { ...header, expires: Infinity },
    encoded: undefined,
    isReproducible: true
  },
  {
    file: "v5-json-failure-with-tags.bin",
    codec: "json",
    options: {},
    header: { ...header, outcome: "failure", tags: ["team:core", "日本"] },
    encoded: { _tag: "NoSuchTeam" },
    isReproducible: true
  },
  {
    file: "v5-json-took.bin",
    codec: "json",
    options: {},
    header: { ...header, took: 1234 },
    encoded: people,
    isReproducible: true
  },
  {
    file: "v5-json-until.bin",
    codec: "json",
    options: {},
    header: { ...header, took: 1234, until: 1_700_086_403_600 },
    encoded: people,
    isReproducible: true
  },
  {
    file: "v5-json-until-ever.bin",
    codec: "json",
    options: {},
    header: { ...header, until: Infinity },
    encoded: people,
    isReproducible: true
  },
  {
    file: "v5-raw.bin",
    codec: "raw",
    options: {},
    header,
    encoded: new Uint8Array([0, 1, 2, 254, 255]),
    isReproducible: true
  },
  {
    file: "v5-msgpack.bin",
    codec: "msgpack",
    options: {},
    header,
    encoded: { when: new Date(1_700_000_000_123), big: 2n ** 60n, bytes: new Uint8Array([1, 2]), none: undefined },
    isReproducible: true
  },
  {
    file: "v5-gzip-encrypted.bin",
    codec: "json",
    options: { compression: { algorithm: "gzip" }, encryption },
    place: "s3://my-bucket/cache/",
    header,
    encoded: many,
    isReproducible: false
  },
  {
    file: "v5-json-long-key.bin",
    codec: "json",
    options: {},
    header: { ...header, key: longKey, tags: ["team:core"] },
    encoded: people,
    isReproducible: true
  },
  {
    file: "v5-json-long-key-encrypted.bin",
    codec: "json",
    options: { encryption },
    place: "s3://my-bucket/cache/",
    header: { ...header, key: longKey, tags: ["team:core"] },
    encoded: people,
    isReproducible: false
  }
]
