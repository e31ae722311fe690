/**
 * From values to the bytes of entries, and back.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { randomUUID } from "node:crypto"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import type { EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import { roughBytes } from "../../Cache/memory/roughBytes.js"
import { givenMillis } from "../../Cache/options/durationMillis.js"
import { cutText } from "../../Cache/printing/cutText.js"
import { uselessFrom } from "../../Cache/store/Freshness.js"
import { applyJitter } from "../../Cache/store/jitter.js"
import { jitterRolls } from "../../Cache/store/jitterRolls.js"
import { withLead } from "../../Cache/store/refreshLead.js"
import { fromEither } from "../../effect/outcomes.js"
import { isShort, step } from "../common/yieldWhenLong.js"
import { credibleTime } from "../coordination/tagMarker.js"
import type { CodecName } from "../entry/Codec.js"
import { codecOf } from "../entry/codecOf.js"
import type { Entry, EntryFormat } from "../entry/EntryFormat.js"
import { folderOf, lateFor } from "../entry/EntryHeader.js"
import { mostTags } from "../entry/tagLimits.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import { MemoryEntry } from "../memory/MemoryEntry.js"
import { CacheDecodeError, type CacheDecodeReason, CacheEncodeError } from "../objects/ObjectStoreErrors.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import { isolate, type Isolated, isolateData, isolateInSteps } from "../options/isolation.js"
import type { S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import type { ValueForm } from "../versions/ValueForm.js"

/** An entry that can be written: its bytes, what tells it from other writes, and what memory keeps of it. */
export interface Prepared {
  readonly body: Uint8Array
  readonly writeId: string
  readonly held: MemoryEntry
}

/** When an entry was made, and when it is written: milliseconds since the epoch. */
export interface Moments {
  /** When an entry with these tags was made: when its value was set, or its computation began. */
  readonly made: (tags: ReadonlyArray<string>) => number
  readonly now: number
  /** How long its computation took, in milliseconds, if it was computed. */
  readonly took?: number | undefined
}

/** What a write may decide for itself. */
export interface Write extends S3CacheWriteOptions {
  /** Until when the entry is fresh, where that is known: it goes before its time to live. */
  readonly freshUntil?: number | undefined
  /** For how long after that it was promised to others, in milliseconds: at least for so long it is. */
  readonly late?: number | undefined
}

/** Encodes a value for its entry. Fails when it does not fit its schema, or is too large. */
export const prepareValue = <K, V, F>(
  format: EntryFormat,
  key: CacheKey<K, V, F>,
  value: V,
  policy: EntryPolicy,
  write: Write,
  moments: Moments
): Effect.Effect<Prepared, CacheEncodeError | EntryTooLargeError> =>
  Effect.gen(function*() {
    const encoded = yield* Effect.mapError(
      step(() => key.space.written.encode(value)),
      (detail) => new CacheEncodeError({ cache: format.cache, key: String(key), detail })
    )
    const decided = yield* decide(format.cache, key, value, policy, write, moments)
    return yield* prepare(
      format,
      key,
      Exit.succeed(value),
      key.space.written.codec,
      encoded,
      policy,
      decided,
      moments
    )
  })

/** What is decided of an entry besides what it holds. */
interface Decided {
  readonly freshUntil: number
  readonly tags: ReadonlyArray<string>
  readonly lead: number
  readonly late?: number | undefined
}

/** What is decided of the entry of a value, however it is encoded. */
const decide = <K, V, F>(
  cache: string,
  key: CacheKey<K, V, F>,
  value: V,
  policy: EntryPolicy,
  write: Write,
  moments: Moments
): Effect.Effect<Decided> =>
  Effect.gen(function*() {
    const timeToLive = write.timeToLive === undefined
      ? policy.timeToLive
      : givenMillis(cache, "timeToLive", write.timeToLive)
    const freshUntil = write.freshUntil ?? (yield* jitterRolls(policy.freshness).withRoll((roll) =>
      Effect.succeed(applyJitter(policy.freshness, moments.now, moments.now + timeToLive, roll))
    ))
    const tags = write.tags ?? key.space.tagsOf(key.input, value)
    handleRejection(tags, () => {})
    return yield* withLead(
      policy.freshness,
      (times) => Effect.succeed({ freshUntil, tags, lead: times * (moments.took ?? 0), late: write.late })
    )
  })

/**
 * What memory keeps of a value that cannot be written, so that it is not computed again for every lookup: for as long as
 * if it had been, or for no time where each lookup would ask for too many tags.
 */
