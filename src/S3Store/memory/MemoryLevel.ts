/**
 * The memory level of an `S3Cache`.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { Decide } from "../../Cache/common/Lookup.js"
import type { BoundedMap } from "../../Cache/engine/BoundedMap.js"
import { Absent } from "../../Cache/engine/BoundedMapOptions.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { Flight, FlightGroup } from "../../Cache/flight/FlightGroup.js"
import { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import type { Meter } from "../../Cache/metrics/Meter.js"
import type { AnyKey, Keyspace } from "../keyspace/Keyspace.js"
import type { RoomOptions } from "../options/RoomOptions.js"
import type { S3CacheStats } from "../options/S3CacheStats.js"
import type { BeliefsOf } from "./Beliefs.js"
import { ChangedObject, type ChangeWatcher } from "./ChangedEntries.js"
import type { MemoryEntry } from "./MemoryEntry.js"
import { NamedKeys } from "./NamedKeys.js"
import type { RoomLimits } from "./roomLimits.js"
import { Rooms } from "./Rooms.js"

/** Entries in memory, and the loads and computations under way. */
export class MemoryLevel {
  /** The loads and computations. */
  readonly flights: SingleFlight<AnyKey>
  private readonly rooms: Rooms
  private readonly notice: MemoryNotice
  private readonly names: NamedKeys | undefined
  private readonly watchers = new Set<ChangeWatcher>()
  private changed = 0

  private constructor(rooms: Rooms, flights: SingleFlight<AnyKey>, notice: MemoryNotice) {
    this.rooms = rooms
    this.flights = flights
    this.notice = notice
    this.names = notice.isNamed ? new NamedKeys() : undefined
  }

  /**
   * Makes one that lives as long as the scope. Fails with `CacheConfigError` for a limit it cannot accept.
   *
   * @param name for messages
   * @param meter measures what is held
   * @param notice what is heard of the second level
   */
  static readonly make = (
    name: string,
    options: RoomOptions,
    meter?: Meter,
    notice: MemoryNotice = deaf
  ): Effect.Effect<MemoryLevel, CacheConfigError, Scope.Scope> =>
    Effect.zipWith(
      Rooms.make(name, options, meter),
      SingleFlight.make<AnyKey>(name),
      (rooms, flights) => new MemoryLevel(rooms, flights, notice)
    )

