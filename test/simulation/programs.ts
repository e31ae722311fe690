import fc from "fast-check"
import {
  type History,
  type ProgramName,
  schedules,
  type Step,
  type Verb,
  type World,
  worlds,
  writes
} from "./schedules.js"
import { noFaults } from "./SimulatedStore.js"

/** Programs of deployments that follow each other, and so run side by side. */
const neighbours: ReadonlyArray<readonly [ProgramName, ProgramName]> = [
  ["old", "both"],
  ["both", "moved"],
  ["moved", "last"]
]

/** A world in which one program takes the place of another, and a schedule. */
export const deployments = (maxLength: number): fc.Arbitrary<readonly [World, ReadonlyArray<Step>]> =>
  fc.tuple(
    fc.tuple(worlds, fc.constantFrom(...neighbours)).map(([world, programs]): World => ({
      ...world,
      hasTwoSchemas: false,
      programs
    })),
    schedules(maxLength)
  )

/** The same without faults, where nothing keeps a program from what the other one has: no clock leaps, nobody stands still. */
export const calmDeployments = (maxLength: number): fc.Arbitrary<readonly [World, ReadonlyArray<Step>]> =>
  deployments(maxLength).map(([{ faults: { seed, slowest }, ...world }, steps]) => [
    { ...world, ahead: world.ahead.map(() => 0), faults: { ...noFaults, seed, slowest }, staleWhileRevalidate: 0 },
    steps.filter(({ verb }) => !disturbing.includes(verb))
  ])

const disturbing: ReadonlyArray<Verb> = ["freeze", "leap", "loseMarkers", "setAndGiveUp", "clear"]

/** What takes an entry out of the way. */
const removing: ReadonlyArray<Verb> = ["remove", "pop", "clear", "invalidateTag", "expireTag"]

/**
 * The first value that was computed though the other program, or this one, had written one, in words; nothing where there
 * is none. For calm deployments.
 */
export const computedInVain = ({ computations, operations, store, world }: History): string | undefined => {
  const landed = (value: string): number | undefined =>
    store.requests.flatMap(({ body, landed }) => body?.includes(value) === true ? landed : []).at(0)
  const written = [
    ...operations.flatMap(({ key, outcome, started, value, verb }) =>
      writes.some((write) => write === verb) && outcome === "succeeded" ? [{ key, value, started }] : []
    ),
    ...computations
  ]
  // A look at the store, and whatever comes between.
  const look = 4 * world.faults.slowest + 10
  for (const { key, process, started } of computations) {
    const there = written.find((write) => {
      const at = landed(write.value)
      return write.key === key && at !== undefined && at + look < started &&
        started < write.started + world.timeToLive &&
        !operations.some((other) =>
          other.key === key && removing.includes(other.verb) && other.started <= started &&
          // What was marked at the same moment counts as older, up to the second that marks are kept for.
          other.ended + 1000 >= write.started
        )
    })
    if (there !== undefined) {
      return `process ${process} computes key ${key} at ${started} though ${there.value} was there from ${
        landed(there.value)
      } on`
    }
  }
  return undefined
}
