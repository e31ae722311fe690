/**
 * What an object holds, and what a reader would say to it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { EncryptionOptions } from "../../S3Store/entry/encryption.js"
import { makeEntryFormat } from "../../S3Store/entry/EntryFormat.js"
import { disassembleHeader } from "../../S3Store/entry/entryFrame.js"
import { folderOf } from "../../S3Store/entry/EntryHeader.js"
import { digestName, leaseNameOf } from "../../S3Store/objects/objectName.js"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { CacheDecodeReason, ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import type { LoadedHead } from "../../S3Store/stored/loadHead.js"
import type { MarksOf } from "./tagMarks.js"
import { type Verdict, verdictOf } from "./verdict.js"

/** What is wrong with an object. */
interface Fault {
  readonly reason: CacheDecodeReason
  readonly detail: string
}

/** What there is to say of an object. */
export interface Explained {
  readonly size: number
  readonly etag: string
  readonly modified: number | undefined
  /** What it says of itself; nothing where that cannot be read. */
  readonly head: LoadedHead | undefined
  /** The number that the fifth byte of an entry is. */
  readonly formatVersion: number | undefined
  /** Its value as the schema encoded it, or what is wrong. */
  readonly value: Either.Either<unknown, Fault>
  /** What a reader would say who can read it; nothing where there is no header. */
  readonly verdict: Verdict | undefined
  /** Whether a lease lies beside it: somebody computes its value, or did. */
  readonly isLeased: boolean
}

/** The name that the object of an entry has: of a cache's keyspace, or of a folder of another library's entries. */
const namesOf = ({ key, keyspace, ...head }: LoadedHead): ReadonlyArray<string> =>
  key === undefined ? [] : [`${keyspace}/${folderOf(head)}/${digestName(key)}`, `${keyspace}/${digestName(key)}`]

const unread = (size: number, etag: string, fault: Fault) => ({
  ...{ size, etag, modified: undefined, head: undefined, formatVersion: undefined, verdict: undefined },
  value: Either.left(fault)
})

/** Explains an object; nothing where there is none. */
export const explain = (
  store: ObjectStore,
  marksOf: MarksOf,
  name: string,
  encryption: EncryptionOptions | undefined
): Effect.Effect<Explained | undefined, ObjectStoreError | CacheConfigError> =>
  Effect.gen(function*() {
    const [found, lease] = yield* Effect.all(
      [store.load(name), store.load(leaseNameOf(name), { firstBytes: 1 })],
      { concurrency: 2 }
    )
    const isLeased = lease._tag === "Found"
    if (found._tag === "TooLarge") {
      const detail = `it has ${found.size} bytes, more than the store reads`
      return { ...unread(found.size, found.etag, { reason: "TooLarge", detail }), isLeased }
    }
    if (found._tag !== "Found") return undefined
    const { body, etag, modified, size } = found
    const decoded = disassembleHeader(body)
    if (Either.isLeft(decoded)) return { ...unread(size, etag, decoded.left), modified, isLeased }
    const head = decoded.right
    const format = yield* makeEntryFormat(
      head.encryption === null || encryption === undefined ? {} : { encryption },
      store.place,
      store.maxObjectBytes
    )
    const entry = yield* Effect.either(format.decode(body))
    const now = yield* Clock.currentTimeMillis
    const isOwn = namesOf(head).includes(name)
    return {
      ...{ size, etag, modified, head, isLeased },
      formatVersion: body[4],
      value: Either.map(entry, ({ encoded }) => encoded),
      verdict: isOwn ? verdictOf(head, modified, yield* marksOf(head.tags), now) : { _tag: "Foreign" }
    }
  })