export const keepUnwritten = <K, V, F>(
  cache: string,
  key: CacheKey<K, V, F>,
  value: V,
  policy: EntryPolicy,
  write: S3CacheWriteOptions,
  moments: Moments,
  error: CacheEncodeError | EntryTooLargeError
): Effect.Effect<MemoryEntry> =>
  Effect.zipWith(
    decide(cache, key, value, policy, write, moments),
    copyUnread(cache, key, value, policy),
    ({ freshUntil, lead, tags }, content) =>
      MemoryEntry.of(key.space, content, {
        policy,
        made: moments.made(tags),
        came: moments.now,
        freshUntil: tags.length > mostTags ? moments.now : freshUntil,
        tags,
        etag: undefined,
        bytes: error._tag === "EntryTooLargeError" ? error.weight : roughBytes(value),
        isOwn: true,
        ahead: 0,
        took: moments.took,
        lead
      })
  )

/** As a reader would get it, were it written; else a copy of data; else the value itself, which nothing can copy. */
const copyUnread = <K, V, F>(
  cache: string,
  key: CacheKey<K, V, F>,
  value: V,
  policy: EntryPolicy
): Effect.Effect<Isolated<Exit.Exit<V, F>>> => {
  const content = Exit.succeed(value)
  return Effect.suspend(() =>
    Effect.catchAllCause(
      Effect.flatMap(
        fromEither(key.space.written.encode(value)),
        (encoded) =>
          Effect.flatMap(
            Effect.flatMap(codecOf(key.space.written.codec), ({ encode }) => fromEither(encode(encoded))),
            (plain) =>
              readBack(cache, key, content, key.space.written.codec, ownBytes(key.space.written.codec, plain), policy)
          )
      ),
      () => Effect.succeed(isolateData(policy.isolation, content, value))
    )
  )
}

/**
 * Encodes a failure for its entry. Fails when the keyspace's schema for failures does not encode it to JSON.
 *
 * @param encoded the failure as its schema encodes it
 */
export const prepareFailure = <K, V, F>(
  format: EntryFormat,
  key: CacheKey<K, V, F>,
  failure: F,
  encoded: unknown,
  policy: EntryPolicy,
  tags: ReadonlyArray<string>,
  moments: Moments
): Effect.Effect<Prepared, CacheEncodeError | EntryTooLargeError> =>
  prepare(
    format,
    key,
    Exit.fail(failure),
    "json",
    encoded,
    policy,
    { tags, freshUntil: moments.now + policy.failureTimeToLive, lead: 0 },
    moments
  )

const prepare = <K, V, F>(
  format: EntryFormat,
  key: CacheKey<K, V, F>,
  content: Exit.Exit<V, F>,
  codec: CodecName,
  encoded: unknown,
  policy: EntryPolicy,
  { freshUntil, late, lead, tags }: Decided,
  moments: Moments
): Effect.Effect<Prepared, CacheEncodeError | EntryTooLargeError> =>
  Effect.suspend(() => {
    const writeId = randomUUID()
    const made = moments.made(tags)
    const header = {
      keyspace: key.keyspace,
      version: key.space.written.version,
      ...(key.space.written.version === key.version ? {} : { folder: key.version }),
      key: key.id,
      created: made,
      expires: freshUntil,
      writeId,
      outcome: Exit.isSuccess(content) ? "success" : "failure",
      tags,
      took: moments.took,
      until: Exit.isSuccess(content) ? lateUntil(policy, freshUntil, late) : undefined
    } as const
    return Effect.flatMap(format.payload(header, codec, encoded), (plain) =>
      Effect.flatMap(format.wrap(header, codec, plain), ({ body, plain: own = ownBytes(codec, plain) }) =>
        Effect.map(readBack(format.cache, key, content, codec, own, policy), (content) => ({
          body,
          writeId,
          held: MemoryEntry.of(key.space, content, {
            policy,
            made,
            came: moments.now,
            freshUntil,
            late: lateFor(header),
            tags,
            etag: undefined,
            bytes: body.length,
            isOwn: true,
            ahead: 0,
            took: moments.took,
            lead
          })
        }))))
  })

/** Until when a value may be given out late, if it may: by its writer, or as was promised of it before. */
const lateUntil = ({ freshness }: EntryPolicy, freshUntil: number, late = 0): number | undefined => {
  const until = Math.max(uselessFrom(freshness, freshUntil), freshUntil + late)
  return until > freshUntil ? until : undefined
}

/** Bytes that only memory holds, with what a codec wrote: some hand out what they are given, or write nothing anew. */
const ownBytes = (codec: CodecName, plain: Uint8Array): Uint8Array => codec === "json" ? plain : new Uint8Array(plain)

/**
 * A value or failure that is written, as who reads the entry gets it. Fails when nobody could read it.
 *
 * @param plain what the codec wrote, in bytes that nobody else changes
 */
