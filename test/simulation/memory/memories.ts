import fc from "fast-check"
import { noticeWorlds, tooOld } from "../noticed.js"
import {
  chance,
  type History,
  memoryVerbs,
  type MemoryWorld,
  type Operation,
  schedules,
  type Step,
  type World,
  worlds
} from "../schedules.js"

const memories: fc.Arbitrary<MemoryWorld> = fc.record({
  whole: fc.constantFrom({}, { maxSize: 3 }, { maxSize: 2 }, { maxBytes: 1000 }, { maxBytes: 600 }),
  room: fc.constantFrom({}, {}, {}, { maxSize: 2 }, { maxSize: 1 }, { maxSize: 0 }),
  isTagged: fc.boolean(),
  trust: fc.boolean(),
  slowestFile: fc.constantFrom(0, 5, 300)
})

const hungRequests = chance
const slow = fc.constantFrom({}, {}, { slowest: 150 }, { slowest: 900 })

/** Worlds in which memory is filled from the store and from files, with everything that goes wrong. */
export const memoryWorlds: fc.Arbitrary<World> = fc.oneof(
  fc.record({
    world: worlds,
    memory: memories,
    notice: fc.constantFrom(undefined, undefined, 2000),
    hungRequests,
    slow
  }).map(
    ({ hungRequests, memory, notice, slow, world }): World => ({
      ...world,
      memory,
      notice,
      faults: { ...world.faults, hungRequests, ...slow }
    })
  ),
  fc.record({ world: noticeWorlds, memory: memories, hungRequests, slow }).map((
    { hungRequests, memory, slow, world }
  ): World => ({
    ...world,
    memory: { ...memory, trust: false },
    faults: { ...world.faults, hungRequests, ...slow }
  }))
)

/** Memory is filled, and meanwhile something is done with what it is filled with. */
const episodes: fc.Arbitrary<ReadonlyArray<Step>> = fc.tuple(
  fc.record({
    process: fc.integer({ min: 0, max: 2 }),
    verb: fc.constantFrom(
      "warm" as const,
      "warm" as const,
      "warmAndGiveUp" as const,
      "restore" as const,
      "relaunch" as const
    ),
    key: fc.integer({ min: 0, max: 2 }),
    pause: fc.constantFrom(-1, 8000),
    millis: fc.constantFrom(0, 10, 300, 2000)
  }),
  fc.array(
    fc.record({
      isElsewhere: fc.constantFrom(false, false, true),
      isOther: fc.constantFrom(false, false, true),
      verb: fc.constantFrom(
        "remove" as const,
        "remove" as const,
        "set" as const,
        "getOption" as const,
        "invalidateTag" as const
      ),
      key: fc.integer({ min: 0, max: 2 }),
      pause: fc.constantFrom(0, 5, 20, 150, 300, 1000)
    }),
    { minLength: 1, maxLength: 3 }
  )
).map(([filling, meanwhile]) => [
  { process: filling.process + 1, verb: "set" as const, key: filling.key, pause: -1, millis: 0 },
  filling,
  ...meanwhile.map(({ isElsewhere, isOther, ...step }): Step => ({
    ...step,
    process: filling.process + (isElsewhere ? 1 : 0),
    key: isOther ? step.key : filling.key,
    millis: 0
  }))
])

/** Schedules that most often begin with something in the store. */
export const memorySchedules: fc.Arbitrary<ReadonlyArray<Step>> = fc.tuple(
  fc.constantFrom([0, 1, 2], [0, 1], []).map((keys) =>
    keys.map((key): Step => ({ process: key, verb: "set", key, pause: 0, millis: 0 }))
  ),
  fc.array(fc.oneof(schedules(3, memoryVerbs, 3), episodes), { minLength: 1, maxLength: 7 })
).map(([before, parts]) => [...before, ...parts.flat()])

const isOfMemory = ({ verb }: Operation) => /^(warm|snapshot|restore)/.test(verb)

/** What of all that is promised of `warm`, `snapshot` and `restore` does not hold, in words; nothing when all does. */
export const brokenMemory = (history: History): string | undefined => {
  const { began, computations, frozen, operations, world } = history
  for (const operation of operations) {
    const {
      ended,
      evicted = 0,
      failure,
      givenUpAfter = Number.POSITIVE_INFINITY,
      outcome,
      process,
      started,
      verb,
      wrong
    } = operation
    const told = `${verb} by ${process} at ${started - began} to ${ended - began}`
    if (wrong !== undefined) return `${wrong}: after ${told}`
    if (!isOfMemory(operation)) continue
    const isGivenUp = verb.endsWith("AndGiveUp")
    if (outcome === "failed" && !isGivenUp) {
      const expected = verb === "warm" ? "ObjectStoreError" : "CacheSnapshotError"
      const isTyped = failure?.startsWith(expected) === true
      if (!isTyped) return `${failure}: of ${told}`
      // Files are written whole, and nothing in them is of another schema.
      if (verb !== "warm" && !world.hasTwoSchemas) return `${failure}: of ${told}, with nothing wrong`
    }
    const stoodStill = frozen.some((pause) =>
      pause.process === process && pause.from <= ended && pause.until >= started
    )
    // Cleaning up behind what was done with a file may take a second.
    const longest = givenUpAfter + (verb.startsWith("warm") ? 0 : 1000)
    if (!stoodStill && ended - started > longest) return `it goes on when it is given up: ${told}`
    const isAlone = operations.every((other) =>
      other === operation || other.process !== process || other.ended < started || other.started > ended
    ) && computations.every((other) =>
      other.process !== process || other.ended + 10_000 < started
    )
    if (evicted > 0 && isAlone) return `it puts ${evicted} entries out of memory: ${told}`
  }
  return world.memory?.trust === false && isOfNoticeOnly(world) ? tooOld(history) : undefined
}

/** Of other worlds is not known what keeps memory from asking. */
const isOfNoticeOnly = ({ circuitBreaker, faults, notice, revalidateAfter, write }: World) =>
  notice !== undefined && !circuitBreaker && write === "through" && revalidateAfter === undefined &&
  faults.outages.every(({ prefix }) => prefix === ".notice/")