  /**
   * One step that decides by what is held under a key how to go on: a use.
   *
   * @param decide given the entry, and the time in milliseconds since the epoch; `Infinity` where it is not known
   */
  readonly lookup = <A, E, R>(
    key: AnyKey,
    decide: (held: MemoryEntry | undefined, now: number) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> => {
    const room = this.rooms.known(key)
    return room === undefined
      ? this.rooms.within(key, ({ map }) => map.lookup((map, now) => decide(useIn(map, key, now), knownTime(map, now))))
      : room.map.lookup((map, now) => decide(useIn(map, key, now), knownTime(map, now)))
  }

  /** The same for what is decided by nothing else of the call: it makes no closure. */
  readonly lookupOf = <Key extends AnyKey, A, E, R>(
    key: Key,
    decide: Decide<AnyKey, MemoryEntry, Key, A, E, R>
  ): Effect.Effect<A, E, R> => {
    const room = this.rooms.known(key)
    return room === undefined
      ? this.rooms.within(key, ({ map }) => map.lookupOf(key, decide))
      : room.map.lookupOf(key, decide)
  }

  /** What is held under a key, and the time in milliseconds since the epoch. Does not count as a use. */
  readonly peek = (key: AnyKey): Effect.Effect<{ readonly held: MemoryEntry | undefined; readonly now: number }> =>
    this.step(key, (map, now) => ({ held: peekIn(map, key, now), now }))

  /** Keeps an entry in place of another, if that one is still held. */
  readonly exchange = (key: AnyKey, entry: MemoryEntry, next: MemoryEntry): Effect.Effect<void> =>
    this.step(key, (map, now) => {
      if (map.peek(key, now) === entry) map.set(key, next, now, next.uselessFrom, undefined, next.cost)
    })

  /** The entry whose object has a name, if it is held: only where names are known. */
  readonly named = (name: string): Effect.Effect<MemoryEntry | undefined> =>
    Effect.suspend(() => {
      const key = this.names?.of(name)
      return key === undefined ? Effect.succeed(undefined) : Effect.map(this.peek(key), ({ held }) => held)
    })

  /** Does something with all that is held, in one step. */
  readonly forEach = (use: (held: MemoryEntry, key: AnyKey) => void): Effect.Effect<void> =>
    this.inAll((now) => {
      for (const [key, held] of this.rooms.entries(now)) use(held, key)
    })

  /** This moment, for a change of an entry that begins now; the first of all where nothing is heard of it yet. */
  readonly moment = (key: AnyKey): number => this.notice.beliefsOf(key)?.moment() ?? 0

  /** The same for what begins in a keyspace. */
  readonly momentOf = (space: Folder): number => this.moment(placeOf(space))

  /** How often something was written, removed or cleared through this cache. */
  get changes(): number {
    return this.changed
  }

  /** Forgets an entry; loads and computations of it that are under way are not kept. */
  readonly forget = (key: AnyKey): Effect.Effect<void> =>
    this.step(key, (map, now) => {
      this.changed++
      this.tell(key)
      map.delete(key, now)
      this.flights.detach(key)
    })

  /**
   * Forgets an entry and keeps another in its place, if there is one. Loads and computations under way are not kept.
   *
   * @param began the moment at which the change began; default: now
   */
  readonly replace = (
    key: AnyKey,
    held: MemoryEntry | undefined,
    began = this.moment(key)
  ): Effect.Effect<void> =>
    this.step(key, (map, now) => {
      this.changed++
      this.tell(key)
      this.flights.detach(key)
      if (held === undefined || held.uselessFrom <= now) map.delete(key, now)
      else this.keep(map, key, held, now, began)
    })

  /** A computation failed in whose place this entry was given out: where it is held, also as it was loaded once more. */
  readonly failed = (key: AnyKey, entry: MemoryEntry): Effect.Effect<void> =>
    this.step(key, (map, now) => {
      entry.failedAt = now
      const held = peekIn(map, key, now)
      if (held !== undefined) held.failedAt = failedAtOf(held, entry)
    })

  /** Forgets one particular entry, if it is still held. */
  readonly drop = (key: AnyKey, entry: MemoryEntry): Effect.Effect<void> =>
    this.step(key, (map, now) => {
      this.tell(key)
      if (map.peek(key, now) === entry) map.delete(key, now)
    })

  /**
   * Forgets every entry that a predicate picks; loads and computations of such keys that are under way are not kept.
   */
  readonly forgetAll = (which: (key: AnyKey) => boolean): Effect.Effect<void> =>
    this.inAll((now) => {
      this.changed++
      for (const watcher of this.watchers) watcher.removedAll(which)
      for (const room of this.rooms.all) {
        for (const [key] of room.engine.entries(now)) {
          if (which(key)) room.engine.delete(key, now)
        }
        room.update(now)
      }
      this.flights.detachWhere(which)
    })

  /** What is held, what may be, and what has left to make room. */
  readonly figures: Effect.Effect<Pick<S3CacheStats, "size" | "maxSize" | "evicted" | "byteSize" | "rooms">> = Effect
    .suspend(() => this.inAll((now) => this.rooms.figures(now)))

  /** The keys of a keyspace that are held. */
  readonly keysOf = ({ folder, name, room }: Place): Effect.Effect<ReadonlyArray<AnyKey>> =>
    this.rooms.withinOf(
      name,
      room,
      ({ map }) =>
        map.step((map, now) =>
          Array.from(map.entries(now)).flatMap(([key]) => key.keyspace === name && key.version === folder ? [key] : [])
        )
    )

  /** How many entries of a keyspace, and how many bytes of them, come into memory without putting out another; and where. */
  readonly freeFor = ({ name, room }: Place): Effect.Effect<RoomLimits & { readonly room: object }> =>
    this.rooms.withinOf(
      name,
      room,
      (room) => room.map.step((map, now) => ({ ...freeIn(map, now), room }))
    )

  /** All that is held; of each room, what would leave first before the others. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: AnyKey, held: MemoryEntry]>> = Effect.suspend(() =>
    this.inAll((now) => Array.from(this.rooms.entries(now)))
  )

  /** Lets something know of all changes while it is used. */
  readonly watched = <W extends ChangeWatcher, A, E, R>(
    watcher: W,
    use: (watcher: W) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        this.watchers.add(watcher)
        return watcher
      }),
      use,
      () => Effect.sync(() => this.watchers.delete(watcher))
    )

  /**
   * Keeps what is loaded of an object whose key is known only then, where nothing is held or computed under it, nothing has
   * changed there meanwhile, and nothing has to leave for it.
   *
   * @param name of the object
   * @param space of its key
   * @param mayKeep asked in the step that would keep it
   */
  readonly bringIn = <E>(
    name: string,
    space: Folder,
    load: Effect.Effect<readonly [key: AnyKey, held: MemoryEntry] | undefined, E>,
    mayKeep: (key: AnyKey) => boolean
  ): Effect.Effect<Kept, E> =>
    this.watched(
      new ChangedObject(name),
      (changes) => this.bringInSince({ changes, moment: this.momentOf(space) }, space, load, mayKeep)
    )

  /**
   * The same where what is loaded is older.
   *
   * @param since what has changed since it was, and the moment from which on something was heard
   */
  readonly bringInSince = <E>(
    since: { readonly changes: ChangeWatcher; readonly moment: number },
    space: Folder,
    load: Effect.Effect<readonly [key: AnyKey, held: MemoryEntry] | undefined, E>,
    mayKeep: (key: AnyKey) => boolean
  ): Effect.Effect<Kept, E> =>
    Effect.suspend(() => {
      const beliefs = this.notice.beliefsOf(placeOf(space))
      const began = this.momentOf(space)
      return Effect.flatMap(load, (loaded) => {
        if (loaded === undefined) return Effect.succeed("unread" as const)
        const [key, entry] = loaded
        return this.step(key, (map, now): Kept => {
          if (peekIn(map, key, now) !== undefined || !mayKeep(key)) return "held"
          // What is under way decides what is to be held, and may be about to remove this.
          if (this.flights.isUnderWay(key)) return "outdated"
          if (since.changes.hasChanged(key) || beliefs?.isOutdated(key, began, entry.etag) === true) return "outdated"
          const { maxBytes, maxSize } = freeIn(map, now)
          if (maxSize < 1 || maxBytes < entry.weight) return "full"
          this.keep(map, key, entry, now, since.moment)
          return "kept"
        })
      })
    })

  private tell(key: AnyKey): void {
    for (const watcher of this.watchers) watcher.changed(key)
  }

  /**
   * Takes part in the flight of a key, or starts it. What `toEntry` picks of its result is kept, unless the flight was
   * detached.
   *
   * @param compute told whether its result would still be kept
   * @param instead asked in the step that would start a flight: what to do instead, by what is held then
   * @param joins told in the step that joins a flight
   * @param slow what to go on with where the flight takes too long, which goes on
   */
  readonly coalesce = <A, E>(
    key: AnyKey,
    group: FlightGroup<AnyKey, A, E>,
    compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
    toEntry: (value: A) => MemoryEntry | undefined,
    instead?: (held: MemoryEntry | undefined) => Effect.Effect<A, E> | undefined,
    joins?: () => void,
    slow?: { readonly after: number; readonly instead: Effect.Effect<A> }
  ): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      this.rooms.within(key, ({ map }) =>
        map.lookup((map, now, caller) => {
          if (group.has(key)) joins?.()
          else {
            const other = instead?.(peekIn(map, key, now))
            if (other !== undefined) return restore(other)
          }
          const flight: Flight<A, E> = group.enter(
            key,
            caller,
            compute,
            this.keepIn(key, toEntry, () => flight.waiters)
          )
          return slow === undefined
            ? this.flights.await(flight, restore)
            : Effect.flatMap(
              this.flights.awaitUnlessSlow(flight, restore, slow.after, slow.instead),
              (end) => Either.isRight(end) ? end.right : Exit.succeed(end.left)
            )
        }))
    )

  /**
   * The same where what began before so many others had will not do: the end of that is waited for. What others compute who
   * began before is not kept.
   */
  readonly coalesceSince = <A, E>(
    key: AnyKey,
    group: FlightGroup<AnyKey, A, E>,
    begun: number,
    compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
    toEntry: (value: A) => MemoryEntry | undefined
  ): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      this.rooms.within(key, ({ map }) =>
        map.lookup((_, __, caller) => {
          const older = group.findOlder(key, begun)
          if (older !== undefined) {
            const again = Effect.suspend(() => this.coalesceSince(key, group, begun, compute, toEntry))
            return Effect.zipRight(this.flights.awaitEnd(older, restore), restore(again))
          }
          const flight: Flight<A, E> = group.enter(
            key,
            caller,
            compute,
            this.keepIn(key, toEntry, () => flight.waiters)
          )
          this.flights.detach(key, flight.nth)
          return this.flights.await(flight, restore)
        }))
    )

  /** The same for the code of a flight, of which it is a part: it has no fiber of its own. */
  readonly coalesceInside = <A, E>(
    key: AnyKey,
    group: FlightGroup<AnyKey, A, E>,
    compute: () => Effect.Effect<A, E>,
    toEntry: (value: A) => MemoryEntry | undefined
  ): Effect.Effect<A, E> =>
    this.rooms.within(key, ({ map }) => map.lookup(() => group.runInside(key, compute, this.keepIn(key, toEntry))))

  /**
   * Starts a flight that nobody waits for, unless there is one: it ends by itself, or with the cache.
   *
   * @param begins told in the step that starts it
   */
  readonly startInBackground = <A, E>(
    key: AnyKey,
    group: FlightGroup<AnyKey, A, E>,
    compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
    toEntry: (value: A) => MemoryEntry | undefined,
    begins?: () => void
  ): Effect.Effect<void> =>
    this.rooms.within(key, ({ map }) =>
      map.lookup((_, __, caller) => {
        if (!group.has(key)) {
          begins?.()
          const flight = group.enter(key, caller, compute, this.keepIn(key, toEntry))
          flight.unattended = true
          flight.begin(caller, false)
        }
        return Exit.void
      }))

  private keepIn<A, E>(
    key: AnyKey,
    toEntry: (value: A) => MemoryEntry | undefined,
    waiters?: () => number
  ): (exit: Exit.Exit<A, E>, now: number) => void {
    const began = this.moment(key)
    return (exit, now) => {
      if (Exit.isFailure(exit)) return
      // Even where there is nothing to keep: that is what has been found.
      this.tell(key)
      const entry = toEntry(exit.value)
      if (entry === undefined) return
      const room = this.rooms.now(key.keyspace)
      if (room.engine.maxSize > 0) {
        this.keep(room.engine, key, entry, now, began)
        room.update(now)
      } else if (waiters !== undefined) entry.leaveTo(waiters())
    }
  }

  private keep(
    map: BoundedMap<AnyKey, MemoryEntry>,
    key: AnyKey,
    entry: MemoryEntry,
    now: number,
    began: number
  ): void {
    // Asked only now: whoever made the entry has said by then what is to be heard of its keyspace.
    this.notice.beliefsOf(key)?.came(key, entry, began, now)
    if (entry.policy.freshness.retryAfter > 0) entry.failedAt = failedAtOf(entry, peekIn(map, key, now))
    const outcome = map.set(key, entry, now, expiryOf(map, entry), undefined, entry.cost)
    // What is held is not what there is any more.
    if (outcome === "tooLarge") map.delete(key, now)
    this.names?.came(key, () => Array.from(this.rooms.entries(now), ([key]) => key))
  }

  private readonly step = <A>(key: AnyKey, f: (map: BoundedMap<AnyKey, MemoryEntry>, now: number) => A) =>
    Effect.suspend(() => this.rooms.within(key, ({ map }) => map.step(f)))

  /** One step on all rooms: no other fiber sees half of it. */
  private readonly inAll = <A>(f: (now: number) => A): Effect.Effect<A> =>
    this.rooms.shared.map.step((_, now) => f(now))
}

