import { Cause, Effect, Exit, Fiber, Logger, LogLevel, Option, Schema, Scope, Stream } from "effect"
import {
  Keyspace,
  type ObjectStoreError,
  type RoomOptions,
  type S3CacheOptions,
  type S3CacheService
} from "effect-aws-cache/S3Store"
import fc from "fast-check"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { draw } from "../../src/Testing/faults/draw.js"
import { doMemoryTask, overfull } from "./memory/memoryTasks.js"
import { SimulatedFiles } from "./memory/SimulatedFiles.js"
import { SimulatedProcess } from "./SimulatedProcess.js"
import { noFaults, SimulatedStore, type StoreFaults } from "./SimulatedStore.js"
import { VirtualTime } from "./VirtualTime.js"

export const reads = ["get", "getOption", "has", "peek", "getMany"] as const
export const writes = ["set", "setMany", "add"] as const
export const removals = ["remove", "pop", "clear"] as const
export const lookups = ["getOrCompute", "memoize", "getManyOrCompute"] as const
export const tagging = ["invalidateTag", "expireTag"] as const
const others = ["setAndGiveUp", "list", "purge", "freeze", "leap", "restart", "loseMarkers"] as const
/** What happens only where memory hears of changes. */
const ofNotice = ["loseJournal", "rest"] as const

/** What fills memory otherwise than by lookups, and what happens only where that does. */
const ofMemory = [
  ...["warm", "snapshot", "restore"] as const,
  ...["warmAndGiveUp", "snapshotAndGiveUp", "restoreAndGiveUp", "relaunch"] as const
] as const

export type Verb =
  | typeof reads[number]
  | typeof writes[number]
  | typeof removals[number]
  | typeof lookups[number]
  | typeof tagging[number]
  | typeof others[number]
  | typeof ofNotice[number]
  | typeof ofMemory[number]

/** One step of a schedule. */
export interface Step {
  readonly process: number
  readonly verb: Verb
  readonly key: number
  /** How long after the step before, in milliseconds; below 0: as soon as all has ended that was begun before. */
  readonly pause: number
  /** How long a computation takes, a process stands still, or how far its clock leaps, in milliseconds. */
  readonly millis: number
}

/** A world, before anything happens in it. */
export interface World {
  /** By how much the clock of each process is ahead. */
  readonly ahead: ReadonlyArray<number>
  /** Whether the last process has another schema, and can read nothing of the others. */
  readonly hasTwoSchemas: boolean
  /** The programs of a rolling deployment that run side by side: processes take turns, and each restart is a deployment. */
  readonly programs?: readonly [ProgramName, ProgramName] | undefined
  readonly faults: StoreFaults
  readonly timeToLive: number
  readonly staleWhileRevalidate: number
  readonly revalidateAfter: number | undefined
  readonly notice?: number | undefined
  /** How memory is bounded, and filled. */
  readonly memory?: MemoryWorld | undefined
  readonly coordination: "none" | "lease"
  readonly write: "through" | "behind"
  readonly onTagsUnknown: "serve" | "miss" | undefined
  readonly circuitBreaker: boolean
}

/** Of a world in which memory is filled otherwise than by lookups: there is a second keyspace, whose key is the last. */
export interface MemoryWorld {
  /** The limits of the cache, and those of the first keyspace. */
  readonly whole: RoomOptions
  readonly room: RoomOptions
  /** Whether entries have tags. */
  readonly isTagged: boolean
  readonly trust: boolean
  /** The longest that anything takes that is done with a file, in milliseconds. */
  readonly slowestFile: number
}

/** The world in which nothing goes wrong. */
export const calmWorld: World = {
  ahead: [0, 0],
  hasTwoSchemas: false,
  faults: noFaults,
  timeToLive: 3_600_000,
  staleWhileRevalidate: 0,
  revalidateAfter: undefined,
  coordination: "none",
  write: "through",
  onTagsUnknown: undefined,
  circuitBreaker: true
}

export const tagsAge = 5000
export const tagsTrustedFor = 60_000
export const leaseTime = 3000
const keyCount = 2

