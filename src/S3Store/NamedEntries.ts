/**
 * Entries by names that are any text, in the second level alone.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import type { EntryTooLargeError } from "../Cache/CacheErrors.js"
import type { CodecName } from "./Codec.js"
import type { EntryFormat } from "./EntryFormat.js"
import { digestName, isEntryOrLeaseUnder } from "./objectName.js"
import type { ObjectStore } from "./ObjectStore.js"
import type { CacheEncodeError, S3StoreError } from "./S3StoreErrors.js"

/**
 * Entries of one folder of an object store, which other libraries keep there in their own encoding. Objects that cannot
 * be read, and those that have expired, are absent; the latter are removed by the read that finds them.
 *
 * @since 0.1.0
 * @category models
 */
export class NamedEntries {
  private readonly store: ObjectStore
  private readonly format: EntryFormat
  private readonly folder: string

  /** @param folder a segment of an object's name, or several */
  constructor(store: ObjectStore, format: EntryFormat, folder: string) {
    this.store = store
    this.format = format
    this.folder = folder
  }

  /**
   * What is under a key, as the codec reads it.
   *
   * @since 0.1.0
   */
  readonly get = (key: string): Effect.Effect<Option.Option<unknown>, S3StoreError> =>
    Effect.gen(this, function*() {
      const name = this.nameOf(key)
      const found = yield* this.store.load(name)
      if (found._tag !== "Found") return Option.none()
      const entry = yield* Effect.either(this.format.decode(found.body))
      if (Either.isLeft(entry) || entry.right.keyspace !== this.folder || entry.right.key !== key) return Option.none()
      if (entry.right.expires <= (yield* Clock.currentTimeMillis)) {
        yield* Effect.ignore(this.store.removeIfMatch(name, found.etag))
        return Option.none()
      }
      return Option.some(entry.right.encoded)
    })

  /**
   * Writes an entry, whether there was one or not.
   *
   * @param timeToLive in milliseconds, `Infinity` for ever
   * @since 0.1.0
   */
  readonly set = (
    key: string,
    codec: CodecName,
    encoded: unknown,
    timeToLive: number
  ): Effect.Effect<void, CacheEncodeError | EntryTooLargeError | S3StoreError> =>
    Effect.gen(this, function*() {
      const now = yield* Clock.currentTimeMillis
      const body = yield* this.format.encode(
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
      )
      yield* this.store.save(this.nameOf(key), body)
    })

  /**
   * Removes what is under a key, if there is something.
   *
   * @since 0.1.0
   */
  readonly remove = (key: string): Effect.Effect<void, S3StoreError> =>
    Effect.suspend(() => this.store.remove(this.nameOf(key)))

  /**
   * Removes everything.
   *
   * @since 0.1.0
   */
  readonly clear: Effect.Effect<void, S3StoreError> = Effect.suspend(() =>
    Stream.runForEach(
      Stream.grouped(this.objects, 1000),
      (objects) => this.store.removeAll(Chunk.toReadonlyArray(objects).map(({ name }) => name))
    )
  )

  /**
   * How many objects there are: those that have expired and were not read since are among them.
   *
   * @since 0.1.0
   */
  readonly size: Effect.Effect<number, S3StoreError> = Effect.suspend(() => Stream.runCount(this.objects))

  private get objects() {
    const prefix = `${this.folder}/`
    return Stream.filter(this.store.list(prefix), isEntryOrLeaseUnder(prefix))
  }

  private nameOf(key: string): string {
    return `${this.folder}/${digestName(key)}`
  }
}
