/**
 * What is known of tags: their markers, looked up, remembered and written.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { putNewest } from "../../Cache/common/putNewest.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import * as Store from "../../Cache/Store.js"
import { KeyedMutex } from "../common/KeyedMutex.js"
import { tagFault } from "../entry/tagLimits.js"
import type { Ledger } from "../guard/Ledger.js"
import type { DescribedStore } from "../objects/describedStore.js"
import type { ConditionalOutcome, LoadOutcome } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { loadMarker, markerName, markerNameLength, markerPart, mostMarkerBytes, readMarker } from "./loadMarker.js"
import { encodeMarker, mergeMarkers, noMarker, type TagMarker } from "./tagMarker.js"
import { type TagMark, TagStates } from "./TagStates.js"

/** A moment at which something begins, and when what begins there counts as made. */
export interface Moment {
  /** Milliseconds since the epoch, by the clock. */
  readonly now: number
  /**
   * When an entry with these tags counts as made that began at this moment: later than the marks this process had met
   * by then, even in the same millisecond.
   */
  readonly made: (tags: ReadonlyArray<string>) => number
}

/** An entry, as far as its tags are concerned. */
export interface Tagged {
  readonly tags: ReadonlyArray<string>
  readonly made: number
  /** Whether this process made it: what marked its tags before does not matter. */
  readonly isOwn: boolean
}

/** For how long what is known of a tag is good, in milliseconds. */
export interface TagTrust {
  /** Until it is asked for again. */
  readonly age: number
  /** While it cannot be asked for. */
  readonly whileUnknown: number
}

type How = "invalidated" | "expired"

/** How often a mark is tried while other writers are faster. */
const attempts = 8
/** How many tags are known. */
const capacity = 10_000

/**
 * The marks of tags: each tag has one marker object, which all processes read; what was read is good for a while.
 *
 * A mark is written on the condition that nobody else wrote meanwhile, so that none is lost. Where conditions are not
 * honoured, each kind of mark has an object of its own besides.
 *
 * Times are those of a hybrid logical clock (S. Kulkarni et al., "Logical Physical Clocks", 2014): a mark is no earlier
 * than anything made here before, and later than the marks before; what begins after a mark was met is later than it.
 */
export class TagMarkers {
  private readonly store: DescribedStore
  private readonly ledger: Ledger
  private readonly trust: TagTrust
  /** What is being asked for, or was just now, failures too: so each tag costs one request per age. */
  private readonly asked: Store.Store<string, TagMarker & { readonly began: number }, ObjectStoreError>
  private readonly states = new TagStates(capacity)
  private readonly marking = new KeyedMutex<string>()
  private conditionsHonoured = true
  /** The tags that were asked for by the names of their markers, where it is heard of changes of those. */
  private readonly names: Map<string, string> | undefined
  /** The latest moment at which something began here. */
  private latest = Number.NEGATIVE_INFINITY

  private constructor(
    store: DescribedStore,
    ledger: Ledger,
    trust: TagTrust,
    asked: Store.Store<string, TagMarker & { readonly began: number }, ObjectStoreError>,
    isHeardOf: boolean
  ) {
    this.names = isHeardOf ? new Map() : undefined
    this.store = store
    this.ledger = ledger
    this.trust = trust
    this.asked = asked
  }

  /**
   * Makes what is known of tags, for as long as the scope lives. It knows 10,000 tags at most; of one that was not used
   * for longest, what is not in the second level is forgotten.
   *
   * @param name the name of the cache, for messages
   * @param isHeardOf whether it will be told of markers that `changed`
   */
  static readonly make = (
    name: string,
    store: DescribedStore,
    trust: TagTrust,
    ledger: Ledger,
    isHeardOf = false
  ): Effect.Effect<TagMarkers, CacheConfigError, Scope.Scope> =>
    Effect.map(
      Store.make<string, TagMarker & { readonly began: number }, ObjectStoreError>({
        name: `${name} tags`,
        maxSize: capacity,
        timeToLive: trust.age,
        failure: (error) => error instanceof ObjectStoreError,
        // However long an answer is good for, no answer is not.
        failureTimeToLive: Math.min(trust.age, 60_000)
      }),
      (asked) => new TagMarkers(store, ledger, trust, asked, isHeardOf)
    )

  /** This moment, for what begins now. */
  readonly moment: Effect.Effect<Moment> = Effect.map(Clock.currentTimeMillis, (now) => {
    this.latest = Math.max(this.latest, now)
    const { sequence } = this.states
    return { now, made: (tags) => this.states.made(tags, now, sequence) }
  })

