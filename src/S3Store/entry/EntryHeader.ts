/**
 * What an entry says about itself.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { NonNegativeInt } from "../../effect/schemas.js"
import { longestTag, mostTags } from "./tagLimits.js"

/** What an entry says about itself, and a reader can know without its payload. */
export interface EntryHeader {
  /** The name of the keyspace. */
  readonly keyspace: string
  /** The version of the keyspace: the form in which the value is written. */
  readonly version: string
  /** The version in whose folder it lies, where that is another one. */
  readonly folder?: string | undefined
  /** The canonical key: compared when the entry is read. */
  readonly key: string
  /** When its value was set, or its computation began, in milliseconds since the epoch: what tags are compared with. */
  readonly created: number
  /** Until when it is fresh, in milliseconds since the epoch; `Infinity` for ever, which no store has to hold as a number. */
  readonly expires: number
  /**
   * Until when its writer may give it out late (`staleWhileRevalidate`, `staleIfError`, `staleIfSlow`), where that is later:
   * until then no store removes it by itself, and nobody tidies it away.
   */
  readonly until?: number | undefined
  /** Tells this write from every other. */
  readonly writeId: string
  /** Whether the payload is the value, or the failure of a computation. */
  readonly outcome: "success" | "failure"
  /** The tags it carries: 64 at most, of 512 characters at most. */
  readonly tags: ReadonlyArray<string>
  /** How long its computation took, in milliseconds; nothing for what was set, or nobody knows of. */
  readonly took?: number | undefined
}

/** The same of an entry of which only the first bytes are known: a long key may stand behind them. */
export interface EntryHead extends Omit<EntryHeader, "key"> {
  readonly key: string | undefined
}

/** For how long after its end its writer may give an entry out late, in milliseconds. */
export const lateFor = ({ expires, until }: Pick<EntryHeader, "expires" | "until">): number => {
  if (until === undefined) return 0
  return until === Number.POSITIVE_INFINITY ? until : Math.max(0, until - expires)
}

/** What a `Date` can be: what expires later is fresh for ever. */
export const latestTime = 8.64e15

/** The version in whose folder an entry lies. */
export const folderOf = ({ folder, version }: Pick<EntryHeader, "folder" | "version">): string => folder ?? version

// Fields that a reader does not know are left out, so that later versions of the library may add some.
const common = {
  keyspace: Schema.String,
  version: Schema.String,
  key: Schema.String,
  created: Schema.Number,
  // JSON has no infinity: null is "never".
  expires: Schema.NullOr(Schema.Number),
  writeId: Schema.String
}

/** The header of format version 1. */
export const HeaderVersion1 = Schema.Struct({ ...common, codec: Schema.Literal("json") })

/** The header of format version 2. What it names may be unknown to a reader: that is told apart from damage. */
export const HeaderVersion2 = Schema.Struct({
  ...common,
  outcome: Schema.Literal("success", "failure"),
  tags: Schema.Array(Schema.String.pipe(Schema.maxLength(longestTag, { title: `at most ${longestTag} characters` })))
    .pipe(
      Schema.maxItems(mostTags, { title: `at most ${mostTags} tags` })
    ),
  codec: Schema.String,
  /** How long the payload is before it is compressed and encrypted, in bytes. */
  size: NonNegativeInt,
  compression: Schema.String,
  encryption: Schema.NullOr(
    Schema.Struct({ algorithm: Schema.String, keyId: Schema.String, nonce: Schema.String })
  )
})

/** The header of format version 4. The key stands behind the header: `key` is its SHA-256 in hexadecimal. */
export const HeaderVersion4 = Schema.Struct({
  ...HeaderVersion2.fields,
  /** How long the key is, in bytes. */
  keyLength: NonNegativeInt
})

/** The header of format version 5: `keyLength` is there where the key stands behind the header. */
export const HeaderVersion5 = Schema.Struct({
  ...HeaderVersion2.fields,
  keyLength: Schema.optional(NonNegativeInt),
  took: Schema.optional(NonNegativeInt),
  until: Schema.optional(Schema.NullOr(Schema.Number)),
  folder: Schema.optional(Schema.String)
})

/**
 * What the schema of a version from 2 on makes of a value, for a fiftieth of the time; nothing for what does not fit, of
 * which the schema says what is wrong.
 */
export const pickHeader = (value: unknown, version: number): typeof HeaderVersion5.Type | undefined => {
  if (!Predicate.isRecord(value)) return undefined
  const { codec, compression, created, encryption, expires, key, keyspace, outcome, size, tags, version: of, writeId } =
    value
  const keyLength = version >= 4 ? value["keyLength"] : undefined
  const took = version >= 5 ? value["took"] : undefined
  const folder = version >= 5 ? value["folder"] : undefined
  const until = version >= 5 ? value["until"] : undefined
  const sealed = encryption === null ? null : pickSealed(encryption)
  return typeof keyspace === "string" && typeof of === "string" && typeof key === "string" &&
      typeof created === "number" && (expires === null || typeof expires === "number") &&
      typeof writeId === "string" && (outcome === "success" || outcome === "failure") && areTags(tags) &&
      typeof codec === "string" && isCount(size) && typeof compression === "string" && sealed !== undefined &&
      (isCount(keyLength) || (keyLength === undefined && version !== 4)) &&
      (took === undefined || isCount(took)) && (folder === undefined || typeof folder === "string") &&
      (until === undefined || until === null || typeof until === "number")
    ? {
      keyspace,
      version: of,
      key,
      created,
      expires,
      writeId,
      outcome,
      tags,
      codec,
      size,
      compression,
      encryption: sealed,
      ...(keyLength === undefined ? {} : { keyLength }),
      ...(took === undefined ? {} : { took }),
      ...(until === undefined ? {} : { until }),
      ...(folder === undefined ? {} : { folder })
    }
    : undefined
}

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0

const pickSealed = (value: unknown): NonNullable<typeof HeaderVersion2.Type["encryption"]> | undefined => {
  if (!Predicate.isRecord(value)) return undefined
  const { algorithm, keyId, nonce } = value
  return typeof algorithm === "string" && typeof keyId === "string" && typeof nonce === "string"
    ? { algorithm, keyId, nonce }
    : undefined
}

const areTags = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.length <= mostTags &&
  value.every((tag) => typeof tag === "string" && tag.length <= longestTag)

/** How the payload was written. */
export type PayloadHeader = Pick<typeof HeaderVersion2.Type, "codec" | "size" | "compression" | "encryption">
