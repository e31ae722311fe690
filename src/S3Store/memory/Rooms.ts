/**
 * The rooms of a memory level: which keyspace has one of its own.
 */
import { policyOfMemoryLevel } from "#policies"
import * as Effect from "effect/Effect"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { availableMemory } from "../../Cache/memory/availableMemory.js"
import { checkByteLimit } from "../../Cache/memory/checkByteLimit.js"
import type { Meter } from "../../Cache/metrics/Meter.js"
import { metersOfParts } from "../../Cache/metrics/metersOfParts.js"
import { unlessWrong, whenRight } from "../../Cache/options/checkOptions.js"
import { policyWith } from "../../Cache/options/costPolicy.js"
import * as Either from "../../effect/plainEither.js"
import { type AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { RoomOptions } from "../options/RoomOptions.js"
import type { S3CacheOptions } from "../options/S3CacheOptions.js"
import type { S3CacheStats } from "../options/S3CacheStats.js"
import type { MemoryEntry } from "./MemoryEntry.js"
import { Room } from "./Room.js"
import { type RoomLimits, roomLimits, without } from "./roomLimits.js"

/** More keyspaces with room of their own than a program has: those after them share theirs. */
const mostRooms = 100

/** What a keyspace has got of the limits. */
interface Seat {
  readonly asked: RoomOptions
  readonly limits: RoomLimits
  /** What else was asked for its name: it was told. */
  readonly others: WeakSet<RoomOptions>
  room: Room | undefined
}

/** What a cache says of its memory. */
type RoomsOptions = RoomOptions & Pick<S3CacheOptions, "cost">

/** The room that keyspaces share, and those that some have for themselves. */
export class Rooms {
  readonly shared: Room
  /** The limits of all together. */
  readonly whole: RoomLimits
  /** Whether the bytes of all are counted. */
  readonly countsBytes: boolean
  private readonly name: string
  private readonly options: RoomsOptions
  private readonly meterOf: (labels?: { readonly "cache.keyspace": string }) => Meter | undefined
  private readonly seats = new Map<string, Seat>()
  private left: RoomLimits
  private isFull = false

  private constructor(
    name: string,
    options: RoomsOptions,
    whole: RoomLimits,
    shared: Room,
    meterOf: (labels?: { readonly "cache.keyspace": string }) => Meter | undefined
  ) {
    this.name = name
    this.options = options
    this.whole = whole
    this.left = whole
    this.shared = shared
    this.countsBytes = options.maxBytes !== undefined
    this.meterOf = meterOf
  }

  /** Fails with `CacheConfigError` for a limit it cannot accept. */
  static readonly make = (
    name: string,
    options: RoomsOptions,
    meter: Meter | undefined
  ): Effect.Effect<Rooms, CacheConfigError> =>
    Effect.gen(function*() {
      const { maxBytes: given = Number.POSITIVE_INFINITY } = options
      const maxBytes = yield* whenRight(
        () => checkByteLimit(name, "maxBytes", given, availableMemory()),
        Effect.succeed
      )
      const whole = { maxSize: options.maxSize ?? 1000, maxBytes }
      const meterOf = meter === undefined ? () => undefined : metersOfParts(meter)
      const policy = policyWith(name, options.cost, options.evictionPolicy, policyOfMemoryLevel)
      if (policy instanceof CacheConfigError) return yield* Effect.fail(policy)
      const hasCosts = options.cost !== undefined
      const shared = yield* Room.make(name, whole, policy, options.maxBytes !== undefined, meterOf(), hasCosts)
      return new Rooms(name, options, whole, shared, meterOf)
    })

  /** All rooms there are. */
  get all(): ReadonlyArray<Room> {
    return [this.shared, ...Array.from(this.own, ({ room }) => room)]
  }

  /** Those that keyspaces have for themselves. */
  get own(): ReadonlyArray<{ readonly keyspace: string; readonly limits: RoomLimits; readonly room: Room }> {
    return Array.from(this.seats).flatMap(([keyspace, { limits, room }]) =>
      room === undefined ? [] : [{ keyspace, limits, room }]
    )
  }

  /** All that is held. */
  *entries(now: number): Generator<readonly [key: AnyKey, held: MemoryEntry]> {
    for (const { engine } of this.all) yield* engine.entries(now)
  }

  /** Where the entry of a key is; `undefined` where its keyspace asks for what it has not got yet. */
  known(key: AnyKey): Room | undefined {
    return this.knownOf(key.keyspace, askedBy(key))
  }

  private knownOf(keyspace: string, asked: RoomOptions | undefined): Room | undefined {
    if (asked === undefined) return this.seats.size === 0 ? this.shared : this.now(keyspace)
    const seat = this.seats.get(keyspace)
    return seat !== undefined && (seat.asked === asked || seat.others.has(asked)) ? seat.room : undefined
  }

  /** The same for who is within a step: where it would be if its keyspace asked for nothing else. */
  now(keyspace: string): Room {
    return this.seats.get(keyspace)?.room ?? this.shared
  }

  /** What is done where the entry of a key is. */
  readonly within = <A, E, R>(key: AnyKey, use: (room: Room) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    this.withinOf(key.keyspace, askedBy(key), use)

  /** What is done where the entries of a keyspace are, by its name and what it asks for. */
  readonly withinOf = <A, E, R>(
    keyspace: string,
    asked: RoomOptions | undefined,
    use: (room: Room) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> => {
    const room = this.knownOf(keyspace, asked)
    return room === undefined ? Effect.suspend(() => this.open(keyspace, asked, use)) : use(room)
  }

  /** What is in all of them, and in each that a keyspace has for itself. */
  figures(now: number): Pick<S3CacheStats, "size" | "maxSize" | "evicted" | "byteSize" | "rooms"> {
    const shared = this.shared.figures(now)
    const rooms = this.own.map(({ keyspace, limits, room }) => ({ keyspace, ...limits, ...room.figures(now) }))
    const sum = (of: (figures: typeof shared) => number) => rooms.reduce((sum, room) => sum + of(room), of(shared))
    return {
      size: sum(({ size }) => size),
      maxSize: this.whole.maxSize,
      evicted: sum(({ evicted }) => evicted),
      ...(this.countsBytes ? { byteSize: sum(({ byteSize = 0 }) => byteSize) } : {}),
      rooms
    }
  }

  private readonly open = <A, E, R>(
    keyspace: string,
    asked: RoomOptions | undefined,
    use: (room: Room) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> => {
    if (asked === undefined) return use(this.now(keyspace))
    const seat = this.seats.get(keyspace)
    if (seat !== undefined) return this.settled(keyspace, seat, asked, use)
    if (this.seats.size === mostRooms) {
      const told = this.isFull
      this.isFull = true
      return Effect.zipRight(
        told ? Effect.void : this.warn(
          keyspace,
          `has no room of its own in memory, as ${mostRooms} keyspaces have already: it shares that of all others`
        ),
        use(this.shared)
      )
    }
    const limits = roomLimits(this.name, keyspace, asked, this.whole, this.left)
    if (Either.isLeft(limits)) return unlessWrong(limits, Effect.never)
    const { isCut, ...own } = limits.right
    const taken: Seat = { asked, limits: own, others: new WeakSet(), room: undefined }
    this.seats.set(keyspace, taken)
    this.left = without(this.left, own)
    const settled = this.settled(keyspace, taken, asked, use)
    return isCut
      ? Effect.zipRight(
        this.warn(
          keyspace,
          `asks for more memory than other keyspaces have left of that of the cache: it gets ${printed(own)}`
        ),
        settled
      )
      : settled
  }

  private readonly settled = <A, E, R>(
    keyspace: string,
    seat: Seat,
    asked: RoomOptions,
    use: (room: Room) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> => {
    const { room } = seat
    const made = Effect.flatMap(room === undefined ? this.furnish(keyspace, seat) : Effect.succeed(room), use)
    if (seat.asked === asked || seat.others.has(asked)) return made
    seat.others.add(asked)
    if (sameRoom(seat.asked, asked)) return made
    return Effect.zipRight(
      this.warn(
        keyspace,
        `is there twice, with other limits in memory: those that were met first hold, ${printed(seat.limits)}`
      ),
      made
    )
  }

  private readonly furnish = (keyspace: string, seat: Seat): Effect.Effect<Room> => {
    const counts = this.countsBytes || seat.limits.maxBytes !== Number.POSITIVE_INFINITY
    const { cost, evictionPolicy } = this.options
    // That of a keyspace need not go by costs.
    const policy = seat.asked.evictionPolicy ?? evictionPolicy ?? (cost === undefined ? policyOfMemoryLevel : "GDSF")
    const meter = this.meterOf({ "cache.keyspace": keyspace })
    return Effect.flatMap(
      Effect.orDie(Room.make(this.name, seat.limits, policy, counts, meter, cost !== undefined)),
      (made) =>
        this.shared.map.step((shared, now) => {
          if (seat.room !== undefined) return seat.room
          // Another keyspace of this name, which asked for nothing, may have got them there: they stay in the second level.
          for (const [key] of shared.entries(now)) if (key.keyspace === keyspace) shared.delete(key, now)
          const { maxBytes, maxSize } = this.left
          shared.resize(this.countsBytes ? { maxSize, maxWeight: maxBytes } : { maxSize }, now)
          return seat.room = made
        })
    )
  }

  private readonly warn = (keyspace: string, what: string): Effect.Effect<void> =>
    Effect.annotateLogs(Effect.logWarning(`${this.name}: the keyspace ${keyspace} ${what}`), {
      cache: this.name,
      keyspace
    })
}

const askedBy = (key: AnyKey): RoomOptions | undefined => key instanceof CacheKey ? key.space.room : undefined

const sameRoom = (one: RoomOptions, other: RoomOptions): boolean =>
  one.maxSize === other.maxSize && one.maxBytes === other.maxBytes && one.evictionPolicy === other.evictionPolicy

const printed = ({ maxBytes, maxSize }: RoomLimits): string =>
  [
    ...(maxSize === Number.POSITIVE_INFINITY ? [] : [`${maxSize} entries`]),
    ...(maxBytes === Number.POSITIVE_INFINITY ? [] : [`${maxBytes} bytes`])
  ].join(" and ") || "no limit"
