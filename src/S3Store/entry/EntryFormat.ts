/**
 * How an entry is written to the second level, and read again.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Buffer, constants } from "node:buffer"
import { isOfKind, type OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { asExit } from "../../Cache/errors/asExit.js"
import { type CacheConfigError, EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { availableMemory } from "../../Cache/memory/availableMemory.js"
import { checkFiniteByteLimit } from "../../Cache/memory/checkByteLimit.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"
import { checkNested, checkValue, whenRight } from "../../Cache/options/checkOptions.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { fromEither } from "../../effect/outcomes.js"
import { isShort, step } from "../common/yieldWhenLong.js"
import { CacheEncodeError } from "../objects/ObjectStoreErrors.js"
import type { Codec, CodecName } from "./Codec.js"
import { codecAtHand, codecOf } from "./codecOf.js"
import { compress, decompress } from "./compression.js"
import { type EncryptionOptions, makePayloadCipher, type PayloadCipher } from "./encryption.js"
import { EntryError } from "./EntryError.js"
import { assemble, disassemble, disassembleHeader, headOf, longestHeader } from "./entryFrame.js"
import type { EntryHead, EntryHeader, PayloadHeader } from "./EntryHeader.js"
import { printEntryKey } from "./printEntryKey.js"
import { tagsFault } from "./tagLimits.js"

/**
 * How payloads are compressed.
 *
 * @since 1.0.0
 * @category models
 */
export interface CompressionOptions {
  /** `"gzip"` is quicker, `"brotli"` makes JSON smaller. */
  readonly algorithm: "gzip" | "brotli"
  /** Payloads of fewer bytes are left as they are. Default 1,024. */
  readonly threshold?: number | undefined
  /** Effort: 0 to 9 for gzip, default 6; 0 to 11 for brotli, default 5. */
  readonly level?: number | undefined
}

/**
 * How entries are written, and which are read. Whatever is chosen, a reader with other options reads them too, but for
 * encryption and the largest size.
 *
 * @since 1.0.0
 * @category models
 */
export interface EntryFormatOptions {
  /** Whether payloads are compressed. Default: not. */
  readonly compression?: CompressionOptions | undefined
  /** Whether payloads are encrypted before they leave the process. Default: not. */
  readonly encryption?: EncryptionOptions | undefined
  /**
   * The most bytes of an entry, whole, and of its payload before compression; a larger one is neither written nor read.
   * `"32M"`, a number, or `"5%"` of the memory there is (see `ByteSize.availableMemory`): no more than the second level
   * reads (its `maxObjectBytes`), and than a string of the runtime can hold (about 512 MiB): a larger entry could be
   * written and never read. Default 33,554,432 (32 MiB), or what the second level reads, if that is less.
   */
  readonly maxEntryBytes?: ByteSizeInput | undefined
}

/** Which options there are of how entries are written. */
export const entryFormatKinds: OptionKinds<EntryFormatOptions> = {
  compression: "object",
  encryption: "object",
  maxEntryBytes: "any"
}

/** An entry that was read: what it says about itself, and its value as the schema of its keyspace encoded it. */
export interface Entry extends EntryHeader {
  readonly encoded: unknown
}

/** An entry as bytes. */
interface WrappedEntry {
  readonly body: Uint8Array
  /** The payload as its codec wrote it, within the body; nothing where it is compressed or encrypted there. */
  readonly plain: Uint8Array | undefined
}

/** Writes entries as bytes and reads them again. The bytes are described in docs/entry-format.md. */
export interface EntryFormat {
  /** The name of the cache, for errors. */
  readonly cache: string
  /** The most bytes of an entry. */
  readonly maxEntryBytes: number
  /** An entry as bytes. */
  readonly encode: (
    header: EntryHeader,
    codec: CodecName,
    encoded: unknown
  ) => Effect.Effect<Uint8Array, CacheEncodeError | EntryTooLargeError>
  /** The payload of an entry, as its codec writes it: `wrap` makes the entry of it. */
  readonly payload: (
    header: EntryHeader,
    codec: CodecName,
    encoded: unknown
  ) => Effect.Effect<Uint8Array, CacheEncodeError | EntryTooLargeError>
  /** An entry as bytes, around its payload. */
  readonly wrap: (
    header: EntryHeader,
    codec: CodecName,
    plain: Uint8Array
  ) => Effect.Effect<WrappedEntry, CacheEncodeError | EntryTooLargeError>
  /** The entry that bytes hold, or what is wrong with them. No byte is trusted, and nothing in them is run. */
  readonly decode: (bytes: Uint8Array) => Effect.Effect<Entry, EntryError>
  /**
   * What an entry says about itself, of its first bytes (4,096 suffice for most). Fails as `Damaged` too when they are
   * not enough: then take the whole entry. A key that is too long for the header is known only if the bytes hold it.
   */
  readonly decodeHeader: (bytes: Uint8Array) => Either.Either<EntryHead, EntryError>
}

