/**
 * What is known of tags.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { CacheConfigError } from "../Cache/CacheErrors.js"
import * as Store from "../Cache/Store.js"
import { digestName } from "./objectName.js"
import type { ObjectStore } from "./ObjectStore.js"
import { S3StoreError } from "./S3StoreErrors.js"

/**
 * Up to when the entries of a tag are invalid, and up to when they have expired: those made at that time or before.
 * Milliseconds since the epoch, `-Infinity` for none.
 *
 * @since 0.1.0
 * @category models
 */
export interface TagMark {
  readonly invalidated: number
  readonly expired: number
}

/**
 * The mark of entries that no tag concerns.
 *
 * @since 0.1.0
 * @category constants
 */
export const unmarked: TagMark = { invalidated: Number.NEGATIVE_INFINITY, expired: Number.NEGATIVE_INFINITY }

const Marker = Schema.parseJson(Schema.Struct({
  format: Schema.Literal(1),
  tag: Schema.String,
  invalidated: Schema.NullOr(Schema.Number),
  expired: Schema.NullOr(Schema.Number)
}))

const encodeMarker = Schema.encode(Marker)
const decodeMarker = Schema.decode(Marker)

/**
 * The marks of tags: each tag has one marker object, which all processes read; what was read is good for a while.
 *
 * @since 0.1.0
 * @category models
 */
export class TagMarkers {
  private readonly store: ObjectStore
  private readonly known: Store.Store<string, TagMark, S3StoreError>
  /** The marks that were met last, however long ago: what is marked once stays so. */
  private readonly met: Store.Store<string, TagMark>

  private constructor(
    store: ObjectStore,
    known: Store.Store<string, TagMark, S3StoreError>,
    met: Store.Store<string, TagMark>
  ) {
    this.store = store
    this.known = known
    this.met = met
  }

  /**
   * Makes what is known of tags, for as long as the scope lives. It knows 10,000 tags at most.
   *
   * @param name the name of the cache, for messages
   * @param age how old what is known may be, in milliseconds
   * @since 0.1.0
   */
  static readonly make = (
    name: string,
    store: ObjectStore,
    age: number
  ): Effect.Effect<TagMarkers, CacheConfigError, Scope.Scope> =>
    Effect.zipWith(
      Store.make<string, TagMark, S3StoreError>({
        name: `${name} tags`,
        maxSize: 10_000,
        timeToLive: age,
        // While the second level does not answer, what was known last is the best there is.
        staleIfError: "1 day",
        failureTimeToLive: age
      }),
      Store.make<string, TagMark>({ name: `${name} marked tags`, maxSize: 10_000 }),
      (known, met) => new TagMarkers(store, known, met)
    )

  /**
   * What the tags of an entry say of it, all together.
   *
   * @since 0.1.0
   */
  readonly of = (tags: ReadonlyArray<string>): Effect.Effect<TagMark, S3StoreError> =>
    tags.length === 0 ? Effect.succeed(unmarked) : Effect.map(
      Effect.forEach(tags, (tag) => this.known.getOrCompute(tag, this.load(tag)), { concurrency: 16 }),
      (marks) => marks.reduce(later, unmarked)
    )

  /**
   * What is known in memory of the tags of an entry, all together: the store is not asked.
   *
   * @since 0.1.0
   */
  readonly peek = (tags: ReadonlyArray<string>): Effect.Effect<TagMark> =>
    Effect.reduce(
      tags,
      unmarked,
      (mark, tag) =>
        Effect.map(this.met.peek(tag), Option.match({ onNone: () => mark, onSome: (met) => later(mark, met) }))
    )

  /**
   * Marks a tag, now.
   *
   * @since 0.1.0
   */
  readonly mark = (tag: string, how: "invalidated" | "expired"): Effect.Effect<void, S3StoreError> =>
    Effect.gen(this, function*() {
      const now = yield* Clock.currentTimeMillis
      // A marker that cannot be read is replaced: this one says at least as much for what was made until now.
      const before = yield* Effect.catchIf(
        this.load(tag),
        (error) => error.reason === "Unreadable",
        () => Effect.succeed({ invalidated: now, expired: now })
      )
      const mark = later(before, { ...unmarked, [how]: now })
      const text = yield* Effect.orDie(encodeMarker({
        format: 1,
        tag,
        invalidated: finite(mark.invalidated),
        expired: finite(mark.expired)
      }))
      yield* this.store.save(nameOf(tag), Buffer.from(text))
      yield* Effect.orDie(this.known.set(tag, mark))
      yield* this.meet(tag, mark)
    })

  // A load that began before a mark may end after it.
  private readonly meet = (tag: string, mark: TagMark): Effect.Effect<void> =>
    Effect.flatMap(this.peek([tag]), (met) => Effect.orDie(this.met.set(tag, later(met, mark))))

  private readonly load = (tag: string): Effect.Effect<TagMark, S3StoreError> =>
    Effect.flatMap(this.store.load(nameOf(tag)), (found) => {
      switch (found._tag) {
        case "Found":
          return Effect.matchEffect(decodeMarker(Buffer.from(found.body).toString()), {
            onFailure: () => this.unreadable(tag, "it is no marker of a tag"),
            onSuccess: (marker) => {
              if (marker.tag !== tag) return this.unreadable(tag, "it belongs to another tag")
              const mark = {
                invalidated: marker.invalidated ?? Number.NEGATIVE_INFINITY,
                expired: marker.expired ?? Number.NEGATIVE_INFINITY
              }
              return Effect.as(this.meet(tag, mark), mark)
            }
          })
        case "TooLarge":
          return this.unreadable(tag, `it has ${found.size} bytes`)
        default:
          return Effect.succeed(unmarked)
      }
    })

  private unreadable(tag: string, detail: string): Effect.Effect<never, S3StoreError> {
    return new S3StoreError({
      reason: "Unreadable",
      operation: "load",
      target: this.store.description + nameOf(tag),
      detail: `the marker of a tag cannot be read: ${detail}`
    })
  }
}

const later = (one: TagMark, other: TagMark): TagMark => ({
  invalidated: Math.max(one.invalidated, other.invalidated),
  expired: Math.max(one.expired, other.expired)
})

const finite = (time: number): number | null => Number.isFinite(time) ? time : null

const nameOf = (tag: string): string => `.tags/${digestName(tag)}`