/** What was asked of a cache, and what came of it. Times are those of the world, in milliseconds since the epoch. */
export interface Operation {
  readonly process: number
  /** How often the process had been started anew. */
  readonly life: number
  readonly verb: Verb
  readonly key: number
  started: number
  /** What came before what, in the same millisecond too. */
  startedAs: number
  ended: number
  endedAs: number
  /** The value that it writes, or would. */
  readonly value: string
  /** What it found: a value, or that there was none (`undefined`); nothing for what does not look. */
  found?: { readonly value: string | undefined }
  outcome: "succeeded" | "failed" | "interrupted"
  /** How it failed. */
  failure?: string
  /** What is wrong with what it told of itself, or with the figures of its cache afterwards. */
  wrong?: string | undefined
  /** After how long it was given up, in milliseconds. */
  readonly givenUpAfter?: number
  /** How many entries left its cache meanwhile to make room. */
  evicted?: number
  /** How many entries it brought into memory. */
  brought?: number
}

/** Something that was computed. */
export interface Computation {
  readonly process: number
  readonly life: number
  readonly key: number
  readonly value: string
  readonly started: number
  readonly startedAs: number
  ended: number
}

/** All that happened in a world. */
export interface History {
  readonly world: World
  readonly operations: ReadonlyArray<Operation>
  readonly computations: ReadonlyArray<Computation>
  readonly store: SimulatedStore
  /** When processes stood still. */
  readonly frozen: ReadonlyArray<{ readonly process: number; readonly from: number; readonly until: number }>
  /** When the marks of tags were removed from the store, by nobody of these. */
  readonly markersLost: ReadonlyArray<number>
  /** How far the clocks were apart at most, in milliseconds. */
  readonly spread: number
  readonly began: number
  readonly ended: number
}

const Value = Schema.Struct({ id: Schema.String })
const NewValue = Schema.transform(Schema.Struct({ name: Schema.String }), Value, {
  strict: true,
  decode: ({ name }) => ({ id: name }),
  encode: ({ id }) => ({ name: id })
})

const copied = ({ id }: typeof Value.Type): typeof Value.Type => ({ id })

const spaces = (memory?: MemoryWorld) => {
  const hasTags = memory?.isTagged !== false
  const shared = { ...memory?.room, key: Schema.Number, tags: (key: number) => hasTags ? [tagOf(key)] : [] }
  const second = { ...shared, value: NewValue, version: "2" }
  const first = { version: "1", value: Value, migrate: copied }
  return {
    old: Keyspace.make("space", { ...shared, value: Value }),
    renewed: Keyspace.make("space", { ...shared, value: NewValue }),
    both: Keyspace.make("space", { ...second, previous: [Keyspace.previous({ ...first, revert: copied })] }),
    moved: Keyspace.make("space", { ...second, previous: [Keyspace.previous(first)] }),
    last: Keyspace.make("space", { ...second, folder: "1" }),
    second: Keyspace.make("space-2", { key: shared.key, tags: shared.tags, value: Value }),
    secondRenewed: Keyspace.make("space-2", { key: shared.key, tags: shared.tags, value: NewValue })
  }
}

/** The programs of the deployments in which values get another shape, and one that has only got another schema. */
export type ProgramName = keyof ReturnType<typeof spaces>

/** The tag of a key. */
export const tagOf = (key: number) => `tag ${key}`

const made = (id: string) => ({ id })

interface Life {
  readonly cache: S3CacheService
  readonly scope: Scope.CloseableScope
  readonly number: number
  readonly computed: (key: number) => Effect.Effect<{ readonly id: string }>
}

/**
 * Follows a schedule in a world, to the end.
 *
 * @param prepare what is done to the store before
 */
export const follow = (
  world: World,
  steps: ReadonlyArray<Step>,
  prepare: (store: SimulatedStore) => void = () => {}
): History => {
  const { history, longest, program, time } = planned(world, steps, prepare)
  time.run(program, longest)
  return history()
}

/** The same for a schedule with files. */
export const followWithFiles = async (world: World, steps: ReadonlyArray<Step>): Promise<History> => {
  const { history, longest, program, time } = planned(world, steps)
  await time.runWithOutside(program, longest)
  return history()
}