/**
 * A format by options. Fails with `CacheConfigError` for one it cannot accept; no message shows a key.
 *
 * @param place where the store's objects are: encrypted entries of another place are not read
 * @param maxObjectBytes the most bytes of an object that the store reads: no larger entry is written
 * @param cache for messages
 */
export const makeEntryFormat = (
  options: EntryFormatOptions = {},
  place = "",
  maxObjectBytes: number = constants.MAX_STRING_LENGTH,
  cache = "S3Cache"
): Effect.Effect<EntryFormat, CacheConfigError> =>
  Effect.gen(function*() {
    const { compression, encryption, maxEntryBytes: most = Math.min(33_554_432, maxObjectBytes) } = options
    const maxEntryBytes = yield* whenRight(
      () => checkFiniteByteLimit(cache, "maxEntryBytes", most, availableMemory()),
      Effect.succeed
    )
    if (maxEntryBytes > constants.MAX_STRING_LENGTH) {
      const accepted = `at most ${constants.MAX_STRING_LENGTH}, what a string of this runtime can hold`
      return yield* configError(cache, "maxEntryBytes", most, accepted)
    }
    if (maxEntryBytes > maxObjectBytes) {
      const accepted = `at most ${maxObjectBytes}, the maxObjectBytes of the second level, which reads no larger object`
      return yield* configError(cache, "maxEntryBytes", most, accepted)
    }
    yield* checkCompression(cache, compression)
    const cipher = encryption === undefined ? undefined : yield* asExit(makePayloadCipher(cache, encryption))

    // Its length goes before it, so that no other place and header together give the same bytes.
    const bound = Buffer.concat([Buffer.alloc(4), Buffer.from(place)])
    bound.writeUInt32BE(bound.length - 4)

    const notEncodable = (header: EntryHeader) => (detail: string) =>
      new CacheEncodeError({ cache, key: printEntryKey(header.keyspace, header.key), detail })

    const fitting = (header: EntryHeader, bytes: Uint8Array) =>
      bytes.length <= maxEntryBytes ? Effect.succeed(bytes) : new EntryTooLargeError({
        cache,
        key: printEntryKey(header.keyspace, header.key),
        weight: bytes.length,
        maxWeight: maxEntryBytes,
        option: "maxEntryBytes"
      })

    const payload: EntryFormat["payload"] = Effect.fnUntraced(function*(header, codec, encoded) {
      const fault = tagsFault(header.tags)
      if (fault !== undefined) return yield* notEncodable(header)(fault)
      const { encode } = yield* Effect.mapError(codecOf(codec), notEncodable(header))
      const plain = yield* Effect.mapError(step(() => encode(encoded)), notEncodable(header))
      return yield* fitting(header, plain)
    })

    const wrap: EntryFormat["wrap"] = Effect.fnUntraced(function*(header, codec, plain) {
      const compressed = yield* Effect.mapError(
        compressedBy(compression, plain),
        ({ message }) => notEncodable(header)(message)
      )
      const sealed = cipher?.next()
      const head = headOf({
        ...header,
        codec,
        size: plain.length,
        compression: compressed === plain ? "none" : compression?.algorithm ?? "none",
        encryption: sealed ?? null
      })
      if (head.header.length > longestHeader) {
        return yield* notEncodable(header)(
          `its header would have ${head.header.length} bytes, but ${longestHeader} are the most: use fewer or shorter tags`
        )
      }
      if (head.key.length > 0 && Buffer.from(head.key).toString() !== header.key) {
        return yield* notEncodable(header)("its key is long and holds a lone surrogate, which UTF-8 cannot represent")
      }
      const payload = cipher === undefined || sealed === undefined
        ? compressed
        : cipher.seal(sealed, compressed, Buffer.concat([bound, head.prefix, head.header]))
      const body = yield* fitting(
        header,
        yield* step(() => Either.right(assemble(head, payload, sealed !== undefined)))
      )
      return { body, plain: payload === plain ? body.subarray(body.length - plain.length) : undefined }
    })

    const encode: EntryFormat["encode"] = (header, codec, encoded) =>
      Effect.flatMap(
        payload(header, codec, encoded),
        (plain) => Effect.map(wrap(header, codec, plain), ({ body }) => body)
      )

    /** The payload as it was compressed, and the header. */
    const unwrap = (bytes: Uint8Array) =>
      Either.flatMap(disassemble(bytes), ({ authenticated, header, isBound, payload }) =>
        header.size > maxEntryBytes
          ? Either.left(tooLarge(header.size, maxEntryBytes))
          : Either.map(
            open(cipher, header, payload, isBound ? [bound, ...authenticated] : authenticated),
            (payload) => ({ header, payload })
          ))

    const decode: EntryFormat["decode"] = (bytes) =>
      bytes.length > maxEntryBytes
        ? tooLarge(bytes.length, maxEntryBytes)
        : Effect.flatMap(step(() => unwrap(bytes)), ({ header, payload }) => {
          const atHand = codecAtHand(header.codec)
          if (atHand !== undefined && header.compression === "none" && payload.length === header.size) {
            return isShort(bytes)
              ? fromEither(entryOf(header, atHand, payload))
              : step(() => entryOf(header, atHand, payload))
          }
          return Effect.flatMap(decompressed(header, payload), (plain) =>
            Effect.flatMap(
              Effect.mapError(codecOf(header.codec), unsupported),
              (codec) => step(() => entryOf(header, codec, plain))
            ))
        })

    return { cache, maxEntryBytes, encode, payload, wrap, decode, decodeHeader: disassembleHeader }
  })