const readBack = <K, V, F>(
  cache: string,
  key: CacheKey<K, V, F>,
  content: Exit.Exit<V, F>,
  codec: CodecName,
  plain: Uint8Array,
  { isolation }: EntryPolicy
): Effect.Effect<Isolated<Exit.Exit<V, F>>, CacheEncodeError> =>
  isolation === "none" ? Effect.succeed({ value: content, copy: undefined }) : codecOf(codec).pipe(
    Effect.flatMap(({ decode }) => step(() => decode(plain))),
    Effect.flatMap((encoded) =>
      isolateInSteps(isolation, encoded, Exit.isSuccess(content) ? valueOf(key.space.written) : failureOf(key))
    ),
    Effect.mapError((detail) =>
      new CacheEncodeError({
        cache,
        key: String(key),
        detail: `what its schema makes of it cannot be read again: ${detail}`
      })
    )
  )

const valueOf = <V>(form: ValueForm<V>) => (encoded: unknown): Either.Either<Exit.Exit<V>, string> =>
  Either.map(form.decode(encoded), Exit.succeed)

const failureOf = <K, V, F>(key: CacheKey<K, V, F>) => (encoded: unknown): Either.Either<Exit.Exit<V, F>, string> =>
  Either.map(key.space.decodeFailure(encoded), Exit.fail)

/** An object as it was loaded. */
interface Bytes {
  readonly body: Uint8Array
  readonly etag: string
  readonly modified?: number | undefined
}

/**
 * Decodes the bytes of an object that should be the entry of a key.
 *
 * @param now milliseconds since the epoch
 */
export const decodeEntry = <K, V, F>(
  format: EntryFormat,
  key: CacheKey<K, V, F>,
  policy: EntryPolicy,
  object: Bytes,
  now: number
): Effect.Effect<MemoryEntry, CacheDecodeError> =>
  Effect.matchEffect(format.decode(object.body), {
    onFailure: ({ detail, reason }) => decodeErrorOf(format.cache, key, reason, detail),
    onSuccess: (entry) => toMemoryEntry(format.cache, key, policy, entry, object, now)
  })

/**
 * What memory keeps of an entry that was read.
 *
 * @param now milliseconds since the epoch
 */
export const toMemoryEntry = <K, V, F>(
  cache: string,
  key: CacheKey<K, V, F>,
  policy: EntryPolicy,
  entry: Entry,
  object: Bytes,
  now: number
): Effect.Effect<MemoryEntry, CacheDecodeError> => {
  const form = key.space.formOf(entry.version)
  const folder = folderOf(entry)
  if (entry.keyspace !== key.keyspace || folder !== key.version || entry.key !== key.id) {
    const detail = `it belongs to ${cutText(`${entry.keyspace}/${entry.version}`, 100)} and key ${
      cutText(entry.key, 100)
    }`
    return decodeErrorOf(cache, key, "Foreign", detail)
  }
  if (form === undefined) {
    const { readVersions } = key.space
    const read = cutText(readVersions.join(", "), 100)
    const detail = `it has the form of version ${cutText(entry.version, 100)}, and this keyspace reads version${
      readVersions.length === 1 ? "" : "s"
    } ${read} only`
    return decodeErrorOf(cache, key, "Foreign", detail)
  }
  const decode = entry.outcome === "success" ? valueOf(form) : failureOf(key)
  const isolated = isShort(object.body)
    ? fromEither(isolate(policy.isolation, entry.encoded, decode))
    : isolateInSteps(policy.isolation, entry.encoded, decode)
  return Effect.matchEffect(isolated, {
    onFailure: (detail) => decodeErrorOf(cache, key, "Schema", detail),
    onSuccess: (content) => {
      const made = credibleTime(entry.created, object.modified)
      return withLead(policy.freshness, (times) =>
        Exit.succeed(MemoryEntry.of(key.space, content, {
          policy,
          made,
          came: now,
          freshUntil: entry.expires,
          late: lateFor(entry),
          tags: entry.tags,
          etag: object.etag === "" ? undefined : object.etag,
          bytes: object.body.length,
          isOwn: false,
          ahead: entry.created - made,
          took: entry.took,
          lead: times * (entry.took ?? 0)
        })))
    }
  })
}

const decodeErrorOf = (
  cache: string,
  key: AnyKey,
  reason: CacheDecodeReason,
  detail: string
): CacheDecodeError => new CacheDecodeError({ reason, cache, key: String(key), detail })

/** What is wrong with an object of more bytes than the second level reads. */
export const tooLarge = (cache: string, key: AnyKey, size: number): CacheDecodeError =>
  new CacheDecodeError({
    reason: "TooLarge",
    cache,
    key: String(key),
    detail: `it has ${size} bytes, more than the second level reads`
  })