const planned = (
  world: World,
  steps: ReadonlyArray<Step>,
  prepare: (store: SimulatedStore) => void = () => {}
) => {
  const time = new VirtualTime(world.faults.seed)
  const store = new SimulatedStore(time, world.faults)
  prepare(store)
  const processes = world.ahead.map((ahead, index) => new SimulatedProcess(time, index, ahead))
  const operations: Array<Operation> = []
  const computations: Array<Computation> = []
  const frozen: Array<{ process: number; from: number; until: number }> = []
  const began = time.now
  const clocks = [...world.ahead]
  const spaceNamed = spaces(world.memory)
  const machine = new SimulatedFiles()
  const lastKey = world.memory === undefined ? keyCount - 1 : keyCount
  const options: S3CacheOptions = {
    timeToLive: world.timeToLive,
    staleWhileRevalidate: world.staleWhileRevalidate,
    revalidateAfter: world.revalidateAfter,
    notice: world.notice,
    ...world.memory?.whole,
    ...(world.faults.hungRequests === undefined ? {} : { loadTimeout: 2000, saveTimeout: 2000 }),
    coordination: world.faults.honoursConditions ? world.coordination : "none",
    write: world.write,
    onTagsUnknown: world.onTagsUnknown,
    ...(world.circuitBreaker ? {} : { circuitBreaker: false }),
    tagsAge,
    leaseTime,
    leaseWait: "1 minute"
  }
  let values = 0
  let moments = 0
  const markersLost: Array<number> = []
  const next = () => `v${++values}.`

  const start = (process: SimulatedProcess, number: number): Effect.Effect<Life> =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const cache = yield* Effect.orDie(Scope.extend(makeS3CacheService(store.of(process), options), scope))
      const compute = (key: number, millis = 500) =>
        Effect.suspend(() => {
          const computation: Computation = {
            process: process.index,
            life: number,
            key,
            value: next(),
            started: time.now,
            startedAs: moments++,
            ended: Number.POSITIVE_INFINITY
          }
          computations.push(computation)
          return Effect.sleep(millis).pipe(
            Effect.ensuring(Effect.sync(() => computation.ended = time.now)),
            Effect.as(made(computation.value))
          )
        })
      const memoized = yield* Effect.forEach(
        spacesOf(process.index, number),
        (space) => cache.memoize(space, (key: number) => compute(key))
      )
      const computed = (key: number) => memoized[placeOf(key)]?.(key) ?? Effect.never
      return { cache, scope, number, computed }
    }).pipe(process.run)

  const spaceOf = (process: number, life: number) => {
    const isRenewed = world.hasTwoSchemas && process === world.ahead.length - 1
    return spaceNamed[world.programs?.[(process + life) % 2 === 0 ? 0 : 1] ?? (isRenewed ? "renewed" : "old")]
  }

  /** Which keyspace a key is of. */
  const placeOf = (key: number) => key < keyCount ? 0 : 1

  const spacesOf = (process: number, life: number) => {
    const isRenewed = world.hasTwoSchemas && process === world.ahead.length - 1
    const first = spaceOf(process, life)
    return world.memory === undefined
      ? [first]
      : [first, isRenewed ? spaceNamed.secondRenewed : spaceNamed.second]
  }

  const asked = (process: number, { cache, computed, number }: Life, step: Step, operation: Operation) => {
    const spaces = spacesOf(process, number)
    const space = spaces[placeOf(step.key)] ?? spaceOf(process, number)
    const key = space.key(step.key)
    const inMemory = (what: "warm" | "snapshot" | "restore") =>
      Effect.suspend(() => {
        const comeBack = time.goOutside()
        const nth = operations.length
        let delays = 0
        const slowest = world.memory?.slowestFile ?? 0
        const task = doMemoryTask(what, {
          cache,
          space,
          spaces,
          files: new SimulatedFiles(machine, comeBack),
          path: step.key === 0 ? `/memory/${process}` : "/memory/of-all",
          trust: world.memory?.trust === true,
          delay: Effect.suspend(() => Effect.sleep(draw(world.faults.seed, process, nth, delays++) * slowest)),
          millis: step.millis,
          note: (came, wrong) => Object.assign(operation, { brought: came, wrong })
        })
        if (what === "warm") comeBack()
        return Effect.ensuring(task, Effect.sync(comeBack))
      })
    const note = (value: { readonly id: string } | undefined) => {
      operation.found = { value: value?.id }
    }
    const noteOption = (value: Option.Option<{ readonly id: string }>) => note(Option.getOrUndefined(value))
    const absent = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>) =>
      Effect.tapError(effect, (error) =>
        Effect.sync(() => {
          if (error._tag === "CacheNotFoundError") note(undefined)
        }))
    const compute = Effect.suspend(() => {
      const computation: Computation = {
        process,
        life: number,
        key: step.key,
        value: next(),
        started: time.now,
        startedAs: moments++,
        ended: Number.POSITIVE_INFINITY
      }
      computations.push(computation)
      return Effect.sleep(step.millis).pipe(
        Effect.ensuring(Effect.sync(() => computation.ended = time.now)),
        Effect.as(made(computation.value))
      )
    })
    switch (step.verb) {
      case "get":
        return Effect.map(absent(cache.get(key)), note)
      case "getOption":
        return Effect.map(cache.getOption(key), noteOption)
      case "has":
        return cache.has(key)
      case "peek":
        return Effect.map(cache.peek(key), noteOption)
      case "getMany":
        return Effect.map(cache.getMany([key]), ([found = Option.none()]) => noteOption(found))
      case "set":
      case "setAndGiveUp":
        return cache.set(key, made(operation.value))
      case "setMany":
        return cache.setMany([[key, made(operation.value)]])
      case "add":
        return cache.add(key, made(operation.value))
      case "remove":
        return absent(cache.remove(key))
      case "pop":
        return Effect.map(absent(cache.pop(key)), note)
      case "clear":
        return Effect.forEach(spaces, (space) => cache.clear(space), { discard: true })
      case "getOrCompute":
        return Effect.map(cache.getOrCompute(key, compute), note)
      case "memoize":
        return Effect.map(computed(step.key), note)
      case "getManyOrCompute":
        return Effect.map(
          cache.getManyOrCompute(
            [key],
            () => Effect.map(compute, (value) => [[key, value] as const])
          ),
          ([found = Option.none()]) => noteOption(found)
        )
      case "invalidateTag":
        return cache.invalidateTag(tagOf(step.key))
      case "expireTag":
        return cache.expireTag(tagOf(step.key))
      case "list":
        return Stream.runCount(cache.list(space))
      case "purge":
        return cache.purge(space)
      case "warm":
      case "warmAndGiveUp":
        return inMemory("warm")
      case "snapshot":
      case "snapshotAndGiveUp":
        return inMemory("snapshot")
      case "restore":
      case "restoreAndGiveUp":
        return inMemory("restore")
      default:
        return Effect.void
    }
  }

  const program = Effect.gen(function*() {
    const lives = yield* Effect.forEach(processes, (process) => start(process, 0))
    const ended = new Set<Life>()
    const fibers: Array<Fiber.Fiber<unknown>> = []

    /** In whose memory figures are watched: what it does to them. */
    const figured = <A, E>(
      work: Effect.Effect<A, E>,
      process: SimulatedProcess,
      { cache }: Life,
      operation: Operation
    ): Effect.Effect<A, E> => {
      const { memory } = world
      if (memory === undefined) return work
      const stats = Effect.withClock(cache.stats, process)
      return Effect.flatMap(stats, (before) =>
        Effect.ensuring(
          work,
          Effect.map(stats, (after) => {
            // A keyspace that is met gets its room of what others had.
            const isSame = after.rooms.length === before.rooms.length
            if (isSame) operation.evicted = after.evicted - before.evicted
            operation.wrong ??= overfull(after, memory)
          })
        ))
    }

    const restart = (process: SimulatedProcess, life: Life) =>
      Effect.gen(function*() {
        ended.add(life)
        yield* Scope.close(life.scope, Exit.void)
        return lives[process.index] = yield* start(process, life.number + 1)
      })

    const operate = (process: SimulatedProcess, life: Life, step: Step) =>
      Effect.suspend(() => {
        const isGivenUp = step.verb.endsWith("AndGiveUp")
        const operation: Operation = {
          process: process.index,
          life: life.number,
          verb: step.verb,
          key: step.key,
          started: time.now,
          startedAs: moments++,
          ended: Number.POSITIVE_INFINITY,
          endedAs: Number.POSITIVE_INFINITY,
          value: next(),
          outcome: "interrupted",
          ...(isGivenUp ? { givenUpAfter: step.millis } : {})
        }
        operations.push(operation)
        const work: Effect.Effect<unknown, unknown> = asked(process.index, life, step, operation)
        const limited = isGivenUp ? Effect.timeout(work, step.millis) : work
        // A process that stands still begins when it goes on.
        const begun = Effect.suspend(() => {
          operation.started = time.now
          operation.startedAs = moments++
          return limited
        })
        return Effect.map(Effect.exit(figured(process.run(begun), process, life, operation)), (exit) => {
          operation.ended = time.now
          operation.endedAs = moments++
          // Nobody hears what a process says that has been ended.
          if (ended.has(life)) return
          operation.outcome = Exit.isSuccess(exit) ? "succeeded" : Exit.isInterrupted(exit) ? "interrupted" : "failed"
          if (Exit.isFailure(exit)) operation.failure = nameOf(exit.cause)
        })
      })

    for (const step of steps) {
      if (step.pause < 0) yield* Effect.forEach(fibers, Fiber.await, { discard: true })
      else {
        yield* Effect.async<void>((resume) => {
          time.after(step.pause, () => resume(Effect.void))
        })
      }
      const process = processes[step.process % processes.length]
      const life = process === undefined ? undefined : lives[process.index]
      if (process === undefined || life === undefined) continue
      if (step.verb === "freeze") {
        if (process.isFrozen) continue
        frozen.push({ process: process.index, from: time.now, until: time.now + step.millis })
        process.freeze()
        time.after(step.millis, () => process.thaw())
      } else if (step.verb === "leap") {
        // To and fro, but never further than clocks of machines are apart.
        process.ahead = process.ahead > 0 ? process.ahead - step.millis : process.ahead + step.millis
        clocks.push(process.ahead)
      } else if (step.verb === "loseMarkers") {
        markersLost.push(time.now)
        for (const name of store.names.filter((name) => name.startsWith(".tags/"))) store.drop(name)
      } else if (step.verb === "loseJournal") {
        for (const name of store.names.filter((name) => name.startsWith(".notice/"))) store.drop(name)
      } else if (step.verb === "rest") {
        yield* Effect.async<void>((resume) => {
          time.after(20 * step.millis, () => resume(Effect.void))
        })
      } else if (step.verb === "restart") {
        if (process.isFrozen) continue
        yield* restart(process, life)
      } else if (step.verb === "relaunch") {
        if (process.isFrozen) continue
        // From the store, or from a file.
        const isWarmed = step.millis === 300
        if (!isWarmed) yield* operate(process, life, { ...step, verb: "snapshot" })
        const next = yield* restart(process, life)
        fibers.push(
          yield* Effect.fork(operate(process, next, { ...step, verb: isWarmed ? "warm" : "restore", millis: 0 }))
        )
      } else {
        fibers.push(yield* Effect.fork(operate(process, life, step)))
      }
    }
    yield* Effect.forEach(fibers, Fiber.await, { discard: true })
    // When all has come to rest, everybody looks once more.
    yield* Effect.async<void>((resume) => {
      time.after(rest, () => resume(Effect.void))
    })
    for (const process of processes) {
      for (let key = 0; key <= lastKey; key++) {
        const life = lives[process.index]
        const look: Step = { process: process.index, verb: "getOption", key, pause: 0, millis: 0 }
        if (life !== undefined) yield* operate(process, life, look)
      }
    }
    yield* Effect.forEach(lives, ({ scope }) => Scope.close(scope, Exit.void))
  })

  const waits = steps.reduce((sum, { millis, pause }) => sum + Math.max(pause, 0) + 20 * millis, 0)
  return {
    time,
    program: Logger.withMinimumLogLevel(program, LogLevel.None),
    longest: waits + rest + 100_000 * (steps.length + 1),
    history: (): History => ({
      world,
      operations,
      computations,
      store,
      frozen,
      markersLost,
      spread: Math.max(...clocks) - Math.min(...clocks),
      began,
      ended: time.now
    })
  }
}

