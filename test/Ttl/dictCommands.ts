import * as fc from "fast-check"

/** A step in the life of a dictionary; each takes what it needs of it. */
export interface Command {
  readonly name:
    | "get"
    | "peek"
    | "peekEntry"
    | "has"
    | "set"
    | "setUntil"
    | "add"
    | "getOrInsert"
    | "getOrCompute"
    | "refresh"
    | "setMany"
    | "hasMany"
    | "removeMany"
    | "remove"
    | "invalidate"
    | "invalidateWhen"
    | "expire"
    | "getMany"
    | "pop"
    | "popVictim"
    | "popNewest"
    | "clear"
    | "timeToLive"
    | "setTimeToLive"
    | "setExpiresAt"
    | "moveToEnd"
    | "moveToStart"
    | "reweigh"
    | "resizeMaxSize"
    | "resizeMaxBytes"
    | "resizeTimeToLive"
    | "purge"
    | "jump"
  readonly key: string
  readonly other: string
  /** Also a limit. */
  readonly bytes: number
  readonly timeToLive: number | undefined
  /** From now, milliseconds. */
  readonly delta: number
}

const weights: Readonly<Record<Command["name"], number>> = {
  get: 8,
  peek: 2,
  peekEntry: 2,
  has: 2,
  set: 12,
  setUntil: 3,
  add: 3,
  getOrInsert: 3,
  getOrCompute: 3,
  refresh: 3,
  setMany: 3,
  hasMany: 2,
  removeMany: 2,
  remove: 2,
  invalidate: 1,
  invalidateWhen: 1,
  expire: 2,
  getMany: 2,
  pop: 1,
  popVictim: 1,
  popNewest: 1,
  clear: 1,
  timeToLive: 2,
  setTimeToLive: 2,
  setExpiresAt: 2,
  moveToEnd: 2,
  moveToStart: 2,
  reweigh: 3,
  resizeMaxSize: 1,
  resizeMaxBytes: 1,
  resizeTimeToLive: 1,
  purge: 1,
  jump: 10
}

const names: ReadonlyArray<Command["name"]> = [
  "get",
  "peek",
  "peekEntry",
  "has",
  "set",
  "setUntil",
  "add",
  "getOrInsert",
  "getOrCompute",
  "refresh",
  "setMany",
  "hasMany",
  "removeMany",
  "remove",
  "invalidate",
  "invalidateWhen",
  "expire",
  "getMany",
  "pop",
  "popVictim",
  "popNewest",
  "clear",
  "timeToLive",
  "setTimeToLive",
  "setExpiresAt",
  "moveToEnd",
  "moveToStart",
  "reweigh",
  "resizeMaxSize",
  "resizeMaxBytes",
  "resizeTimeToLive",
  "purge",
  "jump"
]

const key = fc.constantFrom("a", "b", "c", "d", "e", "f", "g")

const commands = (delta: fc.Arbitrary<number>): fc.Arbitrary<ReadonlyArray<Command>> =>
  fc.array(
    fc.record({
      name: fc.oneof(...names.map((name) => ({ weight: weights[name], arbitrary: fc.constant(name) }))),
      key,
      other: key,
      bytes: fc.integer({ min: 0, max: 12 }),
      timeToLive: fc.option(fc.constantFrom(0, 1, 10, 100, 5000, Infinity), { nil: undefined }),
      delta
    }),
    { maxLength: 80, size: "max" }
  )

const forward = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 6000 }))

/** The limits of a dictionary, and what happens to it. */
const lives = (delta: fc.Arbitrary<number>) =>
  fc.record({
    maxSize: fc.oneof(fc.nat(5), fc.constant(Infinity)),
    maxBytes: fc.oneof(fc.integer({ min: 1, max: 25 }), fc.constant(Infinity)),
    timeToLive: fc.constantFrom(20, 1000, Infinity),
    timeToIdle: fc.constantFrom(Infinity, Infinity, 0, 15, 800),
    commands: commands(delta)
  })

/**
 * Lives under a clock that also jumps back, always by more than a second: smaller steps back are let pass by the engine
 * until the clock has caught up.
 */
export const livesWithJumps = lives(fc.oneof(
  { weight: 5, arbitrary: forward },
  { weight: 1, arbitrary: fc.integer({ min: -6000, max: -1001 }) }
))

/** Lives under a clock that jumps anywhere. */
export const livesOnABadClock = lives(fc.oneof(forward, fc.integer({ min: -3000, max: 100 })))