/**
 * What became of an entry that was brought in: it is kept; or there is one, no room, something has changed meanwhile, or there was
 * nothing of use.
 */
export type Kept = "kept" | "held" | "full" | "outdated" | "unread"

/** What of a keyspace says where its entries are. */
type Place = Pick<Keyspace.Any, "name" | "folder" | "room">

type Folder = Pick<Keyspace.Any, "name" | "folder">

/** Stands for the keys of a keyspace before one is known. */
const placeOf = ({ folder, name }: Folder): AnyKey => {
  const objectName = `${name}/${folder}/`
  return { keyspace: name, version: folder, id: "", objectName, toString: () => objectName }
}

/** When a computation failed in place of an entry: the same as for another one, where both are of one object. */
const failedAtOf = (entry: MemoryEntry, other: MemoryEntry | undefined): number =>
  other !== undefined && other.etag !== undefined && other.etag === entry.etag ? other.failedAt : entry.failedAt

const freeIn = (map: BoundedMap<AnyKey, MemoryEntry>, now: number): RoomLimits => ({
  maxSize: map.maxSize - map.size(now),
  maxBytes: map.maxWeight === Number.POSITIVE_INFINITY ? map.maxWeight : map.maxWeight - map.weight(now)
})

/** When an entry expires. What is to be confirmed at a time has the map look at the time, though it never expires. */
const expiryOf = ({ usesTime }: BoundedMap<AnyKey, MemoryEntry>, { simpleUntil, uselessFrom }: MemoryEntry): number =>
  usesTime || uselessFrom !== Number.POSITIVE_INFINITY || !Number.isFinite(simpleUntil) ? uselessFrom : latestTime

/** The latest time there is, in milliseconds since the epoch. */
const latestTime = 8.64e15

/** What is heard of the second level, for a memory level. */
export interface MemoryNotice {
  readonly beliefsOf: BeliefsOf
  /** Whether entries are looked for by the names of their objects. */
  readonly isNamed: boolean
}

const deaf: MemoryNotice = { beliefsOf: () => undefined, isNamed: false }

/** The entry under a key: a use, for a step of `lookupOf`. */
export const useIn = (map: BoundedMap<AnyKey, MemoryEntry>, key: AnyKey, now: number): MemoryEntry | undefined => {
  const held = map.get(key, now)
  return held === Absent ? undefined : held
}

/** While no entry can expire the clock is not read: then only what is good for ever is good. */
export const knownTime = ({ usesTime }: BoundedMap<AnyKey, MemoryEntry>, now: number): number =>
  usesTime ? now : Number.POSITIVE_INFINITY

const peekIn = (map: BoundedMap<AnyKey, MemoryEntry>, key: AnyKey, now: number): MemoryEntry | undefined => {
  const entry = map.peek(key, now)
  return entry === Absent ? undefined : entry
}