/** How long nothing is asked before the last look. */
const rest = 30_000

const nameOf = (cause: Cause.Cause<unknown>): string => {
  const failure = Option.getOrUndefined(Cause.failureOption(cause))
  if (failure === undefined || typeof failure !== "object" || failure === null) return "defect"
  const { _tag, reason } = failure as Partial<ObjectStoreError>
  return [_tag, reason].filter((part) => part !== undefined).join(" ")
}

/** What matters where memory hears of changes. */
export const noticeVerbs: ReadonlyArray<Verb> = [
  ...["getOption", "get", "getMany", "getOption", "get", "getOption", "memoize", "getOrCompute"] as const,
  ...["set", "set", "setMany", "add", "remove", "pop", "clear", "setAndGiveUp"] as const,
  ...["freeze", "leap", "restart", "loseJournal", "rest", "rest"] as const
]

/** What matters where memory is filled otherwise than by lookups. */
export const memoryVerbs: ReadonlyArray<Verb> = [
  ...["getOption", "get", "getMany", "getOption", "peek", "memoize", "getOrCompute"] as const,
  ...["set", "set", "set", "set", "setMany", "add", "remove", "remove", "pop", "clear", "setAndGiveUp"] as const,
  ...[
    "relaunch",
    "invalidateTag",
    "expireTag",
    "freeze",
    "leap",
    "restart",
    "loseMarkers",
    "loseJournal",
    "rest"
  ] as const,
  ...ofMemory,
  ...ofMemory
]