  /**
   * What the tags of an entry say of it, all together. Nothing when one of them could not be asked for, and what is known
   * of it is too old to go by.
   */
  readonly of = (entry: Tagged): Effect.Effect<TagMark | undefined> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const old = entry.tags.filter((tag) => {
        const { asOf, doubtedAt } = this.states.of(tag)
        return now < asOf || asOf <= doubtedAt || now >= asOf + this.trust.age
      })
      return old.length === 0
        ? Effect.succeed(this.judge(entry, now))
        : Effect.zipRight(
          Effect.forEach(old, (tag) => this.ask(tag, now), { concurrency: 16, discard: true }),
          Effect.map(Clock.currentTimeMillis, (now) => this.judge(entry, now))
        )
    })

  /** The same by what is known in memory: the store is not asked. */
  readonly peek = (entry: Tagged): Effect.Effect<TagMark | undefined> =>
    Effect.map(Clock.currentTimeMillis, (now) => this.judge(entry, now))

  /** How many marks were met so far. */
  get met(): number {
    return this.states.sequence
  }

  /** Whether an entry was invalidated by one of the marks that had been met when so many had. */
  isBefore({ made, tags }: Tagged, met: number): boolean {
    return tags.length > 0 && this.states.isBefore(tags, made, met)
  }

  /** An object was changed by somebody: a tag whose marker it is, is asked for again before it is gone by. */
  readonly changed = (name: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      const tag = this.names?.get(name.slice(0, markerNameLength))
      return tag === undefined ? Effect.void : this.doubt([tag])
    })

  /** Markers may have been changed: all tags are asked for again. */
  readonly missed: Effect.Effect<void> = Effect.suspend(() => this.doubt([...this.names?.values() ?? []]))

  private readonly doubt = (tags: ReadonlyArray<string>): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.forEach(
        tags,
        (tag) => {
          this.states.doubt(tag, now)
          return Effect.ignore(this.asked.remove(tag))
        },
        { discard: true }
      ))

  /** An entry was met whose maker's clock is ahead: marks made here from now on are no earlier. */
  meetEntry({ made, tags }: Tagged, now: number): void {
    if (made > now) this.states.raise(tags, made)
  }

  /** Marks a tag, now. Fails for one that is too long to be carried. */
  readonly mark = (tag: string, how: How): Effect.Effect<void, ObjectStoreError> =>
    Effect.suspend(() => {
      const fault = tagFault(tag)
      return fault === undefined
        ? this.marking.withLock(tag, this.attempt(tag, how, undefined, 1))
        : new ObjectStoreError({
          reason: "BadName",
          operation: "replace",
          target: this.store.description + markerName(tag),
          detail: `this tag is too long: ${fault}, so that no entry carries it. Use a shorter one, or a digest of it`
        })
    })

  private judge({ isOwn, made, tags }: Tagged, now: number): TagMark | undefined {
    const mark = this.states.mark(tags)
    if (made <= mark.invalidated) return mark
    const longest = Math.max(this.trust.age, this.trust.whileUnknown)
    const own = isOwn ? made : Number.NEGATIVE_INFINITY
    return tags.some((tag) => {
        const { asOf, isUnknown } = this.states.of(tag)
        return isUnknown && now >= Math.max(asOf, own) + longest
      })
      ? undefined
      : mark
  }

  private readonly ask = (tag: string, now: number): Effect.Effect<void> =>
    Effect.match(
      // After the clock was set back, what was asked would seem new for as long.
      Effect.zipRight(
        Effect.suspend(() => now < this.states.of(tag).asOf ? Effect.ignore(this.asked.remove(tag)) : Effect.void),
        this.asked.getOrCompute(tag, this.load(tag))
      ),
      {
        onFailure: () => this.states.unknown(tag),
        onSuccess: (marker) => this.states.meet(tag, marker, marker.began)
      }
    )

  private readonly load = (tag: string): Effect.Effect<TagMarker & { readonly began: number }, ObjectStoreError> =>
    Effect.gen(this, function*() {
      if (this.names !== undefined) putNewest(this.names, markerName(tag), tag, capacity)
      const began = yield* Clock.currentTimeMillis
      return { ...(yield* loadMarker(this.store, tag, this.skewed)), began }
    }).pipe(
      Effect.tapError(({ reason }) => Effect.sync(() => this.ledger.record({ _tag: "TagsUnknown", tag, reason })))
    )

  private readonly loaded = (tag: string, name: string): Effect.Effect<TagMarker, ObjectStoreError> =>
    Effect.flatMap(
      this.store.load(name, { firstBytes: mostMarkerBytes }),
      (found) => readMarker(this.store, tag, name, found, this.skewed)
    )

  /** Tells of a time that cannot be believed. */
  private readonly skewed = (name: string, millis: number): void =>
    this.ledger.record({ _tag: "ClockSkewed", name, millis })

  /** @param least how late the mark is at least: known from the second attempt on */
  private attempt(
    tag: string,
    how: How,
    least: number | undefined,
    nth: number
  ): Effect.Effect<void, ObjectStoreError> {
    return Effect.gen(this, function*() {
      // The first tries follow at once: each conflict means that somebody else came through.
      if (nth > 4) yield* Effect.sleep(2 ** (nth - 1) * (0.5 + (yield* Random.next)))
      const name = markerName(tag)
      const { now } = yield* this.moment
      const there = yield* this.store.load(name, { firstBytes: mostMarkerBytes })
      const read = yield* Effect.either(readMarker(this.store, tag, name, there, this.skewed))
      const found = Either.isRight(read) ? read.right : noMarker
      // Who was faster, or this very write after a lost reply, said as much.
      if (least !== undefined && found[how].at >= least) return this.states.meet(tag, found, now)
      const earliest = least ?? Math.max(this.latest, this.states.latest, this.states.of(tag).floor)
      const known = mergeMarkers(found, this.states.known(tag))
      const at = Math.max(earliest, 1 + Math.max(known.invalidated.at, known.expired.at))
      // Of one that cannot be read nobody knows what it said: this one says at least as much for what was made until now.
      const marker = marked(
        Either.isLeft(read) ? marked(marked(known, "invalidated", at), "expired", at) : known,
        how,
        at
      )
      const written = this.conditionsHonoured && !found.parts
        ? yield* Effect.catchIf(this.write(tag, marker, there), isUnsupported, () =>
          Effect.suspend(() => {
            this.conditionsHonoured = false
            return this.writeParts(tag, how, marker)
          }))
        : yield* this.writeParts(tag, how, marker)
      if (written !== undefined) {
        this.states.meet(tag, found, now)
        this.states.marked(tag, Either.isLeft(read) ? ["invalidated", "expired"] : [how], written, now)
        return yield* Effect.ignore(this.asked.remove(tag))
      }
      if (nth < attempts) return yield* this.attempt(tag, how, least ?? at, nth + 1)
      return yield* new ObjectStoreError({
        reason: "Conflict",
        operation: "replace",
        target: this.store.description + name,
        detail: `other writers of the tag's marker were faster ${attempts} times in a row`
      })
    })
  }

  /** When the tag is marked now; nothing when another writer may have been faster. */
  private write(
    tag: string,
    marker: TagMarker,
    there: LoadOutcome
  ): Effect.Effect<number | undefined, ObjectStoreError> {
    return Effect.gen(this, function*() {
      const body = yield* encodeMarker(tag, marker)
      const outcome: ConditionalOutcome = there._tag === "Found" || there._tag === "TooLarge"
        ? yield* this.store.replace(markerName(tag), body, there.etag)
        : yield* this.store.add(markerName(tag), body)
      return outcome._tag === "Written" ? Math.max(marker.invalidated.at, marker.expired.at) : undefined
    })
  }

  /** The same where conditions are not honoured: the main object may lose a mark to another writer, the part does not. */
  private writeParts(tag: string, how: How, marker: TagMarker): Effect.Effect<number, ObjectStoreError> {
    return Effect.gen(this, function*() {
      const name = markerPart(tag, how)
      const found = yield* Effect.catchIf(this.loaded(tag, name), isUnreadable, () => Effect.succeed(noMarker))
      const at = Math.max(marker[how].at, found[how].at + 1)
      const part = marked({ ...noMarker, [how]: found[how] }, how, at)
      yield* this.store.save(name, yield* encodeMarker(tag, part))
      yield* this.store.save(
        markerName(tag),
        yield* encodeMarker(tag, { ...marked(marker, how, at), parts: true })
      )
      return at
    })
  }
}

const marked = (marker: TagMarker, how: How, at: number): TagMarker => ({
  ...marker,
  [how]: { at, claimed: Math.max(at, marker[how].claimed) }
})

const isUnsupported = ({ reason }: ObjectStoreError) => reason === "ConditionalWritesUnsupported"

const isUnreadable = ({ reason }: ObjectStoreError) => reason === "Unreadable"