/** An entry, of its header and the bytes of its value. */
const entryOf = (
  { created, expires, folder, key, keyspace, outcome, tags, took, until, version, writeId }: EntryHeader,
  { decode }: Codec,
  plain: Uint8Array
): Either.Either<Entry, EntryError> =>
  Either.mapBoth(decode(plain), {
    onLeft: (detail) => new EntryError({ reason: "Damaged", detail }),
    onRight: (encoded) => ({
      ...{ keyspace, version, key, created, expires, writeId, outcome, tags, encoded },
      ...(folder === undefined ? {} : { folder }),
      ...(took === undefined ? {} : { took }),
      ...(until === undefined ? {} : { until })
    })
  })

/** The payload itself when it is not to be compressed, or would not become smaller. */
const compressedBy = (compression: CompressionOptions | undefined, plain: Uint8Array) =>
  compression === undefined || plain.length < (compression.threshold ?? 1024)
    ? Effect.succeed(plain)
    : Effect.map(
      compress(plain, compression.algorithm, compression.level),
      (smaller) => smaller.length < plain.length ? smaller : plain
    )

const decompressed = (header: PayloadHeader, payload: Uint8Array): Effect.Effect<Uint8Array, EntryError> => {
  switch (header.compression) {
    case "none":
      return payload.length === header.size
        ? Effect.succeed(payload)
        : new EntryError({ reason: "Damaged", detail: `its payload has ${payload.length} bytes, not ${header.size}` })
    case "gzip":
    case "brotli":
      return Effect.mapError(
        decompress(payload, header.compression, header.size),
        ({ message }) => new EntryError({ reason: "Damaged", detail: `its payload does not decompress: ${message}` })
      )
    default:
      return unsupported(`its compression ${printKey(header.compression)} is not one that this version knows`)
  }
}

const open = (
  cipher: PayloadCipher | undefined,
  { encryption }: PayloadHeader,
  payload: Uint8Array,
  authenticated: ReadonlyArray<Uint8Array>
): Either.Either<Uint8Array, EntryError> => {
  if (cipher === undefined) {
    return encryption === null ? Either.right(payload) : Either.left(
      new EntryError({
        reason: "KeyUnknown",
        detail: `it is encrypted with the key ${printKey(encryption.keyId)}, and no keys are given`
      })
    )
  }
  return encryption === null
    ? Either.left(new EntryError({ reason: "NotEncrypted", detail: "it is not encrypted, as all entries must be" }))
    : Either.mapLeft(cipher.open(encryption, payload, Buffer.concat(authenticated)), (fault) => new EntryError(fault))
}

const unsupported = (detail: string) => new EntryError({ reason: "Unsupported", detail })

const tooLarge = (size: number, limit: number) =>
  new EntryError({ reason: "TooLarge", detail: `it has ${size} bytes, over the limit of ${limit}` })

const compressionKinds: OptionKinds<CompressionOptions> = {
  algorithm: ["gzip", "brotli"],
  threshold: "whole",
  level: "any"
}

const checkCompression = Effect.fnUntraced(function*(cache: string, compression: CompressionOptions | undefined) {
  yield* asExit(checkNested(cache, "compression", compression, compressionKinds))
  if (compression === undefined) return
  yield* asExit(checkValue(cache, "compression.algorithm", compression.algorithm, ["gzip", "brotli"]))
  const { algorithm, level = 0 } = compression
  const most = algorithm === "brotli" ? 11 : 9
  if (isOfKind(level, "whole") && level <= most) return
  return yield* configError(cache, "compression.level", level, `a whole number from 0 to ${most}`)
})