const verbs: ReadonlyArray<Verb> = [
  ...reads,
  ...reads,
  ...writes,
  ...writes,
  ...removals,
  ...lookups,
  ...lookups,
  ...tagging,
  ...tagging,
  ...others
]

/** Schedules of a number of steps at most. */
export const schedules = (
  maxLength: number,
  of: ReadonlyArray<Verb> = verbs,
  keys = keyCount
): fc.Arbitrary<ReadonlyArray<Step>> =>
  fc.array(
    fc.record({
      process: fc.integer({ min: 0, max: 2 }),
      verb: fc.constantFrom(...of),
      key: fc.integer({ min: 0, max: keys - 1 }),
      pause: fc.constantFrom(-1, 0, 1, 20, 150, 1000, 3000, 8000),
      millis: fc.constantFrom(0, 10, 300, 2000, 4000)
    }),
    { minLength: 1, maxLength, size: "max" }
  )

export const chance = fc.constantFrom(0, 0, 0, 0.02, 0.1)

/** Worlds with everything that goes wrong in them. */
export const worlds: fc.Arbitrary<World> = fc.record({
  ahead: fc.oneof(
    fc.constantFrom([0, 0], [0, 0, 0]),
    fc.array(fc.constantFrom(-2000, -300, 0, 0, 1, 300, 2000), { minLength: 2, maxLength: 3 })
  ),
  hasTwoSchemas: fc.constantFrom(false, false, true),
  faults: fc.record({
    seed: fc.nat(),
    slowest: fc.constantFrom(0, 10, 150),
    lostRequests: chance,
    lostReplies: chance,
    repeatedWrites: chance,
    lateWrites: chance,
    latest: fc.constantFrom(500, 5000, 15_000),
    staleLists: fc.constantFrom(0, 0, 2000),
    honoursConditions: fc.constantFrom(true, true, true, false),
    outages: fc.array(
      fc.record({
        prefix: fc.constantFrom("", ".tags/", "space/"),
        from: fc.constantFrom(0, 2000, 10_000),
        until: fc.constantFrom(3000, 20_000, 100_000),
        reason: fc.constantFrom("Unavailable" as const, "AccessDenied" as const, "Throttled" as const),
        process: fc.constantFrom(undefined, 0, 1)
      }),
      { maxLength: 1, size: "max" }
    ).map((outages) => outages.filter(({ from }) => from > 0))
  }),
  timeToLive: fc.constantFrom(3_600_000, 3_600_000, 6000),
  staleWhileRevalidate: fc.constantFrom(0, 0, 300_000),
  revalidateAfter: fc.constantFrom(undefined, undefined, 1000),
  coordination: fc.constantFrom("none" as const, "lease" as const),
  write: fc.constantFrom("through" as const, "through" as const, "through" as const, "behind" as const),
  onTagsUnknown: fc.constantFrom(undefined, undefined, "miss" as const, "serve" as const),
  circuitBreaker: fc.boolean()
})
