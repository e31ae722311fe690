/**
 * Entries by names that are any text, in the second level alone.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Buffer } from "node:buffer"
import { randomUUID } from "node:crypto"
import type { EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import { KeyedMutex } from "../common/KeyedMutex.js"
import type { CodecName } from "../entry/Codec.js"
import type { Entry, EntryFormat } from "../entry/EntryFormat.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { digestName, isEntryOrLeaseUnder } from "../objects/objectName.js"
import { ConditionalOutcome } from "../objects/ObjectStore.js"
import { type CacheEncodeError, ObjectStoreError } from "../objects/ObjectStoreErrors.js"

const attempts = 8

/**
 * Entries of one folder of an object store, which other libraries keep there in their own encoding. Objects that cannot
 * be read, and those that have expired, are absent; the latter are removed by the read that finds them.
 */
export class NamedEntries {
  private readonly store: DescribedStore
  private readonly format: EntryFormat
  private readonly folder: string
  private readonly changes = new KeyedMutex<string>()

  /** @param folder a segment of an object's name, or several */
  constructor(store: DescribedStore, format: EntryFormat, folder: string) {
    this.store = store
    this.format = format
    this.folder = folder
  }

  /** What is under a key, as the codec reads it. */
  readonly get = (key: string): Effect.Effect<Option.Option<unknown>, ObjectStoreError> =>
    Effect.map(this.found(key), (found) => found === undefined ? Option.none() : Option.some(found.entry.encoded))

  private found(
    key: string
  ): Effect.Effect<{ readonly entry: Entry; readonly etag: string } | undefined, ObjectStoreError> {
    return Effect.gen(this, function*() {
      const name = this.nameOf(key)
      const found = yield* this.store.load(name)
      if (found._tag !== "Found") return undefined
      const entry = yield* Effect.either(this.format.decode(found.body))
      if (Either.isLeft(entry) || entry.right.keyspace !== this.folder || entry.right.key !== key) return undefined
      if (entry.right.expires <= (yield* Clock.currentTimeMillis)) {
        yield* Effect.ignore(this.store.removeIfMatch(name, found.etag))
        return undefined
      }
      return { entry: entry.right, etag: found.etag }
    })
  }

  /**
   * Writes an entry, whether there was one or not.
   *
   * @param timeToLive in milliseconds, `Infinity` for ever
   */
  readonly set = (
    key: string,
    codec: CodecName,
    encoded: unknown,
    timeToLive: number
  ): Effect.Effect<void, CacheEncodeError | EntryTooLargeError | ObjectStoreError> =>
    Effect.flatMap(
      this.encoded(key, codec, encoded, timeToLive),
      (body) => Effect.asVoid(this.store.save(this.nameOf(key), body))
    )

  /**
   * Changes what is under a key, if there is something: no change by anybody is lost, where the store honours conditions
   * on writes. Elsewhere none of this process's changes by `modify` is.
   *
   * @param change may be asked more than once
   * @returns what is there now
   */
  readonly modify = (
    key: string,
    codec: CodecName,
    change: (encoded: unknown) => unknown
  ): Effect.Effect<Option.Option<unknown>, CacheEncodeError | EntryTooLargeError | ObjectStoreError> =>
    this.changes.withLock(key, this.modifyOnce(key, codec, change, attempts))

  private modifyOnce(
    key: string,
    codec: CodecName,
    change: (encoded: unknown) => unknown,
    left: number
  ): Effect.Effect<Option.Option<unknown>, CacheEncodeError | EntryTooLargeError | ObjectStoreError> {
    return Effect.gen(this, function*() {
      const name = this.nameOf(key)
      const found = yield* this.found(key)
      if (found === undefined) return Option.none()
      const changed = change(found.entry.encoded)
      const now = yield* Clock.currentTimeMillis
      const body = yield* this.encoded(key, codec, changed, found.entry.expires - now)
      const outcome = yield* Effect.catchIf(
        this.store.replace(name, body, found.etag),
        ({ reason }) => reason === "ConditionalWritesUnsupported",
        () => Effect.map(this.store.save(name, body), (etag) => ConditionalOutcome.Written({ etag }))
      )
      if (outcome._tag === "Written") return Option.some(changed)
      const there = yield* this.store.load(name)
      if (there._tag === "Found" && Buffer.from(body).equals(there.body)) return Option.some(changed)
      return left > 1 ? yield* this.modifyOnce(key, codec, change, left - 1) : yield* new ObjectStoreError({
        reason: "Conflict",
        operation: "replace",
        target: this.store.description + name,
        detail: `other writers were faster ${attempts} times in a row`
      })
    })
  }

  private encoded(
    key: string,
    codec: CodecName,
    encoded: unknown,
    timeToLive: number
  ): Effect.Effect<Uint8Array, CacheEncodeError | EntryTooLargeError> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      this.format.encode(
        {
          keyspace: this.folder,
          version: "1",
          key,
          created: now,
          expires: now + timeToLive,
          writeId: randomUUID(),
          outcome: "success",
          tags: []
        },
        codec,
        encoded
      ))
  }

  /** Removes what is under a key, if there is something. */
  readonly remove = (key: string): Effect.Effect<void, ObjectStoreError> =>
    Effect.suspend(() => this.store.remove(this.nameOf(key)))

  /** Removes everything. */
  readonly clear: Effect.Effect<void, ObjectStoreError> = Effect.suspend(() =>
    Stream.runForEach(
      Stream.grouped(this.objects, 1000),
      (objects) => this.store.removeAll(Array.from(objects, ({ name }) => name))
    )
  )

  /** How many objects there are: those that have expired and were not read since are among them. */
  readonly size: Effect.Effect<number, ObjectStoreError> = Effect.suspend(() => Stream.runCount(this.objects))

  /** The keys: every entry is read for it. */
  readonly keys: Effect.Effect<ReadonlyArray<string>, ObjectStoreError> = Effect.suspend(() =>
    Effect.map(
      Stream.runCollect(Stream.mapEffect(this.objects, ({ name }) => this.keyOf(name), { concurrency: 16 })),
      (keys) => Array.from(keys).filter((key) => key !== undefined)
    )
  )

  private keyOf(name: string): Effect.Effect<string | undefined, ObjectStoreError> {
    return Effect.flatMap(this.store.load(name), (found) =>
      found._tag === "Found"
        ? Effect.match(this.format.decode(found.body), {
          onFailure: () => undefined,
          onSuccess: ({ key }) => key
        })
        : Effect.succeed(undefined))
  }

  private get objects() {
    const prefix = `${this.folder}/`
    return Stream.filter(this.store.list(prefix), isEntryOrLeaseUnder(prefix))
  }

  private nameOf(key: string): string {
    return `${this.folder}/${digestName(key)}`
  }
}
